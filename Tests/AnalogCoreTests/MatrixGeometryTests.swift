import BehavioralModels
import CrossbarArray
import NumericKernels
import Testing

@testable import AnalogCore

@Suite struct MatrixGeometryTests {
  private static let sizes: [(outputs: Int, inputs: Int)] = [(1, 1), (5, 41), (12, 16), (7, 33)]

  private static let tiles = TileSpecification.Partition.allCases.flatMap { partition in
    [(64, 64), (16, 5), (1, 3), (8, 8)].map {
      TileSpecification(wordLines: $0.0, bitLines: $0.1, partition: partition)
    }
  }

  /// Tiles hold every weight of every slice once, in order, and as many cells as their arrays have:
  /// what is counted is what is programmed, for every mapping, slicing and partition.
  @Test(arguments: SignedWeightScheme.all, [nil, 1, 2, 4, 8] as [Int?])
  func tilesAreThoseProgrammed(scheme: SignedWeightScheme, cellBits: Int?) throws {
    for (outputs, inputs) in Self.sizes {
      for tile in Self.tiles {
        var hardware = HardwareConfiguration()
        hardware.mapping = scheme
        hardware.cellBits = cellBits
        hardware.tile = tile
        hardware.converter = .ideal
        let codes = Matrix<Int8>(rows: outputs, columns: inputs) { o, i in
          Int8((31 * o + 17 * i) % 255 - 127)
        }
        let matrix = try AnalogMatrix(
          codes: WeightCodes(codes), hardware: hardware, layer: 0, seed: 1,
          makeModel: { (array) throws(ArrayError) in try IdealArray(array) })
        let geometry = MatrixGeometry(
          outputs: outputs, inputs: inputs, hardware: hardware,
          coding: WeightCoding(hardware, codes: WeightCodes(codes)))
        #expect(matrix.geometry == geometry)
        #expect(matrix.tiles.map(\.place) == geometry.tiles)
        #expect(geometry.tileCount == matrix.tiles.count)
        var held = [Int](repeating: 0, count: outputs * inputs * matrix.coding.sliceCount)
        var cells = 0
        for tile in matrix.tiles {
          for output in tile.outputs {
            for input in tile.inputs {
              held[(tile.weightSlice * outputs + output) * inputs + input] += 1
            }
          }
          #expect(geometry.inputBlocks[tile.place.inputBlock] == tile.inputs)
          let array = tile.model.description
          let own =
            array.conductances.elements.count + (array.negativeConductances?.elements.count ?? 0)
          #expect(geometry.usedCells(of: tile.place) == own)
          #expect(
            geometry.bitLines(of: tile.place)
              == array.outputCount)
          #expect(geometry.bitLines(of: tile.place) <= hardware.tile.bitLines)
          #expect(array.wordLineCount <= hardware.tile.wordLines)
          cells += own
        }
        #expect(held.allSatisfy { $0 == 1 })
        #expect(geometry.usedCells == cells)
        #expect(geometry.utilization == Double(cells) / Double(geometry.cellCount))
        #expect(geometry.utilization > 0 && geometry.utilization <= 1)
      }
    }
  }

  /// A matrix that fills its arrays leaves no cell unused.
  @Test(arguments: SignedWeightScheme.all) func fullTilesAreFull(scheme: SignedWeightScheme) {
    var hardware = HardwareConfiguration()
    hardware.mapping = scheme
    hardware.tile = TileSpecification(wordLines: 4, bitLines: scheme.bitLines(outputs: 3))
    let geometry = MatrixGeometry(
      outputs: 6, inputs: 8, hardware: hardware,
      coding: WeightCoding(scheme, cellBits: nil, weightLevels: 127))
    #expect(geometry.tileCount == 4)
    #expect(geometry.usedCells == geometry.cellCount)
    #expect(geometry.utilization == 1)
  }
}

import AnalogCore
import BehavioralModels
import CrossbarArray
import NumericKernels
import Testing
import Units

/// What the array of a tile sees of input codes.
@Suite struct TileDriveTests {
  /// Three vectors of five inputs; negative parts where voltages have both signs.
  private static let codes: [UInt16] = [0, 1, 127, 64, 5, 3, 0, 0, 90, 2, 0, 0, 0, 0, 0]
  private static let negative: [UInt16] = [9, 0, 0, 0, 0, 0, 127, 0, 0, 0, 0, 0, 1, 0, 0]

  private func matrix(_ drive: InputDrive) throws -> AnalogMatrix {
    var hardware = HardwareConfiguration()
    hardware.inputs = drive
    hardware.cell.readVoltage = 0.3.volts
    hardware.tile.wordLines = 3
    return try AnalogMatrix(
      codes: WeightCodes(Matrix(rows: 2, columns: 5) { Int8(7 * $0 - 3 * $1) }), hardware: hardware,
      inputBits: 7, hasSignedInputs: true, layer: 0, seed: 1
    ) { (array) throws(ArrayError) in try IdealArray(array) }
  }

  /// Gates: a vector per bit, least significant first, each tile its own inputs.
  @Test func gatesTakeBits() throws {
    let matrix = try matrix(InputDrive(.gates))
    #expect(matrix.tiles.map(\.inputs) == [0..<2, 2..<5])
    for tile in matrix.tiles {
      let input = matrix.drive(of: tile, codes: Self.codes.span, batch: 3, bitCount: 7)
      #expect(input.count == 21 && input.vectorLength == tile.inputs.count)
      guard case .bits(let bits) = input else {
        Issue.record("gates take bits")
        return
      }
      for vector in 0..<3 {
        for (line, place) in tile.inputs.enumerated() {
          let code = Self.codes[vector * 5 + place]
          for bit in 0..<7 { #expect(bits[vector * 7 + bit, line] == (code >> bit & 1 == 1)) }
        }
      }
    }
  }

  /// Voltages: digits of a slice over the largest digit, times the read voltage; with both signs, the
  /// difference of the parts.
  @Test(arguments: [1, 3, 8])
  func wordLinesTakeVoltages(sliceBits: Int) throws {
    for signs in InputDrive.Signs.allCases {
      let matrix = try matrix(InputDrive(.voltages(sliceBits: sliceBits), signs: signs))
      let isSigned = signs == .differential
      let none: [UInt16] = []
      let negative = isSigned ? Self.negative : none
      let slices = (7 + sliceBits - 1) / sliceBits
      for tile in matrix.tiles {
        let input = matrix.drive(
          of: tile, codes: Self.codes.span, negative: negative.span, batch: 3, bitCount: 7)
        guard case .volts(let volts) = input else {
          Issue.record("word lines take volts")
          return
        }
        #expect(volts.rows == 3 * slices)
        let largest = 1 << sliceBits - 1
        for vector in 0..<3 {
          for (line, place) in tile.inputs.enumerated() {
            let whole = Int(Self.codes[vector * 5 + place])
            let opposite = isSigned ? Int(negative[vector * 5 + place]) : 0
            for slice in 0..<slices {
              func digit(_ code: Int) -> Int { code >> (slice * sliceBits) & largest }
              let expected = 0.3 * Double(digit(whole) - digit(opposite)) / Double(largest)
              let found = volts[vector * slices + slice, line]
              // One division and one product, each rounded once, in either order.
              #expect((found - expected).magnitude <= 2 * expected.magnitude.ulp)
            }
          }
        }
      }
    }
  }

  @Test func strengthCountsBothSigns() {
    let volts = InputBatch.volts(Matrix(rows: 2, columns: 3, elements: [0.1, -0.3, 0, 0, 0, 0]))
    #expect(volts.activeLines(vector: 0) == 2 && volts.activeLines(vector: 1) == 0)
    #expect(volts.strength(vector: 0) == 0.1 + 0.3)
    let bits = InputBatch.bits(BitMatrix(rows: 1, columns: 70) { _, line in line % 2 == 0 })
    #expect(bits.activeLines(vector: 0) == 35 && bits.strength(vector: 0) == 35)
    #expect(bits.lines(1..<4).activeLines(vector: 0) == 1)
    #expect(volts.lines(1..<3) == .volts(Matrix(rows: 2, columns: 2, elements: [-0.3, 0, 0, 0])))
  }
}

import AnalogCore
import Foundation

/// The arrays of a layer as energy, time and area see them.
public struct LayerArrays: Sendable, Equatable {
  /// Name of the layer.
  public var name: String
  /// Its weights on arrays.
  public var geometry: MatrixGeometry
  /// Its hardware.
  public var hardware: HardwareConfiguration
  /// Bits of an input code, without the sign.
  public var inputBits: Int
  /// Operations of a product.
  public var operations: ProductOperations
  /// Multiply-adds of an input vector.
  public var multiplyAdds: Int
  /// Resolution of the converters; `nil` if they are ideal.
  public var converterBits: Double?
  /// Digital multiply-adds of an input vector behind the converters: one for each output with a gain.
  public var gainMultiplyAdds: Int

  /// The arrays of a programmed matrix with inputs of that many bits.
  ///
  /// - Parameter hasGains: Whether outputs have digital gains.
  public init(name: String, _ matrix: AnalogMatrix, inputBits: Int, hasGains: Bool = false) {
    self.name = name
    gainMultiplyAdds = hasGains ? matrix.outputCount : 0
    geometry = matrix.geometry
    hardware = matrix.hardware
    self.inputBits = inputBits
    operations = ProductOperations(matrix, bitCount: inputBits)
    multiplyAdds = matrix.outputCount * matrix.groupInputCount
    converterBits =
      switch matrix.hardware.converter {
      case .ideal: nil
      case .uniform(let bits, _, _): bits
      case .circuit(let circuit, _): Double(circuit.bits)
      // All converters are as large as that of the largest array.
      case .fullPrecision:
        matrix.tiles.map { log2($0.converter.maximumCode - $0.converter.minimumCode + 1) }.max()
      }
  }

  /// Number of arrays.
  var count: Int { geometry.tileCount }
  /// Input slices of a product.
  var slices: Int { hardware.inputs.sliceCount(bitCount: inputBits) }
  /// Conversions of a line for one product.
  var rounds: Int { hardware.inputs.accumulation == .analog ? 1 : slices }

  /// Sum of `value` over the arrays.
  func sum(_ value: (MatrixGeometry.Tile) -> Int) -> Double {
    Double(geometry.tiles.reduce(0) { $0 + value($1) })
  }

  /// Word lines of an array, with those that no input drives where the hardware has them.
  func wordLines(_ tile: MatrixGeometry.Tile) -> Int {
    hardware.tile.unusedWordLines == .none ? tile.inputs.count : hardware.tile.wordLines
  }

  /// Lines of an array that are converted.
  func convertedLines(_ tile: MatrixGeometry.Tile) -> Int {
    geometry.scheme.conversions(outputs: tile.outputs.count)
  }
}

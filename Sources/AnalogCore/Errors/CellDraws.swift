import Foundation
import NumericKernels

/// Purpose of a random draw. Each purpose has its own key, so that switching one feature on or off
/// does not change the draws of the others.
public enum DrawPurpose: UInt32, Sendable {
  case programming = 1
  case stuckCells
  case drift
  case readNoise
  case outputNoise
  case converterMismatch
  case converterNoise
  case converterRounding
  case readDisturb
}

/// Random draws of all cells of one weight slice of a layer, for one purpose: pure functions of
/// cell and read.
///
/// The four words of one Philox block serve both cells of a pair, in lanes 0 (positive) and 1
/// (negative).
public struct CellDraws: Sendable {
  private let key: SIMD2<UInt32>

  /// The draws for `purpose` of slice `weightSlice` of layer `layer`.
  public init(seed: UInt64, purpose: DrawPurpose, layer: Int, weightSlice: Int = 0) {
    // A separate key leaves all four words of the counter to the cell and the read. The last word
    // keeps these blocks apart from those of `RandomStream`, whose stream numbers are small.
    let counter = SIMD4<UInt32>(
      UInt32(truncatingIfNeeded: layer), UInt32(truncatingIfNeeded: weightSlice), purpose.rawValue,
      0x4345_4C4C)
    let seedKey = SIMD2<UInt32>(
      UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    let block = RandomStream.block(counter: counter, key: seedKey)
    key = SIMD2(block[0], block[1])
  }

  /// Independent standard normal draws of the pair's cells.
  public func normals(input: Int, output: Int, read: UInt64 = 0) -> SIMD2<Double> {
    Self.normals(words(input, output, read))
  }

  /// Independent draws of the pair's cells, uniform in the open interval (0, 1).
  public func uniforms(input: Int, output: Int, read: UInt64 = 0) -> SIMD2<Double> {
    let block = words(input, output, read)
    let positive = Double(UInt64(block[0]) << 20 ^ UInt64(block[1]) >> 12)
    let negative = Double(UInt64(block[2]) << 20 ^ UInt64(block[3]) >> 12)
    return SIMD2((positive + 0.5) / 4_503_599_627_370_496, (negative + 0.5) / 4_503_599_627_370_496)
  }

  /// Two independent standard normal draws from one block (Box and Muller 1958).
  static func normals(_ block: SIMD4<UInt32>) -> SIMD2<Double> {
    // 53 bits in (0, 1): the tail reaches 8.5 deviations.
    let bits = UInt64(block[0]) << 21 ^ UInt64(block[1]) >> 11
    let u = (Double(bits) + 0.5) / 9_007_199_254_740_992
    let turn = (Double(block[2]) + Double(block[3]) / 4_294_967_296) / 4_294_967_296
    let angle = 2 * Double.pi * turn
    let radius = (-2 * log(u)).squareRoot()
    return SIMD2(radius * cos(angle), radius * sin(angle))
  }

  /// The random words of a pair and read.
  func words(_ input: Int, _ output: Int, _ read: UInt64) -> SIMD4<UInt32> {
    let counter = SIMD4<UInt32>(
      UInt32(truncatingIfNeeded: input), UInt32(truncatingIfNeeded: output),
      UInt32(truncatingIfNeeded: read), UInt32(truncatingIfNeeded: read >> 32))
    return RandomStream.block(counter: counter, key: key)
  }
}

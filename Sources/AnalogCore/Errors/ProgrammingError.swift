import Foundation
import NumericKernels

/// How far conductances miss their targets when they are written; drawn once per cell.
public enum ProgrammingError: Sendable, Equatable {
  /// Cells hold exactly what they were told.
  case none
  /// `G' = G + N(0, (α (G_on − G_off))²)`, clipped to the cell's range.
  case stateIndependent(alpha: Double)
  /// `G' = G (1 + N(0, α²))`, clipped to the cell's range.
  case stateProportional(alpha: Double)

  /// The conductance that a cell at `address` holds in siemens when told `target`.
  public func programmed(
    _ target: Double, cell: CellSpecification, seed: UInt64, address: CellAddress
  ) -> Double {
    let (off, on) = (cell.offConductance.value, cell.onConductance.value)
    let shift: Double
    switch self {
    case .none: return target
    case .stateIndependent(let alpha):
      shift = alpha * (on - off) * address.normal(seed: seed)
    case .stateProportional(let alpha):
      shift = alpha * target * address.normal(seed: seed)
    }
    return min(max(target + shift, off), on)
  }
}

/// Where a cell is in the whole network: the counter of its random draws, so that they depend on
/// nothing else.
public struct CellAddress: Sendable, Equatable {
  /// Index of the layer among the mapped layers of the network.
  public var layer: Int
  /// Input (row of the unrolled kernel) of the weight.
  public var input: Int
  /// Output of the weight.
  public var output: Int
  /// Whether it is the negative cell of its pair.
  public var isNegative: Bool

  /// The cell of a weight, on either line of its pair.
  public init(layer: Int, input: Int, output: Int, isNegative: Bool) {
    self.layer = layer
    self.input = input
    self.output = output
    self.isNegative = isNegative
  }

  /// A standard normal draw for programming (Box and Muller 1958).
  func normal(seed: UInt64) -> Double {
    let programming: UInt32 = 1
    let counter = SIMD4<UInt32>(
      UInt32(truncatingIfNeeded: input), UInt32(truncatingIfNeeded: output),
      UInt32(truncatingIfNeeded: layer), programming << 1 | (isNegative ? 1 : 0))
    let key = SIMD2<UInt32>(
      UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    let block = RandomStream.block(counter: counter, key: key)
    let u = (Double(UInt64(block[0]) << 21 ^ UInt64(block[1]) >> 11) + 0.5) / 9_007_199_254_740_992
    let angle = 2 * Double.pi * Double(block[2]) / 4_294_967_296
    return (-2 * log(u)).squareRoot() * cos(angle)
  }
}

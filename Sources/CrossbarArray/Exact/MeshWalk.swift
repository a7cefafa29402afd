import NumericKernels

/// Termination of a column of interleaved pairs with all terminals at one end.
struct MeshCircuit<V: SIMD> where V.Scalar: BinaryFloatingPoint {
  var volts: V.Scalar
  /// Shares of the bit line and of each source line in `r_b + r_s`.
  var bitShare: V.Scalar
  var sourceShare: V.Scalar
  var bitTerminalOhms: V.Scalar
  var sourceTerminalOhms: V.Scalar
}

/// Interleaved pairs with resistive rails (or terminals) driven and sensed at the same end: what
/// lies behind a cut across the three lines is a triangle of conductances, `x` between positive
/// source line and bit line, `y` between negative source line and bit line, `z` between the source
/// lines.
///
/// A cell adds to `x` and `y`. Wire in series with the three corners takes the triangle to a star
/// and back:
///
///     D = xy + z (x + y),   F = 1 + (r_b + r_s)(x + y) + 2 r_s z + r_s (2 r_b + r_s) D
///     x ← (x + r_s D) / F,  y ← (y + r_s D) / F,  z ← (z + r_b D) / F
///
/// All terms are positive, and `F` does not grow along the line: nothing cancels or overflows. The
/// current is `V (x − y)`, its error relative to `V (x + y)`.
struct MeshWalk<V: SIMD & Sendable>: ColumnWalk where V.Scalar: BinaryFloatingPoint {
  static var isPaired: Bool { true }
  private var (x, y, z) = (V(), V(), V())
  private let bitShare: V
  private let sourceShare: V

  @inline(__always)
  init(_ circuit: MeshCircuit<V>) {
    bitShare = V(repeating: circuit.bitShare)
    sourceShare = V(repeating: circuit.sourceShare)
  }

  @inline(__always)
  mutating func step(_ r: V, _ positive: V, _ negative: V) {
    pass(bit: r * bitShare, source: r * sourceShare)
    x += positive
    y += negative
  }

  @inline(__always)
  private mutating func pass(bit b: V, source s: V) {
    let sum = x + y
    let d = multiplyAdd(z, sum, x * y)
    let twice = s + s
    var f = multiplyAdd(b + s, sum, V(repeating: 1))
    f = multiplyAdd(twice, z, f)
    f = multiplyAdd(s * (b + b + s), d, f)
    let scale = V(repeating: 1) / f
    x = multiplyAdd(s, d, x) * scale
    y = multiplyAdd(s, d, y) * scale
    z = multiplyAdd(b, d, z) * scale
  }

  @inline(__always)
  mutating func restart() {}

  @inline(__always)
  consuming func sensedAmperes(_ circuit: MeshCircuit<V>, endOhms: V) -> V {
    pass(
      bit: endOhms * bitShare + V(repeating: circuit.bitTerminalOhms),
      source: endOhms * sourceShare + V(repeating: circuit.sourceTerminalOhms))
    return V(repeating: circuit.volts) * (x - y)
  }
}

import NumericKernels

/// Deviation of the current of a ladder whose cells err independently: four multiply-adds and two
/// products per cell.
///
/// With `v` the voltage of the walk, the voltage across a cell is `V v / v_end`, and 1 V on the
/// sense terminal puts `v / v_end` across it. So `∂I/∂G = V (v / v_end)²` and the variance of the
/// current is
///
///     V² Σ σ² v⁴ / v_end⁴
///
/// All terms are positive. The second number of a cell is its variance σ² in the square of some
/// unit; the deviation comes out in that unit times volts.
struct DeviationWalk<V: SIMD & Sendable>: ColumnWalk where V.Scalar: BinaryFloatingPoint {
  static var isPaired: Bool { true }
  private var (v, i, sum) = (V(repeating: 1), V(), V())

  @inline(__always)
  init(_ circuit: BalancedCircuit<V>) {}

  @inline(__always)
  mutating func step(_ r: V, _ g: V, _ variance: V) {
    v = multiplyAdd(r, i, v)
    i = multiplyAdd(g, v, i)
    let square = v * v
    sum = multiplyAdd(variance * square, square, sum)
  }

  @inline(__always)
  mutating func restart() {
    let scale = V(repeating: 1) / v
    let square = scale * scale
    (v, i, sum) = (V(repeating: 1), i * scale, sum * (square * square))
  }

  @inline(__always)
  consuming func sensedAmperes(_ circuit: BalancedCircuit<V>, endOhms: V) -> V {
    let end = multiplyAdd(endOhms + V(repeating: circuit.terminalOhms), i, v)
    return V(repeating: circuit.volts) * sum.squareRoot() / (end * end)
  }
}

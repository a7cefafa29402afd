import NumericKernels

/// Termination of a column of interleaved pairs with ideal source rails.
struct BalancedCircuit<V: SIMD> where V.Scalar: BinaryFloatingPoint {
  var volts: V.Scalar
  /// Resistance of the sense terminal in ohms.
  var terminalOhms: V.Scalar
}

/// Interleaved pairs on ideal source rails sensed at one end: three multiply-adds per pair.
///
/// With the rails at ±V the wire sees the sum of a pair as a load and the difference as a source.
/// By reciprocity the sensed current is `V Σ (g₊ − g₋) v / v_end`, with `v` the ladder of the sums:
/// no second solution and no boundary condition. The error is relative to
/// `V Σ |g₊ − g₋| v / v_end`.
struct BalancedWalk<V: SIMD & Sendable>: ColumnWalk where V.Scalar: BinaryFloatingPoint {
  static var isPaired: Bool { true }
  private var (v, i, difference) = (V(repeating: 1), V(), V())

  @inline(__always)
  init(_ circuit: BalancedCircuit<V>) {}

  @inline(__always)
  mutating func step(_ r: V, _ sum: V, _ gap: V) {
    v = multiplyAdd(r, i, v)
    i = multiplyAdd(sum, v, i)
    difference = multiplyAdd(gap, v, difference)
  }

  @inline(__always)
  mutating func restart() {
    let scale = V(repeating: 1) / v
    (v, i, difference) = (V(repeating: 1), i * scale, difference * scale)
  }

  @inline(__always)
  consuming func sensedAmperes(_ circuit: BalancedCircuit<V>, endOhms: V) -> V {
    let r = endOhms + V(repeating: circuit.terminalOhms)
    return V(repeating: circuit.volts) * difference / multiplyAdd(r, i, v)
  }
}

/// The same circuit sensed at both ends: six multiply-adds per pair.
///
/// `v, i` is the profile with the near terminal grounded and weights the sources for the far
/// current. `p, q` is the response to the sources from a zero initial state; the near current is
/// the one that brings its end to zero, `p / v`. Every walk adds positive terms for one sign of the
/// sources.
struct BalancedBothWalk<V: SIMD & Sendable>: ColumnWalk where V.Scalar: BinaryFloatingPoint {
  static var isPaired: Bool { true }
  private var v: V
  private var i = V(repeating: 1)
  private var (difference, p, q) = (V(), V(), V())
  private var unit = V(repeating: 1)

  @inline(__always)
  init(_ circuit: BalancedCircuit<V>) { v = V(repeating: circuit.terminalOhms) }

  @inline(__always)
  mutating func step(_ r: V, _ sum: V, _ gap: V) {
    v = multiplyAdd(r, i, v)
    p = multiplyAdd(r, q, p)
    i = multiplyAdd(sum, v, i)
    q = multiplyAdd(gap, unit, multiplyAdd(sum, p, q))
    difference = multiplyAdd(gap, v, difference)
  }

  @inline(__always)
  mutating func restart() {
    let scale = V(repeating: 1) / i
    (v, i, unit) = (v * scale, V(repeating: 1), unit * scale)
    (difference, p, q) = (difference * scale, p * scale, q * scale)
  }

  @inline(__always)
  consuming func sensedAmperes(_ circuit: BalancedCircuit<V>, endOhms: V) -> V {
    let r = endOhms + V(repeating: circuit.terminalOhms)
    let sensed = difference + multiplyAdd(r, q, p)
    return V(repeating: circuit.volts) * sensed / multiplyAdd(r, i, v)
  }
}

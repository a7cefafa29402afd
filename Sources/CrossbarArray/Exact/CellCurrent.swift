import Foundation

/// A two-terminal cell whose current grows with its voltage: odd or not, but monotone, so that the
/// network's co-content is convex and has one minimum.
protocol CellCurrent: Sendable {
  /// Amperes from the drive line to the bit line and their derivative in siemens, at `volts` across
  /// a cell of conductance `siemens` at 0 V. Lanes do not mix.
  func amperes<V: LineLanes>(_ volts: V, siemens: V) -> (amperes: V, siemens: V)
}

/// `i = g v₀ sinh(v / v₀)`: hopping and tunnelling cells; `v₀` is where the current is 1.18 times
/// its linear extrapolation.
struct SinhCell: CellCurrent {
  /// Voltage scale of the nonlinearity in volts, positive.
  var scaleVolts: Double

  @inline(__always)
  func amperes<V: LineLanes>(_ volts: V, siemens: V) -> (amperes: V, siemens: V) {
    var (hyperbolic, slope) = (V.none, V.none)
    for lane in 0..<V.width {
      let x = volts[lane: lane] / scaleVolts
      let s = sinh(x)
      hyperbolic[lane: lane] = s
      // cosh x, finite wherever sinh is.
      slope[lane: lane] = s.magnitude < 1e8 ? (1 + s * s).squareRoot() : s.magnitude
    }
    return (siemens * .all(scaleVolts) * hyperbolic, siemens * slope)
  }
}

import Foundation

/// A resistor in series with two antiparallel junctions, `i = g (v − s) = 2 I_S sinh(s / v_T)`: the
/// voltage `s` of the junctions is eliminated cell by cell.
struct SelectorCell: CellCurrent {
  /// `I_S` in amperes and `v_T` in volts.
  var saturationAmperes: Double, slopeVolts: Double

  init(_ selector: CellModel.Selector) {
    saturationAmperes = selector.saturation.value
    slopeVolts = selector.slope.value
  }

  @inline(__always)
  func amperes<V: LineLanes>(_ volts: V, siemens: V) -> (amperes: V, siemens: V) {
    var (current, slope) = (V.none, V.none)
    for lane in 0..<V.width {
      let cell = solve(volts: volts[lane: lane], siemens: siemens[lane: lane])
      current[lane: lane] = cell.amperes
      slope[lane: lane] = cell.siemens
    }
    return (current, slope)
  }

  /// Newton's method on `f(s) = 2 I_S sinh(s / v_T) + g s − g v`, which is convex for `s > 0`: from
  /// above it converges without overshooting. Both terms of `f` bound `s` from above.
  func solve(volts: Double, siemens g: Double) -> (amperes: Double, siemens: Double) {
    guard g > 0 else { return (0, 0) }
    let v = volts.magnitude
    let scale = 2 * saturationAmperes
    var s = min(v, slopeVolts * asinh(g * v / scale))
    for _ in 0..<60 {
      let x = s / slopeVolts
      let step =
        (scale * sinh(x) + g * (s - v)) / (scale / slopeVolts * cosh(x) + g)
      // The bound is rounded, so the first step may go up by as much.
      guard step.magnitude > 2 * s.ulp else { break }
      s = max(0, s - step)
    }
    // The sum of the two forms of the current that keeps its digits: where s is nearly v the
    // difference does not, where s is large the exponential does not.
    let current = s > 0.5 * v ? scale * sinh(s / slopeVolts) : g * (v - s)
    let junction = (current * current + scale * scale).squareRoot() / slopeVolts
    return (volts < 0 ? -current : current, g * junction / (g + junction))
  }
}

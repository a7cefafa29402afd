import Foundation

/// A junction's current and its slope: Shockley's `i = IS (exp(v / nVt) − 1)` (Bell Syst. Tech. J.
/// 28, 1949), without series resistance, breakdown or gmin.
public struct JunctionEquation: Sendable {
  /// IS times area, in amperes; zero is a junction that is switched off.
  public let saturationAmperes: Double
  /// N · Vt in volts.
  public let scaleVolts: Double
  /// The voltage of greatest curvature, above which Newton's steps are shortened.
  public let criticalVolts: Double

  /// Arguments above this continue along the tangent, so that no trial voltage overflows. A
  /// junction that reaches it carries 1e130 times its saturation current.
  static let largestArgument = 300.0

  /// A junction; `scaleVolts` is positive and `saturationAmperes` not negative.
  public init(saturationAmperes: Double, scaleVolts: Double) {
    precondition(saturationAmperes >= 0 && scaleVolts > 0, "a junction's parameters are positive")
    self.saturationAmperes = saturationAmperes
    self.scaleVolts = scaleVolts
    let natural = log(scaleVolts / (2.0.squareRoot() * saturationAmperes))
    // Above a few scale volts also where IS is huge, below the tangent where it is tiny.
    criticalVolts = scaleVolts * min(max(natural, 2), Self.largestArgument)
  }

  /// Current in amperes and conductance in siemens at `volts`.
  @inline(__always)
  public func linearize(at volts: Double) -> (amperes: Double, siemens: Double) {
    let x = volts / scaleVolts
    if abs(x) < 0.5 {
      // Here `exp(x) − 1` would cancel.
      let growth = expm1(x)
      return (saturationAmperes * growth, saturationAmperes * (growth + 1) / scaleVolts)
    }
    let bounded = exp(min(x, Self.largestArgument))
    let slope = saturationAmperes * bounded / scaleVolts
    let beyond = max(x - Self.largestArgument, 0)
    return (saturationAmperes * (bounded - 1) + slope * beyond * scaleVolts, slope)
  }

  /// Whether `volts` is where the current follows a tangent, which no solution may.
  public func isBeyond(_ volts: Double) -> Bool {
    saturationAmperes > 0 && volts > Self.largestArgument * scaleVolts
  }

  /// A trial voltage no farther from the last one than the exponential allows: SPICE's `pnjlim`
  /// (Nagel, UCB/ERL M520, 1975): above the critical voltage the current, not the voltage, follows
  /// the tangent.
  @inline(__always)
  public func limited(_ volts: Double, from last: Double) -> Double {
    guard volts > criticalVolts, abs(volts - last) > 2 * scaleVolts else { return volts }
    let start = max(last, 0)
    let step = (volts - start) / scaleVolts
    // The quotient overflows before the voltage does.
    return step > -1 ? start + scaleVolts * log1p(min(step, 1e300)) : criticalVolts
  }
}

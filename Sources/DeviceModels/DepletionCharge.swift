import Foundation

/// Charge and capacitance of a graded junction's depletion layer, continued as a straight line
/// above a fraction of its built-in potential (SPICE3f5, diode and MOS level 1).
public struct DepletionCharge: Sendable {
  private let farads: Double, potential: Double, grading: Double
  private let edge: Double, f1: Double, f2: Double, f3: Double

  /// - Parameters:
  ///   - farads: At zero bias; zero for no layer.
  ///   - potential: Built-in potential in volts, positive.
  ///   - grading: Exponent, from 0 to below 1.
  ///   - edgeFraction: Fraction of the potential where the straight line begins, below 1.
  public init(farads: Double, potential: Double, grading: Double, edgeFraction: Double) {
    (self.farads, self.potential, self.grading) = (farads, potential, grading)
    edge = edgeFraction * potential
    let rest = 1 - edgeFraction
    f1 = potential * (1 - pow(rest, 1 - grading)) / (1 - grading)
    f2 = pow(rest, 1 + grading)
    f3 = 1 - edgeFraction * (1 + grading)
  }

  /// Whether there is a charge at all.
  public var isPresent: Bool { farads > 0 }

  /// Coulombs and farads at `volts` of forward bias.
  public func at(_ volts: Double) -> (coulombs: Double, farads: Double) {
    guard farads > 0 else { return (0, 0) }
    if volts < edge {
      let argument = 1 - volts / potential
      let power = exp(-grading * log(argument))
      return (
        potential * farads * (1 - argument * power) / (1 - grading), farads * power
      )
    }
    let slope = farads / f2
    let square = volts * volts - edge * edge
    return (
      farads * f1 + slope * (f3 * (volts - edge) + grading / (2 * potential) * square),
      slope * (f3 + grading * volts / potential)
    )
  }
}

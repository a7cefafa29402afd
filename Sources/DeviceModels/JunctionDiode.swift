import Foundation
import Netlist

/// A diode as general circuits have it: Shockley's junction with breakdown, charge, temperature and
/// the conductance GMIN across it, everything but its series resistance.
public struct JunctionDiode: Sendable {
  /// Current and charge with their slopes.
  public struct Tangent: Sendable {
    public var amperes = 0.0, siemens = 0.0
    public var coulombs = 0.0, farads = 0.0
  }

  private let forward: JunctionEquation
  private let breakdownVolts: Double
  private let depletion: DepletionCharge
  private let transitSeconds: Double

  /// A diode of `area` at a temperature.
  public init(_ model: DiodeModel, area: Double, at temperature: SemiconductorTemperature) {
    let extras = model.extras
    let saturation =
      model.saturationAmperes * area
      * temperature.saturationFactor(
        gap: extras.energyGapVolts, exponent: extras.saturationExponent,
        emission: model.emissionCoefficient)
    self.init(
      saturationAmperes: saturation,
      scaleVolts: model.emissionCoefficient * temperature.thermalVolts,
      depletion: DepletionCharge(
        farads: extras.junctionFarads * area
          * temperature.capacitanceFactor(
            potential: extras.junctionVolts, grading: extras.gradingCoefficient),
        potential: temperature.potential(extras.junctionVolts),
        grading: extras.gradingCoefficient, edgeFraction: extras.depletionCoefficient),
      transitSeconds: extras.transitSeconds,
      breakdown: extras.breakdownVolts.isFinite
        ? (extras.breakdownVolts, extras.breakdownAmperes * area) : nil)
  }

  /// A junction from its values at the circuit's temperature.
  public init(
    saturationAmperes: Double, scaleVolts: Double, depletion: DepletionCharge,
    transitSeconds: Double = 0, breakdown: (volts: Double, amperes: Double)? = nil
  ) {
    forward = JunctionEquation(saturationAmperes: saturationAmperes, scaleVolts: scaleVolts)
    self.depletion = depletion
    self.transitSeconds = transitSeconds
    breakdownVolts =
      breakdown.map {
        Self.exponentialStart(
          volts: $0.volts, amperes: $0.amperes, saturation: saturationAmperes, scale: scaleVolts)
      } ?? .infinity
  }

  /// Where the exponential of breakdown begins, so that BV carries IBV (SPICE3f5 `diotemp.c`).
  private static func exponentialStart(
    volts: Double, amperes: Double, saturation: Double, scale: Double
  ) -> Double {
    guard amperes > saturation * volts / scale else { return volts }
    var start = volts - scale * log(1 + amperes / saturation)
    for _ in 0..<25 {
      start = volts - scale * log(amperes / saturation + 1 - start / scale)
    }
    return start.isFinite ? start : volts
  }

  /// Whether it stores charge.
  public var storesCharge: Bool { depletion.isPresent || transitSeconds > 0 }

  /// Current, charge and slopes at `volts`, with `gmin` siemens beside the junction.
  public func linearize(at volts: Double, gmin: Double) -> Tangent {
    var tangent = Tangent()
    (tangent.amperes, tangent.siemens) = forward.linearize(at: volts)
    if volts < -breakdownVolts {
      let (reverse, slope) = forward.linearize(at: -(volts + breakdownVolts))
      tangent.amperes -= reverse
      tangent.siemens += slope
    }
    (tangent.coulombs, tangent.farads) = depletion.at(volts)
    tangent.coulombs += transitSeconds * tangent.amperes
    tangent.farads += transitSeconds * tangent.siemens
    tangent.amperes += gmin * volts
    tangent.siemens += gmin
    return tangent
  }

  /// Whether `volts` is beyond the range of an exponential, forward or in breakdown.
  public func isBeyond(_ volts: Double) -> Bool {
    forward.isBeyond(volts) || forward.isBeyond(-(volts + breakdownVolts))
  }

  /// A trial voltage no farther from the last one than the exponentials allow.
  public func limited(_ volts: Double, from last: Double) -> Double {
    guard breakdownVolts.isFinite, volts < min(0, -breakdownVolts + 10 * forward.scaleVolts) else {
      return forward.limited(volts, from: last)
    }
    let mirrored = forward.limited(-(volts + breakdownVolts), from: -(last + breakdownVolts))
    return -(mirrored + breakdownVolts)
  }
}

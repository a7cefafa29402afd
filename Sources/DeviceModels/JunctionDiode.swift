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
  /// The exponential of breakdown, mirrored.
  private let reverse: JunctionEquation
  /// Recombination in the depletion layer: ISR and NR, with the layer's built-in potential and
  /// grading.
  private var recombination: (equation: JunctionEquation, potential: Double, grading: Double)?
  /// IKF times area.
  private var kneeAmperes = Double.infinity
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
    let rise = temperature.rise
    let breakdownVolts =
      extras.breakdownVolts * (1 + rise * (extras.breakdownFirst + rise * extras.breakdownSecond))
      - extras.breakdownVoltsPerKelvin * rise
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
        ? (max(breakdownVolts, 0), extras.breakdownAmperes * area) : nil,
      breakdownScale: extras.breakdownEmission.map { $0 * temperature.thermalVolts })
    kneeAmperes = extras.kneeAmperes * area
    guard extras.recombinationAmperes > 0 else { return }
    let emission = extras.recombinationEmission
    let factor = temperature.saturationFactor(
      gap: extras.energyGapVolts, exponent: extras.saturationExponent, emission: emission)
    recombination = (
      JunctionEquation(
        saturationAmperes: extras.recombinationAmperes * area * factor,
        scaleVolts: emission * temperature.thermalVolts),
      temperature.potential(extras.junctionVolts), extras.gradingCoefficient
    )
  }

  /// A junction from its values at the circuit's temperature.
  public init(
    saturationAmperes: Double, scaleVolts: Double, depletion: DepletionCharge,
    transitSeconds: Double = 0, breakdown: (volts: Double, amperes: Double)? = nil,
    breakdownScale: Double? = nil
  ) {
    let reverseScale = breakdownScale ?? scaleVolts
    reverse = JunctionEquation(saturationAmperes: saturationAmperes, scaleVolts: reverseScale)
    forward = JunctionEquation(saturationAmperes: saturationAmperes, scaleVolts: scaleVolts)
    self.depletion = depletion
    self.transitSeconds = transitSeconds
    breakdownVolts =
      breakdown.map {
        Self.exponentialStart(
          volts: $0.volts, amperes: $0.amperes, saturation: saturationAmperes,
          scale: reverseScale)
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
      let (amperes, slope) = reverse.linearize(at: -(volts + breakdownVolts))
      tangent.amperes -= amperes
      tangent.siemens += slope
    }
    addRecombination(at: volts, to: &tangent)
    if kneeAmperes.isFinite, tangent.amperes > 0 { bend(&tangent) }
    (tangent.coulombs, tangent.farads) = depletion.at(volts)
    tangent.coulombs += transitSeconds * tangent.amperes
    tangent.farads += transitSeconds * tangent.siemens
    tangent.amperes += gmin * volts
    tangent.siemens += gmin
    return tangent
  }

  /// `ISR (exp(v / NR Vt) − 1) ((1 − v / VJ)² + 0.005)^(M / 2)` (Antognetti and Massobrio, Semiconductor
  /// Device Modeling with SPICE, 1993, chapter 1; ngspice and PSpice).
  private func addRecombination(at volts: Double, to tangent: inout Tangent) {
    guard let (equation, potential, grading) = recombination else { return }
    let (amperes, slope) = equation.linearize(at: volts)
    let depth = 1 - volts / potential
    let square = depth * depth + 0.005
    let factor = pow(square, grading / 2)
    let change = -grading * depth / (potential * square) * factor
    tangent.amperes += amperes * factor
    tangent.siemens += slope * factor + amperes * change
  }

  /// High injection as ngspice has it: `i / (1 + √(i / IKF))`.
  private func bend(_ tangent: inout Tangent) {
    let root = (tangent.amperes / kneeAmperes).squareRoot()
    // d/di of i / (1 + √(i/k)) is (1 + √(i/k) / 2) / (1 + √(i/k))².
    tangent.siemens *= (1 + root / 2) / ((1 + root) * (1 + root))
    tangent.amperes /= 1 + root
  }

  /// Whether `volts` is beyond the range of an exponential, forward or in breakdown.
  public func isBeyond(_ volts: Double) -> Bool {
    forward.isBeyond(volts) || reverse.isBeyond(-(volts + breakdownVolts))
  }

  /// A trial voltage no farther from the last one than the exponentials allow.
  public func limited(_ volts: Double, from last: Double) -> Double {
    guard breakdownVolts.isFinite, volts < min(0, -breakdownVolts + 10 * reverse.scaleVolts) else {
      return forward.limited(volts, from: last)
    }
    let mirrored = reverse.limited(-(volts + breakdownVolts), from: -(last + breakdownVolts))
    return -(mirrored + breakdownVolts)
  }
}

import Foundation
import Netlist

/// A level-1 MOSFET as general circuits have it (Shichman and Hodges 1968; SPICE3f5 `mos1load.c`):
/// channel with body effect, bulk junctions, Meyer's gate capacitances; everything but its series
/// resistances and overlap capacitances, which are linear.
public struct LevelOneMOSFET: Sendable {
  /// Drain current and slopes against the voltages from gate, drain and bulk to the source.
  public struct Tangent: Sendable {
    public var drainAmperes = 0.0
    public var gateSiemens = 0.0, drainSiemens = 0.0, bulkSiemens = 0.0
    /// Threshold and saturation voltage in the direction of the current, for Meyer's model.
    public var threshold = 0.0, saturation = 0.0
  }

  /// +1 for an n-channel, −1 for a p-channel.
  public let sign: Double
  private let flatBand: Double, gamma: Double, phi: Double
  private let beta: Double, lambda: Double
  /// Oxide capacitance of the channel in farads.
  public let oxideFarads: Double
  /// Bulk junctions; `nil` if they carry no current and store no charge.
  public let bulkDrain: JunctionDiode?, bulkSource: JunctionDiode?

  /// A transistor at a temperature: `width` is that of all channels of `multiplier` devices in
  /// parallel, whose bulk junctions are as many.
  public init(
    _ model: MOSFETModel, width: Double, length: Double, multiplier: Double = 1,
    at temperature: SemiconductorTemperature
  ) {
    let extras = model.extras
    sign = model.polarity == .n ? 1 : -1
    let channel = length - 2 * extras.lateralDiffusionMeters
    let ratio = temperature.ratio
    beta = model.transconductance / (ratio * ratio.squareRoot()) * width / channel
    lambda = model.channelLengthModulation
    gamma = extras.bodyEffect
    let nominalPhi = extras.surfacePotentialVolts
    phi = temperature.potential(nominalPhi)
    flatBand =
      sign * model.thresholdVolts - gamma * nominalPhi.squareRoot()
      + sign * temperature.halfGapChange + 0.5 * (phi - nominalPhi)
    oxideFarads = extras.oxideFaradsPerSquareMeter * channel * width
    let saturation =
      multiplier * extras.bulkSaturationAmperes * temperature.bulkSaturationFactor
    func junction(_ farads: Double) -> JunctionDiode? {
      guard saturation > 0 || farads > 0 else { return nil }
      return JunctionDiode(
        saturationAmperes: saturation, scaleVolts: temperature.thermalVolts,
        depletion: DepletionCharge(
          farads: multiplier * farads
            * temperature.capacitanceFactor(
              potential: extras.bulkJunctionVolts, grading: extras.bulkGradingCoefficient),
          potential: temperature.potential(extras.bulkJunctionVolts),
          grading: extras.bulkGradingCoefficient, edgeFraction: extras.depletionCoefficient))
    }
    bulkDrain = junction(extras.bulkDrainFarads)
    bulkSource = junction(extras.bulkSourceFarads)
  }

  /// Channel current and slopes at voltages from gate, drain and bulk to the source.
  public func linearize(gate: Double, drain: Double, bulk: Double) -> Tangent {
    let (vgs, vds, vbs) = (sign * gate, sign * drain, sign * bulk)
    // Where the drain is below the source, the bulk raises the threshold against the drain.
    let isForward = vds >= 0
    let (threshold, slopeOfThreshold) = threshold(bulk: isForward ? vbs : vbs - vds)
    let channel = channel(threshold: threshold).linearize(gateSource: gate, drainSource: drain)
    let bulkSiemens = channel.gateSiemens * slopeOfThreshold
    return Tangent(
      drainAmperes: channel.drainAmperes, gateSiemens: channel.gateSiemens,
      drainSiemens: isForward ? channel.drainSiemens : channel.drainSiemens - bulkSiemens,
      bulkSiemens: bulkSiemens, threshold: threshold,
      saturation: max((isForward ? vgs : vgs - vds) - threshold, 0))
  }

  /// Threshold of the equivalent n-channel, and how it falls as the bulk rises against the source.
  private func threshold(bulk vbs: Double) -> (volts: Double, slope: Double) {
    var root = phi.squareRoot()
    root = vbs <= 0 ? (phi - vbs).squareRoot() : max(0, root - vbs / (2 * root))
    return (flatBand + gamma * root, root > 0 ? gamma / (2 * root) : 0)
  }

  private func channel(threshold: Double) -> ChannelEquation {
    ChannelEquation(sign: sign, equivalentThresholdVolts: threshold, beta: beta, lambda: lambda)
  }

  /// Trial voltages limited to the steps that the parabolas allow.
  public func limited(
    gate: Double, drain: Double, fromGate lastGate: Double, drain lastDrain: Double
  ) -> (gate: Double, drain: Double) {
    let (g, d) = channel(threshold: flatBand + gamma * phi.squareRoot()).limited(
      gateSource: gate, drainSource: drain, fromGateSource: lastGate, drainSource: lastDrain)
    return (g, d)
  }

  /// Meyer's capacitances from gate to source, drain and bulk in farads (RCA Review 32, 1971), at
  /// voltages from gate and drain to the source.
  public func gateFarads(
    _ tangent: Tangent, gate: Double, drain: Double
  ) -> (source: Double, drain: Double, bulk: Double) {
    guard oxideFarads > 0 else { return (0, 0, 0) }
    let (vgs, vds) = (sign * gate, sign * drain)
    if vds >= 0 { return meyer(tangent, vgs, vds) }
    let swapped = meyer(tangent, vgs - vds, -vds)
    return (swapped.drain, swapped.source, swapped.bulk)
  }

  private func meyer(
    _ tangent: Tangent, _ vgs: Double, _ vds: Double
  ) -> (source: Double, drain: Double, bulk: Double) {
    let v = vgs - tangent.threshold
    let saturation = max(tangent.saturation, 0.025)
    let oxide = oxideFarads
    if v <= -phi { return (0, 0, oxide) }
    if v <= -phi / 2 { return (0, 0, -v * oxide / phi) }
    let past = 2 * saturation - vds
    let (toSource, toDrain) =
      vds >= saturation
      ? (1.0, 0.0)
      : (
        1 - (saturation - vds) * (saturation - vds) / (past * past),
        1 - saturation * saturation / (past * past)
      )
    if v <= 0 {
      let full = 2 * (v * oxide / (1.5 * phi) + oxide / 3)
      return (full * toSource, full * toDrain, -v * oxide / phi)
    }
    return (2 * oxide / 3 * toSource, 2 * oxide / 3 * toDrain, 0)
  }
}

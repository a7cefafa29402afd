/// A level-1 MOSFET's channel (Shichman and Hodges, IEEE J. Solid-State Circuits 3(3), 1968), with
/// the channel-length modulation of SPICE in both regions, so that current and slopes are
/// continuous:
///
///     cut off     v = vgs − VTO ≤ 0:   i = 0
///     saturated   v ≤ vds:             i = β/2 v² (1 + λ vds)
///     triode      v > vds:             i = β vds (v − vds/2) (1 + λ vds)
///
/// Where vds is negative, drain and source change roles; a p-channel mirrors all signs.
public struct ChannelEquation: Sendable {
  /// Drain current and its slopes, at fixed voltages between terminals.
  public struct Tangent: Sendable, Equatable {
    /// Current into the drain and out of the source, in amperes.
    public var drainAmperes: Double
    /// gm = ∂i/∂vgs at fixed vds, in siemens.
    public var gateSiemens: Double
    /// gds = ∂i/∂vds at fixed vgs, in siemens.
    public var drainSiemens: Double
  }

  /// +1 for an n-channel, −1 for a p-channel.
  public let sign: Double
  /// VTO of the equivalent n-channel, in volts.
  public let thresholdVolts: Double
  /// β = KP · W / L in A/V².
  public let beta: Double
  /// λ in 1/V.
  public let lambda: Double

  public init(isNChannel: Bool, thresholdVolts: Double, beta: Double, lambda: Double) {
    let sign: Double = isNChannel ? 1 : -1
    self.init(
      sign: sign, equivalentThresholdVolts: sign * thresholdVolts, beta: beta, lambda: lambda)
  }

  /// A channel whose threshold is that of the equivalent n-channel already.
  @inline(__always)
  init(sign: Double, equivalentThresholdVolts: Double, beta: Double, lambda: Double) {
    self.sign = sign
    thresholdVolts = equivalentThresholdVolts
    self.beta = beta
    self.lambda = lambda
  }

  /// Current and slopes at these voltages.
  @inline(__always)
  public func linearize(gateSource: Double, drainSource: Double) -> Tangent {
    let (vgs, vds) = (sign * gateSource, sign * drainSource)
    if vds >= 0 {
      var tangent = forward(vgs, vds)
      tangent.drainAmperes *= sign
      return tangent
    }
    // i = −f(vgs − vds, −vds): drain and source have changed roles.
    let swapped = forward(vgs - vds, -vds)
    return Tangent(
      drainAmperes: -sign * swapped.drainAmperes, gateSiemens: -swapped.gateSiemens,
      drainSiemens: swapped.gateSiemens + swapped.drainSiemens)
  }

  @inline(__always)
  private func forward(_ vgs: Double, _ vds: Double) -> Tangent {
    let v = vgs - thresholdVolts
    guard v > 0 else { return Tangent(drainAmperes: 0, gateSiemens: 0, drainSiemens: 0) }
    let slope = beta * (1 + lambda * vds)
    if v <= vds {
      let half = 0.5 * v * v
      return Tangent(
        drainAmperes: slope * half, gateSiemens: slope * v, drainSiemens: lambda * beta * half)
    }
    let area = vds * (v - 0.5 * vds)
    return Tangent(
      drainAmperes: slope * area, gateSiemens: slope * vds,
      drainSiemens: slope * (v - vds) + lambda * beta * area)
  }

  // MARK: Limiting

  /// Trial voltages limited to the steps that the parabolas allow, after SPICE3's `fetlim`
  /// and `limvds` (Quarles, UCB/ERL M89/42, 1989) but wider, since level 1 is no worse than square.
  @inline(__always)
  public func limited(
    gateSource: Double, drainSource: Double, fromGateSource lastGate: Double,
    drainSource lastDrain: Double
  ) -> (gateSource: Double, drainSource: Double) {
    var (vgs, vds) = (sign * gateSource, sign * drainSource)
    let vgd = vgs - vds
    let (oldGate, oldDrain) = (sign * lastGate, sign * lastDrain)
    if oldDrain >= 0 {
      vgs = limitedGate(vgs, from: oldGate)
      vds = Self.limitedDrain(vgs - vgd, from: oldDrain)
    } else {
      let gate = limitedGate(vgd, from: oldGate - oldDrain)
      vds = -Self.limitedDrain(gate - vgs, from: -oldDrain)
      vgs = gate + vds
    }
    return (sign * vgs, sign * vds)
  }

  @inline(__always)
  private func limitedGate(_ new: Double, from old: Double) -> Double {
    let reach = 2 * abs(old - thresholdVolts) + 4
    let bounded = min(max(new, old - reach), old + reach)
    // Crossing the threshold upwards, stop just above it: the slope there is the first known one.
    if old < thresholdVolts, bounded > thresholdVolts + 1 { return thresholdVolts + 1 }
    return bounded
  }

  @inline(__always)
  private static func limitedDrain(_ new: Double, from old: Double) -> Double {
    min(max(new, -(2 * old + 4)), 3 * old + 4)
  }
}

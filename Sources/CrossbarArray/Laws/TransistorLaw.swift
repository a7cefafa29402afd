import DeviceModels
import Files
import Netlist
import Units

/// A resistor of conductance `G` at the bit line in series with a level-1 NMOS transistor (Shichman
/// and Hodges, IEEE JSSC 3(3), 1968) at the source line, whose gate is the word line (1T1R).
public struct TransistorLaw: Sendable, Equatable {
  /// Gate voltage of a selected word line; the others are at the lowest voltage of the array, which
  /// is 0 V, or minus the read voltage where pairs are interleaved.
  public var gate: Volts
  /// Threshold voltage.
  public var threshold: Volts
  /// `KP · W / L` in amperes per square volt.
  public var transconductance: Double
  /// `LAMBDA` in 1/V.
  public var channelLengthModulation: Double
  /// `GAMMA` in √V: the threshold rises by `γ (√(φ + v) − √φ)` with `v` from bulk to source.
  public var bodyEffect: Double
  /// `PHI` of the body effect.
  public var surfacePotential: Volts
  /// Voltage of the bulk of all transistors; `nil` for the lowest voltage of the array.
  public var bulk: Volts?

  /// A transistor; the transconductance and the surface potential are positive, the channel-length
  /// modulation and the body effect not negative.
  public init(
    gate: Volts, threshold: Volts, transconductance: Double, channelLengthModulation: Double = 0,
    bodyEffect: Double = 0, surfacePotential: Volts = 0.6.volts, bulk: Volts? = nil
  ) {
    self.gate = gate
    self.threshold = threshold
    self.transconductance = transconductance
    self.channelLengthModulation = channelLengthModulation
    (self.bodyEffect, self.surfacePotential, self.bulk) = (bodyEffect, surfacePotential, bulk)
  }
}

extension TransistorLaw: CurrentVoltageLaw {
  static let keyword = "transistor"
  var kind: CellLawKind { .threeTerminal }
  var lanes: (any LaneLaw)? { self }
  var gateVolts: Double? { gate.value }
  var bulkVolts: Double? { bulk?.value }
  var needsGeneralSolver: Bool { bodyEffect != 0 }

  func encode(into encoding: inout CanonicalEncoding) {
    encoding.add("gateVolts", gate.value)
    encoding.add("thresholdVolts", threshold.value)
    encoding.add("transconductance", transconductance)
    encoding.add("channelLengthModulation", channelLengthModulation)
    // Without them, arrays keep the hashes under which their models are stored.
    if bodyEffect != 0 {
      encoding.add("bodyEffect", bodyEffect)
      encoding.add("surfacePotentialVolts", surfacePotential.value)
    }
    if let bulk { encoding.add("bulkVolts", bulk.value) }
  }

  func validate(_ topology: CellTopology) throws(ArrayError) {
    guard topology != .voltageDriven else {
      throw .unsupported(
        "law: transistor needs topology: gateDriven, because its gate is the word line; with "
          + "every gate on, a voltage-driven array of 1T1R cells is law: linear")
    }
    try requirePositive("transconductance", transconductance)
    for (name, value) in [("gateVolts", gate.value), ("thresholdVolts", threshold.value)]
    where !value.isFinite || value.magnitude > 1e6 {
      throw .invalidValue(name: "law.\(name)", value: value, allowed: "between -1e6 and 1e6")
    }
    guard channelLengthModulation >= 0, channelLengthModulation <= 1e6 else {
      throw .invalidValue(
        name: "law.channelLengthModulation", value: channelLengthModulation,
        allowed: "between 0 and 1e6")
    }
    guard bodyEffect >= 0, bodyEffect <= 1e6 else {
      throw .invalidValue(
        name: "law.bodyEffect", value: bodyEffect, allowed: "between 0 and 1e6")
    }
    guard (1e-3...100).contains(surfacePotential.value) else {
      throw .invalidValue(
        name: "law.surfacePotentialVolts", value: surfacePotential.value,
        allowed: "between 1e-3 and 100")
    }
    if let bulk, !(bulk.value >= -1e6 && bulk.value <= 0) {
      throw .invalidValue(
        name: "law.bulkVolts", value: bulk.value,
        allowed: "between -1e6 and 0, so that no junction to the bulk conducts")
    }
    let needed = threshold(sourceBulk: -bulkOrGround).volts
    guard gate.value > needed else {
      let raised =
        needed == threshold.value ? "" : ", which the body effect raises to \(needed) V,"
      throw .unsupported(
        "law.gateVolts is \(gate.value), not above law.thresholdVolts \(threshold.value)\(raised): "
          + "a selected cell would not conduct")
    }
  }

  /// The bulk's voltage. Where it is the lowest one of an array, that is 0 V: arrays that reach below
  /// need it stated.
  private var bulkOrGround: Double { bulk?.value ?? 0 }

  /// Threshold with `sourceBulk` volts from the bulk to the source, and its slope; below 0 V along the
  /// tangent, as SPICE has it.
  private func threshold(sourceBulk: Double) -> (volts: Double, slope: Double) {
    guard bodyEffect > 0 else { return (threshold.value, 0) }
    let atRest = surfacePotential.value.squareRoot()
    guard sourceBulk < 0 else {
      let root = (surfacePotential.value + sourceBulk).squareRoot()
      return (threshold.value + bodyEffect * (root - atRest), bodyEffect / (2 * root))
    }
    let slope = 1 / (2 * atRest)
    guard atRest + slope * sourceBulk > 0 else { return (threshold.value - bodyEffect * atRest, 0) }
    return (threshold.value + bodyEffect * slope * sourceBulk, bodyEffect * slope)
  }

  var isProportional: Bool { false }
  var isOdd: Bool { false }

  /// The channel with its drain at `volts` above the bit line and `inner` at the memory element, and
  /// what its current falls by as both rise with the bulk held: `gm ∂VTH/∂v` of its source, which is
  /// the lower of the two.
  private func channel(
    _ volts: Double, bitLine: Double, inner: Double
  ) -> (tangent: ChannelEquation.Tangent, bulkSiemens: Double) {
    let source = bitLine + (volts > 0 ? inner : volts)
    let (vth, slope) = threshold(sourceBulk: source - bulkOrGround)
    let tangent = ChannelEquation(
      isNChannel: true, thresholdVolts: vth, beta: transconductance,
      lambda: channelLengthModulation
    ).linearize(gateSource: gate.value - bitLine - inner, drainSource: volts - inner)
    return (tangent, tangent.gateSiemens * slope)
  }

  func amperes(_ volts: Double, siemens: Double) -> Double {
    guard siemens > 0, volts != 0 else { return 0 }
    return siemens * innerVolts(volts, bitLine: 0, siemens: siemens)
  }

  func tangent(_ volts: Double, bitLine: Double, siemens: Double) -> CellTangent {
    guard siemens > 0 else { return CellTangent(amperes: 0, siemens: 0) }
    let inner = volts == 0 ? 0 : innerVolts(volts, bitLine: bitLine, siemens: siemens)
    let (slopes, body) = channel(volts, bitLine: bitLine, inner: inner)
    // The source of a forward channel is at the memory element, that of a reversed one at the line.
    let (atElement, atLine) = volts > 0 ? (body, 0) : (0, body)
    let sum = siemens + slopes.gateSiemens + slopes.drainSiemens + atElement
    return CellTangent(
      amperes: siemens * inner, siemens: siemens * (slopes.drainSiemens - atLine) / sum,
      bitLineSiemens: -siemens * (slopes.gateSiemens + body) / sum)
  }

  /// Voltage between the memory element and the bit line, for `volts` across the cell: Newton's
  /// method, kept inside a bracket, from the closed form without channel-length modulation.
  private func innerVolts(_ volts: Double, bitLine: Double, siemens: Double) -> Double {
    var (low, high) = (min(0, volts), max(0, volts))
    let vth = threshold(sourceBulk: bitLine + min(0, volts) - bulkOrGround).volts
    var inner = unmodulated(
      volts, overdrive: gate.value - bitLine - vth, siemens: siemens)
    if !(inner >= low && inner <= high) { inner = volts / 2 }
    for _ in 0..<200 {
      let (tangent, body) = channel(volts, bitLine: bitLine, inner: inner)
      let excess = siemens * inner - tangent.drainAmperes
      if excess > 0 { high = inner } else { low = inner }
      var next =
        inner - excess
        / (siemens + tangent.gateSiemens + tangent.drainSiemens + (volts > 0 ? body : 0))
      // Rounding takes steps of a few ulp out of the bracket.
      guard (next - inner).magnitude > 2 * inner.ulp else { break }
      if !(next > low && next < high) { next = low + (high - low) / 2 }
      guard (next - inner).magnitude > 2 * inner.ulp else { break }
      inner = next
    }
    return inner
  }

  /// The same without channel-length modulation, for the overdrive `a` of a source at the bit line:
  /// `β/2 (v − u) (2a − u − v) = G u`, or `β/2 (a − u)² = G u` in saturation.
  private func unmodulated(_ v: Double, overdrive a: Double, siemens: Double) -> Double {
    guard a > 0 else { return 0 }
    let b = a + siemens / transconductance
    let c = v < a ? v * (2 * a - v) : a * a
    return c / (b + (b * b - c).squareRoot())
  }

  /// Bisection, then Newton's method, on the voltage `u` of the memory element, which carries the
  /// given current where the transistor does. Infinite if the transistor alone carries less.
  func siemens(_ volts: Double, amperes: Double) -> Double {
    guard amperes > 0 else { return 0 }
    func excess(_ u: Double) -> (Double, Double) {
      let (t, body) = channel(volts, bitLine: 0, inner: u)
      return (t.drainAmperes - amperes, -t.gateSiemens - t.drainSiemens - body)
    }
    guard excess(0).0 > 0 else { return .infinity }
    var (low, high) = (0.0, volts)
    var u = volts / 2
    for _ in 0..<200 {
      let (value, slope) = excess(u)
      if value > 0 { low = u } else { high = u }
      var next = slope < 0 ? u - value / slope : .nan
      guard !((next - u).magnitude <= 2 * u.ulp) else { break }
      if !(next > low && next < high) { next = low + (high - low) / 2 }
      guard (next - u).magnitude > 2 * u.ulp else { break }
      u = next
    }
    return amperes / u
  }

  func addModel(to circuit: inout Circuit, suffix: String) -> Int? {
    let label = circuit.label("macc" + suffix)
    let model = circuit.addMOSFETModel(
      label, polarity: .n, thresholdVolts: threshold.value, transconductance: transconductance,
      channelLengthModulation: channelLengthModulation)
    if bodyEffect != 0 {
      var extras = MOSFETExtras()
      extras.bodyEffect = bodyEffect
      extras.surfacePotentialVolts = surfacePotential.value
      circuit.setExtras(extras, ofMOSFETModel: model)
    }
    return model
  }

  func emit(_ site: CellSite, model: Int?, to circuit: inout Circuit) -> CellElements {
    guard let model else { preconditionFailure("transistors have a model") }
    // Unused word lines have no gate, so their cells do not conduct.
    guard let gate = site.gate else { return CellElements() }
    let inner = site.addMiddle(to: &circuit)
    let label = site.label("mc", &circuit)
    let transistor = circuit.addMOSFET(
      label, drain: site.from, gate: gate, source: inner, bulk: site.bulk, model: model,
      widthMeters: 1e-6, lengthMeters: 1e-6)
    return CellElements(
      resistor: site.addResistor(inner, site.to, to: &circuit), transistor: transistor)
  }
}

extension TransistorLaw: LaneLaw {
  static var stepLimit: Int { 40 }

  func amperes<V: LineLanes>(_ volts: V, bitLine: V, siemens: V) -> (amperes: V, siemens: V) {
    var (current, slope) = (V.none, V.none)
    for lane in 0..<V.width {
      let cell = tangent(
        volts[lane: lane], bitLine: bitLine[lane: lane], siemens: siemens[lane: lane])
      current[lane: lane] = cell.amperes
      slope[lane: lane] = cell.siemens
    }
    return (current, slope)
  }
}

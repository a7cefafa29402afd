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

  /// A transistor; the transconductance is positive, the channel-length modulation not negative.
  public init(
    gate: Volts, threshold: Volts, transconductance: Double, channelLengthModulation: Double = 0
  ) {
    self.gate = gate
    self.threshold = threshold
    self.transconductance = transconductance
    self.channelLengthModulation = channelLengthModulation
  }
}

extension TransistorLaw: CurrentVoltageLaw {
  static let keyword = "transistor"
  var kind: CellLawKind { .threeTerminal }
  var lanes: (any LaneLaw)? { self }
  var gateVolts: Double? { gate.value }

  func encode(into encoding: inout CanonicalEncoding) {
    encoding.add("gateVolts", gate.value)
    encoding.add("thresholdVolts", threshold.value)
    encoding.add("transconductance", transconductance)
    encoding.add("channelLengthModulation", channelLengthModulation)
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
    guard gate.value > threshold.value else {
      throw .unsupported(
        "law.gateVolts is \(gate.value), not above law.thresholdVolts \(threshold.value): a "
          + "selected cell would not conduct")
    }
  }

  var isProportional: Bool { false }
  var isOdd: Bool { false }

  private var channel: ChannelEquation {
    ChannelEquation(
      isNChannel: true, thresholdVolts: threshold.value, beta: transconductance,
      lambda: channelLengthModulation)
  }

  func amperes(_ volts: Double, siemens: Double) -> Double {
    guard siemens > 0, volts != 0 else { return 0 }
    return siemens * innerVolts(volts, gate: gate.value, siemens: siemens)
  }

  func tangent(_ volts: Double, bitLine: Double, siemens: Double) -> CellTangent {
    guard siemens > 0 else { return CellTangent(amperes: 0, siemens: 0) }
    let gate = gate.value - bitLine
    let inner = volts == 0 ? 0 : innerVolts(volts, gate: gate, siemens: siemens)
    let slopes = channel.linearize(gateSource: gate - inner, drainSource: volts - inner)
    let sum = siemens + slopes.gateSiemens + slopes.drainSiemens
    return CellTangent(
      amperes: siemens * inner, siemens: siemens * slopes.drainSiemens / sum,
      bitLineSiemens: -siemens * slopes.gateSiemens / sum)
  }

  /// Voltage between the memory element and the bit line, for `volts` across the cell and `gate` from
  /// the gate to the bit line: Newton's method, kept inside a bracket, from the closed form without
  /// channel-length modulation.
  private func innerVolts(_ volts: Double, gate: Double, siemens: Double) -> Double {
    let channel = channel
    var (low, high) = (min(0, volts), max(0, volts))
    var inner = unmodulated(volts, overdrive: gate - threshold.value, siemens: siemens)
    if !(inner >= low && inner <= high) { inner = volts / 2 }
    for _ in 0..<200 {
      let tangent = channel.linearize(gateSource: gate - inner, drainSource: volts - inner)
      let excess = siemens * inner - tangent.drainAmperes
      if excess > 0 { high = inner } else { low = inner }
      var next = inner - excess / (siemens + tangent.gateSiemens + tangent.drainSiemens)
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
    let channel = channel
    func excess(_ u: Double) -> (Double, Double) {
      let t = channel.linearize(gateSource: gate.value - u, drainSource: volts - u)
      return (t.drainAmperes - amperes, -t.gateSiemens - t.drainSiemens)
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
    return circuit.addMOSFETModel(
      label, polarity: .n, thresholdVolts: threshold.value, transconductance: transconductance,
      channelLengthModulation: channelLengthModulation)
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

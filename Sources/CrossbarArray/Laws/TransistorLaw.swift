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
  var lanes: (any LaneLaw)? { nil }
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

  /// Newton's method, kept inside a bracket, on the voltage between transistor and memory element.
  func amperes(_ volts: Double, siemens: Double) -> Double {
    guard siemens > 0, volts != 0 else { return 0 }
    let channel = ChannelEquation(
      isNChannel: true, thresholdVolts: threshold.value, beta: transconductance,
      lambda: channelLengthModulation)
    var (low, high) = (min(0, volts), max(0, volts))
    var inner = volts / 2
    for _ in 0..<200 {
      let tangent = channel.linearize(gateSource: gate.value - inner, drainSource: volts - inner)
      let excess = siemens * inner - tangent.drainAmperes
      if excess > 0 { high = inner } else { low = inner }
      var next = inner - excess / (siemens + tangent.gateSiemens + tangent.drainSiemens)
      if !(next > low && next < high) { next = low + (high - low) / 2 }
      guard (next - inner).magnitude > 2 * inner.ulp else { break }
      inner = next
    }
    return siemens * inner
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

import Units

/// Current of a cell against the voltage across it; `G` is the cell's entry of the conductance
/// matrix.
public enum CellModel: Sendable, Equatable, Codable {
  /// A resistor: `i = G v`.
  case linear
  /// A conduction that grows with the voltage: `i = G v₀ sinh(v / v₀)`, which is `G v` for small `v`.
  case sinh(scale: Volts)
  /// A resistor of conductance `G` in series with a two-way selector (1S1R).
  case selector(Selector)
  /// A resistor of conductance `G` in series with a MOSFET whose gate is the word line (1T1R).
  /// Gate-driven arrays only.
  case transistor(AccessTransistor)

  /// Two antiparallel exponential junctions: `i = 2 I_S sinh(v / v_T)`.
  public struct Selector: Sendable, Equatable, Codable {
    /// `I_S`, of each junction.
    public var saturation: Amperes
    /// `v_T`, the voltage over which the current grows e-fold.
    public var slope: Volts

    /// A selector of these junctions; both values are positive.
    public init(saturation: Amperes, slope: Volts) {
      self.saturation = saturation
      self.slope = slope
    }
  }

  /// A level-1 NMOS transistor (Shichman and Hodges, IEEE JSSC 3(3), 1968) between the source line
  /// and the memory element, which is at the bit line.
  public struct AccessTransistor: Sendable, Equatable, Codable {
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

  /// Values that no device has, by configuration key.
  func validate(_ topology: CellTopology) throws(ArrayError) {
    func requirePositive(_ name: String, _ value: Double) throws(ArrayError) {
      guard value > 0, ArrayDescription.physical.contains(value) else {
        throw .invalidValue(
          name: "cell.\(name)", value: value, allowed: "between 1e-30 and 1e30")
      }
    }
    switch self {
    case .linear: return
    case .sinh(let scale): try requirePositive("scaleVolts", scale.value)
    case .selector(let selector):
      try requirePositive("saturationAmperes", selector.saturation.value)
      try requirePositive("slopeVolts", selector.slope.value)
    case .transistor(let transistor):
      guard topology != .voltageDriven else {
        throw .unsupported(
          "cell: transistor needs topology: gateDriven, because its gate is the word line; with "
            + "every gate on, a voltage-driven array of 1T1R cells is cell: linear")
      }
      try requirePositive("transconductance", transistor.transconductance)
      for (name, value) in [
        ("gateVolts", transistor.gate.value), ("thresholdVolts", transistor.threshold.value),
      ] where !value.isFinite || value.magnitude > 1e6 {
        throw .invalidValue(
          name: "cell.\(name)", value: value, allowed: "between -1e6 and 1e6")
      }
      let lambda = transistor.channelLengthModulation
      guard lambda >= 0, lambda <= 1e6 else {
        throw .invalidValue(
          name: "cell.channelLengthModulation", value: lambda, allowed: "between 0 and 1e6")
      }
      guard transistor.gate.value > transistor.threshold.value else {
        throw .unsupported(
          "cell.gateVolts is \(transistor.gate.value), not above cell.thresholdVolts "
            + "\(transistor.threshold.value): a selected cell would not conduct")
      }
    }
  }
}

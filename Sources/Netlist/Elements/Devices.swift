/// A junction diode's model card: `i = IS (exp(v / (N Vt)) − 1)`.
public struct DiodeModel: Hashable, Sendable {
  public let label: Label
  /// IS: saturation current of a diode of area one, in amperes; positive.
  public let saturationAmperes: Double
  /// N: emission coefficient, positive.
  public let emissionCoefficient: Double
  /// Effects beyond the ideal junction.
  public internal(set) var extras = DiodeExtras()

  /// A model whose values are not checked; see `isInRange`.
  package init(label: Label, saturationAmperes: Double, emissionCoefficient: Double) {
    self.label = label
    self.saturationAmperes = saturationAmperes
    self.emissionCoefficient = emissionCoefficient
  }
}

/// A junction diode, which conducts from its anode to its cathode.
public struct Diode: Hashable, Sendable {
  public let label: Label
  public let anode: Node
  public let cathode: Node
  /// Index among the circuit's diode models.
  public let model: Int
  /// Factor of the model's saturation current, positive.
  public internal(set) var area: Double
}

/// A level-1 MOSFET's model card (Shichman and Hodges 1968).
public struct MOSFETModel: Hashable, Sendable {
  /// The kind of channel.
  public enum Polarity: String, Sendable {
    case n, p
  }

  public let label: Label
  public let polarity: Polarity
  /// VTO: threshold voltage in volts; negative in an enhancement-mode p-channel device.
  public let thresholdVolts: Double
  /// KP: transconductance parameter in A/V², positive.
  public let transconductance: Double
  /// LAMBDA: channel-length modulation in 1/V, not negative.
  public let channelLengthModulation: Double
  /// Effects beyond the ideal channel.
  public internal(set) var extras = MOSFETExtras()

  /// A model whose values are not checked; see `isInRange`.
  package init(
    label: Label, polarity: Polarity, thresholdVolts: Double, transconductance: Double,
    channelLengthModulation: Double
  ) {
    self.label = label
    self.polarity = polarity
    self.thresholdVolts = thresholdVolts
    self.transconductance = transconductance
    self.channelLengthModulation = channelLengthModulation
  }
}

/// A level-1 MOSFET; drain and source may change roles, its gate and bulk take no current.
public struct MOSFET: Hashable, Sendable {
  public let label: Label
  public let drain: Node
  public let gate: Node
  public let source: Node
  public let bulk: Node
  /// Index among the circuit's MOSFET models.
  public let model: Int
  /// Channel width in meters, positive.
  public internal(set) var widthMeters: Double
  /// Channel length in meters, positive.
  public internal(set) var lengthMeters: Double
  /// M: how many of them are in parallel, positive.
  public internal(set) var multiplier: Double

  /// The width of all channels together in meters.
  public var totalWidthMeters: Double { widthMeters * multiplier }
}

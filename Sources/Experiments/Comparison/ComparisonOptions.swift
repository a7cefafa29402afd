/// Options of a comparison, apart from its arrays.
public struct ComparisonOptions: Sendable {
  /// File of input vectors on which models are tested, `.npy` `[vectors, wordLines]`; `nil` for
  /// those held out from the fit.
  public var inputs: String?
  /// Largest word-line voltage of the vectors that are drawn for voltage-driven arrays, in volts;
  /// `nil` for the read voltage of the array.
  public var fullScaleVolts: Double?

  /// Tests on held-out vectors, at the read voltage.
  public init(inputs: String? = nil, fullScaleVolts: Double? = nil) {
    self.inputs = inputs
    self.fullScaleVolts = fullScaleVolts
  }
}

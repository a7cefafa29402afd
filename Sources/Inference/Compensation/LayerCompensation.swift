/// How the losses of a layer's arrays are made up for, without labels and without training.
public struct LayerCompensation: Sendable, Equatable {
  /// Digital factors on the outputs of a layer, behind its converters.
  public enum Gains: String, Sendable, Equatable, Codable, CaseIterable {
    /// None.
    case none
    /// One factor for the layer.
    case layer
    /// A factor and an addend for each output.
    case column
  }

  /// Changes of the conductances that are programmed.
  public enum Programming: Sendable, Equatable {
    /// The weights as they are.
    case none
    /// Weights over the part of their currents that cells deliver behind their wires, `w′ = w / u(w′)`,
    /// in so many passes.
    case voltageLoss(passes: Int)
  }

  /// Factors on outputs.
  public var gains: Gains
  /// Changes of conductances.
  public var programming: Programming

  /// A layer that by default is not compensated.
  public init(gains: Gains = .none, programming: Programming = .none) {
    self.gains = gains
    self.programming = programming
  }

  /// The layer as it is.
  public static let none = LayerCompensation()

  /// Why arrays on `path` cannot be compensated so, naming the key; `nil` if they can.
  func refusal(on path: SolutionPath) -> String? {
    guard programming != .none, path == .ideal else { return nil }
    return "compensation.programming: path ideal has no wires and gives no voltages of cells: take "
      + "path exact, or programming: none"
  }
}

import AnalogCore
import CrossbarArray

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

  /// A fit of the conductances to what the float network has, through the circuit and its adjoint.
  public struct Reconstruction: Sendable, Equatable {
    /// Linearizations at most; 0 for none.
    public var steps: Int
    /// Input vectors of the layer, of all images together, that take part.
    public var vectors: Int

    /// As many steps on as many vectors.
    public init(steps: Int = 0, vectors: Int = Self.usualVectors) {
      self.steps = steps
      self.vectors = vectors
    }

    /// Vectors unless it is said how many.
    public static let usualVectors = 2048
    /// No reconstruction.
    public static let none = Reconstruction()
  }

  /// Factors on outputs.
  public var gains: Gains
  /// Changes of conductances.
  public var programming: Programming
  /// The fit of the conductances that `programming` leaves.
  public var reconstruction: Reconstruction

  /// A layer that by default is not compensated.
  public init(
    gains: Gains = .none, programming: Programming = .none, reconstruction: Reconstruction = .none
  ) {
    self.gains = gains
    self.programming = programming
    self.reconstruction = reconstruction
  }

  /// Whether nothing is changed.
  public var isNone: Bool { gains == .none && !changesConductances }
  /// Whether conductances are changed.
  public var changesConductances: Bool { programming != .none || reconstruction.steps > 0 }

  /// The layer as it is.
  public static let none = LayerCompensation()

  /// Why arrays of `hardware` on `path` cannot be compensated so, naming the key; `nil` if they can.
  func refusal(on path: SolutionPath, _ hardware: HardwareConfiguration) -> String? {
    if programming != .none, path == .ideal {
      return "compensation.programming: path ideal has no wires and gives no voltages of cells: "
        + "take path exact, or programming: none"
    }
    guard reconstruction.steps > 0 else { return nil }
    if path == .ideal {
      return "compensation.reconstruction: path ideal has no wires and gives no voltages of cells: "
        + "take path exact, or steps: 0"
    }
    return LadderSensitivities.refusal(of: hardware.smallestArray).map {
      "compensation.reconstruction: conductances are fitted column by column, but \($0): take "
        + "steps: 0 and programming: voltageLoss"
    }
  }
}

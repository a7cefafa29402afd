/// A deck to simulate: a flat circuit with its analyses and outputs.
public struct SimulationDeck: Sendable {
  /// A voltage that `.ic` or `.nodeset` gives a node.
  public struct NodeVoltage: Hashable, Sendable {
    public var node: Node
    public var volts: Double

    public init(node: Node, volts: Double) {
      self.node = node
      self.volts = volts
    }
  }

  /// Subcircuits expanded, parameters evaluated.
  public var circuit: Circuit
  /// In the order of the deck.
  public var analyses: [Analysis] = []
  public var options = SimulationOptions()
  /// `.ic`: where a transient starts.
  public var initialConditions: [NodeVoltage] = []
  /// `.nodeset`: where the search for an operating point starts.
  public var guesses: [NodeVoltage] = []
  /// `.print` and `.save`; empty for everything.
  public var outputs: [OutputRequest] = []
  /// `.four`.
  public var fourier: [FourierRequest] = []
  /// `.measure`.
  public var measurements: [Measurement] = []
  /// The same deck at each combination of values that `.step` cards ask for, where those change
  /// parameters or step through more than operating points and DC sweeps; empty elsewhere.
  public var steps: [SimulationStep] = []
  /// For each analysis that is a table, the deck at each of its points, without analyses; empty in
  /// a deck with `steps`, which have their own.
  public var tablePoints: [[SimulationDeck]] = []
  /// Cards that were ignored or look unintended.
  public var warnings: [DeckFault] = []

  public init(circuit: Circuit) { self.circuit = circuit }
}

/// A deck at one combination of the values of its `.step` cards; without steps of its own.
public struct SimulationStep: Sendable {
  /// The stepped quantities and their values: `r=1000.0 temp=27.0`, the slowest last.
  public var name: String
  public var deck: SimulationDeck

  public init(name: String, deck: SimulationDeck) {
    self.name = name
    self.deck = deck
  }
}

/// The kind of an analysis, as `.print` and `.measure` name it.
public enum AnalysisKind: String, Hashable, Sendable {
  case operatingPoint = "op"
  case dcSweep = "dc"
  case smallSignal = "ac"
  case transient = "tran"
  case noise
  case transferFunction = "tf"
  case scattering = "sp"
  case poleZero = "pz"
}

/// One vector to show.
public struct OutputRequest: Hashable, Sendable {
  /// The analysis it belongs to; `nil` for all.
  public var analysis: AnalysisKind?
  /// As the deck spells it, in lower case without blanks: `v(out)`, `v(a,b)`, `i(v1)`, `vdb(out)`.
  public var name: String
  /// The same as a formula of the circuit's quantities.
  public var expression: Expression
  /// The part of a complex value that `.ac` shows.
  public var part = Part.value

  /// Part of a complex value; a phase is in radians.
  public enum Part: String, Hashable, Sendable {
    case value, real, imaginary, magnitude, phase, decibels
  }

  public init(analysis: AnalysisKind?, name: String, expression: Expression, part: Part = .value) {
    self.analysis = analysis
    self.name = name
    self.expression = expression
    self.part = part
  }
}

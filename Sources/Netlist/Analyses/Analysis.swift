/// One analysis of a deck.
public enum Analysis: Hashable, Sendable {
  /// `.op`.
  case operatingPoint
  /// `.dc`: nested sweeps; the first runs through its values fastest.
  case dcSweep([Sweep])
  /// `.ac`: frequencies in hertz, growing.
  case smallSignal(hertz: [Double])
  /// `.dc` of parameters, and `.dc` and `.ac` over a `.data` table.
  case table(TableSweep)
  /// `.tran`.
  case transient(TransientSettings)
  /// `.noise`.
  case noise(NoiseSettings)
  /// `.tf`.
  case transferFunction(TransferSettings)
  /// `.sp`.
  case scattering(ScatteringSettings)
  /// `.pz`.
  case poleZero(PoleZeroSettings)
}

/// `.sp dec n f1 f2`: waves at the ports of a circuit.
public struct ScatteringSettings: Hashable, Sendable {
  /// A port: a voltage source, by index, behind its resistance in ohms, in the order of the ports'
  /// numbers.
  public struct Port: Hashable, Sendable {
    /// By index among the voltage sources.
    public var source: Int
    /// Of the port's own resistance, to which its waves refer.
    public var ohms: Double

    /// A port at a voltage source.
    public init(source: Int, ohms: Double) { (self.source, self.ohms) = (source, ohms) }
  }

  /// By number.
  public var ports: [Port]
  /// Frequencies in hertz, growing.
  public var hertz: [Double]

  /// Waves at these ports.
  public init(ports: [Port], hertz: [Double]) { (self.ports, self.hertz) = (ports, hertz) }
}

/// `.pz in ref out ref cur|vol pol|zer|pz`: poles and zeros of a transfer function.
public struct PoleZeroSettings: Hashable, Sendable {
  /// The nodes that are driven.
  public var input: (plus: Node, minus: Node) { (nodes[0], nodes[1]) }
  /// The nodes between which the answer is.
  public var output: (plus: Node, minus: Node) { (nodes[2], nodes[3]) }
  private var nodes: [Node]
  /// Whether a voltage drives the input; else a current.
  public var isVoltage: Bool
  /// Which of the two are asked for.
  public var findsPoles: Bool, findsZeros: Bool

  /// Poles, zeros or both from an input to an output.
  public init(
    input: (Node, Node), output: (Node, Node), isVoltage: Bool, findsPoles: Bool, findsZeros: Bool
  ) {
    nodes = [input.0, input.1, output.0, output.1]
    (self.isVoltage, self.findsPoles, self.findsZeros) = (isVoltage, findsPoles, findsZeros)
  }
}

/// What a small signal or its noise is asked for at.
public enum SmallSignalOutput: Hashable, Sendable {
  /// The voltage from one node to another.
  case voltage(Node, Node)
  /// The current of a voltage source, by index.
  case current(Int)
}

/// `.noise v(out,ref) source dec n f1 f2 [every]`.
public struct NoiseSettings: Hashable, Sendable {
  public var output: SmallSignalOutput
  /// A voltage source or a current source, to whose place the noise is referred.
  public var source: ElementCurrent
  /// Frequencies in hertz, growing.
  public var hertz: [Double]
  /// Whether the density of every element is a vector of its own.
  public var showsElements = false

  public init(output: SmallSignalOutput, source: ElementCurrent, hertz: [Double]) {
    (self.output, self.source, self.hertz) = (output, source, hertz)
  }
}

/// `.tf output source`: gain and resistances of small signals at DC.
public struct TransferSettings: Hashable, Sendable {
  public var output: SmallSignalOutput
  /// The output as the deck spells it, in lower case.
  public var outputName: String
  /// A voltage source or a current source.
  public var source: ElementCurrent

  public init(output: SmallSignalOutput, outputName: String, source: ElementCurrent) {
    (self.output, self.outputName, self.source) = (output, outputName, source)
  }
}

/// `.four hertz output …`: harmonics of the last period of a transient.
public struct FourierRequest: Hashable, Sendable {
  /// The fundamental frequency in hertz, positive.
  public var hertz: Double
  public var output: OutputRequest

  public init(hertz: Double, output: OutputRequest) {
    (self.hertz, self.output) = (hertz, output)
  }
}

/// The variable of a DC sweep and its values.
public struct Sweep: Hashable, Sendable {
  /// The swept variable.
  public enum Variable: Hashable, Sendable {
    /// DC value of a voltage source, by index, in volts.
    case voltageSource(Int)
    /// DC value of a current source, by index, in amperes.
    case currentSource(Int)
    /// Resistance of a resistor, by index, in ohms.
    case resistor(Int)
    /// Degrees Celsius.
    case temperature
  }

  public var variable: Variable
  /// Its name in results: the element's, or `temp`.
  public var name: String
  /// At least one value, in order.
  public var values: [Double]

  public init(variable: Variable, name: String, values: [Double]) {
    self.variable = variable
    self.name = name
    self.values = values
  }
}

/// A sweep with a separate deck for each point, in `SimulationDeck.tablePoints`.
public struct TableSweep: Hashable, Sendable {
  /// Names of the quantities that the columns set, in lower case.
  public var names: [String]
  /// The points in order, each with a value per column.
  public var rows: [[Double]]
  /// The variable of the first column, the scale of a DC sweep; `nil` for a parameter.
  public var scale: Sweep.Variable?
  /// Points in one run of the fastest sweep; each run is measured separately.
  public var runLength: Int
  /// For `.ac`, the frequency of each point in hertz; `nil` for a DC sweep.
  public var hertz: [Double]?

  public init(names: [String], rows: [[Double]]) {
    self.names = names
    self.rows = rows
    runLength = rows.count
  }
}

/// `.tran step stop start maxStep uic`, in seconds.
public struct TransientSettings: Hashable, Sendable {
  /// Suggested interval of the output, positive.
  public var step: Double
  /// End of the analysis, positive.
  public var stop: Double
  /// Results before this time are dropped.
  public var start = 0.0
  /// Longest internal step; `nil` for the smaller of `step` and a fiftieth of the time shown.
  public var maximumStep: Double?
  /// UIC: start from initial conditions instead of an operating point.
  public var usesInitialConditions = false
  /// LTspice's `startup`: independent sources are zero at the start and grow to their values in so
  /// many seconds.
  public var rampSeconds = 0.0

  public init(step: Double, stop: Double) {
    self.step = step
    self.stop = stop
  }
}

extension Analysis {
  /// Its kind.
  public var kind: AnalysisKind {
    switch self {
    case .operatingPoint: .operatingPoint
    case .dcSweep: .dcSweep
    case .smallSignal: .smallSignal
    case .table(let table): table.hertz == nil ? .dcSweep : .smallSignal
    case .transient: .transient
    case .noise: .noise
    case .transferFunction: .transferFunction
    case .scattering: .scattering
    case .poleZero: .poleZero
    }
  }
}

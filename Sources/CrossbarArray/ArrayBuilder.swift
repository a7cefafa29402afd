import Netlist
import NumericKernels
import Units

/// The circuit of an array together with what its elements mean.
public struct ArrayCircuit: Sendable {
  /// Resistors, drivers and 0 V sense sources.
  public var circuit: Circuit
  /// Sources that carry the input of each word line, with the sign they apply; voltage-driven only.
  public var inputSources: [[(source: Int, sign: Double)]]
  /// Sense sources of each output, in the order of `ArrayCurrents`; their currents add up.
  public var senseSources: [[Int]]
  /// Resistor of each cell `[wordLine, bitLine]`, positive then negative matrices; nil where a cell
  /// conducts nothing and has no resistor.
  public var cellResistors: [Matrix<Int?>]
  /// The two nodes of each cell, drive side first, in the order of `cellResistors`.
  public var cellNodes: [Matrix<CellNodes>]

  /// The nodes that a cell connects.
  public struct CellNodes: Sendable, Equatable {
    /// Node on the word line (voltage-driven) or source line (gate-driven).
    public var drive: Node
    /// Node on the bit line.
    public var sense: Node
  }
}

/// Emits an array as a circuit: the one place where geometry becomes nodes and resistors.
///
/// Names: nodes `w_i_j`, `b_i_j`, `s_i_j` on word, bit and source lines; resistors `rw`, `rb`, `rs`
/// (segments), `rc` (cells); sources `vin_i`, `vs_j`, `vo_j`. The second array or line of pairs has
/// an `n` behind the letter, the second terminal of a line driven or sensed at both ends an `f`. An
/// ideal line is one node: nothing has zero ohms.
public struct ArrayBuilder {
  private let array: ArrayDescription
  private var circuit: Circuit
  private var inputSources: [[(source: Int, sign: Double)]]
  private var senseSources: [[Int]] = []
  private var cellResistors: [Matrix<Int?>] = []
  private var cellNodes: [Matrix<ArrayCircuit.CellNodes>] = []

  /// The circuit of a valid array. Gate-driven cells whose bit in `gates` is 0 have no resistor; nil
  /// emits every cell, so that solvers can switch them by value. Word lines of voltage-driven arrays
  /// are driven with `volts`, 0 V if nil.
  public static func circuit(
    of array: ArrayDescription, title: String = "array", gates: [Bool]? = nil,
    volts: [Double]? = nil
  ) throws(ArrayError) -> ArrayCircuit {
    try array.validate()
    precondition(gates.map { $0.count == array.wordLineCount } ?? true, "gates do not fit")
    precondition(volts.map { $0.count == array.wordLineCount } ?? true, "voltages do not fit")
    var builder = ArrayBuilder(array: array, title: title)
    builder.emit(gates: gates, volts: volts)
    return ArrayCircuit(
      circuit: builder.circuit, inputSources: builder.inputSources,
      senseSources: builder.senseSources, cellResistors: builder.cellResistors,
      cellNodes: builder.cellNodes)
  }

  private init(array: ArrayDescription, title: String) {
    self.array = array
    circuit = Circuit(title: title)
    inputSources = Array(repeating: [], count: array.wordLineCount)
  }

  private mutating func emit(gates: [Bool]?, volts: [Double]?) {
    let volts = volts ?? Array(repeating: 0, count: array.wordLineCount)
    switch array.pairing {
    case .separateLines:
      for (matrix, suffix) in [(array.conductances, ""), (array.negativeConductances, "n")] {
        guard let matrix else { continue }
        let drive = driveLines(suffix: suffix, sign: 1, volts: volts)
        let sense = bitLines(suffix: suffix)
        emitCells(matrix, suffix: suffix, from: drive, to: sense, gates: gates)
      }
    case .interleaved:
      let positive = driveLines(suffix: "", sign: 1, volts: volts)
      let negative = driveLines(suffix: "n", sign: -1, volts: volts)
      let sense = bitLines(suffix: "")
      emitCells(array.conductances, suffix: "", from: positive, to: sense, gates: gates)
      if let matrix = array.negativeConductances {
        emitCells(matrix, suffix: "n", from: negative, to: sense, gates: gates)
      }
    }
  }

  /// Nodes `[wordLine, bitLine]` of the lines that feed the cells.
  private mutating func driveLines(suffix: String, sign: Double, volts: [Double]) -> Matrix<Node> {
    let (m, n) = (array.wordLineCount, array.bitLineCount)
    switch array.topology {
    case .voltageDriven:
      var nodes = Matrix(rows: m, columns: n, repeating: Node.ground)
      for i in 0..<m {
        let line = emitLine(
          Line(
            kind: "w" + suffix, source: "vin" + suffix, index: i, length: n, isAlongWordLine: true,
            segment: array.wires.wordLineSegment, terminal: array.terminals.wordLineDriver,
            ends: array.ends.wordLineDrive, volts: sign * volts[i]))
        for j in 0..<n { nodes[i, j] = line.nodes[j] }
        inputSources[i] += line.sources.map { ($0, sign) }
      }
      return nodes
    case .gateDriven(let direction):
      let crossing = direction == .crossing
      var nodes = Matrix(rows: m, columns: n, repeating: Node.ground)
      for k in 0..<(crossing ? m : n) {
        let line = emitLine(
          Line(
            kind: "s" + suffix, source: "vs" + suffix, index: k, length: crossing ? n : m,
            isAlongWordLine: crossing, segment: array.wires.sourceLineSegment,
            terminal: array.terminals.sourceLineDriver, ends: array.ends.sourceLineDrive,
            volts: sign * array.readVoltage.value))
        for (position, node) in line.nodes.enumerated() {
          if crossing { nodes[k, position] = node } else { nodes[position, k] = node }
        }
      }
      return nodes
    }
  }

  private mutating func bitLines(suffix: String) -> Matrix<Node> {
    let (m, n) = (array.wordLineCount, array.bitLineCount)
    var nodes = Matrix(rows: m, columns: n, repeating: Node.ground)
    for j in 0..<n {
      let line = emitLine(
        Line(
          kind: "b" + suffix, source: "vo" + suffix, index: j, length: m, isAlongWordLine: false,
          segment: array.wires.bitLineSegment, terminal: array.terminals.bitLineSense,
          ends: array.ends.bitLineSense, volts: 0))
      for i in 0..<m { nodes[i, j] = line.nodes[i] }
      senseSources.append(line.sources)
    }
    return nodes
  }

  private mutating func emitCells(
    _ conductances: Matrix<Double>, suffix: String, from drive: Matrix<Node>,
    to sense: Matrix<Node>, gates: [Bool]?
  ) {
    let (m, n) = (conductances.rows, conductances.columns)
    var resistors = Matrix<Int?>(rows: m, columns: n, repeating: nil)
    let prefix = "rc" + suffix
    for i in 0..<m where gates?[i] ?? true {
      for j in 0..<n where conductances[i, j] > 0 {
        resistors[i, j] = circuit.addResistor(
          circuit.label(prefix, i, j), drive[i, j], sense[i, j], ohms: 1 / conductances[i, j])
      }
    }
    cellResistors.append(resistors)
    cellNodes.append(
      Matrix(rows: m, columns: n) {
        ArrayCircuit.CellNodes(drive: drive[$0, $1], sense: sense[$0, $1])
      })
  }
}

extension ArrayBuilder {
  /// One physical line with its terminals.
  private struct Line {
    var kind: String
    var source: String
    var index: Int
    var length: Int
    /// Whether positions along the line are bit lines (else word lines).
    var isAlongWordLine: Bool
    var segment: Ohms
    var terminal: Ohms
    var ends: LineEnd
    var volts: Double
  }

  /// Emits a line; returns its node at each position and its terminal sources.
  private mutating func emitLine(_ line: Line) -> (nodes: [Node], sources: [Int]) {
    let isIdeal = line.segment.value == 0
    var nodes: [Node] = []
    func label(_ prefix: String, _ position: Int) -> (String, Int, Int) {
      line.isAlongWordLine ? (prefix, line.index, position) : (prefix, position, line.index)
    }
    for position in 0..<(isIdeal ? 1 : line.length) {
      let (prefix, i, j) = label(line.kind, position)
      nodes.append(circuit.addNode(circuit.label(prefix, i, j)))
    }
    if !isIdeal {
      for position in 1..<max(line.length, 1) {
        let (prefix, i, j) = label("r" + line.kind, position)
        _ = circuit.addResistor(
          circuit.label(prefix, i, j), nodes[position - 1], nodes[position],
          ohms: line.segment.value)
      }
    }
    let ohms = line.segment.value + line.terminal.value
    var sources: [Int] = []
    // Both terminals of a line without any resistance are one node: one source does for both.
    let ends: [LineEnd] = line.ends == .both ? (ohms == 0 ? [.near] : [.near, .far]) : [line.ends]
    for end in ends {
      let isSecond = line.ends == .both && end == .far
      let attached = end == .near ? nodes[0] : nodes[nodes.count - 1]
      var terminal = attached
      if ohms > 0 {
        let suffix = isSecond ? "f" : ""
        terminal = circuit.addNode(circuit.label("t" + line.kind + suffix, line.index))
        _ = circuit.addResistor(
          circuit.label("rt" + line.kind + suffix, line.index), terminal, attached, ohms: ohms)
      }
      sources.append(
        circuit.addVoltageSource(
          circuit.label(line.source + (isSecond ? "f" : ""), line.index), plus: terminal,
          minus: .ground, volts: line.volts))
    }
    if isIdeal { nodes = Array(repeating: nodes[0], count: line.length) }
    return (nodes, sources)
  }
}

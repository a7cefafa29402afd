import NumericKernels
import Units

/// One crossbar array, described once for the exporter, every solver and calibration.
public struct ArrayDescription: Sendable, Equatable {
  /// How the cells are driven.
  public var topology: CellTopology
  /// Cell conductances in siemens, `[wordLines, bitLines]`; of the positive cells if there are pairs.
  public var conductances: Matrix<Double>
  /// Conductances of the negative cells in siemens, same shape; nil without pairs.
  public var negativeConductances: Matrix<Double>?
  /// Where the negative cells sit.
  public var pairing: PairArrangement
  /// Wire segments.
  public var wires: WireParasitics
  /// Drivers and sense terminals.
  public var terminals: TerminalResistances
  /// Ends at which lines are driven and sensed.
  public var ends: LineEnds
  /// Source-line voltage above the virtual ground in gate-driven arrays (± when interleaved).
  public var readVoltage: Volts
  /// Current of a cell against its voltage.
  public var cell: CellModel
  /// Lines that the inputs and outputs do not use.
  public var unused: UnusedLines
  /// Faults of cells and wires.
  public var defects: [ArrayDefect]

  /// An array; call `validate()` before trusting it.
  public init(
    topology: CellTopology, conductances: Matrix<Double>,
    negativeConductances: Matrix<Double>? = nil, pairing: PairArrangement = .separateLines,
    wires: WireParasitics = WireParasitics(),
    terminals: TerminalResistances = TerminalResistances(), ends: LineEnds = LineEnds(),
    readVoltage: Volts = 1.volts, cell: CellModel = .linear, unused: UnusedLines = UnusedLines(),
    defects: [ArrayDefect] = []
  ) {
    self.topology = topology
    self.conductances = conductances
    self.negativeConductances = negativeConductances
    self.pairing = pairing
    self.wires = wires
    self.terminals = terminals
    self.ends = ends
    self.readVoltage = readVoltage
    self.cell = cell
    self.unused = unused
    self.defects = defects
  }

  /// Number of word lines: the length of an input vector.
  public var wordLineCount: Int { conductances.rows }
  /// Number of bit lines per polarity.
  public var bitLineCount: Int { conductances.columns }
  /// Number of sensed currents: positive bit lines, then negative ones where they are separate.
  public var outputCount: Int {
    negativeConductances != nil && pairing == .separateLines ? 2 * bitLineCount : bitLineCount
  }

  /// Values beyond these are slips of a unit, and their reciprocals would leave `Double`.
  static let physical = 1e-30...1e30

  /// Refuses what no circuit can be: shapes that differ, values that are negative or not finite.
  public func validate() throws(ArrayError) {
    guard wordLineCount > 0, bitLineCount > 0 else {
      throw .shapesDiffer("conductances is \(wordLineCount) × \(bitLineCount); an array has cells")
    }
    if let negative = negativeConductances {
      guard negative.rows == wordLineCount, negative.columns == bitLineCount else {
        throw .shapesDiffer(
          "negativeConductances is \(negative.rows) × \(negative.columns), conductances is "
            + "\(wordLineCount) × \(bitLineCount); the two cells of a pair need the same shape")
      }
    } else if pairing == .interleaved {
      throw .shapesDiffer("pair: interleaved needs negativeConductances")
    }
    for (matrix, isNegative) in [(conductances, false), (negativeConductances, true)] {
      guard let matrix,
        let bad = matrix.elements.firstIndex(where: { $0 != 0 && !Self.physical.contains($0) })
      else { continue }
      throw .invalidConductance(
        siemens: matrix.elements[bad], wordLine: bad / matrix.columns,
        bitLine: bad % matrix.columns, negative: isNegative)
    }
    let named: [(String, Double)] = [
      ("wires.wordLineOhms", wires.wordLineSegment.value),
      ("wires.bitLineOhms", wires.bitLineSegment.value),
      ("wires.sourceLineOhms", wires.sourceLineSegment.value),
      ("wires.wordLineFarads", wires.wordLineCapacitance.value),
      ("wires.bitLineFarads", wires.bitLineCapacitance.value),
      ("wires.sourceLineFarads", wires.sourceLineCapacitance.value),
      ("terminals.wordLineDriverOhms", terminals.wordLineDriver.value),
      ("terminals.bitLineSenseOhms", terminals.bitLineSense.value),
      ("terminals.sourceLineDriverOhms", terminals.sourceLineDriver.value),
      ("readVolts", readVoltage.value),
    ]
    for (name, value) in named where value != 0 && !Self.physical.contains(value) {
      throw .invalidValue(name: name, value: value)
    }
    try cell.validate(topology)
    try unused.validate(topology)
    try validateDefects()
  }

  /// Parameters that are set and change nothing, as sentences with their configuration keys: a wire
  /// that silently does nothing looks like a wire that does no harm.
  public var ineffectiveParameters: [String] {
    var found: [String] = []
    func note(_ key: String, _ value: some Quantity, _ reason: String) {
      if value.value > 0 { found.append("\(key) has no effect: \(reason)") }
    }
    switch topology {
    case .voltageDriven:
      let reason = "a voltage-driven array has no source lines"
      note("wires.sourceLineOhms", wires.sourceLineSegment, reason)
      note("wires.sourceLineFarads", wires.sourceLineCapacitance, reason)
      note("terminals.sourceLineDriverOhms", terminals.sourceLineDriver, reason)
    case .gateDriven:
      let reason = "the gates of a gate-driven array draw no current from its word lines"
      note("wires.wordLineOhms", wires.wordLineSegment, reason)
      note("terminals.wordLineDriverOhms", terminals.wordLineDriver, reason)
      note(
        "wires.wordLineFarads", wires.wordLineCapacitance,
        "the gates of a gate-driven array switch at once")
    }
    if topology == .gateDriven(sourceLine: .parallel), unused.bitLines.count > 0 {
      found.append(
        "unused.bitLines has no effect: columns with source lines of their own share no wire")
    }
    return found
  }

  /// Refuses inputs of the wrong kind, shape or value.
  func check(_ inputs: InputBatch) throws(ArrayError) {
    guard inputs.vectorLength == wordLineCount else {
      throw .invalidInput(
        "an input vector has \(inputs.vectorLength) values, the array \(wordLineCount) word lines")
    }
    switch (topology, inputs) {
    case (.voltageDriven, .volts(let volts)):
      guard let bad = volts.elements.firstIndex(where: { !$0.isFinite }) else { return }
      throw .invalidInput(
        "input [\(bad / volts.columns), \(bad % volts.columns)] is \(volts.elements[bad]) V; "
          + "word-line voltages must be finite")
    case (.gateDriven, .bits): return
    case (.voltageDriven, .bits):
      throw .invalidInput("a voltage-driven array takes word-line voltages, not gate bits")
    case (.gateDriven, .volts):
      throw .invalidInput("a gate-driven array takes gate bits, not word-line voltages")
    }
  }
}

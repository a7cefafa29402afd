import CompactModels
import Units

/// An array apart from its conductances and defects: how cells are driven, their I–V law, wires,
/// terminals, ends, unused lines and the read voltage.
///
/// The description that array files and experiment files share: `ArrayDescription` adds
/// conductances and defects, a layer's hardware adds mapping, tiles, converters and errors.
public struct ArrayTechnology: Sendable, Equatable {
  /// How the cells are driven.
  public var topology: CellTopology
  /// I–V law of the cells.
  public var law: CellLaw
  /// Wire segments.
  public var wires: WireParasitics
  /// Drivers and sense terminals.
  public var terminals: TerminalResistances
  /// Ends at which lines are driven and sensed.
  public var ends: LineEnds
  /// Lines that the inputs and outputs do not use.
  public var unused: UnusedLines
  /// Source-line voltage above the virtual ground in gate-driven arrays (± when interleaved); the
  /// word-line voltage of a full input where an experiment drives voltages.
  public var readVoltage: Volts

  /// Ideal wires and terminals, linear cells and no unused lines by default.
  public init(
    topology: CellTopology, law: CellLaw = .linear, wires: WireParasitics = WireParasitics(),
    terminals: TerminalResistances = TerminalResistances(), ends: LineEnds = LineEnds(),
    unused: UnusedLines = UnusedLines(), readVoltage: Volts = 1.volts
  ) {
    self.topology = topology
    self.law = law
    self.wires = wires
    self.terminals = terminals
    self.ends = ends
    self.unused = unused
    self.readVoltage = readVoltage
  }

  /// Defaults of array files and experiment files: bit lines of 1 Ω per segment, source lines
  /// driven at the end where bit lines are sensed, everything else ideal.
  public static func fileDefaults(_ topology: CellTopology) -> ArrayTechnology {
    ArrayTechnology(
      topology: topology, wires: WireParasitics(bitLineSegment: 1.ohms),
      ends: LineEnds(sourceLineDrive: .far))
  }

  /// Values beyond these are unit mistakes, and their reciprocals would leave the range of
  /// `Double`.
  static let physical = 1e-30...1e30

  /// Resistances and capacitances with their configuration keys.
  private var named: [(String, Double)] {
    [
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
  }

  /// Refuses values that no array has: negative, not finite or absurd.
  public func validate() throws(ArrayError) {
    for (name, value) in named where value != 0 && !Self.physical.contains(value) {
      throw .invalidValue(name: name, value: value)
    }
    try law.law.validate(topology)
    try unused.validate(topology)
  }

  /// Parameters that are set but have no effect, as sentences with their configuration keys: a wire
  /// that is silently ignored looks like a wire that does no harm.
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
    if let bulk = law.law.bulkVolts, case .transistor(let law) = law, law.bodyEffect == 0 {
      found.append("law.bulkVolts has no effect: law.bodyEffect is 0, at \(bulk) V as at any other")
    }
    if case .compact(let law) = law {
      for module in [law.cell.module, law.access?.module].compactMap({ $0 })
      where module.forgetsState {
        found.append(
          "law: compact: module \(module.name) reads the time but stores nothing: variables of "
            + "Verilog-A do not persist, so that it forgets its state")
      }
    }
    if topology == .gateDriven(sourceLine: .parallel), unused.bitLines.count > 0 {
      found.append(
        "unused.bitLines has no effect: columns with source lines of their own share no wire")
    }
    return found
  }
}

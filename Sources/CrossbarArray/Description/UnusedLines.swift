import Units

/// Lines of the physical array that its inputs and outputs do not use, with the cells on them.
public struct UnusedLines: Sendable, Equatable {
  /// Extra word lines.
  public var wordLines: Group
  /// Extra bit lines.
  public var bitLines: Group
  /// Conductance of every cell on an unused line whose state lets it conduct.
  public var cellConductance: Siemens

  /// Lines side by side at one end of the used ones.
  public struct Group: Sendable, Equatable {
    /// Number of lines.
    public var count: Int
    /// Before the first used line, or after the last one.
    public var side: Side
    /// Electrical state of the lines.
    public var state: State

    /// `count` lines, none by default.
    public init(count: Int = 0, side: Side = .far, state: State = .off) {
      self.count = count
      self.side = side
      self.state = state
    }
  }

  /// Where a group is.
  public enum Side: String, Sendable, Codable, CaseIterable {
    /// Before line 0.
    case near
    /// After the last used line.
    case far
  }

  /// Electrical state of an unused line.
  public enum State: Sendable, Equatable {
    /// Its cells do not conduct; it only lengthens the lines that cross it.
    case off
    /// 0 V through a terminal like those of used lines.
    case grounded
    /// No terminal: its cells determine its voltage.
    case floating
    /// A voltage through a terminal like those of used lines; the line of negative cells of an
    /// interleaved pair is held at the opposite one.
    case held(Volts)

    /// The voltage behind the line's terminal; `nil` if it has none.
    var volts: Double? {
      switch self {
      case .off, .floating: nil
      case .grounded: 0
      case .held(let volts): volts.value
      }
    }
  }

  /// No unused lines by default.
  public init(
    wordLines: Group = Group(), bitLines: Group = Group(),
    cellConductance: Siemens = 0.siemens
  ) {
    self.wordLines = wordLines
    self.bitLines = bitLines
    self.cellConductance = cellConductance
  }

  /// Refuses negative numbers and states that the topology does not have.
  func validate(_ topology: CellTopology) throws(ArrayError) {
    for (name, group) in [("wordLines", wordLines), ("bitLines", bitLines)] {
      guard group.count >= 0, group.count <= 1_000_000 else {
        throw .invalidValue(
          name: "unused.\(name)", value: Double(group.count), allowed: "between 0 and 1e6")
      }
      guard group.count == 0 || group.state == .off || cellConductance.value > 0 else {
        throw .unsupported(
          "unused.cellSiemens is 0, so that unused \(name) would do nothing: give their cells a "
            + "conductance, or leave them off")
      }
      guard let volts = group.state.volts, volts != 0 else { continue }
      guard volts.isFinite, volts.magnitude <= 1e6 else {
        throw .invalidValue(
          name: "the voltage of unused.\(name)", value: volts, allowed: "between -1e6 and 1e6")
      }
    }
    let g = cellConductance.value
    guard g == 0 || ArrayDescription.physical.contains(g) else {
      throw .invalidValue(name: "unused.cellSiemens", value: g)
    }
    guard topology == .voltageDriven || wordLines.count == 0 || wordLines.state == .off else {
      throw .unsupported(
        "unused.state must be off in a gate-driven array: its word lines are gates, and an unused "
          + "gate is off")
    }
  }
}

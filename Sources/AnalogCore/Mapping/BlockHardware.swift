import CrossbarArray

/// What the arrays of one block of a layer's inputs have of their own.
public struct BlockHardware: Sendable, Equatable {
  /// Resistances of the wires.
  public var wires: WireParasitics
  /// Resistances of the terminals.
  public var terminals: TerminalResistances
  /// Deviations of cell conductances from their targets.
  public var errors: CellErrors

  /// A block with all of these of its own.
  public init(wires: WireParasitics, terminals: TerminalResistances, errors: CellErrors) {
    self.wires = wires
    self.terminals = terminals
    self.errors = errors
  }
}

extension HardwareConfiguration {
  /// The hardware of the arrays of a block of inputs.
  public func ofBlock(_ block: Int) -> HardwareConfiguration {
    var hardware = self
    hardware.blocks = [:]
    guard let own = blocks[block] else { return hardware }
    hardware.technology.wires = own.wires
    hardware.technology.terminals = own.terminals
    hardware.errors = own.errors
    return hardware
  }

  /// Whether any cell may hold a negative conductance, which no circuit has.
  public var mayHaveNegativeCells: Bool {
    errors.mayBeNegative || blocks.values.contains(where: \.errors.mayBeNegative)
  }

  /// The first conflict of a block's own hardware, with its key.
  var blockConflict: (key: String, reason: String)? {
    for block in blocks.keys.sorted() {
      if let conflict = ofBlock(block).conflict {
        return ("blocks.\(block).\(conflict.key)", conflict.reason)
      }
    }
    return nil
  }
}

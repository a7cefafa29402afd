import CrossbarArray

// Hardware that differs only in settings a result does not depend on shares that result. Both
// properties start from the full configuration and remove settings: a new one counts until it is
// known not to.
extension HardwareConfiguration {
  /// The same hardware reduced to what cell conductances depend on: without wires, terminals, line
  /// ends, converters and read noise.
  public var ofCells: HardwareConfiguration {
    var hardware = withoutWires
    hardware.converter = .ideal
    hardware.offCurrent = .reference
    hardware.integrator = nil
    hardware.readNoise = .none
    return hardware
  }

  /// Whether conductances of cells are drawn at random, not only looked up.
  var drawsCells: Bool {
    ([errors] + blocks.values.map(\.errors)).contains {
      $0.programming != .none || $0.drift != .none || $0.readDisturb != nil
        || !$0.stuckCells.isNone
    }
  }

  /// The same hardware with cells that hold their targets, without wires, noise and conversions: the
  /// arrays of `ConverterRange.Arrays.ideal`.
  public var ofIdealArrays: HardwareConfiguration {
    var hardware = withoutWires
    hardware.errors = CellErrors()
    hardware.blocks = [:]
    hardware.readNoise = .none
    hardware.converter = .ideal
    return hardware
  }

  /// The same hardware with ideal wires and terminals, which make the two ends of a line
  /// equivalent.
  public var withoutWires: HardwareConfiguration {
    var hardware = self
    hardware.technology.wires = WireParasitics()
    hardware.technology.terminals = TerminalResistances()
    hardware.technology.ends = LineEnds()
    for block in blocks.keys {
      hardware.blocks[block]?.wires = WireParasitics()
      hardware.blocks[block]?.terminals = TerminalResistances()
    }
    // Lines that no input drives only lengthen wires, and wires without resistance have no direction.
    hardware.tile.unusedWordLines = .none
    hardware.sourceLine = .parallel
    return hardware
  }
}

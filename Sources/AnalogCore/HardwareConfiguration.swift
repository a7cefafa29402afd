import CrossbarArray
import Foundation
import Units

/// What a layer's analog core is made of: arrays of a technology, mapping, tiles, converters, errors.
///
/// The technology's properties are those of the hardware: `hardware.wires` is
/// `hardware.technology.wires`.
@dynamicMemberLookup
public struct HardwareConfiguration: Sendable, Equatable {
  private var parts = ArrayTechnology.fileDefaults(.gateDriven(sourceLine: .parallel))
  /// What its arrays are made of. Topology and read voltage are those of `inputs` and `cell`: what is
  /// written to them here has no effect.
  public var technology: ArrayTechnology {
    get {
      var technology = parts
      technology.topology = inputs.topology
      technology.readVoltage = cell.readVoltage
      return technology
    }
    set {
      let (topology, readVoltage) = (parts.topology, parts.readVoltage)
      parts = newValue
      parts.topology = topology
      parts.readVoltage = readVoltage
    }
  }
  /// Conductance range and read voltage of the cells.
  public var cell = CellSpecification()
  /// How signed weights are stored.
  public var mapping = SignedWeightScheme.differentialPair
  /// Bits of a weight that one cell stores; nil stores a weight in one cell (or pair).
  public var cellBits: Int?
  /// Which weight the largest conductance stands for.
  public var scale = ConductanceScale.codes
  /// How input codes reach the arrays.
  public var inputs = InputDrive()
  /// Largest tile and how matrices are divided.
  public var tile = TileSpecification()
  /// Analog-to-digital conversion of each output, per input bit.
  public var converter = ConverterSpecification.uniform(
    bits: 8, range: .calibrated(percent: 99.98))
  /// What keeps cells from holding their targets.
  public var errors = CellErrors()
  /// Noise of every read, without mean shifts.
  public var readNoise = ConductanceError.none

  /// The default hardware: 64 × 64 tiles of differential pairs, 1 Ω bit-line segments.
  public init() {}

  /// A stored property of the technology.
  public subscript<Value>(dynamicMember path: WritableKeyPath<ArrayTechnology, Value>) -> Value {
    get { technology[keyPath: path] }
    set { technology[keyPath: path] = newValue }
  }

  /// Outputs that one array holds at most.
  public var outputsPerArray: Int { mapping.outputs(bitLines: tile.bitLines) }

  /// Whether arrays have any resistance beside their cells'.
  public var hasWires: Bool {
    self.wires != WireParasitics() || self.terminals != TerminalResistances()
  }

  /// The current of a full line of cells in units of one level of one of them, at full input.
  private var levelsOfALine: Double {
    let levels = cellBits.map { Double(1 << min($0, 16) - 1) } ?? 255
    return Double(tile.wordLines) * levels * cell.commonMode
  }

  /// Whether the current that cells carry when they are off is so large a part of all that single
  /// precision does not hold one level beside it.
  public var exceedsSinglePrecision: Bool { cell.commonMode > 2 && levelsOfALine > 0x1p24 }

  /// Why parts of this hardware cannot work together, and the key at fault; nil where they can.
  public var conflict: (key: String, reason: String)? {
    if outputsPerArray < 1 {
      return (
        "tile",
        "this mapping takes \(mapping.bitLines(outputs: 1)) bit lines for one output, the array has \(tile.bitLines)"
      )
    }
    if cellBits != nil, scale != .codes {
      return (
        "scale",
        "the digits of weightSlices fix what a conductance stands for; take codes, or weightSlices "
          + "none"
      )
    }
    let isGated = inputs.lines == .gates
    let (wires, terminals) = (technology.wires, technology.terminals)
    for (key, name, value, isIdle) in [
      ("wires", "wordLineOhms", wires.wordLineSegment, isGated),
      ("wires", "sourceLineOhms", wires.sourceLineSegment, !isGated),
      ("terminals", "wordLineDriverOhms", terminals.wordLineDriver, isGated),
      ("terminals", "sourceLineDriverOhms", terminals.sourceLineDriver, !isGated),
    ] where isIdle && value.value > 0 {
      return (
        key,
        "\(name) has no effect: "
          + (isGated
            ? "gates draw no current from their word lines; inputs: voltages does"
            : "arrays driven by voltages have no source lines")
      )
    }
    // Rounding of conductances to doubles, of all cells of a line the same way, in levels.
    if levelsOfALine * 0x1p-53 > 0.25 {
      let least = String(format: "%.1g", 4 * 0x1p-53 * levelsOfALine / cell.commonMode)
      return (
        "cell",
        "onOffRatio is \(cell.onOffRatio): double precision does not tell the levels of "
          + "\(tile.wordLines) cells apart; take at least 1 + \(least)"
      )
    }
    if readNoise != .none, exceedsSinglePrecision {
      return (
        "errors.readNoise",
        "noisy reads are in single precision, which at onOffRatio \(cell.onOffRatio) does not tell "
          + "the levels of \(tile.wordLines) cells apart; take a larger ratio or fewer word lines"
      )
    }
    if readNoise != .none, mapping.sharedBitLines > 0 || inputs.lines != .gates {
      return (
        "errors.readNoise", "unit columns and inputs on voltages have no read noise yet"
      )
    }
    return nil
  }

  /// Error of the conductances when they are programmed.
  public var programmingError: ConductanceError {
    get { errors.programming }
    set { errors.programming = newValue }
  }
}

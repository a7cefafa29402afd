import CrossbarArray
import Units

/// What a layer's analog core is made of: cells, mapping, tiles, wires, converters, errors.
public struct HardwareConfiguration: Sendable, Equatable {
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
  /// Wire segments.
  public var wires = WireParasitics(bitLineSegment: 1.ohms)
  /// Driver and sense resistances.
  public var terminals = TerminalResistances()
  /// Ends at which lines are driven and sensed.
  public var ends = LineEnds(bitLineSense: .far, sourceLineDrive: .far)
  /// Analog-to-digital conversion of each output, per input bit.
  public var converter = ConverterSpecification.uniform(
    bits: 8, range: .calibrated(percent: 99.98))
  /// What keeps cells from holding their targets.
  public var errors = CellErrors()
  /// Noise of every read, without mean shifts.
  public var readNoise = ConductanceError.none

  /// The default hardware: 64 × 64 tiles of differential pairs, 1 Ω bit-line segments.
  public init() {}

  /// Outputs that one array holds at most.
  public var outputsPerArray: Int {
    max(0, tile.bitLines - mapping.sharedBitLines) / mapping.bitLinesPerOutput
  }

  /// Why parts of this hardware cannot work together, by the names of their keys; nil where they can.
  public var conflict: String? {
    if outputsPerArray < 1 {
      let needed = mapping.bitLinesPerOutput + mapping.sharedBitLines
      return "tile.bitLines: this mapping takes \(needed) bit lines for one output, the array has "
        + "\(tile.bitLines)"
    }
    if cellBits != nil, scale != .codes {
      return "scale: the digits of weightSlices fix what a conductance stands for; take codes, or "
        + "weightSlices none"
    }
    if let states = cell.stateCount, states < 2 {
      return "cell.stateCount: a cell needs at least 2 states"
    }
    if readNoise != .none, mapping.sharedBitLines > 0 || inputs.lines != .gates {
      return "errors.readNoise: unit columns and inputs on voltages have no read noise yet"
    }
    return nil
  }

  /// Error of the conductances when they are programmed.
  public var programmingError: ConductanceError {
    get { errors.programming }
    set { errors.programming = newValue }
  }
}

import CrossbarArray
import Units

/// What a layer's analog core is made of: cells, mapping, tiles, wires, converters, errors.
public struct HardwareConfiguration: Sendable, Equatable {
  /// Conductance range and read voltage of the cells.
  public var cell = CellSpecification()
  /// How signed weights are stored.
  public var mapping = SignedWeightScheme.differentialPair
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

  /// Error of the conductances when they are programmed.
  public var programmingError: ConductanceError {
    get { errors.programming }
    set { errors.programming = newValue }
  }
}

import CrossbarArray
import Foundation
import Units

/// The analog core of a layer: array technology, mapping, tiles, converters and errors.
///
/// The technology's properties are those of the hardware: `hardware.wires` is
/// `hardware.technology.wires`.
@dynamicMemberLookup
public struct HardwareConfiguration: Sendable, Equatable {
  private var parts = ArrayTechnology.fileDefaults(.gateDriven(sourceLine: .parallel))
  /// Technology of the arrays. Topology and read voltage are those of `inputs`, `sourceLine` and
  /// `cell`; values assigned to them here have no effect.
  public var technology: ArrayTechnology {
    get {
      var technology = parts
      technology.topology =
        inputs.lines == .gates ? .gateDriven(sourceLine: sourceLine) : .voltageDriven
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
  /// Technology of the array that holds `inputs` inputs, with the word lines that they leave over.
  public func technology(ofInputs inputs: Int) -> ArrayTechnology {
    var technology = technology
    if tile.unusedWordLines != .none { technology.unused = tile.unused(besides: inputs) }
    return technology
  }
  /// Conductance range and read voltage of the cells.
  public var cell = CellSpecification()
  /// The cells whose range errors, limits and stuck states refer to, where weights use only a part of
  /// it; `nil` for `cell`.
  public var errorCell: CellSpecification?
  /// Storage of signed weights.
  public var mapping = SignedWeightScheme.differentialPair
  /// Bits of a weight that one cell stores; `nil` stores a weight in one cell (or pair).
  public var cellBits: Int?
  /// The weight that the largest conductance stands for.
  public var scale = ConductanceScale.codes
  /// How the groups of a layer share arrays.
  public var groups = GroupPacking.blockDiagonal
  /// Drive of the arrays by input codes.
  public var inputs = InputDrive()
  /// Direction of the source lines where gates take the inputs.
  public var sourceLine = CellTopology.SourceLine.parallel
  /// Largest tile, and the partition of matrices into tiles.
  public var tile = TileSpecification()
  /// Analog-to-digital conversion of each output, per input bit.
  public var converter = ConverterSpecification.uniform(
    bits: 8, range: .covering(percent: 99.98))
  /// Deviations of cell conductances from their targets.
  public var errors = CellErrors()
  /// What becomes of the current of cells that are off, on lines from which no other line takes it.
  public var offCurrent = OffCurrent.reference
  /// The largest current of either sign that the integrator of a bit line takes in a read; `nil` for
  /// any. More is lost, before anything is subtracted, accumulated or converted.
  public var integrator: Amperes?
  /// Blocks of a layer's inputs, by their number, whose arrays differ in some of this.
  public var blocks: [Int: BlockHardware] = [:]
  /// Noise of every read, without mean shifts.
  public var readNoise = ConductanceError.none

  /// The default hardware: 64 × 64 tiles of differential pairs, 1 Ω bit-line segments.
  public init() {}

  /// A stored property of the technology.
  public subscript<Value>(dynamicMember path: WritableKeyPath<ArrayTechnology, Value>) -> Value {
    get { technology[keyPath: path] }
    set { technology[keyPath: path] = newValue }
  }

  /// The cells as errors of conductances see them.
  var cellOfErrors: CellSpecification { errorCell ?? cell }

  /// Maximum number of outputs of one array.
  public var outputsPerArray: Int { mapping.outputs(bitLines: tile.bitLines) }

  /// Whether converters see the current of cells that are off.
  var convertsOffCurrent: Bool {
    offCurrent == .converted && !mapping.isBipolar && cell.offConductance.value > 0
  }

  /// Limits currents of single bit lines in amperes to what integrators take.
  func saturate<T: BinaryFloatingPoint>(_ amperes: inout [T]) {
    guard let integrator else { return }
    let most = T(integrator.value)
    for k in amperes.indices { amperes[k] = min(max(amperes[k], -most), most) }
  }

  /// Whether arrays have any resistance besides that of their cells.
  public var hasWires: Bool {
    self.wires != WireParasitics() || self.terminals != TerminalResistances()
      || blocks.values.contains {
        $0.wires != WireParasitics() || $0.terminals != TerminalResistances()
      }
  }

  /// Whether off-state current must be subtracted from single lines because no other line cancels
  /// it before conversion: an ideal reference of the same drive takes it out.
  var needsReference: Bool {
    offCurrent == .reference && !mapping.isBipolar && cell.offConductance.value > 0
  }

  /// Current of an off cell per unit of an input's digit.
  var offAmperesPerDigit: Double {
    technology.law.amperes(cell.readVoltage.value, siemens: cell.offConductance.value)
      / Double(1 << inputs.sliceBits - 1)
  }

  /// For each magnitude of a digit, the one that would drive its current through a cell that is off if
  /// that cell were a resistor: the digit itself for linear cells.
  var offDigits: [Double] {
    let largest = 1 << inputs.sliceBits - 1
    let law = technology.law
    guard !law.isLinear, inputs.lines != .gates else { return (0...largest).map { Double($0) } }
    let volts = cell.readVoltage.value / Double(largest)
    return (0...largest).map {
      law.amperes(Double($0) * volts, siemens: cell.offConductance.value) / offAmperesPerDigit
    }
  }

  /// Full-input current of a full line of cells, in units of one level of one cell.
  private var levelsOfALine: Double {
    let levels = cellBits.map { Double(1 << min($0, 16) - 1) } ?? 255
    return Double(tile.wordLines) * levels * self.levels.commonMode
  }

  /// Whether off-state current is so large a part of the total that single precision cannot resolve
  /// one level.
  public var exceedsSinglePrecision: Bool { self.levels.commonMode > 2 && levelsOfALine > 0x1p24 }

  /// Why parts of this hardware cannot work together, and the key at fault; `nil` if they can.
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
    if offCurrent == .converted, mapping.isBipolar {
      return (
        "offCurrent",
        "converted has no effect: the two lines of a pair cancel what their off cells carry; take "
          + "reference"
      )
    }
    if convertsOffCurrent, converter == .fullPrecision {
      return (
        "converter",
        "fullPrecision has a code for every unit of the integer dot product, but converted off "
          + "currents are no whole units; take another converter or offCurrent: reference"
      )
    }
    if case .limits(let low, _)? = converter.range, low >= 0, mapping.isBipolar {
      return (
        "converter",
        "range.low is \(low), but differences of pairs have both signs; take a limit below 0"
      )
    }
    let isGated = inputs.lines == .gates
    if sourceLine == .crossing, !isGated {
      return (
        "sourceLine",
        "crossing has no effect: arrays driven by voltages have no source lines; take parallel"
      )
    }
    if let reason = lawConflict { return ("law", reason) }
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
    // Rounding of conductances to doubles, in levels; it can be the same for all cells of a line.
    if levelsOfALine * 0x1p-53 > 0.25 {
      let least = String(format: "%.1g", 4 * 0x1p-53 * levelsOfALine / self.levels.commonMode)
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
    return blockConflict
  }

  /// Why cells of this law cannot be read so; `nil` if they can, as resistors always can.
  private var lawConflict: String? {
    let law = self.law
    guard !law.isLinear else { return nil }
    let isGated = inputs.lines == .gates
    if case .transistor = law, !isGated {
      return
        "transistor takes the word line as its gate, and inputs: voltages drives cells through "
        + "it; take gateBits, or law: linear for cells whose gates are all on"
    }
    // Bit lines between voltages of both signs may come near either.
    let hasBothSigns =
      mapping.pairing == .interleaved || !isGated && inputs.signs == .differential
    let span = (hasBothSigns ? 2 : 1) * cell.readVoltage.value
    let refusal = isGated ? law.refusal(ofGatedReadAt:) : law.refusal(ofVoltageReadAt:)
    if let reason = refusal(span) { return reason }
    if let reason = law.refusal(
      ofStatesFrom: cell.offConductance.value, to: cell.onConductance.value)
    {
      return reason
    }
    if inputs.signs == .differential, !law.isOdd {
      return "\(law.keyword) has other currents at the opposite voltage, so that signs: "
        + "differential is not supported; take split"
    }
    if mapping.pairing == .interleaved, !law.isOdd {
      return "\(law.keyword) has other currents at the opposite voltage, at which pairs with "
        + "subtraction: inArray read their negative cells; not supported yet, take analog or digital"
    }
    let (on, range) = (cell.onConductance.value, levels.fullScaleAmperes)
    let amperes = law.amperes(cell.readVoltage.value, siemens: on)
    guard amperes.isFinite, amperes >= 1e-30, range > 1e-9 * amperes else {
      return "a cell carries \(amperes) A when it is on, \(range) A more than off: no current "
        + "that tells levels apart"
    }
    return nil
  }

  /// Error of the conductances when they are programmed.
  public var programmingError: ConductanceError {
    get { errors.programming }
    set { errors.programming = newValue }
  }
}

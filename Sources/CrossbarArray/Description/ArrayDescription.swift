import NumericKernels
import Units

/// One crossbar array, described once for the exporter, every solver and calibration: its
/// technology, programmed conductances and defects.
///
/// The technology's properties are those of the array: `array.wires` is `array.technology.wires`.
@dynamicMemberLookup
public struct ArrayDescription: Sendable, Equatable {
  /// Everything about the array but its conductances and defects.
  public var technology: ArrayTechnology
  /// Cell conductances in siemens, `[wordLines, bitLines]`; of the positive cells if there are
  /// pairs.
  public var conductances: Matrix<Double>
  /// Conductances of the negative cells in siemens, same shape; `nil` without pairs.
  public var negativeConductances: Matrix<Double>?
  /// Arrangement of the negative cells.
  public var pairing: PairArrangement
  /// Faults of cells and wires.
  public var defects: [ArrayDefect]

  /// An array of a technology; call `validate()` before using it.
  public init(
    _ technology: ArrayTechnology, conductances: Matrix<Double>,
    negativeConductances: Matrix<Double>? = nil, pairing: PairArrangement = .separateLines,
    defects: [ArrayDefect] = []
  ) {
    self.technology = technology
    self.conductances = conductances
    self.negativeConductances = negativeConductances
    self.pairing = pairing
    self.defects = defects
  }

  /// An array from the parts of its technology.
  public init(
    topology: CellTopology, conductances: Matrix<Double>,
    negativeConductances: Matrix<Double>? = nil, pairing: PairArrangement = .separateLines,
    wires: WireParasitics = WireParasitics(),
    terminals: TerminalResistances = TerminalResistances(), ends: LineEnds = LineEnds(),
    readVoltage: Volts = 1.volts, law: CellLaw = .linear, unused: UnusedLines = UnusedLines(),
    defects: [ArrayDefect] = []
  ) {
    self.init(
      ArrayTechnology(
        topology: topology, law: law, wires: wires, terminals: terminals, ends: ends,
        unused: unused, readVoltage: readVoltage),
      conductances: conductances, negativeConductances: negativeConductances, pairing: pairing,
      defects: defects)
  }

  /// A property of the technology.
  public subscript<Value>(dynamicMember path: KeyPath<ArrayTechnology, Value>) -> Value {
    technology[keyPath: path]
  }

  /// A stored property of the technology.
  public subscript<Value>(dynamicMember path: WritableKeyPath<ArrayTechnology, Value>) -> Value {
    get { technology[keyPath: path] }
    set { technology[keyPath: path] = newValue }
  }

  /// Number of word lines: the length of an input vector.
  public var wordLineCount: Int { conductances.rows }
  /// Number of bit lines per polarity.
  public var bitLineCount: Int { conductances.columns }
  /// Number of sensed currents: positive bit lines, then negative ones where they are separate.
  public var outputCount: Int {
    negativeConductances != nil && pairing == .separateLines ? 2 * bitLineCount : bitLineCount
  }

  /// See `ArrayTechnology.physical`.
  static let physical = ArrayTechnology.physical

  /// Refuses unphysical arrays: shapes that differ, values that are negative or not finite.
  ///
  /// - Parameter allowsNegative: Whether negative conductances pass, which errors without limits
  ///   leave and only sums of currents can do with.
  public func validate(allowsNegative: Bool = false) throws(ArrayError) {
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
        let bad = matrix.elements.firstIndex(where: {
          $0 != 0 && !Self.physical.contains(allowsNegative ? $0.magnitude : $0)
        })
      else { continue }
      throw .invalidConductance(
        siemens: matrix.elements[bad], wordLine: bad / matrix.columns,
        bitLine: bad % matrix.columns, negative: isNegative)
    }
    try technology.validate()
    try validateDefects()
    try validateCells()
  }

  /// Refuses cells that the law does not know, and a bulk above the lines.
  private func validateCells() throws(ArrayError) {
    let law = self.law.law
    if let known = law.siemensLimit {
      // Stuck cells have conductances of their own.
      let planes: [Matrix<Double>?] =
        defects.isEmpty ? [conductances, negativeConductances] : effectiveConductances
      let unused = self.unused
      let ofUnused = unused.cellConductance.value
      if unused.wordLines.count + unused.bitLines.count > 0, ofUnused != 0, !known.holds(ofUnused) {
        throw .unsupported(
          "unused.cellSiemens is \(ofUnused) S; \(law.siemensReach)")
      }
      for (k, plane) in planes.enumerated() {
        guard let plane,
          let bad = plane.elements.firstIndex(where: { $0 != 0 && !known.holds($0) })
        else { continue }
        throw .unsupported(
          "\(k == 0 ? "conductances" : "negativeConductances") [\(bad / plane.columns), "
            + "\(bad % plane.columns)] is \(plane.elements[bad]) S; \(law.siemensReach)")
      }
    }
    if case .transistor(let own) = self.law, own.bodyEffect > 0 || own.bulk != nil,
      own.bulk?.value ?? 0 > lowestVolts
    {
      throw .unsupported(
        "law.bulkVolts is \(own.bulk?.value ?? 0), above the lowest voltage of the lines, "
          + "\(lowestVolts) V: junctions to the bulk would conduct")
    }
  }

  /// Refuses inputs of the wrong kind, shape or value.
  package func check(_ inputs: InputBatch) throws(ArrayError) {
    guard inputs.vectorLength == wordLineCount else {
      throw .invalidInput(
        "an input vector has \(inputs.vectorLength) values, the array \(wordLineCount) word lines")
    }
    switch (self.topology, inputs) {
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

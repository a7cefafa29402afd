import Files
import NumericKernels
import Testing
import Units

@testable import CrossbarArray

/// Everything that decides the currents of an array decides its hash.
@Suite struct ArrayHashTests {
  typealias Change = @Sendable (inout ArrayDescription) -> Void

  private static let array: ArrayDescription = {
    var array = ReferenceArray.gateDriven
    array.negativeConductances = array.conductances
    return array
  }()

  /// Paths of the stored properties below `value`, down to numbers, enumerations, lists and matrices.
  private static func storedProperties(of value: Any, under prefix: String = "") -> [String] {
    let mirror = Mirror(reflecting: value)
    guard mirror.displayStyle == .struct, !(value is Matrix<Double>) else { return [prefix] }
    return mirror.children.flatMap { child in
      let name = child.label ?? "?"
      return storedProperties(
        of: child.value, under: prefix.isEmpty ? name : "\(prefix).\(name)")
    }
  }

  /// A change of every stored property, by its path.
  private static let changes: [String: Change] = [
    "technology.topology": { $0.topology = .gateDriven(sourceLine: .crossing) },
    "technology.law": { $0.law = .sinh(SinhLaw(scale: 1.volts)) },
    "technology.wires.wordLineSegment.value": { $0.wires.wordLineSegment = 7.ohms },
    "technology.wires.bitLineSegment.value": { $0.wires.bitLineSegment = 7.ohms },
    "technology.wires.sourceLineSegment.value": { $0.wires.sourceLineSegment = 7.ohms },
    "technology.wires.wordLineCapacitance.value": { $0.wires.wordLineCapacitance = 1e-15.farads },
    "technology.wires.bitLineCapacitance.value": { $0.wires.bitLineCapacitance = 1e-15.farads },
    "technology.wires.sourceLineCapacitance.value": {
      $0.wires.sourceLineCapacitance = 1e-15.farads
    },
    "technology.terminals.wordLineDriver.value": { $0.terminals.wordLineDriver = 7.ohms },
    "technology.terminals.bitLineSense.value": { $0.terminals.bitLineSense = 7.ohms },
    "technology.terminals.sourceLineDriver.value": { $0.terminals.sourceLineDriver = 7.ohms },
    "technology.ends.wordLineDrive": { $0.ends.wordLineDrive = .both },
    "technology.ends.bitLineSense": { $0.ends.bitLineSense = .both },
    "technology.ends.sourceLineDrive": { $0.ends.sourceLineDrive = .both },
    "technology.unused.wordLines.count": { $0.unused.wordLines.count = 1 },
    "technology.unused.wordLines.side": { $0.unused.wordLines.side = .near },
    "technology.unused.wordLines.state": { $0.unused.wordLines.state = .grounded },
    "technology.unused.bitLines.count": { $0.unused.bitLines.count = 1 },
    "technology.unused.bitLines.side": { $0.unused.bitLines.side = .near },
    "technology.unused.bitLines.state": { $0.unused.bitLines.state = .grounded },
    "technology.unused.cellConductance.value": { $0.unused.cellConductance = 1e-6.siemens },
    "technology.readVoltage.value": { $0.readVoltage = 0.125.volts },
    "conductances": { $0.conductances[2, 3] = $0.conductances[2, 3].nextUp },
    "negativeConductances": { $0.negativeConductances?[2, 3] = 0.75 },
    "pairing": { $0.pairing = .interleaved },
    "defects": { $0.defects = [ArrayDefect(.openCell, wordLine: 0, bitLine: 1)] },
  ]

  /// A new stored property without a change here fails the first check; one that the encoding leaves
  /// out fails the second.
  @Test func everyStoredPropertyChangesTheHash() {
    let stored = Self.storedProperties(of: Self.array)
    #expect(stored.sorted() == Self.changes.keys.sorted())
    var seen = [Self.array.contentHash.hexadecimal: "nothing"]
    for (path, change) in Self.changes {
      var changed = Self.array
      change(&changed)
      let other = seen.updateValue(path, forKey: changed.contentHash.hexadecimal)
      #expect(other == nil, "\(path) has the hash of \(other ?? "")")
    }
  }

  /// Cases that differ in one payload, or in the case alone.
  private static func variants() throws -> [Change] {
    func law(_ law: CellLaw) -> Change { { $0.law = law } }
    func transistor(
      _ gate: Double = 1.5, _ threshold: Double = 0.4, _ k: Double = 1e-3, _ lambda: Double = 0,
      gamma: Double = 0, phi: Double = 0.6, bulk: Double? = nil
    ) -> Change {
      law(
        .transistor(
          TransistorLaw(
            gate: gate.volts, threshold: threshold.volts, transconductance: k,
            channelLengthModulation: lambda, bodyEffect: gamma, surfacePotential: phi.volts,
            bulk: bulk?.volts)))
    }
    func selector(_ saturation: Double, _ slope: Double) -> Change {
      law(.selector(SelectorLaw(saturation: saturation.amperes, slope: slope.volts)))
    }
    func table(_ volts: [Double], _ currents: [Double]) throws -> Change {
      law(.table(try TableLaw(volts: volts, relativeCurrents: currents)))
    }
    func states(_ siemens: [Double], _ currents: [[Double]]) throws -> Change {
      law(
        .table(
          try TableLaw(
            volts: [-1, 0, 1], stateSiemens: siemens, relativeCurrents: currents)))
    }
    func state(_ state: UnusedLines.State) -> Change { { $0.unused.wordLines.state = state } }
    func defect(
      _ kind: ArrayDefect.Kind, _ i: Int = 0, _ j: Int = 0, negative: Bool = false
    ) -> Change {
      { $0.defects = [ArrayDefect(kind, wordLine: i, bitLine: j, isNegative: negative)] }
    }
    let laws: [Change] = [
      law(.sinh(SinhLaw(scale: 1.volts))), law(.sinh(SinhLaw(scale: 1.0.nextUp.volts))),
      selector(1e-9, 0.05), selector(1e-8, 0.05), selector(1e-9, 0.06),
      transistor(), transistor(1.6), transistor(1.5, 0.5), transistor(1.5, 0.4, 2e-3),
      transistor(1.5, 0.4, 1e-3, 0.1), transistor(gamma: 0.4), transistor(gamma: 0.5),
      transistor(gamma: 0.4, phi: 0.7), transistor(bulk: 0), transistor(bulk: -1),
      try states([1e-6, 2e-6], [[-1, 0, 1], [-1, 0, 1]]),
      try states([1e-6, 3e-6], [[-1, 0, 1], [-1, 0, 1]]),
      try states([1e-6, 2e-6], [[-1, 0, 1], [-1, 0, 2]]),
      try table([-1, 0, 1], [-1, 0, 1]), try table([-2, 0, 1], [-1, 0, 1]),
      try table([-1, 0, 1], [-1, 0, 2]),
    ]
    let states: [Change] = [
      state(.grounded), state(.floating), state(.held(0.volts)), state(.held(1.volts)),
    ]
    let defects: [Change] = [
      defect(.openCell), defect(.openCell, 1), defect(.openCell, 0, 1),
      defect(.openCell, negative: true), defect(.stuckCell(0.siemens)),
      defect(.stuckCell(1.siemens)), defect(.shortedCell(1.ohms)), defect(.shortedCell(2.ohms)),
      defect(.openSegment(.bitLine)), defect(.openSegment(.sourceLine)),
      defect(.resistiveSegment(.bitLine, 1.ohms)), defect(.resistiveSegment(.bitLine, 2.ohms)),
      defect(.resistiveSegment(.sourceLine, 1.ohms)), defect(.shortedLines(.bitLine, 1.ohms)),
      defect(.shortedLines(.bitLine, 2.ohms)), defect(.shortedLines(.sourceLine, 1.ohms)),
    ]
    return laws + states + defects
  }

  @Test func everyCaseAndPayloadChangesTheHash() throws {
    let variants = try Self.variants()
    let hashes = variants.map { change in
      var changed = Self.array
      change(&changed)
      return changed.contentHash.hexadecimal
    }
    #expect(Set(hashes + [Self.array.contentHash.hexadecimal]).count == variants.count + 1)
  }

  /// A payload that gains a property must gain a variant above.
  @Test func payloadsHaveNoOtherProperties() throws {
    let table = try TableLaw(volts: [-1, 0, 1], relativeCurrents: [-1, 0, 1])
    let transistor = TransistorLaw(gate: 1.volts, threshold: 0.volts, transconductance: 1)
    for (value, count) in [
      (SinhLaw(scale: 1.volts) as Any, 1),
      (SelectorLaw(saturation: 1.amperes, slope: 1.volts), 2), (transistor, 7),
      // The slopes follow from the points.
      (table, 4), (ArrayDefect(.openCell, wordLine: 0, bitLine: 0), 4),
    ] {
      #expect(Mirror(reflecting: value).children.count == count, "\(type(of: value))")
    }
  }

  @Test func equalArraysHaveOneHash() {
    var other = Self.array
    other.wires.bitLineSegment = Ohms(other.wires.bitLineSegment.value)
    #expect(other.contentHash.hexadecimal == Self.array.contentHash.hexadecimal)
    // A zero is a zero, whatever its sign.
    var positive = Self.array
    positive.conductances[0, 0] = 0
    var negative = positive
    negative.conductances[0, 0] = -0.0
    #expect(positive.contentHash.hexadecimal == negative.contentHash.hexadecimal)
  }
}

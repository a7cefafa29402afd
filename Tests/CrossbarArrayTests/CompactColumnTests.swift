import BehavioralModels
import Netlist
import NumericKernels
import TestSupport
import Testing
import Units

@testable import CrossbarArray

/// Columns of compiled cells with a gate, by curves along the column's voltages, against the modules in
/// the general engine and against native transistors.
@Suite(.enabled(if: VerilogA.isPresent, "openvaf-r is not on the search path"))
struct CompactColumnTests {
  /// A cell whose threshold is the state, with a current that its gate does not control.
  private static let leaky = """
    module leaky(d, g, s);
      inout d, g, s; electrical d, g, s;
      parameter real G = 1e-5 from [0:inf);
      parameter real k = 1e-4 from (0:inf);
      parameter real leak = 0 from [0:1];
      analog I(d, s) <+ leak * G * V(d, s)
        + k * 0.02 * ln(1 + exp((V(g, s) - 1 + G / k) / 0.02)) * tanh(V(d, s) / 0.1) * 0.1;
    endmodule
    """

  private static func transistor() throws -> CompactLaw {
    try CompactLaw(
      cell: CompactLawTests.device(CompactLawTests.ohmic), conductanceParameter: "G",
      access: CompactLawTests.device(CompactLawTests.channel), gateVolts: 1.2,
      maximumVolts: 0.4, siemens: 1e-7...1e-4)
  }

  private static func leaky(_ leak: Double) throws -> CompactLaw {
    try CompactLaw(
      cell: CompactLawTests.device(leaky, [CompactParameter("leak", leak)]),
      conductanceParameter: "G", gateVolts: 1.3, maximumVolts: 0.4, siemens: 1e-6...3e-5)
  }

  /// Wires that take a good part of the read voltage.
  private static func array(
    _ law: CellLaw, pairing: PairArrangement? = nil, sourceOhms: Double = 200
  ) -> ArrayDescription {
    var array = CompactLawTests.array(
      .gateDriven(sourceLine: .parallel), law, wordLines: 40, bitLines: 9)
    array.wires = WireParasitics(
      bitLineSegment: 500.ohms, sourceLineSegment: sourceOhms.ohms)
    if let pairing {
      array.negativeConductances = array.conductances.map { 2.1e-5 - $0 }
      array.pairing = pairing
    }
    return array
  }

  private static func check(_ array: ArrayDescription, _ law: CompactLaw) throws {
    let inputs = try CompactLawTests.inputs(array, count: 6)
    let model = try ExactMethod.model(of: array)
    #expect(model.method.label == "exact: nonlinear ladder", "\(model.method)")
    let share = ColumnWiring.sourceShare(array.wires, array.terminals)
    let curves = try #require(try array.columnCurves(sourceShare: share))
    let stated = curves.table.relativeError
    #expect(stated <= 1e-5, "\(stated)")
    #expect(model.method.details.contains("cells tabulated to "), "\(model.method)")
    let expected = try CircuitArray(array).currents(inputs).amperes
    let found = try model.currents(inputs).amperes
    let difference = CompactLawTests.difference(found, expected)
    #expect(difference <= 2 * stated + curves.offPart + 1e-9, "\(difference), \(stated)")
    var single = [Float](repeating: 0, count: found.elements.count)
    try model.currents(inputs, into: &single)
    let ofSingle = Matrix(
      rows: found.rows, columns: found.columns, elements: single.map { Double($0) })
    #expect(
      CompactLawTests.difference(ofSingle, expected)
        <= 2 * stated + curves.offPart + (model.method.cellFit ?? 0) + 1e-5)
    // The wires matter, far more than the error.
    let ideal = try IdealArray(array).currents(inputs).amperes
    #expect(CompactLawTests.difference(ideal, expected) > 0.05)
  }

  @Test(arguments: [0.0, 200], [nil, PairArrangement.separateLines])
  func columnsOfAccessTransistorsAreThoseOfTheCircuit(
    sourceOhms: Double, pairing: PairArrangement?
  ) throws {
    let law = try Self.transistor()
    let array = Self.array(.compact(law), pairing: pairing, sourceOhms: sourceOhms)
    try Self.check(array, law)
    // And those of native transistors.
    let native = Self.array(
      .transistor(TransistorLaw(gate: 1.2.volts, threshold: 0.4.volts, transconductance: 1e-4)),
      pairing: pairing, sourceOhms: sourceOhms)
    let inputs = try CompactLawTests.inputs(array)
    #expect(
      CompactLawTests.difference(
        try NonlinearLadderArray(array).currents(inputs).amperes,
        try NonlinearLadderArray(native).currents(inputs).amperes) <= 1e-6)
  }

  /// The gate's drive falls as the bit line rises, which curves with a bit line at 0 V would miss.
  @Test func columnsOfThresholdCellsAreThoseOfTheCircuit() throws {
    let law = try Self.leaky(0)
    let array = Self.array(.compact(law))
    try Self.check(array, law)
    let (table, _) = try #require(try array.columnCurves(sourceShare: 0.5))
    let atGround = CellLaw.compact(law).amperes(0.15, siemens: 1e-5)
    #expect(abs(table.value(at: 0.15, siemens: 1e-5).amperes / atGround - 1) > 0.05)
  }

  /// Without wires, sums are of the columns' curves, not of the coarse ones that levels are known by.
  @Test func sumsWithoutWiresAreThoseOfTheCircuit() throws {
    let law = try Self.leaky(0)
    var array = Self.array(.compact(law))
    array.wires = WireParasitics()
    let inputs = try CompactLawTests.inputs(array, count: 4)
    let ladder = try NonlinearLadderArray(array)
    let expected = try CircuitArray(array).currents(inputs).amperes
    #expect(
      CompactLawTests.difference(try ladder.currents(inputs).amperes, expected) <= 2e-5)
    #expect(ladder.response == nil)
  }

  /// What cells carry whose gates are off is stated, and refused where it counts.
  @Test func cellsThatAreOffMustNotConduct() throws {
    let slight = Self.array(.compact(try Self.leaky(1e-9)))
    let model = try ExactMethod.model(of: slight)
    #expect(
      model.method.details.contains("cells that are off below ")
        && model.method.label == "exact: nonlinear ladder", "\(model.method)")
    let leaking = Self.array(.compact(try Self.leaky(1e-3)))
    let reason = NonlinearLadderArray.refusal(of: leaking) ?? ""
    #expect(
      reason.contains("whose gate is off, at 0 V, carries up to ")
        && reason.contains("with 40 word lines more than 1e-06"), "\(reason)")
    #expect(try ExactMethod.model(of: leaking) is CircuitArray)
  }

  /// A few vectors are not worth the tables; pairs on one line and crossing lines are circuits.
  @Test func othersAreCircuits() throws {
    let law = CellLaw.compact(try Self.transistor())
    let array = Self.array(law)
    #expect(try ExactMethod.model(of: array, vectors: 15) is CircuitArray)
    #expect(try ExactMethod.model(of: array, vectors: 16) is NonlinearLadderArray)
    var pairs = Self.array(law, pairing: .interleaved, sourceOhms: 0)
    pairs.readVoltage = 0.15.volts
    #expect(NonlinearLadderArray.refusal(of: pairs)?.contains("pairs of one line") == true)
    var beyond = array
    beyond.conductances[3, 4] = 2e-4
    #expect(NonlinearLadderArray.refusal(of: beyond)?.contains("0.0002 S") == true)
    var crossing = array
    crossing.topology = .gateDriven(sourceLine: .crossing)
    #expect(try ExactMethod.model(of: crossing) is CircuitArray)
  }

  /// A law that is read again has the curves of the first; one with another parameter or range has not.
  @Test func lawsOfEqualCellsShareCurves() throws {
    func law(_ leak: Double, _ volts: Double = 0.35) throws -> CompactLaw {
      try CompactLaw(
        cell: CompactLawTests.device(Self.leaky, [CompactParameter("leak", leak)]),
        conductanceParameter: "G", gateVolts: 1.3, maximumVolts: volts, siemens: 1e-6...3e-5)
    }
    let first = try law(1e-8)
    #expect(try law(1e-8).columns === first.columns)
    #expect(try law(2e-8).columns !== first.columns)
    #expect(try law(1e-8, 0.36).columns !== first.columns)
  }

  /// Arrays of one law in the same decades of conductance share their curves.
  @Test func curvesAreTabulatedOnce() throws {
    // Limits that no other test takes: laws of equal cells share their curves.
    let law = try CompactLaw(
      cell: CompactLawTests.device(CompactLawTests.ohmic), conductanceParameter: "G",
      access: CompactLawTests.device(CompactLawTests.channel), gateVolts: 1.2,
      maximumVolts: 0.37, siemens: 1e-7...1e-4)
    var array = Self.array(.compact(law))
    _ = try NonlinearLadderArray(array)
    array.conductances = array.conductances.map { 0.9 * $0 + 2e-7 }
    _ = try NonlinearLadderArray(array)
    #expect(law.columns.count == 1)
    array.readVoltage = 0.2.volts
    _ = try NonlinearLadderArray(array)
    #expect(law.columns.count == 2)
  }
}

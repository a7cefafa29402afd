import CompactModels
import ExternalSimulators
import Files
import Foundation
import Netlist
import NumericKernels
import SPICE
import TestSupport
import Testing
import Units

@testable import CrossbarArray

/// Arrays of compiled Verilog-A against formulas of our own, closed forms and VACASK.
@Suite(.enabled(if: VerilogA.isPresent, "openvaf-r is not on the search path"))
struct CompactLawTests {
  /// `i = G v₀ sinh(v / v₀)` with a voltage scale that depends on the state, so that curves differ.
  static let shapeCell = """
    module shape_cell(p, n);
      inout p, n; electrical p, n;
      (* type="instance" *) parameter real G = 1e-5 from [0:inf);
      real v0;
      analog begin
        v0 = 0.1 * (1 + 0.2 * tanh(log(G / 1e-5)));
        I(p, n) <+ G * v0 * sinh(V(p, n) / v0);
      end
    endmodule
    """
  /// A level-1 channel of `kp W / L`, which conducts alike in both directions.
  static let channel = """
    module channel(d, g, s);
      inout d, g, s; electrical d, g, s;
      parameter real vto = 0.4;
      parameter real beta = 1e-4 from (0:inf);
      real vds, vgt;
      analog begin
        vds = abs(V(d, s));
        vgt = V(g) - min(V(d), V(s)) - vto;
        if (vgt <= 0) I(d, s) <+ 0;
        else if (vds < vgt) I(d, s) <+ (V(d, s) < 0 ? -1 : 1) * beta * vds * (vgt - vds / 2);
        else I(d, s) <+ (V(d, s) < 0 ? -1 : 1) * beta * vgt * vgt / 2;
      end
    endmodule
    """
  static let ohmic = """
    module ohmic(p, n);
      inout p, n; electrical p, n;
      (* type="instance" *) parameter real G = 1e-5 from [0:inf);
      analog I(p, n) <+ G * V(p, n);
    endmodule
    """
  /// The state is a threshold, of which the conductance at 0.1 V and a gate of 1 V is `G`.
  static let ferroelectric = """
    module ferroelectric(d, g, s);
      inout d, g, s; electrical d, g, s;
      parameter real G = 1e-5 from [0:inf);
      parameter real k = 1e-4 from (0:inf);
      real vth;
      analog begin
        vth = 1 - G / k;
        I(d, s) <+ k * max(V(g, s) - vth, 0) * tanh(V(d, s) / 0.1) * 0.1;
      end
    endmodule
    """
  static let falling = """
    module falling(p, n);
      inout p, n; electrical p, n;
      (* type="instance" *) parameter real G = 1e-5 from [0:inf);
      analog I(p, n) <+ G * V(p, n) * exp(-pow(V(p, n) / 0.3, 2));
    endmodule
    """

  static func device(
    _ source: String, _ parameters: [CompactParameter] = []
  ) throws -> CompactLaw.Device {
    CompactLaw.Device(
      module: try CompactLibrary.open(VerilogA.compiled(source)).module(),
      parameters: parameters, contents: source)
  }

  static func sinh(_ scale: Double = 0.1, maximumVolts: Double = 0.5) throws -> CompactLaw {
    try CompactLaw(
      cell: device(VerilogA.sinhCell, [CompactParameter("v0", scale)]), conductanceParameter: "G",
      maximumVolts: maximumVolts, siemens: 1e-7...1e-4)
  }

  static func array(
    _ topology: CellTopology, _ law: CellLaw, wordLines: Int = 7, bitLines: Int = 5
  ) -> ArrayDescription {
    var random = RandomStream(seed: 25)
    return ArrayDescription(
      topology: topology,
      conductances: Matrix(rows: wordLines, columns: bitLines) { _, _ in
        Double.random(in: 1e-6...2e-5, using: &random)
      },
      wires: WireParasitics(
        wordLineSegment: 30.ohms, bitLineSegment: 50.ohms, sourceLineSegment: 20.ohms),
      ends: LineEnds(bitLineSense: .near, sourceLineDrive: .near), readVoltage: 0.3.volts, law: law)
  }

  static func inputs(_ array: ArrayDescription, count: Int = 3) throws -> InputBatch {
    var random = RandomStream(seed: 7)
    let isVolts = array.topology == .voltageDriven
    return try InputBatch(
      Matrix(rows: count, columns: array.wordLineCount) { _, _ in
        isVolts
          ? Double.random(in: -0.2...0.25, using: &random)
          : (Bool.random(using: &random) ? 1 : 0)
      }, for: array.topology)
  }

  static func difference(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Double {
    let largest = b.elements.reduce(0) { max($0, $1.magnitude) }
    return zip(a.elements, b.elements).reduce(0) { max($0, abs($1.0 - $1.1)) } / largest
  }

  static let topologies: [CellTopology] = [
    .voltageDriven, .gateDriven(sourceLine: .parallel), .gateDriven(sourceLine: .crossing),
  ]

  /// The compiled cell and the native one are the same circuit, solved by two methods.
  @Test(arguments: topologies)
  func circuitIsThatOfTheNativeLaw(topology: CellTopology) throws {
    let compact = Self.array(topology, .compact(try Self.sinh()))
    let native = Self.array(topology, .sinh(SinhLaw(scale: 0.1.volts)))
    let inputs = try Self.inputs(compact)
    let found = try CircuitArray(compact).currents(inputs)
    let expected = try CircuitArray(native).currents(inputs)
    #expect(Self.difference(found.amperes, expected.amperes) <= 1e-11)
    #expect((found.residual?.value ?? 1) <= 1e-11)
    // Cells' own currents add up to those of their lines.
    try CircuitArray(compact).solutions(inputs) { vector, solution in
      for j in 0..<5 {
        let sum = (0..<7).reduce(0.0) { $0 + solution.cells[0].amperes[$1, j] }
        #expect(abs(sum - found.amperes[vector, j]) <= 1e-10 * abs(sum) + 1e-18)
      }
    }
  }

  /// Fast methods with curves of the cells are within the stated error of the circuit.
  @Test(arguments: topologies, [VerilogA.sinhCell, shapeCell])
  func curvesStandInForTheModule(topology: CellTopology, source: String) throws {
    let law = try CompactLaw(
      cell: Self.device(source), conductanceParameter: "G", maximumVolts: 0.5,
      siemens: 1e-7...1e-4)
    #expect(law.table.isProportional == (source == VerilogA.sinhCell))
    #expect(law.tabulationError <= 1e-5 && law.isOdd)
    let array = Self.array(topology, .compact(law))
    let inputs = try Self.inputs(array)
    let model = try ExactMethod.model(of: array)
    #expect(model.method.details.contains("cells tabulated to "), "\(model.method)")
    let expected = try CircuitArray(array).currents(inputs).amperes
    let found = try model.currents(inputs).amperes
    // Losses damp what cells add; fits of the ladder state their own error.
    #expect(
      Self.difference(found, expected) <= 2 * law.tabulationError + (model.method.cellFit ?? 0)
        + 1e-9)
    var single = [Float](repeating: 0, count: found.elements.count)
    try model.currents(inputs, into: &single)
    let ofSingle = Matrix(
      rows: found.rows, columns: found.columns, elements: single.map { Double($0) })
    #expect(Self.difference(ofSingle, expected) <= 1e-4)
  }

  /// Access transistor and memory element as two modules are the native 1T1R cell.
  @Test(arguments: [
    CellTopology.gateDriven(sourceLine: .parallel), .gateDriven(sourceLine: .crossing),
  ])
  func accessDeviceIsAModule(topology: CellTopology) throws {
    let compact = try CompactLaw(
      cell: Self.device(Self.ohmic), conductanceParameter: "g",
      access: Self.device(Self.channel, [CompactParameter("beta", 1e-4)]), gateVolts: 1.2,
      maximumVolts: 0.4, siemens: 1e-7...1e-4)
    let native = CellLaw.transistor(
      TransistorLaw(gate: 1.2.volts, threshold: 0.4.volts, transconductance: 1e-4))
    let array = Self.array(topology, .compact(compact))
    let inputs = try Self.inputs(array)
    let model = try ExactMethod.model(of: array)
    let isCrossing = topology == .gateDriven(sourceLine: .crossing)
    #expect(
      model.method.label == (isCrossing ? "exact: Newton over KLU" : "exact: nonlinear ladder"),
      "\(model.method)")
    let found = try CircuitArray(array).currents(inputs).amperes
    let expected = try CircuitArray(Self.array(topology, native)).currents(inputs).amperes
    #expect(Self.difference(found, expected) <= 1e-10)
    let cell = CellLaw.compact(compact)
    #expect(
      abs(cell.amperes(0.3, siemens: 1e-5) / native.amperes(0.3, siemens: 1e-5) - 1)
        <= 2 * compact.tabulationError)
    #expect(compact.tabulationError <= 0.01)
    #expect(abs(cell.siemens(0.3, amperes: cell.amperes(0.3, siemens: 3e-6)) / 3e-6 - 1) <= 1e-9)
    #expect(throws: ArrayError.self) {
      try CircuitArray(Self.array(.voltageDriven, .compact(compact)))
    }
  }

  /// A cell whose threshold is the state, set by the model's parameter; without wires the sum is
  /// known.
  @Test func thresholdIsTheState() throws {
    let law = try CompactLaw(
      cell: Self.device(Self.ferroelectric), conductanceParameter: "G", gateVolts: 1,
      siemens: 1e-7...5e-5)
    var array = Self.array(.gateDriven(sourceLine: .parallel), .compact(law))
    array.wires = WireParasitics()
    let inputs = try Self.inputs(array)
    guard case .bits(let bits) = inputs else { return }
    let found = try CircuitArray(array).currents(inputs).amperes
    for row in 0..<bits.rows {
      for j in 0..<5 {
        // A gate that is off is at 0 V, below every threshold.
        let sum = (0..<7).reduce(0.0) {
          $0 + (bits[row, $1] ? array.conductances[$1, j] : 0) * 0.1 * tanh(0.3 / 0.1)
        }
        #expect(abs(found[row, j] - sum) <= 1e-12 * sum)
      }
    }
  }

  /// What curves cannot stand in for is solved as a circuit, with the reason.
  @Test func otherCellsAreSolvedAsCircuits() throws {
    let falling = try CompactLaw(cell: Self.device(Self.falling), conductanceParameter: "G")
    let array = Self.array(.gateDriven(sourceLine: .parallel), .compact(falling))
    #expect(NonlinearLadderArray.refusal(of: array)?.contains("does not rise near") == true)
    #expect(try ExactMethod.model(of: array) is CircuitArray)
    var wide = Self.array(.voltageDriven, .compact(try Self.sinh()))
    wide.conductances[0, 0] = 2e-4
    #expect(LineArray.refusal(of: wide)?.contains("law: compact has curves") == true)
    #expect(try ExactMethod.model(of: wide) is CircuitArray)
  }

  /// Decks carry their modules; our reader and VACASK find the same currents.
  @Test(
    arguments: topologies,
    [
      CellLaw.linear, .sinh(.init(scale: 0.1.volts)),
      .selector(.init(saturation: 1e-9.amperes, slope: 0.03.volts)),
    ])
  func vacaskAgreesOnNativeLaws(topology: CellTopology, law: CellLaw) throws {
    let worst = try verify(Self.array(topology, law), .vacask)
    // Physical constants differ where junctions are exponentials of the thermal voltage.
    #expect(worst <= (law == .linear ? 1e-12 : 1e-5))
  }

  /// Body effect and bulk, in our own general engine and in VACASK.
  @Test(arguments: [
    CellTopology.gateDriven(sourceLine: .parallel), .gateDriven(sourceLine: .crossing),
  ])
  func decksKnowTheBodyEffect(topology: CellTopology) throws {
    func law(_ gamma: Double) -> CellLaw {
      .transistor(
        TransistorLaw(
          gate: 1.5.volts, threshold: 0.4.volts, transconductance: 1e-4, bodyEffect: gamma,
          surfacePotential: 0.7.volts, bulk: -0.5.volts))
    }
    let array = Self.array(topology, law(0.5))
    for judge in [DeckVerification.Judge.builtin, .vacask] {
      #expect(try verify(array, judge) <= (judge == .vacask ? 1e-8 : 1e-10))
    }
    // It matters.
    let inputs = try Self.inputs(array)
    let (with, without) = (
      try CircuitArray(array).currents(inputs),
      try CircuitArray(Self.array(topology, law(0))).currents(inputs)
    )
    #expect(Self.difference(with.amperes, without.amperes) > 1e-3)
  }

  @Test(arguments: topologies, [DeckVerification.Judge.builtin, .vacask])
  func decksOfCompiledCellsAgree(topology: CellTopology, judge: DeckVerification.Judge) throws {
    let worst = try verify(Self.array(topology, .compact(try Self.sinh())), judge)
    // VACASK stops at steps of 1e-9.
    #expect(worst <= (judge == .vacask ? 1e-9 : 1e-11))
  }

  @Test func decksOfCompiledTransistorsAgree() throws {
    let law = try CompactLaw(
      cell: Self.device(Self.ohmic), conductanceParameter: "G",
      access: Self.device(Self.channel), gateVolts: 1.2, siemens: 1e-7...1e-4)
    let array = Self.array(.gateDriven(sourceLine: .parallel), .compact(law))
    for judge in [DeckVerification.Judge.builtin, .vacask] {
      #expect(try verify(array, judge) <= (judge == .vacask ? 1e-9 : 1e-11))
    }
  }

  /// The proof at the size of a tile.
  @Test(
    .tags(.validation), arguments: [CellTopology.voltageDriven, .gateDriven(sourceLine: .parallel)])
  func vacaskAgreesOnTiles(topology: CellTopology) throws {
    for law in [CellLaw.linear, .compact(try Self.sinh())] {
      let array = Self.array(topology, law, wordLines: 64, bitLines: 64)
      let worst = try verify(array, .vacask)
      #expect(worst <= (law == .linear ? 1e-12 : 1e-9), "\(worst)")
    }
  }

  func verify(_ array: ArrayDescription, _ judge: DeckVerification.Judge) throws -> Double {
    let folder = try TemporaryFolder()
    let summary = try ArrayDeck.write(
      array, input: try Self.inputs(array, count: 1), title: "cells", to: folder.path)
    #expect(Set(summary.files) == Set(folder.contents), "\(folder.contents)")
    let program = URL(fileURLWithPath: try #require(VerilogA.compilerPath))
      .deletingLastPathComponent().path
    let verification = try DeckVerification(
      folder: folder.path, with: judge, searchPath: program)
    #expect(verification.passes && verification.currents.count == array.outputCount)
    return verification.worstRelativeDifference
  }

  /// Code in a deck's folder is run by `verify` alone.
  @Test func readingADeckRunsNothing() throws {
    let folder = try TemporaryFolder()
    let array = Self.array(.voltageDriven, .compact(try Self.sinh()))
    _ = try ArrayDeck.write(
      array, input: try Self.inputs(array, count: 1), title: "cells", to: folder.path)
    #expect(throws: DeckError.self) { try CoreDeck(contentsOf: folder.file("core.sp")) }
  }

  @Test func badLawsAreNamed() throws {
    func fault(
      _ source: String = VerilogA.sinhCell, _ parameters: [CompactParameter] = [],
      _ name: String = "G", access: String? = nil, gate: Double? = nil
    ) -> String {
      do {
        _ = try CompactLaw(
          cell: Self.device(source, parameters), conductanceParameter: name,
          access: access.map { try Self.device($0) }, gateVolts: gate)
        return ""
      } catch { return "\(error)" }
    }
    #expect(fault(VerilogA.sinhCell, [], "H").hasPrefix("law.conductanceParameter: "))
    #expect(fault(VerilogA.memory, [], "state").contains("takes no real number"))
    #expect(fault(VerilogA.sinhCell, [CompactParameter("v0", 0)]).hasPrefix("law.parameters: "))
    #expect(fault(VerilogA.sinhCell, [CompactParameter("g", 1)]).contains("entry of conductances"))
    #expect(fault(VerilogA.sinhCell, gate: 1).hasPrefix("law.gateVolts: "))
    #expect(fault(Self.ferroelectric).contains("is missing"))
    #expect(fault(VerilogA.sinhCell, access: Self.ohmic, gate: 1).hasPrefix("law.access.file: "))
    #expect(fault(Self.ferroelectric, access: Self.channel, gate: 1).hasPrefix("law.file: "))
    // Beyond its limit the module gives up; curves are wanted to 1 V.
    let text = fault(VerilogA.faulty, [], "limit")
    #expect(text.contains("too many volts") && text.contains("maximumVolts 1.0"))
    #expect(fault() == "")
  }
}

import BehavioralModels
import Foundation
import NumericKernels
import TestSupport
import Testing
import Units

@testable import CrossbarArray

/// Measured curves of several states as the law of cells.
@Suite struct StateCurveTests {
  /// Cells whose curves differ from state to state, and which circuits know.
  private static let selector = CellLaw.selector(
    SelectorLaw(saturation: 1e-6.amperes, slope: 0.05.volts))
  private static let states = [1e-7, 4e-7, 1e-6, 3e-6, 1e-5]
  private static let volts = (-450...450).map { Double($0) / 1000 }

  private static func table(
    of law: CellLaw = selector, states: [Double] = states
  ) throws -> TableLaw {
    try TableLaw(
      volts: volts, stateSiemens: states,
      relativeCurrents: states.map { g in volts.map { law.amperes($0, siemens: g) / g } })
  }

  private static let topologies: [CellTopology] = [
    .voltageDriven, .gateDriven(sourceLine: .parallel), .gateDriven(sourceLine: .crossing),
  ]

  /// Cells that hold states, or nothing.
  private static func array(
    _ topology: CellTopology, _ law: CellLaw, pairing: PairArrangement?
  ) -> ArrayDescription {
    var random = RandomStream(seed: 17)
    func cells() -> Matrix<Double> {
      Matrix(rows: 13, columns: 9) { _, _ in
        Int.random(in: 0..<8, using: &random) == 0
          ? 0 : states[Int.random(in: 0..<states.count, using: &random)]
      }
    }
    return ArrayDescription(
      topology: topology, conductances: cells(), negativeConductances: pairing.map { _ in cells() },
      pairing: pairing ?? .separateLines,
      wires: WireParasitics(
        wordLineSegment: 200.ohms, bitLineSegment: 300.ohms,
        sourceLineSegment: (topology == .gateDriven(sourceLine: .crossing) ? 150 : 0).ohms),
      readVoltage: 0.2.volts, law: law)
  }

  /// Curves of cells that circuits know, against those cells in KLU.
  @Test(arguments: topologies, [nil, PairArrangement.separateLines, .interleaved])
  func statesAreTheCircuits(topology: CellTopology, pairing: PairArrangement?) throws {
    var array = Self.array(topology, Self.selector, pairing: pairing)
    var random = RandomStream(seed: 18)
    let isDriven = topology == .voltageDriven
    let inputs = try InputBatch(
      Matrix(rows: 9, columns: 13) { vector, _ in
        isDriven
          ? Double.random(in: 0...0.2, using: &random)
          : Double.random(in: 0..<1, using: &random) < 0.12 * Double(vector + 1) ? 1 : 0
      }, for: topology)
    let circuit = try CircuitArray(array, factorization: .klu).currents(inputs).amperes.elements
    array.law = .table(try Self.table())
    let model = try ExactMethod.model(of: array)
    let found = try model.currents(inputs).amperes.elements
    let peak = circuit.reduce(0) { max($0, $1.magnitude) }
    // The monotone cubic on points 1 mV apart.
    func difference(_ a: [Double]) -> Double {
      zip(a, circuit).reduce(0) { max($0, ($1.0 - $1.1).magnitude) } / peak
    }
    #expect(difference(found) < 1e-5)
    let single = try model.inferredCurrents(inputs)
    #expect(difference(single) < (model.method.cellFit ?? 0) + 2e-5)
    // One curve for all states is something else.
    let own = try #require(Self.states.last)
    array.law = .table(
      try TableLaw(
        volts: Self.volts,
        relativeCurrents: Self.volts.map { Self.selector.amperes($0, siemens: own) / own }))
    #expect(difference(try ExactMethod.model(of: array).currents(inputs).amperes.elements) > 1e-2)
  }

  /// The calibrated crossing model on cells of several curves, against the exact path.
  @Test func calibratedModelsTakeStates() throws {
    var random = RandomStream(seed: 19)
    var array = Self.array(
      .gateDriven(sourceLine: .crossing), .table(try Self.table()), pairing: nil)
    array.conductances = Matrix(rows: 40, columns: 24) { _, _ in
      Double.random(in: 1e-7...1e-5, using: &random)
    }
    array.wires = WireParasitics(bitLineSegment: 10.ohms, sourceLineSegment: 10.ohms)
    let hashed = HashedArray(array)
    let exact = try ExactMethod.model(of: array)
    let model = try Calibrator(seed: 3).calibrate(
      hashed, against: exact, recorded: nil, lsbAmperes: nil)
    #expect(model.meetsTarget && model.method.label == "calibrated: crossing ladder")
    let guarded = try CalibratedArray(model, of: hashed, exact: exact, auditRate: 1)
    let bits = BitMatrix(rows: 30, columns: 40) { row, _ in
      Double.random(in: 0..<1, using: &random) < 0.03 * Double(row + 1)
    }
    _ = try guarded.currents(.bits(bits))
    #expect(guarded.observations.audited > 10)
    #expect(try #require(guarded.observations.rmsAmperes) <= 1.5 * model.promisedRMSAmperes)
    // The wires must matter.
    let ideal = try IdealArray(array).currents(.bits(bits)).amperes.elements.reduce(0, +)
    let lost = 1 - (try exact.currents(.bits(bits)).amperes.elements.reduce(0, +)) / ideal
    #expect(lost > 0.002, "\(lost)")
  }

  /// Between two states the current is a straight line in the conductance, and the inverse is its own.
  @Test func betweenStatesTheCurrentIsAStraightLine() throws {
    let law = CellLaw.table(try Self.table())
    for k in 1..<Self.states.count {
      let (a, b) = (Self.states[k - 1], Self.states[k])
      for v in [-0.31, -0.2, 0.0015, 0.2, 0.4] {
        let (low, high) = (law.amperes(v, siemens: a), law.amperes(v, siemens: b))
        #expect((low / Self.selector.amperes(v, siemens: a) - 1).magnitude < 1e-4)
        for t in [0.0, 0.25, 0.5, 1] {
          let current = law.amperes(v, siemens: a + t * (b - a))
          #expect((current - (low + t * (high - low))).magnitude <= 1e-12 * high.magnitude)
          guard v > 0 else { continue }
          let again = law.siemens(v, amperes: current)
          #expect((again - (a + t * (b - a))).magnitude <= 1e-11 * b)
        }
      }
    }
    #expect(law.siemens(0.2, amperes: 0) == 0 && law.siemens(0.2, amperes: 1) == .infinity)
    #expect(!law.isProportional && law.isOdd)
    let slope = law.law.tangent(0.1, bitLine: 0.05, siemens: 2e-6)
    let h = 1e-6
    let difference =
      (law.amperes(0.1 + h, siemens: 2e-6) - law.amperes(0.1 - h, siemens: 2e-6)) / (2 * h)
    #expect((slope.siemens / difference - 1).magnitude < 1e-3 && slope.bitLineSiemens == 0)
    // Proportional curves are one curve.
    let same = CellLaw.table(try Self.table(of: .sinh(SinhLaw(scale: 0.1.volts))))
    let one = CellLaw.table(
      try TableLaw(volts: Self.volts, relativeCurrents: Self.volts.map { 0.1 * sinh($0 / 0.1) }))
    for g in [1e-7, 2.5e-7, 9e-6] {
      #expect((same.amperes(0.3, siemens: g) / one.amperes(0.3, siemens: g) - 1).magnitude < 1e-12)
    }
  }

  @Test(arguments: [
    (
      [1e-6], [[-1.0, 0, 1]],
      "law: table has 1 states and 1 curves; at least two states with a curve each are needed"
    ),
    (
      [4e-6, 1e-6], [[-1, 0, 1], [-1, 0, 1]],
      "law: table must have its states in the order of their conductances; 4e-06 S is followed by "
        + "1e-06 S"
    ),
    (
      [1e-6, 1e-6], [[-1, 0, 1], [-1, 0, 1]],
      "law: table must have its states in the order of their conductances; 1e-06 S is followed by "
        + "1e-06 S"
    ),
    (
      [0, 1e-6], [[-1, 0, 1], [-1, 0, 1]],
      "law: table, state of 0.0 S: a conductance is above 0"
    ),
    (
      [1e-6, 2e-6], [[-1, 0, 1], [-1, 0, -1]],
      "law: table, state of 2e-06 S, must rise in voltage and current; (0.0, 0.0) is followed by "
        + "(1.0, -1.0)"
    ),
    (
      [1e-6, 2e-6], [[-1, 0, 1], [-1, .nan, 1]],
      "law: table, state of 2e-06 S, point 1: (0.0, nan) is not finite"
    ),
    (
      [1e-6, 2e-6], [[-1, 0, 1], [-1, 0.5, 1]],
      "law: table, state of 2e-06 S, must have no current at 0 V"
    ),
    (
      [1e-6, 2e-6], [[-1, 0, 1], [-1, 0, 0.25]],
      "law: table must have currents that rise from state to state; at 1.0 V, 1e-06 S carries 1e-06 "
        + "A and 2e-06 S 5e-07 A"
    ),
    (
      [1e-6, 2e-6], [[-1, 0, 1], [-1, 1]],
      "law: table, state of 2e-06 S, has 3 voltages and 2 currents"
    ),
  ])
  func badStatesAreRefused(states: [Double], currents: [[Double]], reason: String) {
    let error = #expect(throws: ArrayError.self) {
      try TableLaw(volts: [-1, 0, 1], stateSiemens: states, relativeCurrents: currents)
    }
    #expect(error.map { "\($0)" } == reason)
  }

  /// States outside of the table have no curve: of cells, of stuck cells, of levels; and curves that
  /// cross where cells are read tell no states apart.
  @Test func whatNoCurveKnowsIsRefused() throws {
    let law = CellLaw.table(
      try TableLaw(
        volts: [-1, 1], stateSiemens: [1e-6, 1e-5], relativeCurrents: [[-1, 1], [-1, 1]]))
    for topology in Self.topologies {
      var array = Self.array(topology, law, pairing: .separateLines)
      array.conductances = array.conductances.map { _ in 2e-6 }
      array.negativeConductances = array.conductances
      _ = try ExactMethod.model(of: array)
      func fault(_ change: (inout ArrayDescription) -> Void) -> String {
        var other = array
        change(&other)
        let error = #expect(throws: ArrayError.self) { try ExactMethod.model(of: other) }
        return error.map { "\($0)" } ?? ""
      }
      #expect(
        fault { $0.conductances[2, 3] = 2e-5 }
          == "conductances [2, 3] is 2e-05 S; the curves of law: table reach to 1e-05 S")
      #expect(
        fault { $0.negativeConductances?[0, 1] = 1e-3 }
          == "negativeConductances [0, 1] is 0.001 S; the curves of law: table reach to 1e-05 S"
      )
      #expect(
        fault { $0.defects = [ArrayDefect(.stuckCell(3e-5.siemens), wordLine: 1, bitLine: 1)] }
          .hasPrefix("conductances [1, 1] is 3e-05 S"))
      // An open cell carries nothing, whatever its curve; rounding to single precision is none.
      array.conductances[0, 0] = 0
      array.conductances[0, 1] = Double(Float(1e-5)) * (1 + 1e-8)
      _ = try ExactMethod.model(of: array)
    }
    #expect(law.refusal(ofStatesFrom: 1e-6, to: 1e-5) == nil)
    #expect(law.refusal(ofStatesFrom: 0, to: 1e-5) == nil)
    #expect(
      law.refusal(ofStatesFrom: 1e-6, to: 2e-5)
        == "cells hold 1e-06 to 2e-05 S, but law: table has no state of 2e-05 S: the curves of law: "
        + "table reach to 1e-05 S")
    // Below the first state, a straight line to the open cell.
    let half = law.amperes(0.3, siemens: 5e-7)
    #expect((half / law.amperes(0.3, siemens: 1e-6) - 0.5).magnitude < 1e-12)
    #expect((law.siemens(0.3, amperes: half) / 5e-7 - 1).magnitude < 1e-12)
    let crossing = CellLaw.table(
      try TableLaw(
        volts: [-1, 0, 1, 2], stateSiemens: [1e-6, 1.0001e-6],
        relativeCurrents: [[-1, 0, 1, 2], [-1, 0, 1, 1000]]))
    #expect(crossing.refusal(ofVoltageReadAt: 1) == nil)
    #expect(
      crossing.refusal(ofVoltageReadAt: 0.5)
        == "the curves of law: table for 1e-06 and 1.0001e-06 S cross at 0.5 V, between their points"
    )
  }
}

import Foundation
import NumericKernels
import TestSupport
import Testing
import Units

@testable import CrossbarArray

/// Measured curves as the law of cells.
@Suite struct TableLawTests {
  private static func sinhTable(_ scale: Double, to limit: Double, step: Double) throws
    -> TableLaw
  {
    let count = Int((limit / step).rounded())
    let volts = (-count...count).map { Double($0) * step }
    return try TableLaw(volts: volts, relativeCurrents: volts.map { scale * sinh($0 / scale) })
  }

  @Test func theCurvePassesThroughItsPointsAndRises() throws {
    var random = RandomStream(seed: 5, stream: 0)
    for _ in 0..<50 {
      var (volts, currents) = ([0.0], [0.0])
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        volts.append(volts[volts.count - 1] + Double.random(in: 0.01...1, using: &random))
        currents.append(currents[currents.count - 1] + Double.random(in: 1e-4...5, using: &random))
      }
      let all = volts.dropFirst().reversed().map { -$0 } + volts
      let law = try TableLaw(
        volts: all, relativeCurrents: currents.dropFirst().reversed().map { -$0 } + currents)
      for (v, i) in zip(volts, currents) {
        #expect(relativeDifference([law.value(at: v).current], [i]) <= 4 * .ulpOfOne)
        // Points that are odd give a curve that is odd.
        #expect(law.value(at: -v).current == -law.value(at: v).current)
      }
      var last = law.value(at: all[0])
      let limit = volts[volts.count - 1]
      for k in 1...400 {
        let v = -limit + 2 * limit * Double(k) / 400
        let now = law.value(at: v)
        #expect(now.current >= last.current && now.slope >= 0)
        last = now
      }
    }
  }

  /// The slope is the derivative of the current, and continuous where pieces meet.
  @Test func slopesAreDerivatives() throws {
    let law = try TableLaw(
      volts: [-1, -0.4, 0, 0.25, 0.5, 1.5], relativeCurrents: [-3, -0.5, 0, 0.2, 1, 4])
    for k in 1..<50 {
      let v = -1 + 2.5 * Double(k) / 50
      let h = 1e-5
      let difference = (law.value(at: v + h).current - law.value(at: v - h).current) / (2 * h)
      // Third derivatives are below 1e3 here and jumps of the second below 1e2: h² · 1e3 + h · 1e2.
      #expect((difference - law.value(at: v).slope).magnitude < 2e-3)
    }
    for v in law.volts.dropFirst().dropLast() {
      let (below, above) = (law.value(at: v.nextDown).slope, law.value(at: v.nextUp).slope)
      #expect((below - above).magnitude <= 1e-12 * max(below, above))
    }
  }

  /// `f(v) = v` is a resistor: the array of such cells is the linear one, wires and all.
  @Test(arguments: [CellTopology.voltageDriven, .gateDriven(sourceLine: .crossing)])
  func straightCurvesAreResistors(topology: CellTopology) throws {
    var array = ReferenceArray.voltageDriven()
    array.topology = topology
    array.readVoltage = 1.volts
    array.wires.sourceLineSegment = 1e-3.ohms
    let isVoltageDriven = topology == .voltageDriven
    let count = array.wordLineCount
    let numbers = Matrix(rows: 3, columns: count) { (vector: Int, line: Int) -> Double in
      let (product, sum) = ((vector + 1) * line, vector + line)
      return isVoltageDriven ? Double(product) / 20 : Double(sum % 2)
    }
    let inputs = try InputBatch(numbers, for: topology)
    let linear = try LineArray(array).currents(inputs).amperes.elements
    array.law = .table(try TableLaw(volts: [-2, -1, 3], relativeCurrents: [-2, -1, 3]))
    let curved = try LineArray(array).currents(inputs)
    #expect(relativeDifference(curved.amperes.elements, linear) < 1e-11)
    let method = try LineArray(array).method
    #expect(method == ArrayMethod(.exact, "Newton over line CG"))
  }

  /// Fine tables of `sinh` approach the law itself as the fourth power of their step.
  @Test func fineTablesApproachTheLaw() throws {
    var array = ReferenceArray.voltageDriven()
    array.law = .sinh(SinhLaw(scale: 0.5.volts))
    let inputs = InputBatch.volts(
      Matrix(rows: 1, columns: array.wordLineCount) { Double($1 + 1) / 6 })
    let exact = try LineArray(array).currents(inputs).amperes.elements
    array.law = .table(try Self.sinhTable(0.5, to: 1.5, step: 0.01))
    // Slopes at the points are of second order in the step: (0.01 / 0.5)² of the slope, times the step.
    let found = try LineArray(array).currents(inputs).amperes.elements
    #expect(relativeDifference(found, exact) < 1e-4)
    #expect(relativeDifference(found, exact) > 0)
  }

  /// Kirchhoff's law at the bit lines: what cells deliver is what terminals sense.
  @Test func cellCurrentsAddUp() throws {
    var array = ReferenceArray.voltageDriven()
    array.law = .table(
      try TableLaw(volts: [-1, -0.5, 0, 0.5, 1], relativeCurrents: [-3, -0.6, 0, 0.6, 3]))
    let inputs = InputBatch.volts(
      Matrix(rows: 1, columns: array.wordLineCount) { Double($1 + 1) / 6 })
    let model = try LineArray(array)
    let sensed = try model.currents(inputs).amperes.elements
    let cells = try model.solution(inputs).cells[0].amperes
    for j in 0..<array.bitLineCount {
      let sum = (0..<array.wordLineCount).reduce(0) { $0 + cells[$1, j] }
      #expect((sum - sensed[j]).magnitude < 1e-9 * sensed[j].magnitude)
    }
  }

  @Test(arguments: [
    ([-1.0, 1], [-1.0], "law: table has 2 voltages and 1 currents"),
    ([0, 1], [0, 1], "law: table needs points on both sides of 0 V"),
    ([-1, 0, 1], [-1, 0.1, 1], "law: table must have no current at 0 V"),
    (
      [-1, 1, 0.5], [-1, 1, 2],
      "law: table must rise in voltage and current; (1.0, 1.0) is followed by (0.5, 2.0)"
    ),
    (
      [-1, 0.5, 1], [-1, 1, 1],
      "law: table must rise in voltage and current; (0.5, 1.0) is followed by (1.0, 1.0)"
    ),
    ([-1, .nan, 1], [-1, 0, 1], "law: table, point 1: (nan, 0.0) is not finite"),
  ])
  func badTablesAreRefused(volts: [Double], currents: [Double], reason: String) {
    let error = #expect(throws: ArrayError.self) {
      try TableLaw(volts: volts, relativeCurrents: currents)
    }
    #expect(error.map { "\($0)" } == reason)
  }

  /// Nothing is known beyond the points, and no portable element follows a curve.
  @Test func whatTheCurveDoesNotKnowIsRefused() throws {
    var array = ReferenceArray.voltageDriven()
    array.law = .table(try TableLaw(volts: [-1, 0, 2], relativeCurrents: [-1, 0, 2]))
    func inputs(_ volts: Double) -> InputBatch {
      .volts(Matrix(rows: 1, columns: array.wordLineCount, repeating: volts))
    }
    _ = try LineArray(array).currents(inputs(1))
    let beyond = #expect(throws: ArrayError.self) {
      try LineArray(array).currents(inputs(1.25))
    }
    #expect(
      beyond.map { "\($0)" } == "input vector 0 spans 1.25 V; law: table holds to 1.0 V")
    // A vector is named by its place in the batch, not among those solved together.
    let tenth = #expect(throws: ArrayError.self) {
      try LineArray(array).currents(
        .volts(Matrix(rows: 12, columns: array.wordLineCount) { row, _ in row == 9 ? 1.25 : 1 }))
    }
    #expect(
      tenth.map { "\($0)" } == "input vector 9 spans 1.25 V; law: table holds to 1.0 V")
    var parallel = ReferenceArray.gateDriven
    parallel.law = array.law
    parallel.ends = LineEnds(bitLineSense: .both)
    let uncovered = #expect(throws: ArrayError.self) { try ExactMethod.model(of: parallel) }
    #expect(
      uncovered.map { "\($0)" }
        == "no exact method covers gateDriven, source line parallel with law: table: the nonlinear "
        + "ladder does not cover ends.bitLineSense: both; law: table has no element that every "
        + "circuit simulator knows; on crossing lines, line CG solves it, on parallel source lines "
        + "the nonlinear ladder")
    let circuit = #expect(throws: ArrayError.self) { try CircuitArray(array) }
    #expect(
      circuit.map { "\($0)" }
        == "law: table has no element that every circuit simulator knows; on crossing lines, line CG "
        + "solves it, on parallel source lines the nonlinear ladder")
  }
}

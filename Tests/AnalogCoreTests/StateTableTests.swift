import Testing
import Units

@testable import AnalogCore

@Suite struct StateTableTests {
  /// Exact at its points, straight between them, constant beyond them.
  @Test func interpolatesItsPoints() throws {
    let states = [0, 1, 3, 3.5, 10]
    let means = [0.0, -1, 2, 2, 5]
    let deviations = [1.0, 0, 4, 2, 3]
    let table = try StateTable(
      state: .siemens, states: states, means: means, deviations: deviations)
    for k in states.indices {
      #expect(table.statistics(at: states[k]) == (means[k], deviations[k]))
      guard k > 0 else { continue }
      for t in [0.25, 0.5] {
        let x = states[k - 1] + t * (states[k] - states[k - 1])
        let (mean, deviation) = table.statistics(at: x)
        #expect((mean - (means[k - 1] + t * (means[k] - means[k - 1]))).magnitude < 1e-14)
        let expected = deviations[k - 1] + t * (deviations[k] - deviations[k - 1])
        #expect((deviation - expected).magnitude < 1e-14)
      }
    }
    #expect(table.statistics(at: -1) == (0, 1))
    #expect(table.statistics(at: 11) == (5, 3))
    let single = try StateTable(state: .siemens, states: [2], means: [7], deviations: [8])
    for x in [0.0, 2, 9] { #expect(single.statistics(at: x) == (7, 8)) }
  }

  /// A table covers a cell whose range lies within its points, in the table's own quantity.
  @Test func coversRangesWithinItsPoints() throws {
    func table(_ state: StateTable.State, from first: Double, to last: Double) throws -> StateTable
    {
      try StateTable(state: state, states: [first, last], means: [0, 0], deviations: [1, 1])
    }
    let cell = CellSpecification(
      onConductance: 10e-6.siemens, onOffRatio: 10, readVoltage: 0.2.volts)
    for (state, scale) in [(StateTable.State.siemens, 10e-6), (.amperes, 2e-6), (.relative, 1)] {
      #expect(try table(state, from: 0.1 * scale, to: scale).covers(cell))
      #expect(try !table(state, from: 0.1 * scale, to: 0.99 * scale).covers(cell))
      #expect(try !table(state, from: 0.11 * scale, to: scale).covers(cell))
    }
  }

  @Test(arguments: [
    ([], [], "the table has no points", 0), ([0, 1, 1], [1, 1, 1], "states do not increase", 2),
    ([0, 1], [1, -1], "a deviation is negative", 1), ([-1, 1], [1, 1], "a state is negative", 0),
    ([0, .nan], [1, 1], "a value is not finite", 1),
  ])
  func faultyTablesAreRefused(
    states: [Double], deviations: [Double], reason: String, point: Int
  ) {
    #expect(throws: StateTable.Fault(point: point, reason: reason)) {
      try StateTable(
        state: .siemens, states: states, means: states.map { _ in 0 }, deviations: deviations)
    }
  }
}

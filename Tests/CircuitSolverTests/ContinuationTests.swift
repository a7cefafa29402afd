import Netlist
import Testing

@testable import CircuitSolver

@Suite struct ContinuationTests {
  /// Both ways around a failed iteration end at the solution that the direct one finds.
  @Test(arguments: [0, 1])
  func detoursEndAtTheSameSolution(kind: Int) throws {
    let circuit =
      kind == 0
      ? selectorArray(side: 6, segmentOhms: 5) : transistorArray(side: 6, segmentOhms: 5)
    var solver = try NewtonOperatingPoint(analyzing: circuit)
    let direct = try solver.solve()
    let drive = NewtonOperatingPoint.Drive(sourceVolts: circuit.voltageSources.map(\.volts))
    var iterate = NewtonOperatingPoint.Iterate(solver.system)
    #expect(try solver.raiseSources(&iterate, to: drive) == .converged)
    #expect(worstDifference(iterate.nodeVolts, direct.nodeVolts) <= 1e-12)
    iterate = NewtonOperatingPoint.Iterate(solver.system)
    #expect(try solver.lowerGroundConductance(&iterate, to: drive) == .converged)
    #expect(worstDifference(iterate.nodeVolts, direct.nodeVolts) <= 1e-12)
  }

  /// An attempt that may take only a few iterations stalls, and says so.
  @Test func tooFewIterationsStall() throws {
    let circuit = selectorArray(side: 2, segmentOhms: 5)
    var solver = try NewtonOperatingPoint(analyzing: circuit)
    let drive = NewtonOperatingPoint.Drive(sourceVolts: circuit.voltageSources.map(\.volts))
    var iterate = NewtonOperatingPoint.Iterate(solver.system)
    #expect(try solver.attempt(&iterate, drive, limit: 2) == .stalled)
    #expect(try solver.attempt(&iterate, drive, limit: 40) == .converged)
  }
}

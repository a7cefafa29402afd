import Netlist
import SparseLinearAlgebra

/// Which currents of a nonlinear circuit can be vouched for, and how they become so.
///
/// Newton's method ends where currents sum to little next to the largest one; a small current
/// elsewhere may still be wrong by all of that. It is bounded as in a linear circuit, by the
/// tangents at the candidate: laws rise, so that the shares of currents along the way to the
/// solution stay between 0 and 1.
extension NewtonOperatingPoint {
  /// Accuracy of the sensed currents; see `OperatingPoint`.
  struct Accuracy {
    var sensedError: Double?
    var isEliminated = false
  }

  /// How often a candidate is corrected before its currents count as not accurate.
  private static var correctionLimit: Int { 4 }

  /// The iterate with errors of all sensed currents within tolerance.
  mutating func settled(
    _ converged: Iterate, _ drive: Drive
  ) throws(CircuitError) -> (Iterate, Accuracy) {
    guard sensedSources != nil, system.order > 0, system.isConductanceNetwork else {
      return (converged, Accuracy())
    }
    var iterate = converged
    var verdict = CurrentVerdict(system, sensedSources, iterate.balance)
    if verdict.isWithinTolerance {
      return (iterate, Accuracy(sensedError: verdict.relativeError))
    }
    // The factors are those of the step before: tangents here need their own.
    try factorize(drive)
    verdict = examined(iterate, drive)
    var corrections = 0
    while !verdict.isWithinTolerance, corrections < Self.correctionLimit {
      corrections += 1
      spent += 1
      var next = iterate
      _ = try step(&next, drive)
      linearize(next, limiting: false)
      next.balance = balance(of: next, drive)
      guard next.balance.strayAmperes < 0.5 * iterate.balance.strayAmperes else {
        linearize(iterate, limiting: false)
        break
      }
      iterate = next
      try factorize(drive)
      verdict = examined(iterate, drive)
    }
    if verdict.isWithinTolerance {
      return (iterate, Accuracy(sensedError: verdict.relativeError))
    }
    // Tangents of MOSFETs are no conductances, which elimination without subtractions is for.
    guard system.circuit.mosfets.isEmpty else { throw verdict.error(system) }
    return try eliminated(iterate, drive)
  }

  /// Solves the equations of the tangents without subtractions, until tangents and currents agree.
  private mutating func eliminated(
    _ start: Iterate, _ drive: Drive
  ) throws(CircuitError) -> (Iterate, Accuracy) {
    var iterate = start
    var (network, elimination) = try elimination(at: iterate, drive)
    // The first solve is from nothing: only its voltages are right relative to each of them.
    for correction in 0...Self.correctionLimit {
      spent += 1
      if correction == 0 {
        let amperes = system.driven(
          network, nodeVolts: iterate.nodeVolts, corrections: iterate.corrections)
        for node in system.nodes {
          (iterate.nodeVolts[Int(node)], iterate.corrections[Int(node)]) = (0, 0)
        }
        _ = try take(elimination.solve(amperes), &iterate)
      } else {
        var residual = [Double](repeating: 0, count: system.order)
        system.loadResidual(iterate.balance, into: &residual, start: 0)
        _ = try take(elimination.solve(residual), &iterate)
      }
      linearize(iterate, limiting: false)
      iterate.balance = balance(of: iterate, drive)
      // Serves the bound of this iterate and the next correction.
      (network, elimination) = try self.elimination(at: iterate, drive)
      let verdict = CurrentVerdict(
        system, sensedSources, iterate.balance, network, nodeVolts: iterate.nodeVolts,
        corrections: iterate.corrections, isExact: true, solve: elimination.solve)
      if verdict.isWithinTolerance {
        return (iterate, Accuracy(sensedError: verdict.relativeError, isEliminated: true))
      }
      if correction == Self.correctionLimit { throw verdict.error(system) }
    }
    preconditionFailure("the last correction returns or throws")
  }

  private func elimination(
    at iterate: Iterate, _ drive: Drive
  ) throws(CircuitError) -> (ConductanceNetwork, ConductanceElimination) {
    let network = system.network(siemens, devices: deviceCurrents(at: iterate, drive))
    let tied = isolatedNodes().filter { $0.node == $0.part }.map(\.node)
    do {
      return (network, try system.elimination(network, tied: tied))
    } catch {
      throw system.located(error)
    }
  }

  /// The verdict by the factors of the tangents at `iterate`.
  private func examined(_ iterate: Iterate, _ drive: Drive) -> CurrentVerdict {
    let plain = CurrentVerdict(system, sensedSources, iterate.balance)
    guard !plain.isWithinTolerance else { return plain }
    return CurrentVerdict(
      system, sensedSources, iterate.balance,
      system.network(siemens, devices: deviceCurrents(at: iterate, drive)),
      nodeVolts: iterate.nodeVolts, corrections: iterate.corrections, isExact: false
    ) { solved($0) }
  }
}

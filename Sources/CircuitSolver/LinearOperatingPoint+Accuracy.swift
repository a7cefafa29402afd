import Netlist
import SparseLinearAlgebra

/// Verification of the accuracy of currents, and their refinement.
///
/// A candidate is accepted unchanged if its error is within tolerance, so that ordinary circuits
/// cost one more sum. Otherwise it is refined, then solved again by elimination without
/// subtractions, whose refinement converges whatever the condition number; and refused if even that
/// does not suffice.
extension LinearOperatingPoint {
  /// Largest error of a sensed current, relative to it; see `OperatingPoint.sensedError`.
  public static var sensedTolerance: Double { CurrentVerdict.tolerance }

  /// Node voltages `nodeVolts + corrections`, kept as two numbers, and the currents they mean.
  struct Candidate {
    var nodeVolts: [Double]
    var corrections: [Double]
    var branchAmperes: [Double]
    var balance: NodalSystem.Balance
    var sensedError: Double?
    var isEliminated = false
  }

  /// The candidate with errors of all sensed currents within tolerance.
  mutating func settled(
    _ candidate: Candidate, _ sourceVolts: ArraySlice<Double>
  ) throws(CircuitError) -> Candidate {
    guard system.isConductanceNetwork else { return candidate }
    var candidate = candidate
    var verdict = examined(candidate, isByFactor: true)
    if verdict.isWithinTolerance {
      candidate.sensedError = verdict.relativeError
      return candidate
    }
    if isFactorUsable, candidate.balance.strayAmperes.isFinite {
      verdict = refine(&candidate, sourceVolts, isByFactor: true)
    }
    if !verdict.isWithinTolerance {
      candidate = try eliminated(candidate, sourceVolts)
      verdict = examined(candidate, isByFactor: false)
      if !verdict.isWithinTolerance {
        verdict = refine(&candidate, sourceVolts, isByFactor: false)
      }
    }
    guard verdict.isWithinTolerance else { throw verdict.error(system) }
    candidate.sensedError = verdict.relativeError
    return candidate
  }

  /// Repeats refinement while it helps and is needed.
  private mutating func refine(
    _ candidate: inout Candidate, _ sourceVolts: ArraySlice<Double>, isByFactor: Bool
  ) -> CurrentVerdict {
    var verdict = examined(candidate, isByFactor: isByFactor)
    for _ in 0..<4 where !verdict.isWithinTolerance {
      var residual = [Double](repeating: 0, count: system.order)
      system.loadResidual(candidate.balance, into: &residual, start: 0)
      let x = solved(residual, isByFactor: isByFactor)
      var next = candidate
      var (corrections, amperes) = (next.corrections, next.branchAmperes)
      system.add(x, start: 0, to: &corrections, &amperes)
      (next.corrections, next.branchAmperes) = (corrections, amperes)
      next.balance = balance(of: next, sourceVolts)
      guard next.balance.strayAmperes < 0.5 * candidate.balance.strayAmperes else { break }
      candidate = next
      verdict = examined(candidate, isByFactor: isByFactor)
    }
    return verdict
  }

  /// A first candidate by elimination, with the known voltages of `other`.
  private mutating func eliminated(
    _ other: Candidate, _ sourceVolts: ArraySlice<Double>
  ) throws(CircuitError) -> Candidate {
    if elimination == nil {
      do throws(SparseError) {
        elimination = try system.elimination(system.network(siemens), tied: tiedNodes)
      } catch {
        throw system.located(error)
      }
    }
    var candidate = other
    candidate.isEliminated = true
    for node in system.nodes {
      candidate.nodeVolts[Int(node)] = 0
      candidate.corrections[Int(node)] = 0
    }
    var x = [Double](repeating: 0, count: system.order)
    system.loadRightHandSide(
      siemens, sourceVolts, nodeVolts: candidate.nodeVolts, into: &x, start: 0)
    x = solved(x, isByFactor: false)
    var (nodeVolts, branchAmperes) = (candidate.nodeVolts, candidate.branchAmperes)
    system.add(x, start: 0, to: &nodeVolts, &branchAmperes)
    try requireFinite(nodeVolts)
    (candidate.nodeVolts, candidate.branchAmperes) = (nodeVolts, branchAmperes)
    candidate.balance = balance(of: candidate, sourceVolts)
    return candidate
  }

  func balance(
    of candidate: Candidate, _ sourceVolts: ArraySlice<Double>
  ) -> NodalSystem.Balance {
    system.balance(
      siemens, sourceVolts, nodeVolts: candidate.nodeVolts, corrections: candidate.corrections,
      branchAmperes: candidate.branchAmperes)
  }

  private mutating func solved(_ amperes: [Double], isByFactor: Bool) -> [Double] {
    guard isByFactor else { return elimination?.solve(amperes) ?? amperes }
    var x = amperes
    solveLinear(&x, count: 1)
    return x
  }

  private mutating func examined(_ candidate: Candidate, isByFactor: Bool) -> CurrentVerdict {
    let plain = CurrentVerdict(system, sensedSources, candidate.balance)
    guard !plain.isWithinTolerance, !isByFactor || isFactorUsable else { return plain }
    return CurrentVerdict(
      system, sensedSources, candidate.balance, system.network(siemens),
      nodeVolts: candidate.nodeVolts, corrections: candidate.corrections, isExact: !isByFactor
    ) { solved($0, isByFactor: isByFactor) }
  }
}

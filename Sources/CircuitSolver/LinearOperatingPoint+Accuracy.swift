import Netlist
import SparseLinearAlgebra

/// Which currents can be vouched for, and how they become so.
///
/// A candidate is accepted as it is wherever its error is within tolerance, so that ordinary circuits
/// cost one more sum. Else it is refined, then solved anew by elimination without subtractions, whose
/// refinement converges whatever the condition number; and refused if even that does not suffice.
extension LinearOperatingPoint {
  /// Largest error of a sensed current, relative to it; see `OperatingPoint.sensedError`.
  public static let sensedTolerance = 1e-8

  /// What a current counts at least, relative to what it would be if all sources had one sign:
  /// the rounding of some hundred conductances leaves 1e-13 of that undecided.
  private static let cancellation = 1e-5

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
    // A floating source holds two nodes together, which is no network of conductances.
    guard system.floatingSources.isEmpty else { return candidate }
    var candidate = candidate
    var verdict = examined(candidate, isByFactor: true)
    if verdict.relativeError <= Self.sensedTolerance {
      candidate.sensedError = verdict.relativeError
      return candidate
    }
    if isFactorUsable, candidate.balance.strayAmperes.isFinite {
      verdict = refine(&candidate, sourceVolts, isByFactor: true)
    }
    if !(verdict.relativeError <= Self.sensedTolerance) {
      candidate = try eliminated(candidate, sourceVolts)
      verdict = examined(candidate, isByFactor: false)
      if !(verdict.relativeError <= Self.sensedTolerance) {
        verdict = refine(&candidate, sourceVolts, isByFactor: false)
      }
    }
    guard verdict.relativeError <= Self.sensedTolerance else {
      throw .currentNotAccurate(
        source: system.circuit.name(of: system.circuit.voltageSources[verdict.source].label),
        relativeError: verdict.relativeError)
    }
    candidate.sensedError = verdict.relativeError
    return candidate
  }

  /// Repeats refinement while it helps and is needed.
  private mutating func refine(
    _ candidate: inout Candidate, _ sourceVolts: ArraySlice<Double>, isByFactor: Bool
  ) -> Verdict {
    var verdict = examined(candidate, isByFactor: isByFactor)
    for _ in 0..<4 where !(verdict.relativeError <= Self.sensedTolerance) {
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
        elimination = try system.elimination(siemens, tied: tiedNodes)
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

  private func solved(_ amperes: [Double], isByFactor: Bool) -> [Double] {
    guard isByFactor else { return elimination?.solve(amperes) ?? amperes }
    var x = amperes
    solveLinear(&x, count: 1)
    return x
  }

  // MARK: Bounds

  /// The sensed current that is worst known.
  private struct Verdict {
    var source = 0
    var relativeError = 0.0

    /// Takes note of a current whose error is at most `error` and that counts as `scale`.
    mutating func note(_ source: Int, error: Double, scale: Double) {
      let relative = error == 0 ? 0 : error / scale
      // Not a number is worst of all.
      guard !(relative <= relativeError) else { return }
      (self.source, relativeError) = (source, relative.isNaN ? .infinity : relative)
    }
  }

  private func examined(_ candidate: Candidate, isByFactor: Bool) -> Verdict {
    let inflow = candidate.balance.inflowAmperes
    let sources = system.groundedSources.filter { sensedSources?.contains($0.source) ?? true }
    func worst(_ error: (Int) -> Double, _ scale: (Int) -> Double) -> Verdict {
      var verdict = Verdict()
      for grounded in sources {
        verdict.note(grounded.source, error: error(grounded.node), scale: scale(grounded.node))
      }
      return verdict
    }
    let plain = worst({ _ in candidate.balance.strayAmperes }, { abs(inflow[$0]) })
    guard plain.relativeError > Self.sensedTolerance, !isByFactor || isFactorUsable else {
      return plain
    }
    // What reaches each source of the missing currents and of the rounding of those that flow. Where
    // the factorization says so, what its solution leaves over may reach any source.
    let flowing = system.throughput(
      siemens, nodeVolts: candidate.nodeVolts, corrections: candidate.corrections)
    let missing = system.nodes.map { abs(inflow[Int($0)]) + .ulpOfOne * flowing[Int($0)] }
    let reaching = system.response(
      siemens, volts: solved(missing, isByFactor: isByFactor), amperes: missing)
    let unsure = isByFactor ? reaching.strayAmperes : 0
    func error(_ node: Int) -> Double { abs(reaching.inflow[node]) + unsure }
    let weighted = worst(error) { abs(inflow[$0]) }
    guard weighted.relativeError > Self.sensedTolerance else { return weighted }
    let magnitudes = system.magnitudes(siemens, nodeVolts: candidate.nodeVolts)
    let volts = solved(magnitudes, isByFactor: isByFactor)
    let doubt =
      isByFactor ? system.response(siemens, volts: volts, amperes: magnitudes).strayAmperes : 0
    let uncanceled = system.uncanceled(siemens, volts: volts, nodeVolts: candidate.nodeVolts)
    // No path leads from any source to a terminal that carries nothing at all, canceled or not.
    func isDriven(_ node: Int) -> Bool { inflow[node] != 0 || uncanceled[node] != 0 }
    func reachingError(_ node: Int) -> Double { isDriven(node) ? error(node) : 0 }
    return worst(reachingError) {
      max(abs(inflow[$0]), Self.cancellation * (uncanceled[$0] - doubt))
    }
  }
}

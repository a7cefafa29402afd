import Netlist

/// The least accurate of the sensed currents.
struct CurrentVerdict {
  /// Largest error of a sensed current, relative to it; see `OperatingPoint.sensedError`.
  static let tolerance = 1e-8

  /// Floor of the scale of a current, relative to its value if all sources had one sign: rounding
  /// over a few hundred conductances leaves 1e-13 of that value undetermined.
  private static let cancellation = 1e-5

  var source = 0
  var relativeError = 0.0

  var isWithinTolerance: Bool { relativeError <= Self.tolerance }

  /// The error of a source's current, in terms of the circuit.
  func error(_ system: NodalSystem) -> CircuitError {
    .currentNotAccurate(
      source: system.circuit.name(of: system.circuit.voltageSources[source].label),
      relativeError: relativeError)
  }

  /// Records a current whose error is at most `error`, relative to `scale`.
  private mutating func note(_ source: Int, error: Double, scale: Double) {
    let relative = error == 0 ? 0 : error / scale
    // Not a number is worst of all.
    guard !(relative <= relativeError) else { return }
    (self.source, relativeError) = (source, relative.isNaN ? .infinity : relative)
  }

  /// The worst of the `sensed` sources, all if `nil`, with error and scale by node.
  private init(
    _ system: NodalSystem, _ sensed: Set<Int>?, _ error: (Int) -> Double,
    _ scale: (Int) -> Double
  ) {
    for grounded in system.groundedSources where sensed?.contains(grounded.source) ?? true {
      note(grounded.source, error: error(grounded.node), scale: scale(grounded.node))
    }
  }

  /// Takes the total residual of Kirchhoff's current law as the error of each source.
  init(_ system: NodalSystem, _ sensed: Set<Int>?, _ balance: NodalSystem.Balance) {
    self.init(
      system, sensed, { _ in balance.strayAmperes }, { abs(balance.inflowAmperes[$0]) })
  }

  /// Takes as the error the share of residuals and of rounded currents that reaches each source.
  ///
  /// - Parameters:
  ///   - isExact: Whether `solve` is accurate to rounding in every voltage. Otherwise the residuals
  ///     of its solution may reach any source.
  ///   - solve: Voltages of the unknown nodes for currents into them.
  init(
    _ system: NodalSystem, _ sensed: Set<Int>?, _ balance: NodalSystem.Balance,
    _ network: ConductanceNetwork, nodeVolts: [Double], corrections: [Double], isExact: Bool,
    solve: ([Double]) -> [Double]
  ) {
    let inflow = balance.inflowAmperes
    let flowing = system.throughput(network, nodeVolts: nodeVolts, corrections: corrections)
    let missing = system.nodes.map { abs(inflow[Int($0)]) + .ulpOfOne * flowing[Int($0)] }
    let reaching = system.response(network, volts: solve(missing), amperes: missing)
    let unsure = isExact ? 0 : reaching.strayAmperes
    func error(_ node: Int) -> Double { abs(reaching.inflow[node]) + unsure }
    self.init(system, sensed, error, { abs(inflow[$0]) })
    guard !isWithinTolerance else { return }
    let magnitudes = system.magnitudes(network, nodeVolts: nodeVolts, corrections: corrections)
    let volts = solve(magnitudes)
    let doubt =
      isExact ? 0 : system.response(network, volts: volts, amperes: magnitudes).strayAmperes
    let uncanceled = system.uncanceled(
      network, volts: volts, nodeVolts: nodeVolts, corrections: corrections)
    // No path leads from any source to a terminal that carries nothing at all, canceled or not.
    func isDriven(_ node: Int) -> Bool { inflow[node] != 0 || uncanceled[node] != 0 }
    func scale(_ node: Int) -> Double {
      max(abs(inflow[node]), Self.cancellation * (uncanceled[node] - doubt))
    }
    self.init(system, sensed, { isDriven($0) ? error($0) : 0 }, scale)
  }
}

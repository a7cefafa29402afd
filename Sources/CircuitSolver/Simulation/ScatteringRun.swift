import Foundation
import Netlist

/// `.sp`: waves at the ports. A volt behind the resistance of one port drives it, those of the others
/// end theirs; `S_ik = b_i / a_k` of waves `a = (v + Z i) / 2√Z`, `b = (v − Z i) / 2√Z` with the
/// currents into the circuit (Kurokawa, IEEE Trans. MTT 13, 1965).
struct ScatteringRun {
  let deck: SimulationDeck
  let settings: ScatteringSettings

  /// A plot of the parameters `s_i_k`, and of the voltages and currents while the last port drives.
  func run(
    _ solver: inout SimulationSolver, at point: [Double], _ problem: SimulationSolver.Problem
  ) throws(CircuitError) -> Plot {
    typealias Phasor = SmallSignalRun.Phasor
    let layout = solver.layout
    let ports = settings.ports
    let output = SimulationOutput(deck, layout, .smallSignal)
    var plot = output.plot(
      "SP Analysis", scale: .init(name: "frequency", kind: "frequency"), isComplex: true)
    var names: [Plot.Variable] = []
    for i in ports.indices {
      for k in ports.indices {
        names.append(.init(name: "s_\(i + 1)_\(k + 1)", kind: "notype"))
      }
    }
    plot.variables.insert(contentsOf: names, at: 1)
    var factors = try FrequencyFactors(deck, &solver, at: point, problem)
    let celsius = solver.elements.celsius
    for hertz in settings.hertz {
      try factors.factorize(hertz, &solver)
      var waves = [Phasor](repeating: Phasor(), count: ports.count * ports.count)
      var last: [Phasor] = []
      for (k, driven) in ports.enumerated() {
        var x = [Double](repeating: 0, count: 2 * layout.order)
        x[2 * layout.sourceBranches[driven.source]] = 1
        factors.solve(&x)
        if let bad = x.firstIndex(where: { !$0.isFinite }) {
          throw .solutionNotFinite(layout.name(of: bad / 2))
        }
        for (i, port) in ports.enumerated() {
          // With e behind Z, v = e − Z i and i leaves the source: b / a = δ − 2 √(Z_i Z_k) i / e.
          let branch = layout.sourceBranches[port.source]
          let factor = 2 * (port.ohms * driven.ohms).squareRoot()
          waves[i * ports.count + k] = Phasor(
            real: (i == k ? 1 : 0) + factor * x[2 * branch], imaginary: factor * x[2 * branch + 1])
        }
        last = (0..<layout.order).map { Phasor(real: x[2 * $0], imaginary: x[2 * $0 + 1]) }
        last.append(Phasor())
      }
      var row = plot
      row.values = []
      try output.append(last, hertz: hertz, celsius: celsius, to: &row)
      plot.values += row.values[0..<2]
      for wave in waves { plot.values += [wave.real, wave.imaginary] }
      plot.values += row.values[2...]
    }
    return plot
  }
}

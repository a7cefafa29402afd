import Foundation
import Netlist

/// `.pz`: poles and zeros of a transfer function, the roots of determinants of `G + sC`.
///
/// Poles are those of the circuit with its input driven; a zero makes the matrix with the input's
/// column and the output's row around it singular. Either is a finite eigenvalue of a pencil, found by
/// a shift and the QR algorithm, and polished by Newton's method for the determinant, whose
/// logarithmic derivative is the trace of `(G + sC)⁻¹ C`.
struct PoleZeroRun {
  let deck: SimulationDeck
  let settings: PoleZeroSettings
  /// Unknowns of dense matrices.
  static let orderLimit = 300

  /// A plot with one point: `pole(1)`, `zero(1)`, …, in radians per second, the smallest first.
  func run(
    _ solver: inout SimulationSolver, at point: [Double], _ problem: SimulationSolver.Problem
  ) throws(CircuitError) -> Plot {
    let layout = solver.layout
    let factors = try FrequencyFactors(deck, &solver, at: point, problem)
    guard let (order, g, c) = factors.rational else {
      throw .noPoles(
        "transmission lines and formulas of the frequency have no finite number of poles")
    }
    guard order <= Self.orderLimit else {
      throw .noPoles("\(order) unknowns are more than \(Self.orderLimit)")
    }
    var pencil = MatrixPencil(order: order, conductances: g, capacitances: c)
    // A source across the input drives it; else a voltage gets a row and a column of its own.
    var input: [Double]
    let (plus, minus) = settings.input
    let own = deck.circuit.voltageSources.firstIndex {
      ($0.plus, $0.minus) == (plus, minus) || ($0.plus, $0.minus) == (minus, plus)
    }
    if settings.isVoltage, let own {
      input = [Double](repeating: 0, count: order)
      input[layout.sourceBranches[own]] = 1
    } else {
      input = selector(plus, minus, layout)
      if settings.isVoltage {
        pencil = pencil.bordered(column: input, row: input)
        input = [Double](repeating: 0, count: order) + [1]
      }
    }
    var found: [(name: String, root: MatrixPencil.Complex)] = []
    func add(_ name: String, _ roots: [MatrixPencil.Complex]) {
      for (k, root) in roots.enumerated() { found.append(("\(name)(\(k + 1))", root)) }
    }
    if settings.findsPoles { add("pole", try roots(of: pencil)) }
    if settings.findsZeros {
      var output = selector(settings.output.plus, settings.output.minus, layout)
      output += [Double](repeating: 0, count: pencil.order - order)
      add("zero", try roots(of: pencil.bordered(column: input, row: output)))
    }
    var plot = Plot(
      title: deck.circuit.title, name: "Pole-Zero Analysis",
      variables: found.map { .init(name: $0.name, kind: "notype") }, isComplex: true)
    for (_, root) in found { plot.values += [root.real, root.imaginary] }
    return plot
  }

  /// One at the first node and minus one at the second.
  private func selector(_ plus: Node, _ minus: Node, _ layout: SimulationLayout) -> [Double] {
    var row = [Double](repeating: 0, count: layout.order + 1)
    row[layout.place(plus)] += 1
    row[layout.place(minus)] -= 1
    return Array(row.dropLast())
  }

  private func roots(of pencil: MatrixPencil) throws(CircuitError) -> [MatrixPencil.Complex] {
    guard let roots = pencil.finiteEigenvalues() else {
      throw .noPoles("the transfer function is zero or infinite at every frequency")
    }
    return roots
  }
}

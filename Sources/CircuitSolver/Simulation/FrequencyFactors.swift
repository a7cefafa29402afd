import Netlist
import SparseLinearAlgebra

/// The slopes of a circuit at an operating point, and the factors of `G + jωC` at one frequency after
/// the other.
struct FrequencyFactors: ~Copyable {
  private let deck: SimulationDeck
  private let point: [Double]
  private var problem: SimulationSolver.Problem
  /// Whether a formula has the frequency in it, so that every point has slopes of its own.
  private let followsFrequency: Bool
  private var matrix: SimulationMatrix
  private var lu: ComplexLUFactorization
  private var layout: SimulationLayout

  /// - Parameter isAtRest: Whether nothing changes with time, as at DC.
  init(
    _ deck: SimulationDeck, _ solver: inout SimulationSolver, at point: [Double],
    _ problem: SimulationSolver.Problem, isAtRest: Bool = false
  ) throws(CircuitError) {
    self.deck = deck
    self.point = point
    self.problem = problem
    self.problem.conditions.isAtRest = isAtRest
    layout = solver.layout
    followsFrequency =
      deck.circuit.behavioralSources.contains { $0.expression.hasFrequency }
      || deck.circuit.dynamicTerms.contains { $0.operand.hasFrequency }
      || (!deck.circuit.lines.isEmpty && !isAtRest)
    matrix = Self.slopes(&solver, point, self.problem)
    if let failure = solver.elements.compact.failure { throw .compactModel(failure) }
    do throws(SparseError) {
      lu = try ComplexLUFactorization(analyzing: matrix.pattern)
      solver.analyses += 1
    } catch {
      throw .factorization(error)
    }
  }

  /// The slopes at the operating point, with resistances as small signals see them.
  private static func slopes(
    _ solver: inout SimulationSolver, _ point: [Double], _ problem: SimulationSolver.Problem
  ) -> SimulationMatrix {
    var matrix = solver.evaluate(point, problem, isDynamic: !problem.conditions.isAtRest)
    if !problem.conditions.isAtRest { solver.elements.setSmallSignalOhms(&matrix) }
    return matrix
  }

  /// The dense matrices G and C, row by row, and their order; `nil` if they depend on the frequency.
  var rational: (order: Int, conductances: [Double], capacitances: [Double])? {
    guard !followsFrequency else { return nil }
    let order = layout.order
    var (g, c) = (
      [Double](repeating: 0, count: order * order), [Double](repeating: 0, count: order * order)
    )
    let pattern = matrix.pattern
    for column in 0..<order {
      for k in pattern.columnStarts[column]..<pattern.columnStarts[column + 1] {
        let place = pattern.rowIndices[k] * order + column
        g[place] += matrix.conductances[k]
        c[place] += matrix.capacitances[k]
      }
    }
    return (order, g, c)
  }

  /// Factorizes at a frequency.
  mutating func factorize(
    _ hertz: Double, _ solver: inout SimulationSolver
  ) throws(CircuitError) {
    if followsFrequency {
      problem.conditions.hertz = hertz
      matrix = Self.slopes(&solver, point, problem)
    }
    if let failure = solver.elements.compact.failure { throw .compactModel(failure) }
    let omega = 2 * Double.pi * hertz
    var values = [Double](repeating: 0, count: 2 * matrix.pattern.entryCount)
    for k in 0..<matrix.pattern.entryCount {
      values[2 * k] = matrix.conductances[k]
      values[2 * k + 1] = omega * matrix.capacitances[k]
    }
    do throws(SparseError) {
      try lu.factorize(values)
    } catch {
      switch error {
      case .singular(let unknown): throw .singular(layout.name(of: unknown))
      case .notFinite(let unknown): throw .solutionNotFinite(layout.name(of: unknown))
      default: throw .factorization(error)
      }
    }
  }

  /// Replaces `b`, real and imaginary part of every unknown, by the solution of `(G + jωC) x = b`.
  func solve(_ b: inout [Double]) { lu.solve(&b) }

  /// The same with the transposed matrix.
  func solveTransposed(_ b: inout [Double]) { lu.solveTransposed(&b) }
}

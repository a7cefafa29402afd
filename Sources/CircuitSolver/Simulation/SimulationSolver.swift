import CompactModels
import Netlist
import SparseLinearAlgebra

/// Newton's method on `f(x) + dq(x)/dt = 0`: one analysis of the pattern, new factors where values
/// changed.
struct SimulationSolver: ~Copyable {
  /// The derivative of charge as an integration formula has it: `dq/dt = rate q + history`.
  struct Companion {
    var rate: Double
    /// By unknown.
    var history: [Double]
    /// Factor of `rate` in the rows of `ddt`, where another formula holds.
    var derivativeScale = 1.0
  }

  /// The conditions of a solve, besides the elements themselves.
  struct Problem {
    var sources: SourceValues
    var conditions: SimulationConditions
    /// `nil` if nothing changes with time.
    var companion: Companion?
    /// Conductance from every node to ground during continuation to an operating point.
    var groundSiemens = 0.0
    /// Voltages that unknowns are held at, whatever the elements say.
    var forced: [(unknown: Int, volts: Double)] = []
    var iterationLimit: Int
  }

  /// How an attempt ended.
  enum Outcome: Equatable {
    case converged
    /// Too many iterations; the unknown that moved the most in the last one.
    case stalled(unknown: Int)
    /// No pivot at this unknown.
    case singular(unknown: Int)
    /// A value that is not a number at this unknown.
    case notFinite(unknown: Int)
    /// To the last, the formula of the element of this name had no value.
    case undefined(Label)
    /// To the last, this switch left the state that it was taken to be in.
    case unsettled(switch: Int)
    /// A compact device could not be evaluated.
    case refused(CompactModelError)
    /// A solution, but beyond the range of this diode's exponential.
    case beyondExponential(diode: Int)
  }

  var elements: SimulationElements
  let options: SimulationOptions
  private var matrix: SimulationMatrix
  private var lu: LUFactorization
  private var factored: [Double] = []
  private var hasFactors = false
  /// Number of factorizations, iterations and symbolic analyses so far.
  private(set) var factorizations = 0, iterations = 0
  /// The last step of the last attempt that converged, if it was as small as `linearExcess`.
  private var lastStep: [Double]?
  /// Steps, in thousandths of the tolerances, up to which charges are straight: at 10 V and RELTOL of
  /// 1e-3 that of a junction bends by a part in 10⁵, a tenth of what its truncation error may be.
  private static let linearExcess = 10.0
  var analyses = 0
  /// How the last time step that failed ended.
  var lastFailure: Outcome?
  /// The largest magnitude that each unknown of any size has had at a solution.
  private(set) var largest: [Int: Double] = [:]

  /// A solver of a circuit with the currents that its formulas and `currents` ask for.
  init(
    _ circuit: Circuit, options: SimulationOptions, showing currents: [ElementCurrent] = []
  ) throws(CircuitError) {
    let made = try SimulationElements(circuit, options: options, showing: currents)
    guard made.layout.order > 0 else { throw .nothingToSolve }
    let analyzed: LUFactorization
    do throws(SparseError) {
      analyzed = try LUFactorization(analyzing: made.linear.pattern)
    } catch {
      throw .factorization(error)
    }
    elements = made
    self.options = options
    matrix = made.linear
    lu = analyzed
    analyses = 1
  }

  var layout: SimulationLayout { elements.layout }
  /// Number of unknowns.
  var order: Int { elements.layout.order }

  /// Flow, charge and slopes at `x`, devices taken at their word.
  mutating func evaluate(
    _ x: [Double], _ problem: Problem, isDynamic: Bool = true
  ) -> SimulationMatrix {
    _ = elements.load(
      x, problem.sources, problem.conditions, limiting: false, isDynamic: isDynamic,
      into: &matrix)
    noteSizes(x)
    return matrix
  }

  /// The charge at the solution of the last `attempt`, `x`: along the tangent where its last step was
  /// small.
  ///
  /// - Parameter scaled: Rows whose charges an attempt has times the companion's `derivativeScale`.
  mutating func charge(at x: [Double], _ problem: Problem, scaled: [Int]) -> [Double] {
    guard let step = lastStep else { return evaluate(x, problem).charge }
    noteSizes(x)
    var charge = matrix.charge
    for column in 0..<order where step[column] != 0 {
      for entry in matrix.pattern.columnStarts[column]..<matrix.pattern.columnStarts[column + 1] {
        charge[matrix.pattern.rowIndices[entry]] += matrix.capacitances[entry] * step[column]
      }
    }
    for row in scaled { charge[row] /= problem.companion?.derivativeScale ?? 1 }
    return charge
  }

  private mutating func noteSizes(_ x: [Double]) {
    for i in layout.firstInner..<layout.voltageCount { note(x[i], i) }
    for i in layout.firstOther..<order { note(x[i], i) }
  }

  private mutating func note(_ value: Double, _ unknown: Int) {
    largest[unknown] = max(largest[unknown, default: 0], abs(value))
  }

  /// Iterates from `x` until the last step is rounding.
  ///
  /// SPICE stops where a step is within RELTOL, VNTOL and ABSTOL; Newton's next step would be the
  /// square of that. Going on to a thousandth of the tolerances costs one or two iterations and
  /// makes results independent of where the search began. In time it stops where the next step would
  /// be that small, for it shrinks by more than the last one did.
  mutating func attempt(
    _ x: inout [Double], _ problem: Problem
  ) throws(CircuitError) -> Outcome {
    let n = order
    lastStep = nil
    var conditions = problem.conditions
    conditions.isAtRest = problem.companion == nil
    conditions.derivativeScale = problem.companion?.derivativeScale ?? 1
    var worst = 0
    var lastExcess = Double.infinity
    conditions.isFirst = problem.companion == nil && x.allSatisfy { $0 == 0 }
    var recent: [[Double]] = []
    for iteration in 0..<problem.iterationLimit {
      iterations += 1
      conditions.iteration = iteration + 1
      let held = elements.load(
        x, problem.sources, conditions, limiting: true, isDynamic: problem.companion != nil,
        into: &matrix)
      if let failure = elements.compact.failure { return .refused(failure) }
      conditions.isFirst = false
      var residual = [Double](repeating: 0, count: n)
      for i in 0..<n {
        var sum = matrix.flow[i]
        if let companion = problem.companion {
          sum += companion.rate * matrix.charge[i] + companion.history[i]
        }
        if i < layout.voltageCount { sum += problem.groundSiemens * x[i] }
        guard sum.isFinite else { return .notFinite(unknown: i) }
        residual[i] = -sum
      }
      for force in problem.forced { residual[force.unknown] = force.volts - x[force.unknown] }
      do throws(SparseError) {
        try factorize(problem)
      } catch {
        switch error {
        case .singular(let unknown): return .singular(unknown: unknown)
        case .notFinite(let unknown): return .notFinite(unknown: unknown)
        default: throw .factorization(error)
        }
      }
      lu.solve(&residual, count: 1)
      var (tight, loose) = (0.0, 0.0)
      var (largestVolts, largestCurrent) = (1.0, 0.0)
      for i in 0..<layout.firstInner { largestVolts = max(largestVolts, abs(x[i])) }
      for i in layout.voltageCount..<layout.firstOther {
        largestCurrent = max(largestCurrent, abs(x[i]))
      }
      for i in 0..<n {
        let step = residual[i]
        guard step.isFinite else { return .notFinite(unknown: i) }
        defer { x[i] += step }
        // Rates and integrals follow from the rest, in units of their own.
        guard i < layout.circuitCount else { continue }
        let size = max(abs(x[i]), abs(x[i] + step))
        let isVoltage = i < layout.voltageCount
        var floor =
          isVoltage ? options.absoluteVolts : options.absoluteAmperes + 1e-6 * largestCurrent
        // A state of nanometers would pass VNTOL unsolved: here only rounding is allowed.
        if layout.isOfAnySize(i) { floor = isVoltage ? 1e-13 * largestVolts : 1e-20 }
        let excess = abs(step) / (options.relativeTolerance * size + floor)
        if excess > loose { (loose, worst) = (excess, i) }
        tight = max(tight, excess * 1e3)
      }
      if held == 0 {
        // Rounding may prevent this tolerance; the error has then stopped decreasing.
        let isNext =
          problem.companion != nil && iteration > 0 && loose <= 1 && tight * tight <= lastExcess
        if tight <= 1 || isNext || (loose <= 1 && iteration > 2 && tight > 0.5 * lastExcess) {
          lastStep = tight <= Self.linearExcess ? residual : nil
          if let diode = elements.diodes.firstBeyond { return .beyondExponential(diode: diode) }
          return .converged
        }
      }
      lastExcess = tight
      if problem.companion != nil, held == 0, iteration >= problem.iterationLimit - 3 {
        recent.append(x)
      }
    }
    if isAtJump(recent) { return .converged }
    if let label = elements.formulas.undefined(in: elements.circuit) { return .undefined(label) }
    if let element = elements.switches.unsettled { return .unsettled(switch: element) }
    return .stalled(unknown: worst)
  }

  /// Whether a time step ended in taking turns between two points with the same voltages, within the
  /// tolerances, but other currents: a formula jumps between them, as the rate of a state does that
  /// has reached its bound. No step is short enough to have a solution then; either point is one.
  private func isAtJump(_ recent: [[Double]]) -> Bool {
    guard elements.formulas.count > 0, recent.count == 3 else { return false }
    return (0..<layout.circuitCount).allSatisfy { i in
      let (first, other, last) = (recent[0][i], recent[1][i], recent[2][i])
      let isVoltage = i < layout.voltageCount
      let floor =
        layout.isOfAnySize(i) ? 0 : isVoltage ? options.absoluteVolts : options.absoluteAmperes
      let tolerance =
        options.relativeTolerance * max(abs(first), abs(other), abs(last)) + floor
      guard abs(first - last) <= 1e-3 * tolerance else { return false }
      return !isVoltage || abs(other - last) <= tolerance
    }
  }

  private mutating func factorize(_ problem: Problem) throws(SparseError) {
    let entries = matrix.pattern.entryCount
    var values = Array(matrix.conductances[0..<entries])
    if let rate = problem.companion?.rate {
      for k in 0..<entries { values[k] += rate * matrix.capacitances[k] }
    }
    if problem.groundSiemens > 0 {
      for i in 0..<layout.voltageCount { values[matrix.diagonal(i)] += problem.groundSiemens }
    }
    if !problem.forced.isEmpty {
      var isForced = [Bool](repeating: false, count: order)
      for force in problem.forced { isForced[force.unknown] = true }
      for k in 0..<entries where isForced[matrix.pattern.rowIndices[k]] { values[k] = 0 }
      for force in problem.forced { values[matrix.diagonal(force.unknown)] = 1 }
    }
    if hasFactors, values == factored { return }
    hasFactors = false
    factorizations += 1
    try lu.refactorize(values.span)
    (factored, hasFactors) = (values, true)
  }
}

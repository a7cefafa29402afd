import NumericKernels
import Units

/// Gate-driven arrays of nonlinear cells with crossing source lines: line relaxation (`CrossingKernel`) on
/// the slopes of fitted cells and their deviations from them. In the single precision of inference,
/// currents are within the fit, which the method states, and 2e-5.
///
/// In double precision the fit is as good as rounding, or else Newton over line CG solves the array, as it
/// does vectors on which relaxation fails.
public struct NonlinearCrossingArray: ExactModel {
  private let lines: GuardedLineArray
  /// What cells see; `nil` where hardly anything is left for them, or none conducts.
  private let losses: Losses?
  /// `nil` where no polynomial fits or single precision does not reach.
  private let fast: Fast<SIMD16<Float>>?
  private let precise = MadeOnce<Fast<SIMD8<Double>>?>()

  private struct Fast<V: SIMD & Sendable>: Sendable
  where V.Scalar: BinaryFloatingPoint & Sendable {
    var solver: CrossingSolver<V, FittedDeviation<V>>
    var cellFit: Double
  }

  /// Largest error of the cells' currents, relative, in double precision.
  private static let preciseFit = 2e-11

  static func solves(_ topology: CellTopology) -> Bool {
    topology == .gateDriven(sourceLine: .crossing)
  }

  static func suits(_ law: CellLaw) -> Bool { !law.isLinear }

  public static func refusal(of description: ArrayDescription) -> String? {
    let name = "nonlinear relaxation"
    guard solves(description.topology) else {
      return "\(name) needs a gate-driven array with sourceLine: crossing"
    }
    guard !description.isLinear else { return "\(name) is for nonlinear cells" }
    if description.unused.bitLines.count > 0 { return "\(name) does not cover unused.bitLines" }
    if description.pairing == .interleaved { return "\(name) does not cover pair: interleaved" }
    return LineArray.refusal(of: description)
      ?? description.law.refusal(ofGatedReadAt: description.readVoltage.value)
  }

  /// Fits are for whole networks: a few vectors are solved sooner than the array is prepared.
  static func isWorthPreparing(_ array: ArrayDescription, vectors: Int?) -> Bool {
    vectors == nil
  }

  /// Prepares an array; throws if it is not physical or not covered.
  public init(_ description: ArrayDescription) throws(ArrayError) {
    if let reason = Self.refusal(of: description) { throw .unsupported(reason) }
    lines = GuardedLineArray(try LineArray(description))
    losses = Losses(description, lines)
    fast = losses?.fast(
      description, .single, largestError: FittedLadder.largestError,
      isInRange: {
        CrossingArray.fitsSinglePrecision(description, $0)
      })
  }

  public var description: ArrayDescription { lines.description }
  public var response: Matrix<Double>? { description.responseWithoutWires }

  public var method: ArrayMethod {
    guard let fast else { return lines.method }
    var method = ArrayMethod(.exact, "nonlinear relaxation")
    method.cellFit = fast.cellFit
    method.noteTabulation(of: lines.description)
    return method
  }

  /// Least voltage of a cell and of a source line at its cells, over the read voltage, and the range of
  /// the conductances.
  private struct Losses: Sendable {
    var left = 1.0, reached = 1.0
    let siemens: ClosedRange<Double>

    init?(_ array: ArrayDescription, _ lines: GuardedLineArray) {
      let cells = array.effectiveConductances
      let conducting = cells.flatMap(\.elements).filter { $0 > 0 }
      guard let least = conducting.min(), let most = conducting.max() else { return nil }
      siemens = least...most
      // A cell that is turned on lowers the voltage across every other one: none sees less than with
      // all on.
      let all = BitMatrix(rows: 1, columns: array.wordLineCount) { _, _ in true }
      guard let solution = try? lines.solution(.bits(all)) else { return nil }
      let volts = array.readVoltage.value
      for (plane, own) in zip(cells, solution.cells) {
        for k in plane.elements.indices where plane.elements[k] > 0 {
          let drive = own.driveVolts.elements[k]
          left = min(left, (drive - own.bitLineVolts.elements[k]) / volts)
          reached = min(reached, drive / volts)
        }
      }
      guard left > 0.1 else { return nil }
    }

    /// The fit and the slopes of an array's cells; `nil` if the fit is worse than `largestError`.
    func fast<V: SIMD & Sendable>(
      _ array: ArrayDescription, _ precision: CellFit.Precision, largestError: Double,
      isInRange: ([Matrix<Double>]) -> Bool
    ) -> Fast<V>? where V.Scalar: BinaryFloatingPoint & Sendable {
      let cells = array.effectiveConductances
      let fit = CrossingCellFit(
        array.law.law, volts: array.readVoltage.value, least: 1 - 1.02 * (1 - left),
        mostLost: 1.02 * max(1 - reached, 1e-3), siemens: siemens, precision: precision)
      guard fit.relativeError <= largestError, fit.bend <= 1 else { return nil }
      let slopes = cells.map { $0.map { $0 > 0 ? fit.cell($0).siemens : 0 } }
      guard isInRange(slopes), slopes.allSatisfy({ $0.elements.allSatisfy { $0 >= 0 } })
      else { return nil }
      let solver = CrossingSolver<V, FittedDeviation<V>>(
        array, siemens: slopes, bend: fit.bend
      ) { plane, rows in FittedDeviation(fit, rows: rows, siemens: cells[plane]) }
      return Fast(solver: solver, cellFit: fit.relativeError)
    }
  }

  /// Whether currents in double precision are relaxed.
  var isPrecise: Bool { preciseRelaxation() != nil }

  /// The relaxation in double precision; `nil` where no polynomial is good enough.
  private func preciseRelaxation() -> Fast<SIMD8<Double>>? {
    // Tables have kinks, and the terms of a third terminal are no series.
    guard description.law.law.kind == .monotone, description.law.law.tabulation == nil else {
      return nil
    }
    return precise.value {
      losses?.fast(description, .double, largestError: Self.preciseFit, isInRange: { _ in true })
    }
  }

  public func currents(_ inputs: InputBatch) throws(ArrayError) -> ArrayCurrents {
    guard let precise = preciseRelaxation() else { return try lines.currents(inputs) }
    try description.check(inputs)
    guard case .bits(let bits) = inputs else { preconditionFailure("checked above") }
    let outputs = description.outputCount
    var amperes = [Double](repeating: 0, count: bits.rows * outputs)
    let outcome = precise.solver.solve(
      bits, error: CrossingArray.tolerance, accepts: CrossingArray.leastBound, into: &amperes)
    let rounding =
      4 * .ulpOfOne * Double(description.wordLineCount + description.bitLineCount)
    var result = ArrayCurrents(
      amperes: Matrix(rows: bits.rows, columns: outputs, elements: amperes),
      residual: SolutionResidual(outcome.residual + precise.cellFit, .kirchhoff),
      work: SolutionWork(iterations: outcome.passes),
      sensedError: outcome.error + precise.cellFit + rounding)
    for vector in outcome.unfinished {
      let found: ArrayCurrents
      do throws(ArrayError) {
        found = try lines.currents(inputs.vector(vector))
      } catch {
        throw error.inVectors(from: vector)
      }
      for output in 0..<outputs { result.amperes[vector, output] = found.amperes[0, output] }
      result.residual = found.residual?.worst(orKnown: result.residual) ?? result.residual
      result.sensedError = max(result.sensedError ?? 0, found.sensedError ?? 0)
      result.work.eliminatedVectors += found.work.eliminatedVectors
      result.work.factorizedVectors += found.work.factorizedVectors
    }
    return result
  }

  /// The same currents, bit for bit, computed by at most `width` tasks at once.
  public func currents(_ inputs: InputBatch, width: Int) async throws -> ArrayCurrents {
    guard preciseRelaxation() != nil else {
      return try await lines.currents(inputs, width: width)
    }
    return try await currentsInGroups(inputs, width: width)
  }

  public func currents(_ inputs: InputBatch, into amperes: inout [Float]) throws(ArrayError) {
    try description.check(inputs)
    guard case .bits(let bits) = inputs else { preconditionFailure("checked above") }
    guard let fast else {
      amperes = try currents(inputs).amperes.elements.map { Float($0) }
      return
    }
    let outputs = description.outputCount
    if amperes.count != bits.rows * outputs {
      amperes = Array(repeating: 0, count: bits.rows * outputs)
    }
    let outcome = fast.solver.solve(
      bits, error: CrossingArray.singleTolerance, accepts: CrossingArray.leastSingleBound,
      into: &amperes)
    for vector in outcome.unfinished {
      let exact = try currents(inputs.vector(vector)).amperes.elements
      for k in 0..<outputs { amperes[vector * outputs + k] = Float(exact[k]) }
    }
  }

  /// One and a half times the work of linear cells.
  public func estimatedWork(_ inputs: InputBatch) -> Double? {
    guard let fast, case .bits(let bits) = inputs else { return nil }
    let on = bits.words.reduce(0) { $0 + $1.nonzeroBitCount }
    let passes = 3 + 7 * (1 - fast.solver.leastReached)
    return Double(on * description.outputCount) * 70 * passes
  }
}

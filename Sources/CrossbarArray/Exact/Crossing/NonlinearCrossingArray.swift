import NumericKernels
import Units

/// Gate-driven arrays of nonlinear cells with crossing source lines, in the precision of inference: line
/// relaxation (`CrossingKernel`) on the slopes of fitted cells and their deviations from them. Currents are
/// within the fit, which the method states, and 2e-5 of single precision.
///
/// In double precision, and for vectors on which relaxation fails, Newton over line CG.
public struct NonlinearCrossingArray: ExactModel {
  private let lines: GuardedLineArray
  /// `nil` where no polynomial fits or single precision does not reach.
  private let fast: Fast?

  private struct Fast: Sendable {
    var solver: CrossingSolver<SIMD16<Float>, FittedDeviation>
    var cellFit: Double
  }

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
    fast = Self.fast(description, lines)
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

  /// The fit and the slopes of an array's cells.
  private static func fast(_ array: ArrayDescription, _ lines: GuardedLineArray) -> Fast? {
    let cells = array.effectiveConductances
    let conducting = cells.flatMap(\.elements).filter { $0 > 0 }
    guard let least = conducting.min(), let most = conducting.max() else { return nil }
    // A cell that is turned on lowers the voltage across every other one: none sees less than with all
    // on.
    let all = BitMatrix(rows: 1, columns: array.wordLineCount) { _, _ in true }
    guard let solution = try? lines.solution(.bits(all)) else { return nil }
    let volts = array.readVoltage.value
    var (left, reached) = (1.0, 1.0)
    for (plane, own) in zip(cells, solution.cells) {
      for k in plane.elements.indices where plane.elements[k] > 0 {
        let drive = own.driveVolts.elements[k]
        left = min(left, (drive - own.bitLineVolts.elements[k]) / volts)
        reached = min(reached, drive / volts)
      }
    }
    guard left > 0.1 else { return nil }
    let fit = CrossingCellFit(
      array.law.law, volts: volts, least: 1 - 1.02 * (1 - left),
      mostLost: 1.02 * max(1 - reached, 1e-3), siemens: least...most)
    guard fit.relativeError <= FittedLadder.largestError, fit.bend <= 1 else { return nil }
    let slopes = cells.map { $0.map { $0 > 0 ? fit.cell($0).siemens : 0 } }
    guard CrossingArray.fitsSinglePrecision(array, slopes),
      slopes.allSatisfy({ $0.elements.allSatisfy { $0 >= 0 } })
    else { return nil }
    let solver = CrossingSolver<SIMD16<Float>, FittedDeviation>(
      array, siemens: slopes, bend: fit.bend
    ) { plane, rows in FittedDeviation(fit, rows: rows, siemens: cells[plane]) }
    return Fast(solver: solver, cellFit: fit.relativeError)
  }

  public func currents(_ inputs: InputBatch) throws(ArrayError) -> ArrayCurrents {
    try lines.currents(inputs)
  }

  public func currents(_ inputs: InputBatch, width: Int) async throws -> ArrayCurrents {
    try await lines.currents(inputs, width: width)
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

import NumericKernels
import Units

/// Gate-driven arrays with crossing source lines and linear cells, by relaxation of whole lines over
/// the selected word lines: see `CrossingKernel`. Exact to `tolerance`, which is a bound on the error of
/// every current, not an estimate.
///
/// Word lines that are off cost nothing. A vector's result does not depend on its batch.
public struct CrossingArray: ExactModel {
  public let description: ArrayDescription
  private let double: CrossingSolver<SIMD8<Double>, NoDeviation<SIMD8<Double>>>
  private let single: CrossingSolver<SIMD16<Float>, NoDeviation<SIMD16<Float>>>
  private let fitsSinglePrecision: Bool
  /// For vectors that relaxation leaves unfinished.
  private let circuit = MadeOnce<CircuitArray>()

  /// Bound on the relative error of the currents, in double and in single precision.
  static let tolerance = 1e-10, singleTolerance = 1e-6
  /// Bounds that count as reached where rounding does not let changes fall to the tolerance. In single
  /// precision they are far above the errors, of which a pass leaves some hundredths.
  static let leastBound = 1e-8, leastSingleBound = 1e-4

  static func solves(_ topology: CellTopology) -> Bool {
    topology == .gateDriven(sourceLine: .crossing)
  }

  static func suits(_ law: CellLaw) -> Bool { law.isLinear }

  public static func refusal(of description: ArrayDescription) -> String? {
    guard solves(description.topology) else {
      return "line relaxation needs a gate-driven array with sourceLine: crossing"
    }
    if description.unused.bitLines.count > 0 {
      return "line relaxation does not cover unused.bitLines"
    }
    return description.exclusion(from: "line relaxation")
  }

  /// Prepares an array; throws if it is not physical or not covered.
  public init(_ description: ArrayDescription) throws(ArrayError) {
    try description.validate()
    if let reason = Self.refusal(of: description) { throw .unsupported(reason) }
    // Conductances and factors in both precisions.
    try description.requireMemory(bytesPerCell: 32)
    self.description = description
    let cells = description.effectiveConductances
    double = CrossingSolver(description, siemens: cells) { _, _ in NoDeviation() }
    single = CrossingSolver(description, siemens: cells) { _, _ in NoDeviation() }
    fitsSinglePrecision = Self.fitsSinglePrecision(description, cells)
  }

  /// Whether voltages and currents of an array of such cells, in siemens, are numbers in single
  /// precision.
  static func fitsSinglePrecision(_ array: ArrayDescription, _ siemens: [Matrix<Double>]) -> Bool {
    let line = CrossingLine(array)
    let (m, n) = (array.wordLineCount, array.bitLineCount)
    let peak = siemens.reduce(0) { $1.elements.reduce($0) { max($0, $1) } }
    let ohms =
      CrossingWire(array).ohms(wordLines: m) + line.ohmsPerSegment * Double(n)
      + (line.nearOhms ?? 0) + (line.farOhms ?? 0)
    return LadderArray.fitsSinglePrecision(max(ohms, peak, ohms * peak * Double(m + n)))
  }

  public var method: ArrayMethod { ArrayMethod(.exact, "line relaxation") }
  public var response: Matrix<Double>? { description.responseWithoutWires }

  public func currents(_ inputs: InputBatch) throws(ArrayError) -> ArrayCurrents {
    try currents(inputs, within: Self.tolerance)
  }

  /// Currents whose relative error is bounded by `error`.
  func currents(_ inputs: InputBatch, within error: Double) throws(ArrayError) -> ArrayCurrents {
    try description.check(inputs)
    guard case .bits(let bits) = inputs else { preconditionFailure("checked above") }
    var amperes = [Double](repeating: 0, count: bits.rows * description.outputCount)
    let outcome = double.solve(bits, error: error, accepts: Self.leastBound, into: &amperes)
    // Rounding: sums of positive terms along both lines.
    let rounding =
      4 * .ulpOfOne * Double(description.wordLineCount + description.bitLineCount)
    var result = ArrayCurrents(
      amperes: Matrix(rows: bits.rows, columns: description.outputCount, elements: amperes),
      residual: SolutionResidual(outcome.residual, .kirchhoff),
      work: SolutionWork(iterations: outcome.passes), sensedError: outcome.error + rounding)
    result.boundsContributions = description.pairing == .interleaved
    try finish(outcome.unfinished, of: bits, &result)
    return result
  }

  public func currents(_ inputs: InputBatch, width: Int) async throws -> ArrayCurrents {
    try await currentsInGroups(inputs, width: width)
  }

  /// Whether relaxation converges quickly: source lines that lose almost all of their voltage are
  /// better left to line CG.
  static func isWorthPreparing(_ array: ArrayDescription, vectors: Int?) -> Bool {
    let line = CrossingLine(array)
    return array.effectiveConductances.allSatisfy { cells in
      (0..<cells.rows).allSatisfy { (line.eliminate(cells.row($0)).reached.min() ?? 1) > 0.02 }
    }
  }

  /// Single precision: within 1e-5 of the currents in double precision.
  public func currents(_ inputs: InputBatch, into amperes: inout [Float]) throws(ArrayError) {
    try description.check(inputs)
    guard case .bits(let bits) = inputs else { preconditionFailure("checked above") }
    guard fitsSinglePrecision else {
      amperes = try currents(inputs).amperes.elements.map { Float($0) }
      return
    }
    let count = bits.rows * description.outputCount
    if amperes.count != count { amperes = Array(repeating: 0, count: count) }
    let outcome = single.solve(
      bits, error: Self.singleTolerance, accepts: Self.leastSingleBound, into: &amperes)
    guard !outcome.unfinished.isEmpty else { return }
    for vector in outcome.unfinished {
      let doubles = try currents(inputs.vector(vector)).amperes.elements
      for (j, value) in doubles.enumerated() {
        amperes[vector * description.outputCount + j] = Float(value)
      }
    }
  }

  /// Passes of relaxation over the selected cells, as `Benchmarks crossing` measures them.
  public func estimatedWork(_ inputs: InputBatch) -> Double? {
    guard case .bits(let bits) = inputs else { return nil }
    let on = bits.words.reduce(0) { $0 + $1.nonzeroBitCount }
    let passes = 2 + 7 * (1 - single.leastReached)
    return Double(on * single.rowsPerWordLine * description.outputCount) * 45 * passes
  }

  /// Solves vectors that relaxation left unfinished as circuits.
  private func finish(
    _ vectors: [Int], of bits: BitMatrix, _ result: inout ArrayCurrents
  ) throws(ArrayError) {
    guard !vectors.isEmpty else { return }
    let circuit = try circuit.value { () throws(ArrayError) in try CircuitArray(description) }
    for vector in vectors {
      do throws(ArrayError) {
        let found = try circuit.currents(InputBatch.bits(bits).vector(vector))
        for (output, amperes) in found.amperes.elements.enumerated() {
          result.amperes[vector, output] = amperes
        }
        result.residual = found.residual?.worst(orKnown: result.residual) ?? result.residual
        result.sensedError = max(result.sensedError ?? 0, found.sensedError ?? 0)
        result.work.eliminatedVectors += found.work.eliminatedVectors
        result.work.factorizedVectors += 1
      } catch {
        throw error.inVectors(from: vector)
      }
    }
  }
}

import NumericKernels
import Units

/// Gate-driven arrays with crossing source lines and linear cells, by relaxation of whole lines over
/// the selected word lines: see `CrossingKernel`. Exact to `tolerance`, which is a bound on the error of
/// every current, not an estimate.
///
/// Word lines that are off cost nothing. A vector's result does not depend on its batch.
public struct CrossingArray: ExactModel {
  public let description: ArrayDescription
  private let systems: [CrossingRows<SIMD8<Double>>]
  private let singles: [CrossingRows<SIMD16<Float>>]
  private let wire: CrossingWire
  private let fitsSinglePrecision: Bool
  /// Rows of cells of a word line: two where interleaved pairs share bit lines.
  private let rowsPerWordLine: Int
  /// For vectors that relaxation leaves unfinished.
  private let circuit = MadeOnce<CircuitArray>()

  /// Bound on the relative error of the currents, in double and in single precision.
  static let tolerance = 1e-10, singleTolerance = 1e-6
  /// Bounds that count as reached where rounding does not let changes fall to the tolerance. In single
  /// precision they are far above the errors, of which a pass leaves some hundredths.
  private static let leastBound = 1e-8, leastSingleBound = 1e-4
  /// Passes after which a vector is left to the factorized circuit.
  static let passLimit = 200

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
    let line = CrossingLine(description)
    let cells = description.effectiveConductances
    let volts = description.readVoltage.value
    let isInterleaved = description.pairing == .interleaved
    rowsPerWordLine = isInterleaved ? 2 : 1
    let (m, n) = (description.wordLineCount, description.bitLineCount)
    let matrices =
      isInterleaved
      ? [Matrix(rows: 2 * m, columns: n) { cells[$0 % 2][$0 / 2, $1] }] : cells
    func rows<V>() -> [CrossingRows<V>] {
      matrices.map { matrix in
        CrossingRows(
          matrix, line: line,
          volts: (0..<matrix.rows).map { isInterleaved && $0 % 2 == 1 ? -volts : volts })
      }
    }
    systems = rows()
    singles = rows()
    wire = CrossingWire(description)
    let peak = cells.reduce(0) { $1.elements.reduce($0) { max($0, $1) } }
    let ohms =
      wire.ohms(wordLines: m) + line.ohmsPerSegment * Double(n) + (line.nearOhms ?? 0)
      + (line.farOhms ?? 0)
    fitsSinglePrecision = LadderArray.fitsSinglePrecision(
      max(ohms, peak, ohms * peak * Double(m + n)))
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
    let outcome = solve(bits, systems, error: error, accepts: Self.leastBound, into: &amperes)
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

  /// The same currents, bit for bit, computed by at most `width` tasks at once.
  public func currents(_ inputs: InputBatch, width: Int) async throws -> ArrayCurrents {
    try description.check(inputs)
    let size = max(1, (inputs.count + 4 * width - 1) / (4 * width))
    let groups = stride(from: 0, to: inputs.count, by: size).map {
      $0..<min($0 + size, inputs.count)
    }
    guard groups.count > 1 else { return try currents(inputs) }
    let parts = try await concurrentMap(groups.count, width: max(1, width)) {
      try currents(inputs.vectors(groups[$0]))
    }
    return ArrayCurrents(joining: parts)
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
    let outcome = solve(
      bits, singles, error: Self.singleTolerance, accepts: Self.leastSingleBound, into: &amperes)
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
    let reached = singles.reduce(1) { min($0, $1.bounds.leastReached) }
    let passes = 2 + 7 * (1 - reached)
    return Double(on * rowsPerWordLine * description.outputCount) * 45 * passes
  }

  // MARK: Vectors

  private struct Outcome {
    var passes = 0
    var error = 0.0, residual = 0.0
    /// Vectors that did not reach the tolerance.
    var unfinished: [Int] = []
  }

  /// Writes the currents of every vector, `[bits.rows, outputs]`.
  ///
  /// - Parameters:
  ///   - error: Bound on the relative errors after which a vector is finished.
  ///   - accepted: Bound with which it counts as finished if rounding is in the way of `error`.
  private func solve<V>(
    _ bits: BitMatrix, _ systems: [CrossingRows<V>], error: Double, accepts accepted: Double,
    into amperes: inout [V.Scalar]
  ) -> Outcome where V.Scalar: BinaryFloatingPoint & Sendable {
    let (n, outputs) = (description.bitLineCount, description.outputCount)
    var outcome = Outcome()
    var plan = LadderPlan<V.Scalar>(wire.plan())
    var steps: [CrossingKernel<V>.Step] = []
    var work = CrossingKernel<V>.Workspace()
    // Copies of the kernel would count references for every vector.
    let kernels = systems.map { CrossingKernel(rows: $0) }
    for vector in 0..<bits.rows {
      plan.set(bits, row: vector)
      let count = plan.rows[0].steps.count
      steps.removeAll(keepingCapacity: true)
      for k in 0..<count {
        let step = plan.steps[k]
        let line = wire.isReversed ? bits.columns - 1 - Int(step.line) : Int(step.line)
        for p in 0..<rowsPerWordLine {
          steps.append(
            CrossingKernel<V>.Step(
              row: line * rowsPerWordLine + p, ohms: p == 0 ? step.ohms : 0))
        }
      }
      let startSiemens = count > 0 ? wire.startSiemens(firstOhms: plan.steps[0].ohms) : 0
      let endOhms = plan.rows[0].endOhms + V.Scalar(wire.terminalOhms)
      var (passes, bound, residual) = (0, 0.0, 0.0)
      for index in kernels.indices {
        let bounds = kernels[index].rows.bounds
        // Changes of a few units in the last place are rounding.
        let least = V.Scalar(bounds.volts) * 8 * V.Scalar.ulpOfOne
        let found = kernels[index].solve(
          steps.span, startSiemens: startSiemens, endOhms: endOhms,
          until: max(V.Scalar(bounds.change(forRelativeError: error)), least),
          limit: Self.passLimit, in: &work)
        let change = Double(found.change)
        passes = max(passes, found.passes)
        bound = max(bound, bounds.relativeError(afterChange: change))
        residual = max(residual, bounds.residual(afterChange: change))
        let (first, length) = (vector * outputs + index * n, kernels[index].rows.length)
        for z in 0..<length {
          let values = work.amperes[z]
          for lane in 0..<V.scalarCount where lane * length + z < n {
            amperes[first + lane * length + z] = values[lane]
          }
        }
      }
      guard bound <= max(error, accepted) else {
        outcome.unfinished.append(vector)
        continue
      }
      outcome.passes = max(outcome.passes, passes)
      outcome.error = max(outcome.error, bound)
      outcome.residual = max(outcome.residual, residual)
    }
    return outcome
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

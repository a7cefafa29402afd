import NumericKernels
import Units

/// Arrays with lines in both directions, solved iteratively: conjugate gradients preconditioned by
/// whole lines. Exact to `tolerance`, without fill: memory is a few values per cell and vector.
///
/// Covers voltage-driven arrays and gate-driven arrays with crossing source lines, with ideal lines
/// and interleaved pairs. Parallel source lines are refused: ladders and blocks solve those.
public struct LineArray: ArrayModel {
  public let description: ArrayDescription
  /// Bound per vector of the residual `r` of the drive-line currents against the right-hand side
  /// `b`, in the norm of the preconditioner: `√(rᵀ T_u⁻¹ r / bᵀ T_u⁻¹ b)`.
  public let tolerance: Double
  /// Iterations after which a vector counts as not converged.
  public let iterationLimit: Int
  let plans: [LinePlan]

  /// Whether this model solves the array.
  public static func covers(_ description: ArrayDescription) -> Bool {
    refusal(description) == nil
  }

  private static func refusal(_ description: ArrayDescription) -> String? {
    guard description.topology == .gateDriven(sourceLine: .parallel) else { return nil }
    return "line CG does not cover sourceLine: parallel; use the ladder or cholmod"
  }

  /// Prepares an array; throws if it is not physical or not covered.
  ///
  /// - Parameters:
  ///   - tolerance: Relative residual per vector, above 0. The default holds currents to 1e-9.
  ///   - iterationLimit: At least 1.
  public init(
    _ description: ArrayDescription, tolerance: Double = 1e-12, iterationLimit: Int = 1000
  ) throws(ArrayError) {
    precondition(tolerance > 0 && iterationLimit > 0, "line CG needs a tolerance and iterations")
    try description.validate()
    if let reason = Self.refusal(description) { throw .unsupported(reason) }
    self.description = description
    self.tolerance = tolerance
    self.iterationLimit = iterationLimit
    plans = LineSystem.systems(of: description).map {
      LinePlan(system: $0, sharesGates: description.topology == .voltageDriven)
    }
  }

  public var method: String { "exact: line CG" }

  public func currents(_ inputs: InputBatch) throws(ArrayError) -> ArrayCurrents {
    try description.check(inputs)
    var result = ArrayCurrents(
      amperes: Matrix(rows: inputs.count, columns: description.outputCount, repeating: 0.0),
      relativeResidual: 0, iterations: 0)
    for group in groups(inputs.count) {
      add(try currents(inputs, group), of: group, to: &result)
    }
    return result
  }

  /// The same currents to the bit, solved by up to `width` tasks.
  public func currents(_ inputs: InputBatch, width: Int) async throws -> ArrayCurrents {
    try description.check(inputs)
    let groups = groups(inputs.count)
    var result = ArrayCurrents(
      amperes: Matrix(rows: inputs.count, columns: description.outputCount, repeating: 0.0),
      relativeResidual: 0, iterations: 0)
    let parts = try await concurrentMap(groups.count, width: max(1, width)) {
      try currents(inputs, groups[$0])
    }
    for (group, part) in zip(groups, parts) { add(part, of: group, to: &result) }
    return result
  }

  /// Vectors that share lanes, in order. Arithmetic per lane, and so every bit of the result, is the
  /// same at any width.
  private func groups(_ count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: 8).map { $0..<min($0 + 8, count) }
  }

  private func add(_ part: LineCurrents, of group: Range<Int>, to result: inout ArrayCurrents) {
    let n = description.outputCount
    result.amperes.elements.replaceSubrange(
      group.lowerBound * n..<group.upperBound * n, with: part.amperes)
    result.relativeResidual = max(result.relativeResidual ?? 0, part.residual)
    result.iterations = max(result.iterations ?? 0, part.iterations)
  }

  private func currents(
    _ inputs: InputBatch, _ group: Range<Int>
  ) throws(ArrayError) -> LineCurrents {
    // Narrow lanes for the rest of a batch: time is memory traffic.
    switch group.count {
    case 1: try solve(inputs, group, lanes: Double.self)
    case 2: try solve(inputs, group, lanes: SIMD2<Double>.self)
    case 3...4: try solve(inputs, group, lanes: SIMD4<Double>.self)
    default: try solve(inputs, group, lanes: SIMD8<Double>.self)
    }
  }

  /// Solves the vectors of one group; lanes beyond it carry zeros.
  private func solve<V: LineLanes>(
    _ inputs: InputBatch, _ group: Range<Int>, lanes: V.Type
  ) throws(ArrayError) -> LineCurrents {
    let (m, n) = (description.wordLineCount, description.bitLineCount)
    var volts = [V](repeating: .none, count: m)
    var gates = [V](repeating: .all(1), count: m)
    var scale = V.all(description.readVoltage.value)
    switch inputs {
    case .volts(let matrix):
      for (lane, vector) in group.enumerated() {
        // Vectors are solved at amplitudes of 1 to 2 V, scaled by a power of two: squares of tiny
        // inputs would leave `Double`, and the result scales with the input to the bit.
        let peak = matrix.row(vector).reduce(0) { max($0, $1.magnitude) }
        scale[lane: lane] = peak > 0 ? peak.binade : 1
        for i in 0..<m { volts[i][lane: lane] = matrix[vector, i] / scale[lane: lane] }
      }
    case .bits(let bits):
      for i in 0..<m {
        gates[i] = .none
        for (lane, vector) in group.enumerated() where bits[vector, i] { gates[i][lane: lane] = 1 }
        volts[i] = gates[i]
      }
    }
    var result = LineCurrents(
      amperes: [Double](repeating: 0, count: group.count * description.outputCount), residual: 0,
      iterations: 0)
    for (index, plan) in plans.enumerated() {
      let signs = plan.system.rowsPerPosition == 1 ? [1.0] : [1, -1]
      let sources = LineSources(rows: volts.flatMap { volt in signs.map { .all($0) * volt } })
      var work: LineWorkspace<V> = LineWorkspacePool.shared.take(plan.system)
      let outcome = try plan.solve(
        &work,
        gates: plan.sharedPivots == nil ? gates.flatMap { gate in signs.map { _ in gate } } : nil,
        sources: sources, tolerance: tolerance, iterationLimit: iterationLimit,
        firstVector: group.lowerBound)
      for lane in 0..<group.count {
        for j in 0..<n {
          result.amperes[lane * description.outputCount + index * n + j] =
            scale[lane: lane] * work.amperes[j][lane: lane]
        }
      }
      LineWorkspacePool.shared.give(work)
      result.residual = max(result.residual, outcome.residual)
      result.iterations = max(result.iterations, outcome.iterations)
    }
    return result
  }
}

/// Sensed currents of one group of vectors, `[vectors, outputs]`, and how they converged.
private struct LineCurrents: Sendable {
  var amperes: [Double]
  var residual: Double
  var iterations: Int
}

import NumericKernels
import Units

/// Arrays with lines in both directions, solved iteratively: conjugate gradients preconditioned by
/// whole lines. Exact to `tolerance`, without fill-in: memory is a few values per cell and vector.
///
/// Covers voltage-driven arrays and gate-driven arrays with crossing source lines, including ideal
/// lines and interleaved pairs. Parallel source lines are refused: ladders and blocks solve those.
public struct LineArray: ExactModel {
  public let description: ArrayDescription
  /// Bound per vector on the residual `r` of the drive-line currents against the right-hand side
  /// `b`, in the norm of the preconditioner: `√(rᵀ T_u⁻¹ r / bᵀ T_u⁻¹ b)`.
  public let tolerance: Double
  /// Iterations after which a vector counts as not converged.
  public let iterationLimit: Int
  let plans: [LinePlan]
  /// The used bit lines of each system.
  private let sensing: [LineSensing]
  let layout: ArrayLayout

  static func solves(_ topology: CellTopology) -> Bool {
    topology != .gateDriven(sourceLine: .parallel)
  }

  public static func refusal(of description: ArrayDescription) -> String? {
    guard solves(description.topology) else {
      return "line CG does not cover sourceLine: parallel; use the ladder or cholmod"
    }
    if case .transistor(let law) = description.law, law.threshold.value < 0 {
      return "line CG does not cover law.thresholdVolts below 0, where cells that are off conduct"
    }
    if let reason = description.tabulationRefusal { return reason }
    return description.wiringExclusion(from: "line CG")
  }

  /// Prepares an array with a tolerance that keeps currents accurate to 1e-9; throws if it is not
  /// physical or not covered.
  public init(_ description: ArrayDescription) throws(ArrayError) {
    try self.init(description, tolerance: Self.standardTolerance)
  }

  private static let standardTolerance = 1e-12

  /// Prepares an array; throws if it is not physical or not covered.
  ///
  /// - Parameters:
  ///   - tolerance: Relative residual per vector, above 0.
  ///   - iterationLimit: At least 1.
  public init(
    _ description: ArrayDescription, tolerance: Double, iterationLimit: Int = 1000
  ) throws(ArrayError) {
    precondition(tolerance > 0 && iterationLimit > 0, "line CG needs a tolerance and iterations")
    try description.validate()
    if let reason = Self.refusal(of: description) { throw .unsupported(reason) }
    // Conductances in the layout and in the system, pivots, and four values of one lane.
    try description.requireMemory(bytesPerCell: 64)
    self.description = description
    self.tolerance = tolerance
    self.iterationLimit = iterationLimit
    let layout = ArrayLayout(description)
    self.layout = layout
    plans = LineSystem.systems(of: description, layout).map {
      LinePlan(system: $0, sharesGates: description.topology == .voltageDriven)
    }
    sensing = plans.map { LineSensing($0.system, columns: layout.usedBitLines, rows: 0..<0) }
  }

  var guarded: any ArrayModel { GuardedLineArray(self) }

  public var method: ArrayMethod {
    var method = ArrayMethod(.exact, description.isLinear ? "line CG" : "Newton over line CG")
    method.noteTabulation(of: description)
    return method
  }

  /// Newton's method stops by Kirchhoff's law, line CG on linear cells by its own norm.
  var residualNorm: SolutionResidual.Norm { description.isLinear ? .preconditioner : .kirchhoff }

  /// Currents of `count` vectors, all zero, to which solved groups are added.
  private func noCurrents(_ count: Int) -> ArrayCurrents {
    ArrayCurrents(
      amperes: Matrix(rows: count, columns: description.outputCount, repeating: 0.0),
      residual: SolutionResidual(0, residualNorm), work: SolutionWork(iterations: 0))
  }

  public func currents(_ inputs: InputBatch) throws(ArrayError) -> ArrayCurrents {
    try description.check(inputs)
    var result = noCurrents(inputs.count)
    for group in groups(inputs.count) {
      add(try currents(inputs, group), of: group, to: &result)
    }
    return result
  }

  /// The same currents, bit for bit, solved by up to `width` tasks.
  public func currents(_ inputs: InputBatch, width: Int) async throws -> ArrayCurrents {
    try description.check(inputs)
    let groups = groups(inputs.count)
    var result = noCurrents(inputs.count)
    let parts = try await concurrentMap(groups.count, width: max(1, width)) {
      try currents(inputs, groups[$0])
    }
    for (group, part) in zip(groups, parts) { add(part, of: group, to: &result) }
    return result
  }

  /// Groups of vectors that share lanes, in order. Arithmetic is per lane, so every bit of the
  /// result is the same at any width.
  func groups(_ count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: 8).map { $0..<min($0 + 8, count) }
  }

  private func add(_ part: LineCurrents, of group: Range<Int>, to result: inout ArrayCurrents) {
    let n = description.outputCount
    result.amperes.elements.replaceSubrange(
      group.lowerBound * n..<group.upperBound * n, with: part.amperes)
    result.residual = .worst(result.residual, SolutionResidual(part.residual, residualNorm))
    result.sensedError = max(result.sensedError ?? 0, part.sensedError)
    result.work.iterations = max(result.work.iterations ?? 0, part.iterations)
  }

  private func currents(
    _ inputs: InputBatch, _ group: Range<Int>
  ) throws(ArrayError) -> LineCurrents {
    let outputs = description.outputCount
    var result = LineCurrents(
      amperes: [Double](repeating: 0, count: group.count * outputs), residual: 0, iterations: 0)
    for index in plans.indices {
      let solved = try voltages(index, inputs, group, keepsVoltages: false)
      for vector in 0..<group.count {
        for (j, q) in layout.usedBitLines.enumerated() {
          result.amperes[vector * outputs + index * description.bitLineCount + j] =
            solved.amperes[vector, q]
        }
      }
      result.residual = max(result.residual, solved.residual)
      result.iterations = max(result.iterations, solved.iterations)
      result.sensedError = max(result.sensedError, solved.sensedError)
    }
    return result
  }

  /// Solves one system for the vectors of a group.
  func voltages(
    _ index: Int, _ inputs: InputBatch, _ group: Range<Int>, keepsVoltages: Bool
  ) throws(ArrayError) -> LineVoltages {
    let sources = sources(index, inputs, group)
    do throws(ArrayError) {
      guard let cell = description.law.law.lanes else {
        return try plans[index].solve(
          sources, tolerance: tolerance, iterationLimit: iterationLimit,
          keepsVoltages: keepsVoltages, sensing: sensing[index])
      }
      try checkRange(of: sources, from: group.lowerBound)
      return try cell.solve(plans[index].system, sources, sensed: layout.usedBitLines)
    } catch {
      throw error.inVectors(from: group.lowerBound)
    }
  }

  /// Refuses vectors that may drive a cell beyond the voltages for which its law holds. No cell
  /// sees more than the span of the sources: with monotone cells, node voltages obey a maximum
  /// principle.
  private func checkRange(of sources: LineInputs, from first: Int) throws(ArrayError) {
    guard let limit = description.law.law.voltLimit else { return }
    for vector in 0..<sources.count {
      var (low, high) = (0.0, 0.0)
      for matrix in [sources.rowVolts, sources.columnVolts].compactMap({ $0 }) {
        for volts in matrix.row(vector) { (low, high) = (min(low, volts), max(high, volts)) }
      }
      guard high - low <= limit else {
        throw .unsupported(
          "input vector \(first + vector) spans \(high - low) V; law: \(description.law.keyword) holds to "
            + "\(limit) V")
      }
    }
  }

  /// Sources of the lines of one system.
  private func sources(_ index: Int, _ inputs: InputBatch, _ group: Range<Int>) -> LineInputs {
    let each = plans[index].system.rowsPerPosition
    let planes = each == 1 ? [layout.planes[index]] : layout.planes
    let rows = (0..<layout.wordLineCount).flatMap { p in planes.map { $0.driveLines[p]?.source } }
    func volts(_ source: WiredLine.Source?, _ vector: Int) -> Double {
      switch (source, inputs) {
      case (.input(let input, let sign), .volts(let matrix)):
        sign * matrix[group.lowerBound + vector, input]
      case (.fixed(let volts), _): volts
      default: 0
      }
    }
    var sources = LineInputs(
      rowVolts: Matrix(rows: group.count, columns: rows.count) { volts(rows[$1], $0) })
    let columns = planes[0].bitLines.map { volts($0?.source, 0) }
    if columns.contains(where: { $0 != 0 }) {
      sources.columnVolts = Matrix(rows: group.count, columns: columns.count) { columns[$1] }
    }
    if case .bits(let bits) = inputs {
      sources.gates = BitMatrix(rows: group.count, columns: rows.count) { vector, row in
        let p = row / each
        return layout.usedWordLines.contains(p)
          && bits[group.lowerBound + vector, p - layout.usedWordLines.lowerBound]
      }
    }
    return sources
  }
}

/// Sensed currents of one group of vectors, `[vectors, outputs]`, and how they converged.
private struct LineCurrents: Sendable {
  var amperes: [Double]
  var residual: Double
  var iterations: Int
  var sensedError = 0.0
}

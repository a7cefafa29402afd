import NumericKernels
import Units

/// Arrays with resistive lines in both directions, solved iteratively: conjugate gradients
/// preconditioned by whole lines. Exact to `tolerance`, without fill: memory is a few values per
/// cell and vector.
///
/// Covers voltage-driven arrays and gate-driven arrays with crossing source lines; pairs on separate
/// lines are two arrays. Interleaved pairs, parallel source lines and lines without segment
/// resistance are refused by name: ladders, the effective matrix or CHOLMOD solve those.
public struct LineArray: ArrayModel {
  public let description: ArrayDescription
  /// Bound per vector of the residual `r` of the drive-line currents against the right-hand side
  /// `b`, in the norm of the preconditioner: `√(rᵀ T_u⁻¹ r / bᵀ T_u⁻¹ b)`.
  public let tolerance: Double
  /// Iterations after which a vector counts as not converged.
  public let iterationLimit: Int
  private let systems: [LineSystem]
  /// Reciprocal pivots of the bit lines with every gate on, per system; voltage-driven only.
  private let sharedPivots: [[Double]]

  /// Whether this model solves the array.
  public static func covers(_ description: ArrayDescription) -> Bool {
    refusal(description) == nil
  }

  private static func refusal(_ description: ArrayDescription) -> String? {
    if let reason = description.exclusion(from: "line CG") { return reason }
    if description.unused.wordLines.count + description.unused.bitLines.count > 0 {
      return "line CG does not cover unused lines"
    }
    let drive: (key: String, segment: Ohms)
    switch description.topology {
    case .voltageDriven: drive = ("wires.wordLineOhms", description.wires.wordLineSegment)
    case .gateDriven(.crossing):
      drive = ("wires.sourceLineOhms", description.wires.sourceLineSegment)
    case .gateDriven(.parallel):
      return "line CG does not cover sourceLine: parallel; use the ladder or cholmod"
    }
    if description.pairing == .interleaved { return "line CG does not cover pair: interleaved" }
    for (key, segment) in [drive, ("wires.bitLineOhms", description.wires.bitLineSegment)]
    where segment.value == 0 {
      return "line CG does not cover \(key): 0 (an ideal line is one node); use cholmod"
    }
    return nil
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
    let (wires, terminals, ends) = (description.wires, description.terminals, description.ends)
    let isVoltageDriven = description.topology == .voltageDriven
    let drive =
      isVoltageDriven
      ? LineConductances(
        segment: wires.wordLineSegment, terminal: terminals.wordLineDriver,
        ends: ends.wordLineDrive)
      : LineConductances(
        segment: wires.sourceLineSegment, terminal: terminals.sourceLineDriver,
        ends: ends.sourceLineDrive)
    let sense = LineConductances(
      segment: wires.bitLineSegment, terminal: terminals.bitLineSense, ends: ends.bitLineSense)
    let matrices = description.effectiveConductances
    systems = matrices.map {
      LineSystem(
        wordLines: $0.rows, bitLines: $0.columns, cells: $0.elements, drive: drive, sense: sense)
    }
    let gates = [SIMD2<Double>](repeating: .one, count: description.wordLineCount)
    sharedPivots =
      isVoltageDriven ? systems.map { $0.sensePivots(gates: gates).map { $0[0] } } : []
  }

  public var method: String { "exact: line CG" }

  public func currents(_ inputs: InputBatch) throws(ArrayError) -> ArrayCurrents {
    try description.check(inputs)
    var result = ArrayCurrents(
      amperes: Matrix(rows: inputs.count, columns: description.outputCount, repeating: 0.0),
      relativeResidual: 0, iterations: 0)
    var first = 0
    while first < inputs.count {
      // Narrow lanes for the rest of a batch: time is memory traffic. Arithmetic per lane, and so
      // every bit of the result, is the same at any width.
      switch inputs.count - first {
      case 1...2: try solve(inputs, first, SIMD2<Double>.self, &result)
      case 3...4: try solve(inputs, first, SIMD4<Double>.self, &result)
      default: try solve(inputs, first, SIMD8<Double>.self, &result)
      }
      first += 8
    }
    return result
  }

  /// Solves the vectors `first ..< first + width` that exist; the other lanes carry zeros.
  private func solve<V: SIMD>(
    _ inputs: InputBatch, _ first: Int, _ width: V.Type, _ result: inout ArrayCurrents
  ) throws(ArrayError) where V.Scalar == Double {
    let lanes = min(V.scalarCount, inputs.count - first)
    let (m, n) = (description.wordLineCount, description.bitLineCount)
    var volts = [V](repeating: .zero, count: m)
    var gates = [V](repeating: .one, count: m)
    var scale = V(repeating: description.readVoltage.value)
    switch inputs {
    case .volts(let matrix):
      for lane in 0..<lanes {
        // Vectors are solved at amplitudes of 1 to 2 V, scaled by a power of two: squares of tiny
        // inputs would leave `Double`, and the result scales with the input to the bit.
        let peak = matrix.row(first + lane).reduce(0) { max($0, $1.magnitude) }
        scale[lane] = peak > 0 ? peak.binade : 1
        for i in 0..<m { volts[i][lane] = matrix[first + lane, i] / scale[lane] }
      }
    case .bits(let bits):
      for i in 0..<m {
        for lane in 0..<V.scalarCount {
          gates[i][lane] = lane < lanes && bits[first + lane, i] ? 1 : 0
        }
        volts[i] = gates[i]
      }
    }
    for (index, system) in systems.enumerated() {
      let solution: (amperes: [V], iterations: Int, residual: Double)
      if case .volts = inputs {
        var pivots: [SharedPivot<V>] = []
        pivots.reserveCapacity(system.cells.count)
        for value in sharedPivots[index] { pivots.append(SharedPivot(value: value)) }
        let solver = LineSolver(
          system: system, pivots: pivots,
          gates: gates, tolerance: tolerance, iterationLimit: iterationLimit)
        let solved = try solver.solve(volts: volts, firstVector: first)
        solution = (solved.amperes, solved.iterations, solved.residual)
      } else {
        var pivots: [LanePivot<V>] = []
        pivots.reserveCapacity(system.cells.count)
        for inverse in system.sensePivots(gates: gates) {
          pivots.append(LanePivot(inverse: inverse))
        }
        let solver = LineSolver(
          system: system, pivots: pivots,
          gates: gates, tolerance: tolerance, iterationLimit: iterationLimit)
        let solved = try solver.solve(volts: volts, firstVector: first)
        solution = (solved.amperes, solved.iterations, solved.residual)
      }
      for lane in 0..<lanes {
        for j in 0..<n {
          result.amperes[first + lane, index * n + j] = scale[lane] * solution.amperes[j][lane]
        }
      }
      result.relativeResidual = max(result.relativeResidual ?? 0, solution.residual)
      result.iterations = max(result.iterations ?? 0, solution.iterations)
    }
  }
}

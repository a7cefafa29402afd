import NumericKernels
import Units

/// The reference for two-terminal cells that no circuit element expresses, such as measured curves:
/// every cell as the resistor `i(v) / v` of its present voltage, the factorized circuit of these
/// resistors, and again until they carry the currents of the law.
///
/// Shares nothing with the fast methods but the law. Converges linearly, by the part of the voltage
/// that the wires lose times how much the chord differs from the tangent: a judge of a few vectors.
struct ChordArray: ArraySolver {
  let description: ArrayDescription

  /// Largest difference of a resistor's current from the law's, relative to the largest current of a
  /// cell.
  private static let tolerance = 1e-12
  /// Solves of a vector after which it counts as not converged.
  private static let solveLimit = 200

  init(_ description: ArrayDescription) throws(ArrayError) {
    try description.validate()
    if let reason = Self.refusal(of: description) { throw .unsupported(reason) }
    self.description = description
  }

  static func refusal(of array: ArrayDescription) -> String? {
    guard array.law.law.kind == .monotone else {
      return "chords are of cells with two terminals, not of law: \(array.law.keyword)"
    }
    guard array.defects.isEmpty, array.unused.wordLines.isOff, array.unused.bitLines.isOff else {
      return "chords do not cover defects and unused lines that conduct"
    }
    return nil
  }

  var method: ArrayMethod { ArrayMethod(.exact, "chords over CHOLMOD") }

  func currents(_ inputs: InputBatch) throws(ArrayError) -> ArrayCurrents {
    var amperes = Matrix(rows: inputs.count, columns: description.outputCount, repeating: 0.0)
    var residual = 0.0
    try solutions(inputs) { vector, solution in
      for (output, current) in solution.outputAmperes.enumerated() {
        amperes[vector, output] = current
      }
      residual = max(residual, solution.residual.value)
    }
    return ArrayCurrents(amperes: amperes, residual: SolutionResidual(residual, .kirchhoff))
  }

  func solutions(
    _ inputs: InputBatch, each body: (_ vector: Int, _ solution: ArraySolution) -> Void
  ) throws(ArrayError) {
    try description.check(inputs)
    for vector in 0..<inputs.count {
      body(vector, try solved(inputs.vector(vector), number: vector))
    }
  }

  /// The solution of one vector, from the resistors of small signals on.
  private func solved(_ input: InputBatch, number: Int) throws(ArrayError) -> ArraySolution {
    var planes = [description.conductances]
    if let negative = description.negativeConductances { planes.append(negative) }
    let law = description.law.law
    func chord(_ volts: Double, _ siemens: Double) -> Double {
      guard siemens > 0 else { return 0 }
      // Below that, quotients lose digits; the chord of a smooth curve is its tangent there.
      return volts.magnitude < 1e-12
        ? law.tangent(0, bitLine: 0, siemens: siemens).siemens
        : law.amperes(volts, siemens: siemens) / volts
    }
    var resistors = description
    resistors.law = .linear
    var chords = planes.map { $0.map { chord(0, $0) } }
    var mismatch = Double.infinity
    for _ in 0..<Self.solveLimit {
      resistors.conductances = chords[0]
      if chords.count == 2 { resistors.negativeConductances = chords[1] }
      var solution = try CircuitArray(resistors).solution(input)
      var (worst, peak) = (0.0, 0.0)
      for plane in planes.indices {
        let volts = solution.cells[plane].volts
        for i in 0..<volts.rows where isDriven(i, input) {
          for j in 0..<volts.columns {
            let (v, g) = (volts[i, j], planes[plane][i, j])
            let next = chord(v, g)
            worst = max(worst, ((next - chords[plane][i, j]) * v).magnitude)
            peak = max(peak, (next * v).magnitude)
            chords[plane][i, j] = next
          }
        }
      }
      mismatch = peak > 0 ? worst / peak : 0
      if mismatch <= Self.tolerance {
        solution.residual = SolutionResidual(
          max(solution.residual.value, mismatch), .kirchhoff)
        return solution
      }
    }
    throw .notConverged(vector: number, iterations: Self.solveLimit, residual: mismatch)
  }

  /// Whether cells of the word line conduct: cells behind gates that are off do not.
  private func isDriven(_ line: Int, _ input: InputBatch) -> Bool {
    if case .bits(let bits) = input { bits[0, line] } else { true }
  }
}

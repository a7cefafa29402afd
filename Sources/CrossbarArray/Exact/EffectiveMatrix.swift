import CircuitSolver
import Netlist
import NumericKernels

/// A linear voltage-driven array as an affine map: `I = K V + I₀`.
///
/// The network does not depend on the input, so min(inputs, outputs) solves give `K` exactly, by
/// one factorization or, for large arrays, by line CG; by reciprocity a bit line driven at 1 V with
/// all inputs at 0 V delivers its row of `K` through the word-line drivers. Lines held at a voltage
/// add `I₀`. Every further vector costs one multiply-add per cell.
public struct EffectiveMatrix: ExactModel {
  public let description: ArrayDescription
  /// `K` in siemens, `[wordLines, outputs]`: the current of an output per volt on a word line.
  public var siemens: Matrix<Double> {
    Matrix(rows: doubles.k, columns: doubles.n) { doubles[$0, $1] }
  }
  /// `I₀` in amperes, by output: currents from held lines at zero input.
  public let offsetAmperes: [Double]
  /// Worst residual of the solves for `K`, in the norm of their method.
  public let residual: SolutionResidual
  /// Bound on the relative error of every entry of `K` and of `I₀`.
  public let sensedError: Double
  public let method: ArrayMethod
  private let doubles: OrderedProduct<SIMD8<Double>>
  private let singles: OrderedProduct<SIMD16<Float>>
  private let singleOffsets: [Float]

  static func solves(_ topology: CellTopology) -> Bool { topology == .voltageDriven }

  public static func refusal(of array: ArrayDescription) -> String? {
    guard solves(array.topology) else {
      return "a gate-driven array has no effective matrix: it depends on the input"
    }
    return array.isLinear ? nil : "an array of nonlinear cells has no effective matrix"
  }

  /// The matrix takes as many solves as there are inputs or outputs, whichever are fewer.
  static func isWorthPreparing(_ array: ArrayDescription, vectors: Int?) -> Bool {
    let solves = min(array.wordLineCount, array.bitLineCount)
    return vectors.map { $0 >= solves || solves <= 32 } ?? true
  }

  /// Solves a voltage-driven array for its effective matrix.
  public init(_ description: ArrayDescription) throws(ArrayError) {
    if let reason = Self.refusal(of: description) { throw .unsupported(reason) }
    var (solved, solver) = (Solved?.none, "line CG")
    // For small systems, factorization is faster than iteration.
    let isLarge = description.wordLineCount * description.bitLineCount > 64 * 64
    var refusal = LineArray.refusal(of: description)
    if isLarge, refusal == nil {
      do throws(ArrayError) {
        solved = try Self.solve(LineArray(description))
      } catch {
        guard case .currentsNotAccurate = error else { throw error }
        // Wires too good for voltages rounded to doubles; the circuit solver has other means.
        refusal = "line CG did not reach the accuracy of its currents"
      }
    }
    let found: Solved
    var remark: String?
    if let solved {
      found = solved
    } else {
      let built = try ArrayBuilder.circuit(of: description)
      do throws(CircuitError) {
        found = try Self.solve(built)
      } catch {
        throw .circuit(error)
      }
      solver =
        found.isEliminated ? "elimination without subtractions, CHOLMOD rounds too much" : "CHOLMOD"
      remark = refusal
    }
    method = ArrayMethod(.exact, "effective matrix by \(solver)", remark: remark)
    self.description = description
    offsetAmperes = found.offset
    residual = found.residual
    sensedError = found.sensedError
    let (m, n) = (found.siemens.rows, found.siemens.columns)
    doubles = OrderedProduct(found.siemens.elements, k: m, n: n)
    singles = OrderedProduct(found.siemens.elements.map { Float($0) }, k: m, n: n)
    singleOffsets = found.offset.map { Float($0) }
  }

  private struct Solved {
    var siemens: Matrix<Double>
    var offset: [Double]
    var residual = SolutionResidual(0, .kirchhoff)
    var sensedError = 0.0
    var isEliminated = false

    mutating func note(_ point: OperatingPoint) {
      residual = .worst(residual, SolutionResidual(point.relativeResidual, .kirchhoff))
      sensedError = max(sensedError, point.sensedError ?? 0)
      if point.isEliminated { isEliminated = true }
    }
  }

  private static func solve(_ lines: LineArray) throws(ArrayError) -> Solved {
    // Contributions of far cells are small: at the tolerance for whole currents most of them need
    // another iteration, and restarting costs more than continuing.
    let matrix = try lines.effectiveMatrix(tolerance: 0.1 * lines.tolerance)
    let zero = Matrix(rows: 1, columns: lines.description.wordLineCount, repeating: 0.0)
    let offset = try lines.currents(.volts(zero))
    return Solved(
      siemens: matrix.siemens, offset: offset.amperes.elements,
      residual: SolutionResidual(matrix.relativeResidual, lines.residualNorm),
      sensedError: max(matrix.sensedError, offset.sensedError ?? 0))
  }

  private static func solve(_ built: ArrayNetlist) throws(CircuitError) -> Solved {
    let (inputSources, senseSources) = (built.meaning.inputSources, built.meaning.senseSources)
    let (inputs, outputs) = (inputSources.count, senseSources.count)
    let held = built.circuit.voltageSources.map(\.volts)
    var solved = Solved(
      siemens: Matrix(rows: inputs, columns: outputs, repeating: 0),
      offset: [Double](repeating: 0, count: outputs))
    let isAdjoint = outputs < inputs
    let solveCount = min(inputs, outputs)
    var solver = try LinearOperatingPoint(analyzing: built.circuit)
    try solver.factorize()
    solver.sensedSources = Set(senseSources.joined())
    if held.contains(where: { $0 != 0 }) {
      let point = try solver.solve(sourceVolts: held)
      solved.note(point)
      solved.offset = senseSources.map { $0.reduce(0) { $0 + point.sourceAmperes[$1] } }
    }
    if isAdjoint { solver.sensedSources = Set(inputSources.joined().map(\.source)) }
    let block = 16
    for start in stride(from: 0, to: solveCount, by: block) {
      let range = start..<min(start + block, solveCount)
      var batch = Matrix(rows: range.count, columns: held.count, repeating: 0.0)
      for k in range {
        if isAdjoint {
          for source in senseSources[k] { batch[k - start, source] = 1 }
        } else {
          for (source, sign) in inputSources[k] { batch[k - start, source] = sign }
        }
      }
      for (k, point) in zip(range, try solver.solve(batch: batch)) {
        solved.note(point)
        if isAdjoint {
          for i in 0..<inputs {
            solved.siemens[i, k] = inputSources[i].reduce(0) {
              $0 + $1.sign * point.sourceAmperes[$1.source]
            }
          }
        } else {
          for j in 0..<outputs {
            solved.siemens[k, j] = senseSources[j].reduce(0) { $0 + point.sourceAmperes[$1] }
          }
        }
      }
    }
    return solved
  }

  public var isMatrixProduct: Bool { true }
  /// `K`, unless held lines add currents of their own.
  public var response: Matrix<Double>? { offsetAmperes.allSatisfy { $0 == 0 } ? siemens : nil }

  public func currents(_ inputs: InputBatch) throws(ArrayError) -> ArrayCurrents {
    try description.check(inputs)
    guard case .volts(let volts) = inputs else { preconditionFailure("checked above") }
    var amperes = Matrix(rows: volts.rows, columns: doubles.n, repeating: 0.0)
    var out = amperes.elements.mutableSpan
    doubles.multiply(volts.elements.span, offset: offsetAmperes.span, into: &out)
    var currents = ArrayCurrents(
      amperes: amperes, residual: residual, sensedError: sensedError)
    currents.boundsContributions = true
    return currents
  }

  /// Sensed currents in amperes for word-line voltages `[vectors, wordLines]` in single precision,
  /// `[vectors, outputs]`: the form that inference uses. Overwrites `amperes`.
  ///
  /// Each current is off by at most `wordLines` roundings of the sum of its terms' magnitudes.
  public func currents(_ volts: [Float], into amperes: inout [Float]) throws(ArrayError) {
    let inputs = description.wordLineCount
    guard volts.count % inputs == 0 else {
      throw .invalidInput("\(volts.count) voltages are no whole number of vectors of \(inputs)")
    }
    guard volts.allSatisfy(\.isFinite) else {
      throw .invalidInput("word-line voltages must be finite")
    }
    let count = volts.count / inputs * doubles.n
    if amperes.count != count { amperes = Array(repeating: 0, count: count) }
    var out = amperes.mutableSpan
    singles.multiply(volts.span, offset: singleOffsets.span, into: &out)
  }
}

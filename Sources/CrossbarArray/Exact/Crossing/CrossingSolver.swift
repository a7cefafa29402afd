import NumericKernels
import Units

/// The planes of an array with crossing source lines, solved vector by vector with `CrossingKernel`.
struct CrossingSolver<V: SIMD & Sendable, Deviation: CrossingDeviation<V>>: Sendable
where V.Scalar: BinaryFloatingPoint & Sendable {
  /// Passes after which a vector counts as unfinished.
  static var passLimit: Int { 200 }

  /// Rows of cells of a word line: two where interleaved pairs share bit lines.
  let rowsPerWordLine: Int
  private let kernels: [CrossingKernel<V, Deviation>]
  private let wire: CrossingWire
  private let bitLineCount: Int, outputCount: Int

  /// Prepares an array.
  ///
  /// - Parameters:
  ///   - siemens: Slopes of the cells, as `effectiveConductances` lists cells.
  ///   - bend: Largest change of a cell's slope, relative.
  ///   - deviation: What the cells of one plane carry beyond their slopes.
  init(
    _ array: ArrayDescription, siemens: [Matrix<Double>], bend: Double = 0,
    deviation: (_ plane: Int, _ rows: CrossingRows<V>) -> Deviation
  ) {
    let line = CrossingLine(array)
    let volts = array.readVoltage.value
    let isInterleaved = array.pairing == .interleaved
    rowsPerWordLine = isInterleaved ? 2 : 1
    (bitLineCount, outputCount) = (array.bitLineCount, array.outputCount)
    wire = CrossingWire(array)
    let (m, n) = (array.wordLineCount, array.bitLineCount)
    let matrices =
      isInterleaved
      ? [Matrix(rows: 2 * m, columns: n) { siemens[$0 % 2][$0 / 2, $1] }] : siemens
    kernels = matrices.enumerated().map { plane, matrix in
      let rows = CrossingRows<V>(
        matrix, line: line,
        volts: (0..<matrix.rows).map { isInterleaved && $0 % 2 == 1 ? -volts : volts },
        bend: bend)
      return CrossingKernel(rows: rows, deviation: deviation(plane, rows))
    }
  }

  /// Least share of a source's voltage that a cell sees, with the bit lines at 0 V.
  var leastReached: Double { kernels.reduce(1) { min($0, $1.rows.bounds.leastReached) } }

  struct Outcome {
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
  func solve(
    _ bits: BitMatrix, error: Double, accepts accepted: Double, into amperes: inout [V.Scalar]
  ) -> Outcome {
    let (n, outputs) = (bitLineCount, outputCount)
    var outcome = Outcome()
    var plan = LadderPlan<V.Scalar>(wire.plan())
    var steps: [CrossingKernel<V, Deviation>.Step] = []
    var work = CrossingKernel<V, Deviation>.Workspace()
    for vector in 0..<bits.rows {
      plan.set(bits, row: vector)
      let count = plan.rows[0].steps.count
      steps.removeAll(keepingCapacity: true)
      for k in 0..<count {
        let step = plan.steps[k]
        let line = wire.isReversed ? bits.columns - 1 - Int(step.line) : Int(step.line)
        for p in 0..<rowsPerWordLine {
          steps.append(
            CrossingKernel<V, Deviation>.Step(
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
}

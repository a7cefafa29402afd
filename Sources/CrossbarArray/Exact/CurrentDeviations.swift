import NumericKernels
import Units

/// Deviations of the sensed currents of an array whose cells err independently, to first order.
///
/// The current of a linear network changes with a conductance by the voltage `d` across it times
/// the voltage `a` that 1 V on the sense terminal alone puts across it (Director and Rohrer, IEEE
/// Trans. Circuit Theory 16(3), 1969): `var I = Σ x σ² d² a²` over the selected cells. Columns
/// share no wire, so one or two walks down a column give all terms.
public struct CurrentDeviations: Sendable {
  /// Bound on the second-order part of a current, rms, over its first-order deviation, for every
  /// input vector.
  ///
  /// With `z` the resistance between the nodes of a cell and normal errors, that part is at most
  /// `√(3 Σ z² σ²)` deviations: its mean is `−Σ d a z σ²`, its variance at most
  /// `2 Σ_k Σ_l d_k² a_k² z_l² σ_k² σ_l²`, and Cauchy's inequality does the rest. `z` is at most
  /// the wire between the cell and the terminals, and at most the reciprocal of the selected
  /// conductances on its nodes.
  public let secondOrderBound: Double
  private let array: ArrayDescription
  private let kernel: Kernel
  private let unused: UnusedWire
  private let isReversed: Bool
  private let ohmsPerSegment: Double, terminalOhms: Double
  private let runLength: Int
  /// Unit of stored deviations of conductances, in siemens: keeps squares within single precision.
  private let unit: Double

  private enum Kernel: Sendable {
    case single(ColumnCells<SIMD16<Float>>)
    /// Columns whose voltage grows by more than 1e3 from one cell to the next.
    case double(ColumnCells<SIMD8<Double>>)
    case pairs(PairDeviations<SIMD16<Float>>)
  }

  /// Why an array is not covered, naming the option; `nil` if it is.
  public static func refusal(_ array: ArrayDescription) -> String? {
    guard array.topology == .gateDriven(sourceLine: .parallel) else {
      return "columns share wires"
    }
    guard array.pairing == .interleaved else {
      return LadderArray.covers(array)
        ? nil
        : ColumnArray.refusal(of: array) ?? "lines are driven or sensed at different or both ends"
    }
    if let reason = ColumnArray.refusal(of: array) { return reason }
    let hasRails =
      array.wires.sourceLineSegment.value == 0 && array.terminals.sourceLineDriver.value == 0
    if !hasRails { return "interleaved pairs have resistive source lines" }
    return array.ends.bitLineSense == .both ? "interleaved pairs are sensed at both ends" : nil
  }

  /// Prepares an array.
  ///
  /// - Parameter deviations: Standard deviations of the conductances in siemens,
  ///   `[wordLines, bitLines]`; of the positive cells, then of the negative ones if there are
  ///   pairs.
  public init(_ array: ArrayDescription, deviations: [Matrix<Double>]) throws(ArrayError) {
    try array.validate()
    if let reason = Self.refusal(array) {
      throw .unsupported("first-order noise does not cover the array: \(reason)")
    }
    let cells = array.effectiveConductances
    precondition(
      deviations.count == cells.count
        && deviations.allSatisfy {
          $0.rows == array.wordLineCount && $0.columns == array.bitLineCount
        }, "one deviation per cell")
    self.array = array
    unused = UnusedWire(array)
    let (wires, terminals) = (array.wires, array.terminals)
    ohmsPerSegment = wires.bitLineSegment.value + wires.sourceLineSegment.value
    terminalOhms = terminals.bitLineSense.value + terminals.sourceLineDriver.value
    isReversed = array.ends.bitLineSense == .near
    let peak = deviations.reduce(0.0) { $1.elements.reduce($0) { max($0, $1) } }
    let unit = peak > 0 ? peak : 1
    self.unit = unit
    let isReversed = isReversed
    func ordered(_ matrix: Matrix<Double>) -> Matrix<Double> {
      guard isReversed else { return matrix }
      return Matrix(rows: matrix.rows, columns: matrix.columns) { matrix[matrix.rows - 1 - $0, $1] }
    }
    let variances = deviations.map { ordered($0.map { ($0 / unit) * ($0 / unit) }) }
    // A quarter of the ladder's run length: the fourth power of the voltage must stay in range.
    let run = LadderArray.runLength(cells, ohmsPerSegment: ohmsPerSegment)
    runLength = max(1, run / 4)
    if array.pairing == .interleaved {
      kernel = .pairs(
        PairDeviations(
          pairs: ColumnCells(first: [ordered(cells[0])], second: [ordered(cells[1])]),
          variances: ColumnCells(first: [variances[0]], second: [variances[1]]),
          readVolts: array.readVoltage.value, terminalOhms: terminalOhms))
    } else if run >= 4 {
      kernel = .single(ColumnCells(first: cells.map(ordered), second: variances))
    } else {
      kernel = .double(ColumnCells(first: cells.map(ordered), second: variances))
    }
    secondOrderBound = Self.secondOrderBound(
      array, cells, deviations, ohmsPerSegment: ohmsPerSegment, terminalOhms: terminalOhms,
      unused: unused)
  }

  private static func secondOrderBound(
    _ array: ArrayDescription, _ cells: [Matrix<Double>], _ deviations: [Matrix<Double>],
    ohmsPerSegment: Double, terminalOhms: Double, unused: UnusedWire
  ) -> Double {
    let m = array.wordLineCount
    let planes = array.pairing == .interleaved ? [Array(cells.indices)] : cells.indices.map { [$0] }
    var worst = 0.0
    for plane in planes {
      for j in 0..<array.bitLineCount {
        var sum = 0.0
        for i in 0..<m {
          let segments =
            array.ends.bitLineSense == .near ? unused.before + i + 1 : unused.after + m - i
          let wire = Double(segments) * ohmsPerSegment + terminalOhms
          let siemens = plane.reduce(0.0) { $0 + cells[$1][i, j] }
          let z = siemens > 0 ? min(wire, 1 / siemens) : wire
          for k in plane { sum += z * z * deviations[k][i, j] * deviations[k][i, j] }
        }
        worst = max(worst, sum)
      }
    }
    return (3 * worst).squareRoot()
  }

  /// Standard deviations of the sensed currents in amperes, `[bits.rows, outputs]`; overwrites
  /// `amperes`. A vector's deviations do not depend on its neighbors. Within 1e-4 of the formula.
  public func deviations(_ bits: BitMatrix, into amperes: inout [Float]) throws(ArrayError) {
    try array.check(.bits(bits))
    let outputs = array.outputCount
    if amperes.count != bits.rows * outputs {
      amperes = Array(repeating: 0, count: bits.rows * outputs)
    }
    switch kernel {
    case .single(let cells): walk(bits, cells, into: &amperes)
    case .double(let cells): walk(bits, cells, into: &amperes)
    case .pairs(let pairs):
      var passages: [PairDeviations<SIMD16<Float>>.Passage] = []
      forEachRow(bits, stride: (outputs + 15) / 16, into: &amperes) { plan, out in
        pairs.deviations(plan, into: &out, at: 0, passages: &passages)
      }
    }
  }

  private func walk<V: SIMD & Sendable>(
    _ bits: BitMatrix, _ cells: ColumnCells<V>, into amperes: inout [Float]
  ) where V.Scalar: BinaryFloatingPoint {
    let circuit = BalancedCircuit<V>(
      volts: V.Scalar(array.readVoltage.value), terminalOhms: V.Scalar(terminalOhms))
    forEachRow(bits, stride: cells.stride, into: &amperes) { plan, out in
      walkColumns(DeviationWalk<V>.self, circuit, cells, plan, into: &out, at: 0)
    }
  }

  /// Plans every vector, passes it to `body` and writes the result for its columns.
  private func forEachRow<V: SIMD & Sendable>(
    _ bits: BitMatrix, stride: Int, into amperes: inout [Float],
    _ body: (borrowing LadderPlan<V.Scalar>, inout MutableSpan<V>) -> Void
  ) where V.Scalar: BinaryFloatingPoint {
    var plan = LadderPlan<V.Scalar>(
      .init(
        ohmsPerSegment: V.Scalar(ohmsPerSegment), isReversed: isReversed,
        runLength: array.pairing == .interleaved ? .max : runLength, unused: unused))
    var lanes = [V](repeating: V(), count: stride)
    var result = amperes.mutableSpan
    let outputs = array.outputCount
    for row in 0..<bits.rows {
      plan.set(bits, row: row)
      var out = lanes.mutableSpan
      body(plan, &out)
      for k in 0..<outputs {
        result[row * outputs + k] = Float(
          Double(out[k / V.scalarCount][k % V.scalarCount]) * unit)
      }
    }
  }
}

import NumericKernels

/// Gate-driven arrays with parallel source lines, solved column by column by block elimination from
/// word line 0 on: exact in double precision for every combination of ends, terminals and pairs.
///
/// The general form of `LadderArray`, which is faster where it covers an array. Other topologies are
/// refused by name.
public struct ColumnArray: ArrayModel {
  public let description: ArrayDescription
  /// Bit line, source line and, for interleaved pairs, the source line of the negative cells.
  private let lines: [ColumnLine]
  /// Conductances in siemens by word line, outputs padded to lanes.
  private let positive: [SIMD8<Double>]
  /// The negative cells of interleaved pairs; empty where pairs have lines of their own.
  private let negative: [SIMD8<Double>]
  private let stride: Int

  /// Whether the elimination covers this array.
  public static func covers(_ description: ArrayDescription) -> Bool {
    refusal(description) == nil
  }

  /// Why this model does not solve the array, naming the option; nil if it does.
  public static func refusal(_ description: ArrayDescription) -> String? {
    guard description.topology == .gateDriven(sourceLine: .parallel) else {
      return "block elimination by columns needs a gate-driven array with sourceLine: parallel"
    }
    if description.unused.wordLines.count > 0 {
      return "block elimination by columns does not cover unused lines"
    }
    return description.exclusion(from: "block elimination by columns")
  }

  /// Prepares an array; throws if it is not physical or not covered.
  public init(_ description: ArrayDescription) throws(ArrayError) {
    try description.validate()
    if let reason = Self.refusal(description) { throw .unsupported(reason) }
    self.description = description
    let (wires, terminals, ends) = (description.wires, description.terminals, description.ends)
    let bitLine = ColumnLine(
      segmentOhms: wires.bitLineSegment.value, terminalOhms: terminals.bitLineSense.value,
      end: ends.bitLineSense)
    let sourceLine = ColumnLine(
      segmentOhms: wires.sourceLineSegment.value, terminalOhms: terminals.sourceLineDriver.value,
      end: ends.sourceLineDrive)
    let isInterleaved = description.pairing == .interleaved
    lines = [bitLine, sourceLine] + (isInterleaved ? [sourceLine] : [])
    stride = (description.outputCount + 7) / 8
    let pair = description.effectiveConductances
    positive = Self.lanes(isInterleaved ? [pair[0]] : pair, stride: stride)
    negative = isInterleaved ? Self.lanes([pair[1]], stride: stride) : []
  }

  /// Matrices side by side, eight outputs to a vector; absent outputs conduct nothing.
  private static func lanes(_ matrices: [Matrix<Double>], stride: Int) -> [SIMD8<Double>] {
    let (m, n) = (matrices[0].rows, matrices[0].columns)
    var lanes = [SIMD8<Double>](repeating: .zero, count: m * stride)
    for (k, matrix) in matrices.enumerated() {
      for i in 0..<m {
        for j in 0..<n { lanes[i * stride + (k * n + j) / 8][(k * n + j) % 8] = matrix[i, j] }
      }
    }
    return lanes
  }

  public var method: String { "exact: block elimination" }

  public func currents(_ inputs: InputBatch) throws(ArrayError) -> ArrayCurrents {
    try description.check(inputs)
    guard case .bits(let bits) = inputs else { preconditionFailure("checked above") }
    var amperes = Matrix<Double>(rows: bits.rows, columns: description.outputCount, repeating: 0)
    var plan = LadderPlan<Double>()
    for row in 0..<bits.rows {
      // With segments of one ohm, the steps of the walk count segments; the elimination cannot
      // overflow and needs no restarts.
      plan.set(bits, row: row, ohmsPerSegment: 1, reversed: false, runLength: .max)
      let end = plan.endOhms
      for group in 0..<stride {
        let sensed =
          negative.isEmpty
          ? pairColumns(plan.steps.span, end: end, group: group)
          : interleavedColumns(plan.steps.span, end: end, group: group)
        for lane in 0..<min(8, description.outputCount - 8 * group) {
          amperes[row, 8 * group + lane] = sensed[lane]
        }
      }
    }
    return ArrayCurrents(amperes: amperes, relativeResidual: nil)
  }

  /// Eight columns of one bit line and one source line.
  private func pairColumns(
    _ steps: Span<LadderStep<Double>>, end: Double, group: Int
  ) -> SIMD8<Double> {
    eliminate(steps, end: end, group: group, lineCount: 2)
  }

  /// Eight columns of one bit line and two source lines.
  private func interleavedColumns(
    _ steps: Span<LadderStep<Double>>, end: Double, group: Int
  ) -> SIMD8<Double> {
    eliminate(steps, end: end, group: group, lineCount: 3)
  }

  /// Inlined twice, so that the number of lines is a constant in its loops.
  @inline(__always)
  private func eliminate(
    _ steps: Span<LadderStep<Double>>, end: Double, group: Int, lineCount: Int
  ) -> SIMD8<Double> {
    let (bitLine, sourceLine) = (lines[0], lines[1])
    let (isBitOpen, isSourceOpen) = (!bitLine.hasNearTerminal, !sourceLine.hasNearTerminal)
    let volts = description.readVoltage.value
    let (positive, negative) = (positive.span, negative.span)
    var port = ColumnPort(lines.span)
    for k in steps.indices {
      let length = steps[k].ohms
      // Behind the first selected cell open lines carry nothing: advancing them changes nothing.
      port.advance(
        0, ohms: length * bitLine.segmentOhms, isOpenBehind: isBitOpen, lineCount: lineCount)
      for s in 1..<lineCount {
        port.advance(
          s, ohms: length * sourceLine.segmentOhms, isOpenBehind: isSourceOpen,
          lineCount: lineCount)
      }
      let cell = Int(steps[k].line) * stride + group
      port.connect(
        1, siemens: positive[cell], volts: volts, isBitOpen: isBitOpen, isSourceOpen: isSourceOpen,
        lineCount: lineCount)
      if lineCount == 3 {
        port.connect(
          2, siemens: negative[cell], volts: -volts, isBitOpen: isBitOpen,
          isSourceOpen: isSourceOpen, lineCount: lineCount)
      }
    }
    for l in 0..<lineCount where lines[l].hasFarTerminal {
      port.advance(
        l, ohms: end * lines[l].segmentOhms + lines[l].terminalOhms,
        isOpenBehind: !lines[l].hasNearTerminal, lineCount: lineCount)
    }
    return port.sensedAmperes(lines.span)
  }
}

import NumericKernels
import Units

/// Gate-driven arrays with parallel source lines, solved column by column: exact for every
/// combination of ends, terminals and pairs.
///
/// `LadderArray` is faster where it covers an array. The walks of this type cover the others:
/// `TransferWalk` one bit and one source line with any ends, `BalancedWalk` interleaved pairs on
/// ideal source rails, `MeshWalk` interleaved pairs with all terminals at one end, `ColumnPort` the
/// rest. Other topologies are refused by name.
public struct ColumnArray: ExactModel {
  /// How the columns are walked.
  enum Walk: Sendable, Equatable { case transfer, balanced, balancedBoth, mesh, port }

  public let description: ArrayDescription
  /// The walk chosen for the array.
  let walk: Walk
  /// Bit line, source line and, for interleaved pairs, the source line of the negative cells.
  let lines: [ColumnLine]
  /// Conductances in siemens: of the cells, of both cells of a pair, or sum and difference of a
  /// pair for balanced walks.
  let doubles: ColumnCells<SIMD8<Double>>
  /// The same; empty if single precision is rounded from double.
  let floats: ColumnCells<SIMD16<Float>>
  private let isReversed: Bool
  private let runLength: Int
  private let unused: UnusedWire

  static func solves(_ topology: CellTopology) -> Bool {
    topology == .gateDriven(sourceLine: .parallel)
  }

  static func suits(_ law: CellLaw) -> Bool { law.isLinear }

  public static func refusal(of description: ArrayDescription) -> String? {
    guard solves(description.topology) else {
      return "block elimination by columns needs a gate-driven array with sourceLine: parallel"
    }
    return description.exclusion(from: "block elimination by columns")
  }

  /// Prepares an array; throws if it is not physical or not covered.
  public init(_ description: ArrayDescription) throws(ArrayError) {
    try self.init(description, general: false)
  }

  /// Prepares an array for the fastest walk that covers it, or for the general elimination.
  init(_ description: ArrayDescription, general: Bool) throws(ArrayError) {
    try description.validate()
    if let reason = Self.refusal(of: description) { throw .unsupported(reason) }
    self.description = description
    unused = UnusedWire(description)
    let (wires, terminals, ends) = (description.wires, description.terminals, description.ends)
    let bitLine = ColumnLine(
      segmentOhms: wires.bitLineSegment.value, terminalOhms: terminals.bitLineSense.value,
      end: ends.bitLineSense)
    let sourceLine = ColumnLine(
      segmentOhms: wires.sourceLineSegment.value, terminalOhms: terminals.sourceLineDriver.value,
      end: ends.sourceLineDrive)
    let isInterleaved = description.pairing == .interleaved
    lines = [bitLine, sourceLine] + (isInterleaved ? [sourceLine] : [])
    walk = general ? .port : Self.walk(bitLine, sourceLine, isInterleaved: isInterleaved)
    // Walks with one end go towards it; an ideal line ends where the other one does.
    let sensed = bitLine.segmentOhms > 0 ? bitLine : sourceLine
    isReversed = [.balanced, .mesh].contains(walk) && !sensed.hasFarTerminal

    let pair = description.effectiveConductances
    let loads: [Matrix<Double>]
    var (first, second) = (pair, [Matrix<Double>]())
    if isInterleaved {
      let (m, n) = (pair[0].rows, pair[0].columns)
      loads = [Matrix(rows: m, columns: n) { pair[0][$0, $1] + pair[1][$0, $1] }]
      if walk == .balanced || walk == .balancedBoth {
        first = loads
        second = [Matrix(rows: m, columns: n) { pair[0][$0, $1] - pair[1][$0, $1] }]
      } else {
        (first, second) = ([pair[0]], [pair[1]])
      }
    } else {
      loads = pair
    }
    if isReversed {
      first = first.map(Self.reversed)
      second = second.map(Self.reversed)
    }
    doubles = ColumnCells(first: first, second: second)
    floats =
      walk == .port ? ColumnCells(first: [], second: []) : ColumnCells(first: first, second: second)
    runLength = LadderArray.runLength(
      loads, ohmsPerSegment: bitLine.segmentOhms + sourceLine.segmentOhms)
  }

  private static func walk(
    _ bitLine: ColumnLine, _ sourceLine: ColumnLine, isInterleaved: Bool
  ) -> Walk {
    guard isInterleaved else { return .transfer }
    let isBitBoth = bitLine.hasNearTerminal && bitLine.hasFarTerminal
    if sourceLine.segmentOhms == 0, sourceLine.terminalOhms == 0 {
      return isBitBoth ? .balancedBoth : .balanced
    }
    let isSourceBoth = sourceLine.hasNearTerminal && sourceLine.hasFarTerminal
    if isBitBoth || isSourceBoth { return .port }
    // The terminals of an ideal line act anywhere on it.
    let isAnywhere = bitLine.segmentOhms == 0 || sourceLine.segmentOhms == 0
    return isAnywhere || bitLine.hasFarTerminal == sourceLine.hasFarTerminal ? .mesh : .port
  }

  private static func reversed(_ matrix: Matrix<Double>) -> Matrix<Double> {
    Matrix(rows: matrix.rows, columns: matrix.columns) { matrix[matrix.rows - 1 - $0, $1] }
  }

  public var response: Matrix<Double>? { description.responseWithoutWires }
  public var method: ArrayMethod { ArrayMethod(.exact, "block elimination") }

  public func currents(_ inputs: InputBatch) throws(ArrayError) -> ArrayCurrents {
    try description.check(inputs)
    guard case .bits(let bits) = inputs else { preconditionFailure("checked above") }
    let padded = walk == .port ? eliminated(bits) : walked(bits, doubles)
    let stride = doubles.stride
    return ArrayCurrents(
      amperes: Matrix(rows: bits.rows, columns: description.outputCount) {
        padded[$0 * stride + $1 / 8][$1 % 8]
      })
  }

  /// Single precision: within 1e-5 of double precision, relative to the current of the column; for
  /// interleaved pairs, to the sum of the magnitudes that positive and negative cells contribute.
  public func currents(_ inputs: InputBatch, into amperes: inout [Float]) throws(ArrayError) {
    try description.check(inputs)
    guard case .bits(let bits) = inputs else { preconditionFailure("checked above") }
    let outputs = description.outputCount
    if amperes.count != bits.rows * outputs {
      amperes = Array(repeating: 0, count: bits.rows * outputs)
    }
    var out = amperes.mutableSpan
    let ohms = lines.map { $0.segmentOhms + $0.terminalOhms }.reduce(0, +)
    if walk == .port || !LadderArray.fitsSinglePrecision(ohms) {
      let padded = walk == .port ? eliminated(bits) : walked(bits, doubles)
      for row in 0..<bits.rows {
        for k in 0..<outputs {
          out[row * outputs + k] = Float(padded[row * doubles.stride + k / 8][k % 8])
        }
      }
      return
    }
    let padded = walked(bits, floats)
    let stride = floats.stride
    for row in 0..<bits.rows {
      for group in 0..<stride {
        let lanes = padded[row * stride + group]
        let first = row * outputs + 16 * group
        if 16 * group + 16 <= outputs {
          // A constant count: one vector store.
          for k in 0..<16 { out[first + k] = lanes[k] }
        } else {
          for k in 0..<outputs - 16 * group { out[first + k] = lanes[k] }
        }
      }
    }
  }

  /// Currents of each vector, padded to lanes.
  private func walked<V: SIMD & Sendable>(_ bits: BitMatrix, _ cells: ColumnCells<V>) -> [V]
  where V.Scalar: BinaryFloatingPoint {
    let (bitLine, sourceLine, volts) = (lines[0], lines[1], description.readVoltage.value)
    let ohms = bitLine.segmentOhms + sourceLine.segmentOhms
    let transfer = TransferCircuit<V>(
      bitLine: bitLine, sourceLine: sourceLine,
      segments: description.wordLineCount + 1 + unused.before + unused.after, volts: volts)
    let balanced = BalancedCircuit<V>(
      volts: V.Scalar(volts), terminalOhms: V.Scalar(bitLine.terminalOhms))
    let mesh = MeshCircuit<V>(
      volts: V.Scalar(volts), bitShare: V.Scalar(ohms > 0 ? bitLine.segmentOhms / ohms : 0),
      sourceShare: V.Scalar(ohms > 0 ? sourceLine.segmentOhms / ohms : 0),
      bitTerminalOhms: V.Scalar(bitLine.terminalOhms),
      sourceTerminalOhms: V.Scalar(sourceLine.terminalOhms))
    var plan = LadderPlan<V.Scalar>(
      .init(
        ohmsPerSegment: V.Scalar(ohms), isReversed: isReversed,
        runLength: walk == .mesh ? .max : runLength, unused: unused))
    var result = [V](repeating: V(repeating: 0), count: bits.rows * cells.stride)
    var out = result.mutableSpan
    for row in 0..<bits.rows {
      plan.set(bits, row: row)
      let at = row * cells.stride
      switch walk {
      case .transfer:
        walkColumns(TransferWalk<V>.self, transfer, cells, plan, into: &out, at: at)
      case .balanced:
        walkColumns(BalancedWalk<V>.self, balanced, cells, plan, into: &out, at: at)
      case .balancedBoth:
        walkColumns(BalancedBothWalk<V>.self, balanced, cells, plan, into: &out, at: at)
      case .mesh: walkColumns(MeshWalk<V>.self, mesh, cells, plan, into: &out, at: at)
      case .port: preconditionFailure("the port has its own loop")
      }
    }
    return result
  }

  /// Currents of each vector by the general elimination, padded to lanes.
  private func eliminated(_ bits: BitMatrix) -> [SIMD8<Double>] {
    var result = [SIMD8<Double>](repeating: .zero, count: bits.rows * doubles.stride)
    // With segments of one ohm, the steps of the walk count segments; the elimination cannot
    // overflow and needs no restarts.
    var plan = LadderPlan<Double>(.init(ohmsPerSegment: 1, unused: unused))
    for row in 0..<bits.rows {
      plan.set(bits, row: row)
      let end = plan.endOhms
      let steps = plan.steps.span.extracting(plan.rows[0].steps)
      for group in 0..<doubles.stride {
        result[row * doubles.stride + group] =
          lines.count == 2
          ? pairColumns(steps, end: end, group: group)
          : interleavedColumns(steps, end: end, group: group)
      }
    }
    return result
  }
}

import NumericKernels
import Units

/// The columns of a gate-driven array whose line current is known at every cell: what
/// `NonlinearLadderArray` makes of its description.
struct ColumnWiring: Sendable {
  let path: CellPath
  /// One segment of bit line and source line, and both terminals.
  let ohmsPerSegment: Double, terminalOhms: Double
  /// Share of the source line in the resistance of a segment, or of the terminals of ideal lines.
  let sourceShare: Double
  /// Whether walks start at the last word line.
  let isReversed: Bool
  let unused: UnusedWire
  /// Conductances in siemens, `[wordLines, bitLines]`, positive, then negative.
  let siemens: [Matrix<Double>]
  let isInterleaved: Bool

  var wordLineCount: Int { siemens[0].rows }
  var outputCount: Int { siemens[0].columns * (isInterleaved ? 1 : siemens.count) }

  /// Share of the source line in the resistance of a segment, or of the terminals of ideal lines.
  static func sourceShare(_ wires: WireParasitics, _ terminals: TerminalResistances) -> Double {
    let segment = wires.bitLineSegment.value + wires.sourceLineSegment.value
    let ends = terminals.bitLineSense.value + terminals.sourceLineDriver.value
    if segment > 0 { return wires.sourceLineSegment.value / segment }
    return ends > 0 ? terminals.sourceLineDriver.value / ends : 0
  }

  /// - Parameter curves: In place of the law of cells with a gate.
  init(_ description: ArrayDescription, curves: CompactTable? = nil) {
    let (wires, terminals) = (description.wires, description.terminals)
    ohmsPerSegment = wires.bitLineSegment.value + wires.sourceLineSegment.value
    terminalOhms = terminals.bitLineSense.value + terminals.sourceLineDriver.value
    sourceShare = Self.sourceShare(wires, terminals)
    path = CellPath(
      law: description.law.law, volts: description.readVoltage.value, sourceShare: sourceShare,
      curves: curves)
    isReversed = description.ends.bitLineSense == .near
    unused = UnusedWire(description)
    siemens = description.effectiveConductances
    isInterleaved = description.pairing == .interleaved
  }

  /// Word line at a position of the walk.
  @inline(__always)
  func wordLine(_ position: Int) -> Int { isReversed ? wordLineCount - 1 - position : position }

  /// Matrix and column of the positive cells of an output.
  private func place(_ output: Int) -> (matrix: Int, column: Int) {
    (output / siemens[0].columns, output % siemens[0].columns)
  }

  /// Conductances of the cells of an output at a position of the walk; the negative one is of an
  /// interleaved pair and zero without one.
  func cell(_ position: Int, _ output: Int) -> (positive: Double, negative: Double) {
    let (line, (matrix, column)) = (wordLine(position), place(output))
    return (siemens[matrix][line, column], isInterleaved ? siemens[1][line, column] : 0)
  }

  /// An output's column with the cells that the last vector of a plan selects.
  func column(_ output: Int, _ plan: borrowing LadderPlan<Double>) -> ShootingColumn {
    let row = plan.rows[plan.rows.count - 1]
    let cells = row.steps.map { cell(Int(plan.steps[$0].line), output) }
    return ShootingColumn(
      path: path, positive: cells.map(\.positive),
      negative: isInterleaved ? cells.map(\.negative) : [],
      ohms: row.steps.map { plan.steps[$0].ohms }, endOhms: row.endOhms + terminalOhms)
  }

  /// An output's column with all its word lines; cells whose gate is off do not conduct.
  func column(_ output: Int, _ bits: BitMatrix, row: Int) -> ShootingColumn {
    column(output) { bits[row, wordLine($0)] }
  }

  /// An output's column with all its word lines, of which some positions conduct.
  func column(
    _ output: Int, positive: Bool = true, negative: Bool = true, isOn: (Int) -> Bool = { _ in true }
  ) -> ShootingColumn {
    let cells = (0..<wordLineCount).map { position in
      isOn(position) ? cell(position, output) : (0, 0)
    }
    let (before, after) = isReversed ? (unused.after, unused.before) : (unused.before, unused.after)
    return ShootingColumn(
      path: path, positive: cells.map { positive ? $0.0 : 0 },
      negative: isInterleaved ? cells.map { negative ? $0.1 : 0 } : [],
      ohms: cells.indices.map { Double($0 == 0 ? before + 1 : 1) * ohmsPerSegment },
      endOhms: Double(after + 1) * ohmsPerSegment + terminalOhms)
  }
}

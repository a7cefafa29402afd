import NumericKernels
import Units

/// The lines and cells of an array, with unused lines at their places and defects applied. The
/// builder, the structured solvers and the solutions all take the geometry from here, so that it is
/// defined only once.
///
/// Positions are physical: unused lines at the near side come before input 0 and output 0.
struct ArrayLayout: Sendable {
  /// The cells of one polarity with the lines that feed them.
  struct Plane: Sendable {
    let isNegative: Bool
    /// Conductances in siemens, `[wordLines, bitLines]` by position.
    var cells: Matrix<Double>
    /// Word lines (voltage-driven) or source lines, by position; `nil` for lines without current.
    var driveLines: [WiredLine?]
    /// Bit lines by position; `nil` for lines without current. The planes of interleaved pairs
    /// share the lines of the first.
    var bitLines: [WiredLine?]
    /// Resistances in parallel with a cell and its switch.
    var shortedCells: [(wordLine: Int, bitLine: Int, ohms: Double)] = []
    /// Resistances from a line to the next of its kind, at a cell.
    var shortedLines: [(isBitLine: Bool, wordLine: Int, bitLine: Int, ohms: Double)] = []
  }

  /// Positions of the word lines that have inputs, and of the bit lines that have outputs.
  let usedWordLines: Range<Int>, usedBitLines: Range<Int>
  /// Number of word and bit lines.
  let wordLineCount: Int, bitLineCount: Int
  /// Whether the lines that feed the cells run parallel to the word lines.
  let drivesAlongWordLines: Bool
  /// Whether both planes use the bit lines of the first.
  let sharesBitLines: Bool
  /// Positive cells, then negative ones.
  private(set) var planes: [Plane]

  /// The layout of a valid array.
  init(_ array: ArrayDescription) {
    let (m, n) = (array.wordLineCount, array.bitLineCount)
    let columnsAreIndependent = array.topology == .gateDriven(sourceLine: .parallel)
    let (extraWordLines, extraBitLines) = (
      array.unused.wordLines,
      columnsAreIndependent ? UnusedLines.Group() : array.unused.bitLines
    )
    func used(_ count: Int, _ extra: UnusedLines.Group) -> Range<Int> {
      let first = extra.side == .near ? extra.count : 0
      return first..<first + count
    }
    usedWordLines = used(m, extraWordLines)
    usedBitLines = used(n, extraBitLines)
    wordLineCount = m + extraWordLines.count
    bitLineCount = n + extraBitLines.count
    drivesAlongWordLines = !columnsAreIndependent
    sharesBitLines = array.pairing == .interleaved
    planes = []
    for matrix in array.effectiveConductances {
      planes.append(plane(of: matrix, isNegative: !planes.isEmpty, array))
    }
    for defect in array.defects { apply(defect) }
  }

  // MARK: Arrays without defects

  private func plane(
    of matrix: Matrix<Double>, isNegative: Bool, _ array: ArrayDescription
  ) -> Plane {
    let unused = array.unused
    let isWordLineOff = unused.wordLines.state == .off
    let isBitLineOff = unused.bitLines.state == .off
    let cells = Matrix(rows: wordLineCount, columns: bitLineCount) { p, q in
      let isInput = usedWordLines.contains(p)
      let isOutput = usedBitLines.contains(q)
      if isInput, isOutput {
        return matrix[p - usedWordLines.lowerBound, q - usedBitLines.lowerBound]
      }
      let isOff = !isInput && isWordLineOff || !isOutput && isBitLineOff
      return isOff ? 0 : unused.cellConductance.value
    }
    return Plane(
      isNegative: isNegative, cells: cells,
      driveLines: driveLines(array, sign: isNegative && sharesBitLines ? -1 : 1),
      bitLines: isNegative && sharesBitLines
        ? [] : bitLines(array, firstOutput: isNegative ? array.bitLineCount : 0))
  }

  private func driveLines(_ array: ArrayDescription, sign: Double) -> [WiredLine?] {
    let (wires, terminals, ends) = (array.wires, array.terminals, array.ends)
    if array.topology == .voltageDriven {
      return (0..<wordLineCount).map { p in
        var line = WiredLine(
          length: bitLineCount, segmentOhms: wires.wordLineSegment.value,
          segmentFarads: wires.wordLineCapacitance.value,
          terminalOhms: terminals.wordLineDriver.value, ends: ends.wordLineDrive,
          source: .input(p - usedWordLines.lowerBound, sign: sign))
        return usedWordLines.contains(p) ? line : held(&line, at: array.unused.wordLines, sign)
      }
    }
    let isCrossing = drivesAlongWordLines
    let line = WiredLine(
      length: isCrossing ? bitLineCount : wordLineCount,
      segmentOhms: wires.sourceLineSegment.value,
      segmentFarads: wires.sourceLineCapacitance.value,
      terminalOhms: terminals.sourceLineDriver.value,
      ends: ends.sourceLineDrive, source: .fixed(volts: sign * array.readVoltage.value))
    // The gates of unused word lines are off: a source line beside one feeds nothing.
    return (0..<(isCrossing ? wordLineCount : bitLineCount)).map {
      !isCrossing || usedWordLines.contains($0) ? line : nil
    }
  }

  private func bitLines(_ array: ArrayDescription, firstOutput: Int) -> [WiredLine?] {
    (0..<bitLineCount).map { q in
      var line = WiredLine(
        length: wordLineCount, segmentOhms: array.wires.bitLineSegment.value,
        segmentFarads: array.wires.bitLineCapacitance.value,
        terminalOhms: array.terminals.bitLineSense.value, ends: array.ends.bitLineSense,
        source: .sense(output: firstOutput + q - usedBitLines.lowerBound))
      return usedBitLines.contains(q) ? line : held(&line, at: array.unused.bitLines, 1)
    }
  }

  private func held(
    _ line: inout WiredLine, at group: UnusedLines.Group, _ sign: Double
  ) -> WiredLine? {
    line.source = .fixed(volts: sign * (group.state.volts ?? 0))
    if group.state == .floating { line.ends = nil }
    return group.state == .off ? nil : line
  }

  // MARK: Defects

  private mutating func apply(_ defect: ArrayDefect) {
    let plane = defect.isNegative ? 1 : 0
    let p = usedWordLines.lowerBound + defect.wordLine
    let q = usedBitLines.lowerBound + defect.bitLine
    switch defect.kind {
    case .stuckCell, .openCell: break
    case .shortedCell(let ohms): planes[plane].shortedCells.append((p, q, ohms.value))
    case .openSegment(let line): setSegment(line, plane, p, q, ohms: .infinity)
    case .resistiveSegment(let line, let ohms): setSegment(line, plane, p, q, ohms: ohms.value)
    case .shortedLines(let line, let ohms):
      planes[plane].shortedLines.append((line == .bitLine, p, q, ohms.value))
    }
  }

  private mutating func setSegment(
    _ line: ArrayLineKind, _ plane: Int, _ p: Int, _ q: Int, ohms: Double
  ) {
    if line == .bitLine {
      planes[plane].bitLines[q]?.faults[p] = ohms
    } else if drivesAlongWordLines {
      planes[plane].driveLines[p]?.faults[q] = ohms
    } else {
      planes[plane].driveLines[q]?.faults[p] = ohms
    }
  }
}

extension ArrayDescription {
  /// The first defect that changes wires or bypasses a switch, which structured solvers do not
  /// cover; stuck and open cells only change conductances.
  var firstWiringDefect: ArrayDefect? {
    defects.first {
      switch $0.kind {
      case .stuckCell, .openCell: false
      default: true
      }
    }
  }

  /// Whether every cell is a resistor.
  var isLinear: Bool { self.law.isLinear }

  /// Why `solver`, which handles only wires without defects and linear cells, does not cover this
  /// array; `nil` if neither rules it out.
  package func exclusion(from solver: String) -> String? {
    isLinear ? wiringExclusion(from: solver) : "\(solver) does not cover nonlinear cells"
  }

  /// Why `solver`, which handles only wires without defects, does not cover this array; `nil` if it
  /// does.
  package func wiringExclusion(from solver: String) -> String? {
    firstWiringDefect.map { "\(solver) does not cover defects of wires: \($0)" }
  }

  /// Cell conductances in siemens, `[wordLines, bitLines]`, positive, then negative, with stuck and
  /// open cells applied.
  package var effectiveConductances: [Matrix<Double>] {
    var matrices = [conductances, negativeConductances].compactMap { $0 }
    for defect in defects {
      let plane = defect.isNegative ? 1 : 0
      switch defect.kind {
      case .stuckCell(let siemens):
        matrices[plane][defect.wordLine, defect.bitLine] = siemens.value
      case .openCell: matrices[plane][defect.wordLine, defect.bitLine] = 0
      default: break
      }
    }
    return matrices
  }
}

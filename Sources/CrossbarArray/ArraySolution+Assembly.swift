import NumericKernels

extension ArraySolution {
  /// A solver's solution for the cells of one polarity, by physical position.
  struct Plane {
    /// Node voltages in volts; arbitrary at lines that are left out.
    var driveVolts: Matrix<Double>, bitLineVolts: Matrix<Double>
    /// Currents through the cells in amperes.
    var amperes: Matrix<Double>
    /// Currents into the lines at their near ends and out of them at their far ends, in amperes.
    var driveTerminals: [TerminalAmperes], bitLineTerminals: [TerminalAmperes]
  }

  /// Currents at the ends of a line in amperes, towards its far end.
  struct TerminalAmperes: Equatable {
    var near = 0.0
    var far = 0.0
  }

  /// Assembles a solution: line currents from the cells' currents by Kirchhoff's law, and from them
  /// the heat in the wires, which keeps its digits however good the wires are.
  init(
    _ layout: ArrayLayout, _ planes: [Plane], volts: [Double], outputs: Int,
    residual: SolutionResidual, iterations: Int, sensedError: Double? = nil,
    isEliminated: Bool = false
  ) {
    let (rows, columns) = (layout.usedWordLines, layout.usedBitLines)
    var cells: [Cells] = []
    var lines = LineCurrents(driveAmperes: [], bitLineAmperes: [])
    var output = [Double](repeating: 0, count: outputs)
    var power = Power()
    var pooled = Matrix(rows: layout.wordLineCount, columns: layout.bitLineCount, repeating: 0.0)
    for (index, plane) in planes.enumerated() {
      let geometry = layout.planes[index]
      cells.append(
        Cells(
          driveVolts: plane.driveVolts.block(rows: rows, columns: columns),
          bitLineVolts: plane.bitLineVolts.block(rows: rows, columns: columns),
          amperes: plane.amperes.block(rows: rows, columns: columns)))
      var toBitLines = plane.amperes
      var fromDriveLines = plane.amperes.map { -$0 }
      power.addCells(plane, geometry)
      Self.addShorts(
        geometry, plane, alongWordLines: layout.drivesAlongWordLines, toBitLines: &toBitLines,
        toDriveLines: &fromDriveLines, power: &power)
      lines.driveAmperes.append(
        Self.currents(
          geometry.driveLines, plane.driveTerminals, into: fromDriveLines,
          alongWordLines: layout.drivesAlongWordLines, &power, volts))
      if layout.drivesAlongWordLines {
        lines.driveAmperes[index] = lines.driveAmperes[index].block(
          rows: rows, columns: columns.lowerBound..<columns.upperBound + 1)
      } else {
        lines.driveAmperes[index] = lines.driveAmperes[index].block(
          rows: rows.lowerBound..<rows.upperBound + 1, columns: columns)
      }
      // Bit lines that both planes share collect the currents of both.
      let isShared = layout.sharesBitLines
      if isShared {
        for k in pooled.elements.indices { pooled.elements[k] += toBitLines.elements[k] }
        guard index == planes.count - 1 else { continue }
      }
      let owner = isShared ? layout.planes[0] : geometry
      let terminals = isShared ? planes[0].bitLineTerminals : plane.bitLineTerminals
      lines.bitLineAmperes.append(
        Self.currents(
          owner.bitLines, terminals, into: isShared ? pooled : toBitLines, alongWordLines: false,
          &power, volts
        ).block(rows: rows.lowerBound..<rows.upperBound + 1, columns: columns))
      for (line, terminal) in zip(owner.bitLines, terminals) {
        if case .sense(let k) = line?.source { output[k] = terminal.far - terminal.near }
      }
    }
    self.cells = cells
    self.lines = lines
    outputAmperes = output
    dissipatedWatts = power.dissipated
    sourceWatts = power.delivered
    self.residual = residual
    self.iterations = iterations
    self.sensedError = sensedError
    self.isEliminated = isEliminated
  }

  /// Heat and source power in watts.
  private struct Power {
    var dissipated = 0.0
    var delivered = 0.0

    mutating func addCells(_ plane: Plane, _ geometry: ArrayLayout.Plane) {
      for k in plane.amperes.elements.indices where plane.amperes.elements[k] != 0 {
        dissipated +=
          plane.amperes.elements[k]
          * (plane.driveVolts.elements[k] - plane.bitLineVolts.elements[k])
      }
    }
  }

  /// Adds the currents of shorts to those that enter the lines at each cell.
  private static func addShorts(
    _ geometry: ArrayLayout.Plane, _ plane: Plane, alongWordLines: Bool,
    toBitLines: inout Matrix<Double>, toDriveLines: inout Matrix<Double>, power: inout Power
  ) {
    for short in geometry.shortedCells {
      let (i, j) = (short.wordLine, short.bitLine)
      let drop = plane.driveVolts[i, j] - plane.bitLineVolts[i, j]
      toBitLines[i, j] += drop / short.ohms
      toDriveLines[i, j] -= drop / short.ohms
      power.dissipated += drop * drop / short.ohms
    }
    for short in geometry.shortedLines {
      let (i, j) = (short.wordLine, short.bitLine)
      let (nextI, nextJ) = short.isBitLine || !alongWordLines ? (i, j + 1) : (i + 1, j)
      let volts = short.isBitLine ? plane.bitLineVolts : plane.driveVolts
      let drop = volts[i, j] - volts[nextI, nextJ]
      power.dissipated += drop * drop / short.ohms
      if short.isBitLine {
        toBitLines[i, j] -= drop / short.ohms
        toBitLines[nextI, nextJ] += drop / short.ohms
      } else {
        toDriveLines[i, j] -= drop / short.ohms
        toDriveLines[nextI, nextJ] += drop / short.ohms
      }
    }
  }

  /// Currents along lines, before each place and after the last; `into` enters them there.
  private static func currents(
    _ lines: [WiredLine?], _ terminals: [TerminalAmperes], into entering: Matrix<Double>,
    alongWordLines: Bool, _ power: inout Power, _ volts: [Double]
  ) -> Matrix<Double> {
    var result = Matrix(
      rows: entering.rows + (alongWordLines ? 0 : 1),
      columns: entering.columns + (alongWordLines ? 1 : 0), repeating: 0.0)
    for (index, line) in lines.enumerated() {
      guard let line else { continue }
      let terminal = terminals[index]
      let segments = line.currents(terminal) {
        alongWordLines ? entering[index, $0] : entering[$0, index]
      }
      for (p, amperes) in segments.enumerated() {
        if alongWordLines { result[index, p] = amperes } else { result[p, index] = amperes }
        let inner = p > 0 && p < line.length ? line.ohms(ofSegment: p) : 0
        if inner.isFinite { power.dissipated += inner * amperes * amperes }
      }
      let source = line.source.volts(volts)
      for end in line.terminals {
        let amperes = end.isFar ? terminal.far : terminal.near
        power.dissipated += end.ohms * amperes * amperes
        power.delivered += (end.isFar ? -amperes : amperes) * source
      }
    }
    return result
  }
}

extension WiredLine {
  /// Currents in amperes before each place and after the last, towards the far end.
  ///
  /// Summed from an end without a terminal, where the current is zero: sums of currents of one sign
  /// then keep their digits.
  fileprivate func currents(
    _ terminal: ArraySolution.TerminalAmperes, entering: (Int) -> Double
  ) -> [Double] {
    var segments = [Double](repeating: 0, count: length + 1)
    segments[0] = terminal.near
    segments[length] = terminal.far
    var start = 0
    while start < length {
      // A stretch between interruptions.
      var end = start + 1
      while end < length, ohms(ofSegment: end).isFinite { end += 1 }
      let hasFarEnd = end == length && segments[length] != 0
      if start == 0, segments[0] != 0, !hasFarEnd {
        for p in stride(from: end - 1, to: 0, by: -1) {
          segments[p] = segments[p + 1] - entering(p)
        }
      } else {
        for p in start..<end - 1 { segments[p + 1] = segments[p] + entering(p) }
      }
      start = end
    }
    return segments
  }
}

extension WiredLine.Source {
  /// The voltage of the line's terminals for these inputs.
  func volts(_ inputs: [Double]) -> Double {
    switch self {
    case .input(let input, let sign): sign * inputs[input]
    case .fixed(let volts): volts
    case .sense: 0
    }
  }
}

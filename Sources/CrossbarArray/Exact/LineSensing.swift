/// The lines whose terminal currents are wanted, and what bounds the errors of those currents.
///
/// Voltages that miss Kirchhoff's law by `r` are off by `S⁻¹ r`, and the current of a line by `tᵀ r`
/// with `t` the voltages that 1 V at the line's terminals makes. By Cauchy and Schwarz that is at
/// most `√(tᵀ S t) √(rᵀ S⁻¹ r)`, and `tᵀ S t` at most the conductance `y` between the line's
/// terminals and everything else: `error ≤ √(y rᵀ S⁻¹ r)`. A residual against the input bounds no
/// current: good wires raise it by `1 / √(ohms)` over what reaches a line behind megohms.
struct LineSensing: Sendable {
  /// A line and the conductance that its terminals see at most, in siemens.
  struct Line: Sendable {
    var index: Int
    var siemens: Double
  }

  /// Largest error of a sensed current, relative to it.
  static let tolerance = 1e-8
  /// What a current counts at least, relative to what the line's cells carry at 1 V at most.
  static let cancellation = 1e-5

  /// Bit lines and drive lines.
  var columns: [Line], rows: [Line]

  /// The bit lines `columns` and the drive lines `rows` of a system.
  init(_ system: LineSystem, columns: Range<Int>, rows: Range<Int>) {
    let n = system.columns
    var sums = [Double](repeating: 0, count: n)
    if !columns.isEmpty {
      for row in 0..<system.rows {
        for j in columns { sums[j] += system.cells[row * n + j] }
      }
    }
    self.columns = columns.map {
      let ends = system.columnTerminals[$0]
      return Line(index: $0, siemens: min(ends.near + ends.far, sums[$0]))
    }
    self.rows = rows.map { row in
      let ends = system.rowTerminals[row]
      let cells = system.cells[row * n..<(row + 1) * n].reduce(0, +)
      return Line(index: row, siemens: min(ends.near + ends.far, cells))
    }
  }

  /// Largest error of a current of one lane, relative to it, where `rᵀ S⁻¹ r` is at most `energy`.
  func relativeError<V: LineLanes>(
    _ work: borrowing LineWorkspace<V>, lane: Int, energy: Double
  ) -> Double {
    var worst = 0.0
    for line in columns where line.siemens > 0 {
      worst = max(worst, ratio(line.siemens, work.amperes[line.index][lane: lane]))
    }
    for line in rows where line.siemens > 0 {
      worst = max(worst, ratio(line.siemens, work.rowAmperes[line.index][lane: lane]))
    }
    return worst * energy.squareRoot()
  }

  private func ratio(_ siemens: Double, _ amperes: Double) -> Double {
    siemens.squareRoot() / max(amperes.magnitude, Self.cancellation * siemens)
  }
}

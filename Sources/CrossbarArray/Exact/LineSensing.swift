/// The lines whose terminal currents are wanted, and what bounds the errors of those currents.
///
/// Voltages that miss Kirchhoff's law by `r` are off by `S⁻¹ r`, and the current of a line by `tᵀ r`
/// with `t` the voltages that 1 V at the line's terminals makes. By Cauchy and Schwarz that is at
/// most `√(tᵀ S t) √(rᵀ S⁻¹ r)`, and `tᵀ S t` at most the conductance `y` between the line's
/// terminals and everything else: `error ≤ √(y rᵀ S⁻¹ r)`. A residual against the input bounds no
/// current: good wires raise it by `1 / √(ohms)` over what reaches a line behind megohms.
///
/// Nor is that bound near where rounding is all that is left: voltages rounded to `ε u` leave
/// currents `ε u / ohms` that enter a wire at one node and leave it at the next, of much energy and
/// no effect. But `tᵀ r = (T_u t)ᵀ z` with `z = T_u⁻¹ r`, and `T_u t = G w` where nothing drives,
/// with bit-line voltages `w` from 0 to 1: `error ≤ Σ g |z|` over all cells, plus what the ends of
/// a sensed drive line carry at `|z|`. The lesser of both bounds holds.
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

  /// Largest error of a current of one lane, relative to it, where `rᵀ S⁻¹ r` is at most `energy`
  /// and, if it is known, `shift` what `z` moves.
  func relativeError<V: LineLanes>(
    _ work: borrowing LineWorkspace<V>, lane: Int, energy: Double, shift: LineShift<V>? = nil
  ) -> Double {
    var worst = 0.0
    func note(_ line: Line, _ amperes: Double, _ moved: Double) {
      guard line.siemens > 0 else { return }
      let error = (line.siemens * energy).squareRoot()
      let scale = max(amperes.magnitude, Self.cancellation * line.siemens)
      let relative = (moved < error ? moved : error) / scale
      // Not a number is worst of all.
      if !(relative <= worst) { worst = relative.isNaN ? .infinity : relative }
    }
    let cells = shift?.cells[lane: lane] ?? .infinity
    for line in columns { note(line, work.amperes[line.index][lane: lane], cells) }
    for line in rows {
      let ends = shift?.ends[line.index][lane: lane] ?? 0
      note(line, work.rowAmperes[line.index][lane: lane], cells + ends)
    }
    return worst
  }
}

/// What the voltages `z = T_u⁻¹ r` would move, in amperes: a bound of what `r` does to any terminal.
struct LineShift<V: LineLanes>: Sendable {
  /// `Σ g |z|` over all cells.
  var cells: V
  /// What the terminals of each drive line carry at `|z|`.
  var ends: [V]
}

extension LineSolver {
  /// The shift of the residual in the work arrays, whose `z` is `T_u⁻¹ r`.
  func shift(_ work: borrowing LineWorkspace<V>) -> LineShift<V> {
    let n = system.columns
    var shift = LineShift(cells: V.none, ends: [V](repeating: .none, count: system.rows))
    for row in 0..<system.rows where isOn[row] {
      let (first, ends) = (row * n, system.rowTerminals[row].finite)
      var sum = V.none
      for k in first..<first + n { sum = .fused(C.lanes(cells[k]), work.z[k].magnitude, sum) }
      shift.cells = .fused(gates[row], sum, shift.cells)
      let near = V.all(ends.near) * work.z[first].magnitude
      shift.ends[row] = gates[row] * .fused(.all(ends.far), work.z[first + n - 1].magnitude, near)
    }
    return shift
  }
}

/// The lines whose terminal currents are needed, and the bounds on the errors of those currents.
///
/// Voltages that violate Kirchhoff's law by `r` are off by `S⁻¹ r`, and the current of a line by
/// `tᵀ r`, with `t` the voltages due to 1 V at the line's terminals. By the Cauchy–Schwarz
/// inequality that is at most `√(tᵀ S t) √(rᵀ S⁻¹ r)`, and `tᵀ S t` is at most the conductance `y`
/// between the line's terminals and everything else: `error ≤ √(y rᵀ S⁻¹ r)`. A residual relative
/// to the input bounds no current: good wires raise it by `1 / √(ohms)` over what reaches a line
/// behind megohms.
///
/// That bound is far from tight where only rounding is left: voltages rounded to `ε u` leave
/// currents `ε u / ohms` that enter a wire at one node and leave it at the next, with much energy
/// and no effect. But `tᵀ r = (T_u t)ᵀ z` with `z = T_u⁻¹ r`, and `T_u t = G w` where nothing
/// drives, with bit-line voltages `w` from 0 to 1: `error ≤ Σ g |z|` over all cells, plus the
/// currents at the ends of a sensed drive line at `|z|`. The smaller of the two bounds holds.
struct LineSensing: Sendable {
  /// A line and an upper bound on the conductance seen from its terminals, in siemens.
  struct Line: Sendable {
    var index: Int
    /// One value for all lanes, or one per lane.
    var siemens: [Double]

    func siemens(lane: Int) -> Double { siemens.count == 1 ? siemens[0] : siemens[lane] }
  }

  /// Largest relative error of a sensed current.
  static let tolerance = 1e-8
  /// Smallest reference of a relative error, as a fraction of the line's largest current at 1 V.
  static let cancellation = 1e-5

  /// Bit lines and drive lines.
  var columns: [Line], rows: [Line]
  /// Rounding of the sum of a line's currents, relative to the largest of them.
  private let rounding: Double

  /// The bit lines `columns` and the drive lines `rows` of a system.
  init(_ system: LineSystem, columns: Range<Int>, rows: Range<Int>) {
    let n = system.columns
    rounding = Double(system.rows + n) * .ulpOfOne
    var sums = [Double](repeating: 0, count: n)
    if !columns.isEmpty {
      for row in 0..<system.rows {
        for j in columns { sums[j] += system.cells[row * n + j] }
      }
    }
    self.columns = columns.map {
      let ends = system.columnTerminals[$0]
      return Line(index: $0, siemens: [min(ends.near + ends.far, sums[$0])])
    }
    self.rows = rows.map { row in
      let ends = system.rowTerminals[row]
      let cells = system.cells[row * n..<(row + 1) * n].reduce(0, +)
      return Line(index: row, siemens: [min(ends.near + ends.far, cells)])
    }
  }

  /// The bit lines `columns` of a system whose cells have the conductances `slopes`, different ones
  /// in each lane.
  init<V: LineLanes>(_ system: LineSystem, slopes: [V], columns: Range<Int>) {
    let n = system.columns
    rounding = Double(system.rows + n) * .ulpOfOne
    var sums = [V](repeating: .none, count: n)
    for row in 0..<system.rows {
      for j in columns { sums[j] = sums[j] + slopes[row * n + j] }
    }
    self.columns = columns.map { j in
      let ends = system.columnTerminals[j]
      return Line(
        index: j, siemens: (0..<V.width).map { min(ends.near + ends.far, sums[j][lane: $0]) })
    }
    rows = []
  }

  /// Largest relative error of a current of one lane, for `rᵀ S⁻¹ r` at most `energy` and, if
  /// known, the currents `shift` due to `z`; `beside` are amperes of other errors.
  func relativeError<V: LineLanes>(
    _ work: borrowing LineWorkspace<V>, lane: Int, energy: Double, shift: LineShift<V>? = nil,
    beside: Double = 0
  ) -> Double {
    var worst = rounding
    func note(_ line: Line, _ amperes: Double, _ moved: Double) {
      let siemens = line.siemens(lane: lane)
      guard siemens > 0 else { return }
      let error = (siemens * energy).squareRoot()
      let scale = max(amperes.magnitude, Self.cancellation * siemens)
      let relative = ((moved < error ? moved : error) + beside) / scale
      // NaN is worst of all.
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

/// Currents due to the voltages `z = T_u⁻¹ r`, in amperes: a bound on the effect of `r` on any
/// terminal.
struct LineShift<V: LineLanes>: Sendable {
  /// `Σ g |z|` over all cells.
  var cells: V
  /// Terminal currents of each drive line at `|z|`.
  var ends: [V]
}

extension LineSolver {
  /// The shift of the residual in the work arrays, whose `z` is `T_u⁻¹ r`.
  func shift(_ work: borrowing LineWorkspace<V>) -> LineShift<V> {
    let n = system.columns
    let (z, g) = (work.z.span, cells.span)
    var shift = LineShift(cells: V.none, ends: [V](repeating: .none, count: system.rows))
    for row in 0..<system.rows where isOn[row] {
      let range = row * n..<row * n + n
      let (line, siemens) = (z.extracting(range), g.extracting(range))
      // Four sums, so that none waits for the previous one.
      var (a, b, c, d) = (V.none, V.none, V.none, V.none)
      var j = 0
      while j &+ 3 < n {
        a = .fused(C.lanes(siemens[j]), line[j].magnitude, a)
        b = .fused(C.lanes(siemens[j &+ 1]), line[j &+ 1].magnitude, b)
        c = .fused(C.lanes(siemens[j &+ 2]), line[j &+ 2].magnitude, c)
        d = .fused(C.lanes(siemens[j &+ 3]), line[j &+ 3].magnitude, d)
        j &+= 4
      }
      while j < n {
        a = .fused(C.lanes(siemens[j]), line[j].magnitude, a)
        j &+= 1
      }
      shift.cells = .fused(gates[row], (a + b) + (c + d), shift.cells)
      let ends = system.rowTerminals[row].finite
      let near = V.all(ends.near) * line[0].magnitude
      shift.ends[row] = gates[row] * .fused(.all(ends.far), line[n - 1].magnitude, near)
    }
    return shift
  }
}

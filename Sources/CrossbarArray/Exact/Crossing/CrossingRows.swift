import NumericKernels

/// The source lines of an array and the cells on them, prepared for elimination along each line.
///
/// A selected source line obeys `L u + G (u − w) = drive` with `w` the bit-line voltages at its
/// cells. Seen from cell `j` towards the far end, the line is a conductance `c_j` and a current `F_j`,
///
///     c_j = g_j + t_{j+1} c_{j+1},   F_j = g_j w_j + t_{j+1} F_{j+1},   t_j = 1 / (1 + r c_j),
///
/// with `r` a segment, and then `u_j = t_j (u_{j−1} + r F_j)` from the driver on. All terms are
/// positive: rounding stays relative to each value, however well the wires conduct.
///
/// Columns are dealt to the lanes in runs, so that lane `l` of vector `z` holds column
/// `l · length + z`: elimination runs within lanes, and a short scan joins them.
struct CrossingRows<V: SIMD & Sendable>: Sendable
where V.Scalar: BinaryFloatingPoint & Sendable {
  typealias Scalar = V.Scalar

  let rowCount: Int, columnCount: Int
  /// Vectors of a row.
  let length: Int
  /// Conductances in siemens and factors `t`, `[rows, length]`; padded by cells that do not conduct.
  let siemens: [V], passing: [V]
  /// Product of the factors of each lane, by row.
  let passed: [V]
  let ohmsPerSegment: Scalar
  /// Volts before the first segment: `driven + carried F` with `F` the current that arrives there.
  let driven: [Scalar], carried: [Scalar]
  /// Current of the terminal at the far end into its cell.
  let injected: [Scalar]
  /// Shares `s` of the cells' conductances that stay in the equations of the bit lines.
  let shares: [V]
  /// What the bounds of `CrossingKernel` depend on.
  let bounds: CrossingBounds

  /// Rows of cells `[rows, columns]` in siemens.
  ///
  /// - Parameters:
  ///   - volts: Voltage of each row's source.
  ///   - bend: Largest change of a cell's slope, relative.
  init(_ cells: Matrix<Double>, line: CrossingLine, volts: [Double], bend: Double = 0) {
    (rowCount, columnCount) = (cells.rows, cells.columns)
    let (m, n, width) = (cells.rows, cells.columns, V.scalarCount)
    let length = (n + width - 1) / width
    self.length = length
    ohmsPerSegment = Scalar(line.ohmsPerSegment)
    var siemens = [V](repeating: V(repeating: 0), count: m * length)
    var passing = [V](repeating: V(repeating: 1), count: m * length)
    var passed = [V](repeating: V(repeating: 1), count: m)
    var (driven, carried, injected): ([Scalar], [Scalar], [Scalar]) = ([], [], [])
    var reached: [Double] = []
    reached.reserveCapacity(m * n)
    for row in 0..<m {
      let found = line.eliminate(cells.row(row))
      var products = [Double](repeating: 1, count: width)
      for j in 0..<n {
        siemens[row * length + j % length][j / length] = Scalar(cells[row, j])
        passing[row * length + j % length][j / length] = Scalar(found.passing[j])
        products[j / length] *= found.passing[j]
      }
      for lane in 0..<width { passed[row][lane] = Scalar(products[lane]) }
      driven.append(Scalar(found.driven * volts[row]))
      carried.append(Scalar(found.carried))
      injected.append(Scalar(found.farSiemens * volts[row]))
      reached += found.reached
    }
    let means = (0..<n).map { j in (0..<m).reduce(0) { $0 + reached[$1 * n + j] } / Double(m) }
    // Half of a cell at least: then the iteration cannot diverge.
    let own = means.map { max(0.5, $0) }
    var shares = [V](repeating: V(repeating: 1), count: length)
    for j in 0..<n { shares[j % length][j / length] = Scalar(own[j]) }
    (self.siemens, self.passing, self.passed) = (siemens, passing, passed)
    (self.driven, self.carried, self.shares) = (driven, carried, shares)
    self.injected = injected
    bounds = CrossingBounds(
      cells, reached: reached, shares: own, volts: volts.reduce(0) { max($0, $1.magnitude) },
      bend: bend)
  }
}

/// What relates the last change of the bit-line voltages to the errors of the currents.
///
/// With `u0` the voltage at a cell of a source line whose bit lines are at 0 V, per volt of its
/// source, and `s` the share of the cell in the equations of the bit lines, the iteration
/// `K w' = N w + b` has `|N δ| ≤ g (2 − u0 − s) ‖δ‖` at every cell. The system matrix `A = K − N` is an
/// M-matrix with `A 1 ≥ g u0`, so that the error after a last change `δ` is at most `η ‖δ‖`,
/// `η = max (2 − u0 − s) / u0`, in the largest norm. A bit line's current is a mean of
/// `f = g (u − (1 − s) w) ≥ g s u0 V` with positive weights, which bounds its relative error.
struct CrossingBounds: Sendable, Equatable {
  /// Largest `2 − u0 − s`, and largest ratio of it to `u0`.
  private(set) var coupling = 0.0, amplification = 0.0
  /// Least `s u0`.
  private(set) var least = 1.0
  /// Least `u0`.
  private(set) var leastReached = 1.0
  /// Largest voltage of a source.
  let volts: Double

  /// A cell whose slope changes by up to `bend` of itself couples by as much more.
  init(
    _ cells: Matrix<Double>, reached: [Double], shares: [Double], volts: Double, bend: Double = 0
  ) {
    self.volts = volts
    let n = cells.columns
    for (k, g) in cells.elements.enumerated() where g > 0 {
      let (u, s) = (reached[k], shares[k % n])
      coupling = max(coupling, 2 - u - s + bend)
      amplification = max(amplification, (2 - u - s + bend) / u)
      least = min(least, s * u)
      leastReached = min(leastReached, u)
    }
  }

  /// Bound on the relative error of a current after a largest last change of a bit-line voltage. Where
  /// sources have both signs, relative to the sum of what the word lines contribute.
  func relativeError(afterChange volts: Double) -> Double {
    self.volts > 0 ? coupling * (1 + amplification) / least * volts / self.volts : 0
  }

  /// Bound on the sum of the currents at a node relative to the currents there.
  func residual(afterChange volts: Double) -> Double {
    self.volts > 0 ? coupling / least * volts / self.volts : 0
  }

  /// The change that bounds the relative error of a current.
  func change(forRelativeError error: Double) -> Double {
    let each = coupling * (1 + amplification) / least
    return each > 0 ? error / each * volts : .infinity
  }
}

/// One column of gate-driven cells of any law, in double precision and without any fit: the reference
/// for `NonlinearLadderKernel`, and the judge of arrays that no circuit simulator can hold.
///
/// The walk of `LadderKernel` with the cell's own current, from a guess `y₀` of the voltage at the
/// topmost cell:
///
///     y ← y + r i,   i ← i + c(y)          and their slopes against y₀
///
/// It is the exact solution for the drive voltage that it ends with. Newton's method on `y₀`, kept
/// inside a bracket, makes that voltage the read voltage `V`.
struct ShootingColumn {
  let path: CellPath
  /// Conductances of the selected cells in the order of the walk; negative ones are of interleaved
  /// pairs and empty without them.
  let positive: [Double], negative: [Double]
  /// Wire before each cell, and behind the last one with the terminals, in ohms.
  let ohms: [Double], endOhms: Double

  /// The end of a walk.
  struct End {
    /// Voltage and its slope against the guess.
    var volts: Double, slope: Double
    /// Sensed current and its slope against the guess.
    var amperes: Double, siemens: Double
  }

  /// A solution.
  struct Solution {
    /// Voltage at the topmost cell, and the sensed current.
    var topVolts: Double, amperes: Double
    /// Steps of Newton's method, and the drive voltage that was missed over the one wanted.
    var steps: Int, residual: Double
    /// Whether the last step was below the rounding of the voltage.
    var isConverged: Bool
  }

  /// Walks down from `top` volts; `visit` sees the voltage at each cell.
  func walk(from top: Double, visit: (Int, Double) -> Void = { _, _ in }) -> End {
    var (y, i, dy, di) = (top, 0.0, 1.0, 0.0)
    for k in positive.indices {
      y += ohms[k] * i
      dy += ohms[k] * di
      // The guess was too far off: the sign says to which side.
      guard y.isFinite else {
        return End(volts: y, slope: .infinity, amperes: i, siemens: di)
      }
      visit(k, y)
      let cell = path.tangent(y, siemens: positive[k])
      i += cell.amperes
      di += cell.siemens * dy
      guard !negative.isEmpty else { continue }
      let other = path.tangent(y, siemens: negative[k], isNegative: true)
      i += other.amperes
      di += other.siemens * dy
    }
    return End(
      volts: y + endOhms * i, slope: dy + endOhms * di, amperes: i, siemens: di)
  }

  /// The solution at the read voltage.
  func solve() -> Solution {
    let volts = path.volts
    let isPaired = !negative.isEmpty
    var (low, high) = (0.0, isPaired ? 2 * volts : volts)
    var top = isPaired ? volts : linearTop
    var missed = Double.infinity
    for step in 1...400 {
      let end = walk(from: top)
      let excess = end.volts - volts
      missed = excess.magnitude / volts
      if excess < 0 { low = max(low, top) } else { high = min(high, top) }
      let change = -excess / end.slope
      // A walk that overflowed has no step.
      if change.isFinite, change.magnitude <= 4 * top.ulp {
        return Solution(
          topVolts: top, amperes: end.amperes + end.siemens * change, steps: step,
          residual: missed, isConverged: true)
      }
      var next = top + change
      if !(next > low && next < high) {
        next = isPaired || low > 0 ? low + (high - low) / 2 : high / 16
        // Nothing lies between the ends of the bracket.
        if next <= low || next >= high || high - low <= 4 * high.ulp {
          return Solution(
            topVolts: top, amperes: end.amperes, steps: step, residual: missed,
            isConverged: missed < 1e-9)
        }
      }
      top = next
    }
    return Solution(
      topVolts: top, amperes: walk(from: top).amperes, steps: 400, residual: missed,
      isConverged: false)
  }

  /// Voltage at the topmost cell if cells were resistors with their current at the read voltage.
  private var linearTop: Double {
    var (v, i) = (1.0, 0.0)
    for k in positive.indices {
      v += ohms[k] * i
      i += path.tangent(path.volts, siemens: positive[k]).amperes / path.volts * v
    }
    let end = v + endOhms * i
    return end.isFinite ? path.volts / end : path.volts / 2
  }
}

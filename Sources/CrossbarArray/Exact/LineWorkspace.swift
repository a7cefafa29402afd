/// Work arrays of a solve, kept from one batch of lanes to the next.
///
/// Four values per cell and vector. `z` also stores the half-eliminated bit lines: a row of one is
/// needed only until the row of the other is written.
struct LineWorkspace<V: LineLanes>: Sendable {
  /// Voltages of the drive lines; residual, preconditioned residual and direction. At least one
  /// value per cell.
  var u: [V], r: [V], z: [V], p: [V]
  /// Values of one row: bit-line voltages, line currents (one more than cells) and sums for
  /// energies.
  var line: [V] = [], flow: [V] = [], energy: [V] = []
  /// Half-eliminated drive lines, of the current row and the previous one.
  var half: [V] = [], otherHalf: [V] = []
  /// Amperes into the terminals of each drive line.
  var rowAmperes: [V] = []
  /// Sensed currents by bit line; voltages at the last position of the bit lines.
  var amperes: [V] = [], last: [V] = []

  init(_ system: LineSystem) {
    func values() -> [V] { [V](repeating: .none, count: system.cells.count) }
    (u, r, z, p) = (values(), values(), values(), values())
    fitLines(system)
  }

  /// Clears and resizes everything that is smaller than the array.
  mutating func fitLines(_ system: LineSystem) {
    let row = [V](repeating: .none, count: system.columns)
    (line, flow, energy, amperes, last) = (row, row + [.none], row, row, row)
    (half, otherHalf) = (row, row)
    rowAmperes = [V](repeating: .none, count: system.rows)
  }
}

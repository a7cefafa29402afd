/// Work arrays of a solve, kept from one batch of lanes to the next.
///
/// Four values per cell and vector. `z` doubles as the store of the half-eliminated bit lines: a row
/// of one is needed only until the row of the other is written.
struct LineWorkspace<V: LineLanes> {
  /// Voltages of the drive lines; residual, preconditioned residual and direction.
  var u: [V], r: [V], z: [V], p: [V]
  /// Values of one row: bit-line voltages, line currents (one more than cells) and sums for energies.
  var line: [V], flow: [V], energy: [V]
  /// Amperes into the terminals of each drive line.
  var rowAmperes: [V]
  /// Sensed currents by bit line; voltages at the last position of the bit lines.
  var amperes: [V], last: [V]

  init(_ system: LineSystem) {
    func values(_ count: Int) -> [V] { [V](repeating: .none, count: count) }
    let (cells, n) = (system.cells.count, system.columns)
    (u, r, z, p) = (values(cells), values(cells), values(cells), values(cells))
    (line, flow, energy) = (values(n), values(n + 1), values(n))
    rowAmperes = values(system.rows)
    (amperes, last) = (values(n), values(n))
  }
}

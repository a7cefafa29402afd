/// Current of the cells of a column against the one voltage that decides it.
///
/// The lines of a column carry the same current, so their drops share one resistance. With `y` volts
/// left between them of the read voltage `V`, the bit line is at `w = (1 − α) (V − y)` and the source
/// line at `w + y`, where `α` is the source line's share of the resistance. Negative cells of
/// interleaved pairs are on ideal rails at `−V`: they see `y − 2V`, and the currents of both add.
struct CellPath: Sendable {
  /// Law of the cells.
  let law: any CurrentVoltageLaw
  /// Read voltage `V`.
  let volts: Double
  /// `α`.
  let sourceShare: Double
  /// Curves against `y` that stand in for the law; `nil` for the law.
  var curves: CompactTable?

  /// Current into the bit line and its slope against `y`, of a positive or negative cell.
  @inline(__always)
  func tangent(
    _ y: Double, siemens: Double, isNegative: Bool = false
  ) -> (amperes: Double, siemens: Double) {
    guard siemens > 0 else { return (0, 0) }
    if let curves { return curves.value(at: y, siemens: siemens) }
    let cell = law.tangent(
      isNegative ? y - 2 * volts : y, bitLine: (1 - sourceShare) * (volts - y), siemens: siemens)
    return (cell.amperes, cell.siemens - (1 - sourceShare) * cell.bitLineSiemens)
  }
}

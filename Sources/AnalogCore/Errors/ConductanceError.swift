import Units

/// How conductances miss their values: when they are written (programming error, once per cell) or
/// when they are read (read noise, once per read). Normal with the stated deviation.
public enum ConductanceError: Sendable, Equatable {
  /// Cells hold exactly what they were told.
  case none
  /// `G' = G + N(0, (α (G_on − G_off))²)`.
  case stateIndependent(alpha: Double)
  /// `G' = G (1 + N(0, α²))`.
  case stateProportional(alpha: Double)
  /// `G' = G + m(G) + N(0, σ(G)²)`, mean shift and deviation from a table.
  case table(StateTable)

  /// Mean shift and standard deviation in siemens of a cell that is told `target`, before any limit.
  public func statistics(
    of target: Double, cell: CellSpecification
  ) -> (shift: Double, deviation: Double) {
    switch self {
    case .none: return (0, 0)
    case .stateIndependent(let alpha):
      return (0, alpha * (cell.onConductance.value - cell.offConductance.value))
    case .stateProportional(let alpha): return (0, alpha * target)
    case .table(let table):
      let scale = table.scale(for: cell)
      let (mean, deviation) = table.statistics(at: target * scale)
      return (mean / scale, deviation / scale)
    }
  }

  /// The conductance in siemens of a cell that is told `target` and draws `normal`, before any
  /// limit.
  func disturbed(_ target: Double, cell: CellSpecification, normal: Double) -> Double {
    if case .none = self { return target }
    let (shift, deviation) = statistics(of: target, cell: cell)
    return target + (shift + deviation * normal)
  }
}

/// Where conductances that miss their targets are cut off.
public enum ConductanceLimits: String, Sendable, Equatable, Codable, CaseIterable {
  /// At the ends of the cell's range: writing stops there.
  case cellRange
  /// At zero: what a passive device can be.
  case positive
  /// Nowhere; negative conductances, which no circuit solver takes, serve comparisons only.
  case unlimited

  /// `conductance` within these limits.
  public func limited(_ conductance: Double, cell: CellSpecification) -> Double {
    switch self {
    case .cellRange:
      min(max(conductance, cell.offConductance.value), cell.onConductance.value)
    case .positive: max(conductance, 0)
    case .unlimited: conductance
    }
  }
}

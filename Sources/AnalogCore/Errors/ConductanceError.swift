import Units

/// Deviation of conductances from their values when they are written (programming error, once per
/// cell) or read (read noise, once per read). Normal with the given standard deviation, unless
/// `CellErrors` says otherwise.
public enum ConductanceError: Sendable, Equatable {
  /// Cells hold exactly their targets.
  case none
  /// `G' = G + N(0, (α (G_on − G_off))²)`.
  case stateIndependent(alpha: Double)
  /// `G' = G (1 + N(0, α²))`.
  case stateProportional(alpha: Double)
  /// `G' = G + N(0, (α G_on² / G)²)`: α of the largest conductance at the largest conductance, more
  /// in proportion to how little a cell conducts, nothing in a cell that does not conduct.
  case stateInverse(alpha: Double)
  /// `G' = G + m(G) + N(0, σ(G)²)`, mean shift and deviation from a table.
  case table(StateTable)

  /// Mean shift and standard deviation in siemens of a cell programmed to `target`, before any
  /// limit.
  public func statistics(
    of target: Double, cell: CellSpecification
  ) -> (shift: Double, deviation: Double) {
    switch self {
    case .none: return (0, 0)
    case .stateIndependent(let alpha):
      return (0, alpha * (cell.onConductance.value - cell.offConductance.value))
    case .stateProportional(let alpha): return (0, alpha * target)
    case .stateInverse(let alpha):
      let on = cell.onConductance.value
      return (0, target > 0 ? alpha * on * (on / target) : 0)
    case .table(let table):
      let scale = table.scale(for: cell)
      let (mean, deviation) = table.statistics(at: target * scale)
      return (mean / scale, deviation / scale)
    }
  }

  /// The conductance in siemens of a cell programmed to `target` that draws `variate`, of zero mean
  /// and unit deviation, before any limit.
  func disturbed(_ target: Double, cell: CellSpecification, variate: Double) -> Double {
    if case .none = self { return target }
    let (shift, deviation) = statistics(of: target, cell: cell)
    return target + (shift + deviation * variate)
  }
}

/// Distribution of an error with a given standard deviation.
public enum ErrorDistribution: String, Sendable, Equatable, Codable, CaseIterable {
  /// Normal.
  case normal
  /// Uniform, within √3 deviations on both sides.
  case uniform
}

/// Limits on conductances that miss their targets.
public enum ConductanceLimits: String, Sendable, Equatable, Codable, CaseIterable {
  /// The ends of the cell's range: programming stops there.
  case cellRange
  /// Zero: a passive device conducts no less.
  case positive
  /// None; negative conductances, which no circuit has, serve comparisons without wires only.
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

import Units

/// Mean and deviation of a quantity as a function of cell state, at measured points; linear between
/// them, constant beyond the first and the last.
public struct StateTable: Sendable, Equatable {
  /// How the state of a cell is expressed.
  public enum State: String, Sendable, Equatable, Codable, CaseIterable {
    /// Its conductance in siemens.
    case siemens
    /// Its read current in amperes.
    case amperes
    /// Its conductance over the largest one of the cell's range.
    case relative
  }

  /// A fault in the points of a table.
  public struct Fault: Error, Equatable {
    /// Index of the point at fault.
    public var point: Int
    /// The problem.
    public var reason: String
  }

  /// The quantity in which `states` are given.
  public let state: State
  /// The points, increasing.
  public let states: [Double]
  /// Mean at each point.
  public let means: [Double]
  /// Standard deviation at each point, at least zero.
  public let deviations: [Double]

  /// A table of at least one point; all three arrays have the same count.
  public init(
    state: State, states: [Double], means: [Double], deviations: [Double]
  ) throws(Fault) {
    precondition(
      states.count == means.count && states.count == deviations.count, "columns differ in length")
    guard !states.isEmpty else { throw Fault(point: 0, reason: "the table has no points") }
    for k in states.indices {
      guard states[k].isFinite, means[k].isFinite, deviations[k].isFinite else {
        throw Fault(point: k, reason: "a value is not finite")
      }
      guard states[k] >= 0 else { throw Fault(point: k, reason: "a state is negative") }
      guard k == 0 || states[k] > states[k - 1] else {
        throw Fault(point: k, reason: "states do not increase")
      }
      guard deviations[k] >= 0 else { throw Fault(point: k, reason: "a deviation is negative") }
    }
    self.state = state
    self.states = states
    self.means = means
    self.deviations = deviations
  }

  /// Mean and deviation at `x`, in the units of the table.
  public func statistics(at x: Double) -> (mean: Double, deviation: Double) {
    var (low, high) = (0, states.count - 1)
    if x <= states[low] { return (means[low], deviations[low]) }
    if x >= states[high] { return (means[high], deviations[high]) }
    while high - low > 1 {
      let middle = (low + high) / 2
      if states[middle] <= x { low = middle } else { high = middle }
    }
    let t = (x - states[low]) / (states[high] - states[low])
    return (
      means[low] + t * (means[high] - means[low]),
      deviations[low] + t * (deviations[high] - deviations[low])
    )
  }

  /// Means and deviations a part of the way to those of a table with the same states.
  func mixed(with other: StateTable, part: Double) -> StateTable {
    func mix(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map { $0 + part * ($1 - $0) } }
    return StateTable(
      self, means: mix(means, other.means), deviations: mix(deviations, other.deviations))
  }

  /// Other means and deviations, at least zero, at the same states.
  private init(_ table: StateTable, means: [Double], deviations: [Double]) {
    (state, states) = (table.state, table.states)
    (self.means, self.deviations) = (means, deviations)
  }

  /// Table units per siemens, for cells of this kind.
  public func scale(for cell: CellSpecification) -> Double {
    switch state {
    case .siemens: 1
    case .amperes: cell.readVoltage.value
    case .relative: 1 / cell.onConductance.value
    }
  }

  /// Whether the table's points span the cell's range.
  public func covers(_ cell: CellSpecification) -> Bool {
    let scale = scale(for: cell)
    let slack = 1e-9 * states[states.count - 1]
    return cell.offConductance.value * scale >= states[0] - slack
      && cell.onConductance.value * scale <= states[states.count - 1] + slack
  }
}

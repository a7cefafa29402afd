import Foundation
import Units

/// Change of conductances by reads, each of which moves the state of a cell a little.
///
/// With the mean shift `m(G)` and its deviation `σ(G)` per read, piecewise linear between the points
/// of a table, the conductance after n reads solves `dG/dn = m(G) + z σ(G)`, `G(0)` being what the
/// cell held: to first order `G + n m(G)`, while many reads follow the state as it moves. One `z` per
/// cell makes cells that shift more in one read do so in all; deviations that are independent from
/// read to read add `√n σ(G) z` to the solution without them.
public struct ReadDisturb: Sendable, Equatable {
  /// What the deviation of a shift is between.
  public enum Spread: String, Sendable, Equatable, Codable, CaseIterable {
    /// Cells: it grows in proportion to the reads.
    case betweenCells
    /// Reads of a cell: it grows with the square root of their number.
    case betweenReads
  }

  /// Mean shift and deviation per read.
  public private(set) var table: Table
  /// Reads of every cell before its use, at least 0.
  public var reads: Double
  /// Voltage of those reads; `nil` for the read voltage of the cells.
  public var volts: Double?
  public var spread: Spread

  /// The shifts of a table by a finite number of reads.
  public init(
    table: Table, reads: Double, volts: Double? = nil, spread: Spread = .betweenCells
  ) {
    precondition(reads >= 0 && reads.isFinite, "reads are a number")
    (self.table, self.reads, self.volts, self.spread) = (table, reads, volts, spread)
  }

  /// The same with its table at the voltage at which cells of this kind are read.
  func resolved(for cell: CellSpecification) -> ReadDisturb {
    var resolved = self
    resolved.table = Table(table.states(at: volts ?? cell.readVoltage.value))
    return resolved
  }

  /// The conductance in siemens of a cell that held `siemens`, within `limits`; a cell that was outside
  /// gets no farther. Cells that do not conduct are not disturbed. Resolved before.
  func disturbed(
    _ siemens: Double, cell: CellSpecification, limits: ConductanceLimits, normal: Double
  ) -> Double {
    guard siemens != 0, reads > 0 else { return siemens }
    let moved: Double
    switch spread {
    case .betweenCells: moved = moving(siemens, normal)
    case .betweenReads:
      let deviation = table.byVoltage[0].statistics(at: siemens).deviation
      moved = moving(siemens, 0) + reads.squareRoot() * deviation * normal
    }
    let limited = limits.limited(moved, cell: cell)
    return limited > moved ? min(limited, max(siemens, moved)) : max(limited, min(siemens, moved))
  }

  /// Solves `dG/dn = m(G) + z σ(G)` over all reads, from one point of the table to the next.
  private func moving(_ siemens: Double, _ z: Double) -> Double {
    let table = table.byVoltage[0]
    /// Constant beyond the points.
    func rate(_ g: Double) -> Double {
      let (mean, deviation) = table.statistics(at: g)
      return mean + z * deviation
    }
    var (g, left) = (siemens, reads)
    let rises = rate(g) > 0
    while left > 0 {
      let here = rate(g)
      let ahead = rises ? table.states.first { $0 > g } : table.states.last { $0 < g }
      guard here != 0, let next = ahead else { return g + here * left }
      // Between two points the rate is a straight line, G an exponential of the reads; a rate that
      // vanishes before the next point is an equilibrium, which is never reached.
      let change = (rate(next) - here) / here
      let straight = (next - g) / here
      let needed =
        change > -1 ? straight * (change == 0 ? 1 : log1p(change) / change) : .infinity
      if needed >= left {
        let exponent = change / straight * left
        let end = g + here * left * (exponent == 0 ? 1 : expm1(exponent) / exponent)
        return rises ? min(end, next) : max(end, next)
      }
      (g, left) = (next, left - needed)
    }
    return g
  }
}

extension ReadDisturb {
  /// Mean shift and deviation per read against conductance, at one or several read voltages, between
  /// which they are linear.
  public struct Table: Sendable, Equatable {
    /// Voltages, increasing; empty for a table of the voltage at which cells are read, whatever it is.
    public let volts: [Double]
    /// The table at each voltage, in siemens, all with the same states.
    public let byVoltage: [StateTable]

    /// A table of any voltage.
    public init(_ table: StateTable) {
      precondition(table.state == .siemens, "states are conductances")
      (volts, byVoltage) = ([], [table])
    }

    /// Tables of increasing voltages, with the same states.
    public init(volts: [Double], _ tables: [StateTable]) {
      precondition(!volts.isEmpty && volts.count == tables.count, "a table for each voltage")
      precondition(
        tables.allSatisfy { $0.state == .siemens && $0.states == tables[0].states },
        "tables differ in their states")
      precondition(zip(volts, volts.dropFirst()).allSatisfy(<), "voltages increase")
      (self.volts, byVoltage) = (volts, tables)
    }

    /// Whether a voltage lies within those of the table, up to rounding.
    public func covers(volts v: Double) -> Bool {
      guard let first = volts.first, let last = volts.last else { return true }
      let slack = 1e-9 * max(first.magnitude, last.magnitude)
      return v >= first - slack && v <= last + slack
    }

    /// The table at a voltage; at those beyond its own, that of the nearest.
    func states(at v: Double) -> StateTable {
      guard let above = volts.firstIndex(where: { $0 >= v }) else {
        return byVoltage[byVoltage.count - 1]
      }
      guard above > 0 else { return byVoltage[0] }
      let t = (v - volts[above - 1]) / (volts[above] - volts[above - 1])
      return byVoltage[above - 1].mixed(with: byVoltage[above], part: t)
    }
  }
}

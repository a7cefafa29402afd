import Configuration
import Energy
import Experiments

/// Tables of energy, time and area.
enum EnergyTables {
  /// Columns of one cost.
  static let columns: [Table.Column] = [
    .number("energy"), .number("per operation", unit: "fJ"), .number("TOPS/W"),
    .number("time"), .number("interval"), .number("area", unit: "mm²"), .number("arrays"),
  ]

  /// Cells of these columns.
  static func cells(_ cost: NetworkCost) -> [String] {
    [
      NumberFormat.engineering(cost.joules, unit: "J"),
      cost.joulesPerOperation.map { NumberFormat.significant($0 * 1e15) } ?? "–",
      cost.teraOperationsPerJoule.map { NumberFormat.significant($0) } ?? "–",
      NumberFormat.engineering(cost.seconds, unit: "s"),
      NumberFormat.engineering(cost.intervalSeconds, unit: "s"),
      NumberFormat.significant(cost.areaSquareMicrometers * 1e-6), "\(cost.arrays)",
    ]
  }

  /// One row per cell of a study; `nil` where costs are not asked for.
  static func summary(_ study: ReportedStudy) -> Table? {
    guard study.cells.contains(where: { $0.cost != nil }) else { return nil }
    var table = Table(study.axes.map(\.column) + columns)
    for cell in study.cells {
      guard let cost = cell.cost else { continue }
      table.append(zip(study.axes, cell.values).map { $0.cell($1) } + cells(cost))
    }
    return table
  }

  /// What the numbers mean and what they leave out.
  static func explanation(_ study: ReportedStudy) -> String {
    let missing = study.cells.compactMap(\.cost).first?.missing ?? []
    return
      "Counts of the run times the numbers of a component table; two operations per multiply-add. "
      + "The energy of arrays is voltage times current times time at their terminals. The arrays of a "
      + "layer work at once, its input vectors one after the other, and layers one after the other; the "
      + "interval is that between images if every layer works on one of its own."
      + (missing.isEmpty
        ? "" : " Not in the table, hence left out: \(missing.map(\.name).joined(separator: ", ")).")
  }

  /// Energy and area by component at the shown cell, with the source of the numbers.
  static func components(_ study: ReportedStudy) -> Table? {
    guard let cell = EnergyFigures(study).shown, let cost = cell.cost,
      let record = cell.samples.first?.record
    else { return nil }
    var table = Table([
      .text("component"), .number("energy"), .number("share", unit: "%"),
      .number("area", unit: "mm²"),
      .number("share", unit: "%"), .text("source"),
    ])
    func percent(_ part: Double, _ whole: Double) -> String {
      whole > 0 ? NumberFormat.fixed(100 * part / whole, digits: 1) : "–"
    }
    for component in EnergyComponent.allCases where !cost.missing.contains(component) {
      let (joules, area) = (cost.joules(of: component), cost.area(of: component))
      table.append([
        component.name, NumberFormat.engineering(joules, unit: "J"), percent(joules, cost.joules),
        NumberFormat.significant(area * 1e-6), percent(area, cost.areaSquareMicrometers),
        record.configuration.word("energy.\(component.row).source") ?? "–",
      ])
    }
    return table
  }
}

extension EnergyComponent {
  /// The row of the table that its numbers are in.
  fileprivate var row: String {
    switch self {
    case .array: "cells"
    case .wordLineDrivers: "wordLines"
    case .integrators: "integration"
    case .offsetRemoval: "adders"
    case .inputAccumulation, .converters, .shiftAdd, .adders, .gains, .buffers, .idle: rawValue
    }
  }
}

extension ReportedStudy.Cell {
  /// Cost of its first sample: seeds change the energy of arrays a little, and nothing else.
  var cost: NetworkCost? { samples.lazy.compactMap(\.point.cost).first }
}

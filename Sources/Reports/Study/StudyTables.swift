import Experiments
import Inference

/// Tables of a study.
struct StudyTables {
  private let study: ReportedStudy

  init(_ study: ReportedStudy) { self.study = study }

  /// One row per cell: the figure of the digital networks and of each path, and the difference to
  /// the exact integers, with 95 % intervals.
  var figures: Table {
    let figure = study.figure
    let integer = study.first.integerLabel
    let hasIdeal = study.cells.contains { $0.samples.contains { $0.ideal != nil } }
    let seeds = study.cells.map { Set($0.samples.map(\.seed)).count }.max() ?? 1
    let axes = study.axes.flatMap { quantity in
      [quantity.column] + (quantity.normalizedSymbol.map { [.number($0)] } ?? [])
    }
    let isTask = study.first.task != "none"
    let differenceUnit = figure.unit == "%" ? "points" : figure.unit
    var table = Table(
      axes
        + [.number("on arrays", unit: figure.unit), .number("95 % interval", unit: figure.unit)]
        + (isTask ? [.number("less \(integer)", unit: differenceUnit)] : [])
        + [.number("float", unit: figure.unit), .number(integer, unit: figure.unit)]
        + (hasIdeal ? [.number("ideal", unit: figure.unit)] : [])
        + (seeds > 1 ? [.number("seeds")] : []))
    for cell in study.cells {
      let place = zip(study.axes, cell.values).flatMap { quantity, reading in
        [quantity.cell(reading)]
          + (quantity.normalizedSymbol == nil ? [] : [quantity.normalizedCell(reading)])
      }
      let own = study.estimate(cell) { $0.own }
      let interval = own?.interval.map {
        "\(text($0.lowerBound)) … \(text($0.upperBound))"
      }
      let difference = study.difference(cell).map { difference in
        let half = difference.interval.map { ($0.upperBound - $0.lowerBound) / 2 }
        return text(difference.value) + (half.map { " ± \(text($0))" } ?? "")
      }
      table.append(
        place
          + [own.map { text($0.value) } ?? "–", interval ?? "–"]
          + (isTask ? [difference ?? "–"] : [])
          + [value(cell) { $0.record.digitalFloat }, value(cell) { $0.integer }]
          + (hasIdeal ? [value(cell) { $0.ideal }] : [])
          + (seeds > 1 ? ["\(Set(cell.samples.map(\.seed)).count)"] : []))
    }
    return table.droppingEmptyColumns
  }

  private func value(
    _ cell: ReportedStudy.Cell,
    _ result: (ReportedStudy.Sample) -> ExperimentRecord.RunResult?
  ) -> String {
    study.estimate(cell, result).map { text($0.value) } ?? "–"
  }

  private func text(_ value: Double) -> String {
    study.figure.unit == "%" && study.first.task != "none"
      ? NumberFormat.fixed(value, digits: 2) : NumberFormat.significant(value, digits: 4)
  }

  /// One row per layer; what its wires take, and how exact it is, at each of the points shown.
  var layers: Table? {
    let cells = LayerFigures(study).shownCells(limit: 6)
    guard let layers = cells.first?.samples.first?.point.layers, !layers.isEmpty else {
      return nil
    }
    /// One measure at all points that know it.
    func measure(
      _ title: String, unit: String = "",
      _ text: (ExperimentRecord.Point, _ row: Int) -> String?
    ) -> [(column: Table.Column, texts: [String?])] {
      let all = cells.map { cell in
        var column = Table.Column.number(title, unit: unit)
        if !study.axes.isEmpty {
          column = .number(study.place(of: cell, isShort: true))
          column.group = unit.isEmpty ? title : "\(title) (\(unit))"
        }
        let texts = layers.enumerated().map { row, layer -> String? in
          guard let point = cell.samples.first?.point, point.layers.indices.contains(row),
            point.layers[row].name == layer.name
          else { return nil }
          return text(point, row)
        }
        return (column: column, texts: texts)
      }
      let known = all.filter { $0.texts.contains { $0 != nil } }
      return known.isEmpty && study.axes.isEmpty ? all : known
    }
    func decibels(
      _ title: String, _ path: KeyPath<LayerFidelity, Double?>
    ) -> [(column: Table.Column, texts: [String?])] {
      measure(title, unit: "dB") { point, row in
        guard point.fidelity.indices.contains(row) else { return nil }
        return point.fidelity[row][keyPath: path].map { NumberFormat.fixed($0, digits: 1) }
      }
    }
    let measures =
      measure("current lost") { $0.layers[$1].meanDrop.map { NumberFormat.finePercent($0) } }
      + decibels("own SNR", \.ownDecibels) + decibels("SNR so far", \.reachedDecibels)
    var table = Table(
      [.text("layer"), .text("operator"), .number("matrix"), .number("tiles"), .number("used")]
        + measures.map(\.column))
    for (row, layer) in layers.enumerated() {
      table.append(
        [
          layer.name, layer.operatorName, "\(layer.inputs) × \(layer.outputs)", "\(layer.tiles)",
          NumberFormat.percent(layer.utilization, decimals: 0),
        ] + measures.map { $0.texts[row] ?? "–" })
    }
    return table
  }
}

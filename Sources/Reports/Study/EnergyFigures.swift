import Energy
import Experiments

/// Figures of energy by component and of accuracy against energy.
struct EnergyFigures {
  private let study: ReportedStudy
  /// Cells and layers that bars are drawn of at most.
  private static let barLimit = 60

  init(_ study: ReportedStudy) { self.study = study }

  /// The cell whose layers are shown: the worst one, or the first with a cost.
  var shown: ReportedStudy.Cell? {
    study.worst.flatMap { $0.cost == nil ? nil : $0 } ?? study.cells.first { $0.cost != nil }
  }

  private var costs: [(cell: ReportedStudy.Cell, cost: NetworkCost)] {
    study.cells.compactMap { cell in cell.cost.map { (cell, $0) } }
  }

  private var samples: String { NumberFormat.count(study.first.imageCount, "image") }

  // MARK: Bars

  /// Energy of one inference by component, a bar for each cell.
  var ofCells: Figure? {
    let all = costs
    guard all.count > 1, all.count <= Self.barLimit else { return nil }
    return bars(
      title: "Energy of one inference, by component",
      axis: study.axes.map(\.symbol).joined(separator: ", "),
      names: all.map { pair in
        zip(study.axes, pair.cell.values).map { $0.cell($1) }.joined(separator: ", ")
      }, caption: "",
      joules: all.map { pair in { pair.cost.joules(of: $0) } })
  }

  /// Energy of one inference by component, a bar for each layer.
  var ofLayers: Figure? {
    guard let cell = shown, let cost = cell.cost else { return nil }
    // Of many layers those that take most, in the order of execution.
    let largest = cost.layers.indices.sorted {
      (-cost.layers[$0].totalJoules, $0) < (-cost.layers[$1].totalJoules, $1)
    }.prefix(Self.barLimit).sorted()
    let layers = largest.map { cost.layers[$0] }
    return bars(
      title: "Energy of one inference, by layer", axis: "layer", names: layers.map(\.name),
      caption: (study.axes.isEmpty ? "" : "At \(study.place(of: cell)). ")
        + (layers.count < cost.layers.count
          ? "The \(layers.count) of \(cost.layers.count) layers that take most." : ""),
      joules: layers.map { layer in { layer.joules[$0] ?? 0 } })
  }

  private func bars(
    title: String, axis: String, names: [String], caption: String,
    joules: [(EnergyComponent) -> Double]
  ) -> Figure {
    let components = EnergyComponent.allCases
    let total = joules.map { own in components.reduce(0) { $0 + own($1) } }.max() ?? 0
    let (factor, unit) = Self.scale(total)
    // One color for a component, whichever figure it is in.
    let counted = components.filter { component in
      costs.contains { $0.cost.joules(of: component) > 0 }
    }
    return Figure(
      title: title, caption: caption.trimmingSuffix(while: { $0 == " " }), samples: samples,
      content: .plot(
        LinePlot(
          xAxis: FigureAxis(axis, scale: .categories(names)),
          yAxis: FigureAxis("energy", unit: unit),
          series: components.compactMap { component in
            let values = joules.map { $0(component) }
            guard values.contains(where: { $0 > 1e-3 * total }) else { return nil }
            var series = LinePlot.Series(
              component.name,
              values.enumerated().map { LinePlot.Point(Double($0.offset), factor * $0.element) },
              style: .stackedBars)
            series.color = counted.firstIndex(of: component)
            return series
          })))
  }

  /// The factor and the unit in which `joules` is between 1 and 1000.
  private static func scale(_ joules: Double) -> (factor: Double, unit: String) {
    let steps = [(1.0, "J"), (1e3, "mJ"), (1e6, "µJ"), (1e9, "nJ"), (1e12, "pJ")]
    return steps.first { joules * $0.0 >= 1 } ?? steps[steps.count - 1]
  }

  // MARK: Accuracy against energy

  /// The task's figure against the energy of an operation, with the points that no other beats in
  /// both.
  var front: Figure? {
    let points = costs.compactMap { cell, cost -> (x: Double, place: String, own: Estimate)? in
      guard let joules = cost.joulesPerOperation, joules > 0,
        let own = study.estimate(cell, { $0.own })
      else { return nil }
      return (joules * 1e15, study.place(of: cell, isShort: true), own)
    }
    // Designs of one cost make no front: wires change the energy of arrays a little.
    guard let low = points.map(\.x).min(), let high = points.map(\.x).max(), high > 1.02 * low
    else { return nil }
    let front = Self.front(
      points.map { (cost: $0.x, value: $0.own.value) }, isBetterHigh: study.figure.isBetterHigh)
    let best = front.map { points[$0] }
    let limits = low / 1.3...high * 1.3
    func point(
      _ own: (x: Double, place: String, own: Estimate), label: String = ""
    ) -> LinePlot.Point {
      LinePlot.Point(own.x, own.own.value, interval: own.own.interval, label: label)
    }
    // Places are long: numbers stand at the points, and the caption says what they are.
    let numbers = best.indices.map { best.count > 1 ? "\($0 + 1)" : "" }
    let others = points.indices.filter { !front.contains($0) }.map { points[$0] }
    return Figure(
      title: "\(study.figure.name) against energy",
      caption: "The line joins the points that no other one beats in both: "
        + zip(numbers, best).map { $0.isEmpty ? $1.place : "(\($0)) \($1.place)" }
        .joined(separator: "; ") + ". Bars: 95 % intervals.",
      samples: samples,
      content: .plot(
        LinePlot(
          xAxis: FigureAxis(
            "energy per operation", unit: "fJ", scale: .logarithmic, limits: limits),
          yAxis: FigureAxis(study.figure.axis, unit: study.figure.unit),
          series: [
            LinePlot.Series("best", zip(best, numbers).map { point($0, label: $1) })
          ]
            + (others.isEmpty
              ? [] : [LinePlot.Series("others", others.map { point($0) }, style: .points)]))))
  }

  /// Indices of the points that no other one beats in both cost and value, by rising cost.
  static func front(
    _ points: [(cost: Double, value: Double)], isBetterHigh: Bool
  ) -> [Int] {
    let sign = isBetterHigh ? 1.0 : -1.0
    let order = points.indices.sorted {
      (points[$0].cost, -sign * points[$0].value, $0)
        < (points[$1].cost, -sign * points[$1].value, $1)
    }
    var best = -Double.infinity
    return order.filter { index in
      guard sign * points[index].value > best else { return false }
      best = sign * points[index].value
      return true
    }
  }
}

extension String {
  fileprivate func trimmingSuffix(while isCut: (Character) -> Bool) -> String {
    var text = self
    while let last = text.last, isCut(last) { text.removeLast() }
    return text
  }
}

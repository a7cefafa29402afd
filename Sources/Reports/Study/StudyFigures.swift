import Experiments

/// Figures of the task's figure against the axes of a study.
struct StudyFigures {
  private let study: ReportedStudy

  init(_ study: ReportedStudy) { self.study = study }

  /// The figure that the report opens with: against the first axis, or the paths side by side where
  /// there is none.
  var opening: Figure { study.axes.isEmpty ? paths : against(0) }

  /// The figures against all axes but the first.
  var others: [Figure] { study.axes.indices.dropFirst().map(against) }

  private var yAxis: FigureAxis { FigureAxis(study.figure.axis, unit: study.figure.unit) }

  private var samples: String {
    let images = NumberFormat.count(study.first.imageCount, "image")
    let seeds = study.cells.map { Set($0.samples.map(\.seed)).count }.max() ?? 1
    return seeds > 1 ? "\(images), \(seeds) seeds" : images
  }

  private var caption: String {
    let seeds = study.cells.contains { Set($0.samples.map(\.seed)).count > 1 }
    if seeds {
      return "Bars: 95 % intervals of the mean over seeds"
        + (study.first.task == "classification"
          ? ", or for the sample of images (Wilson) where that is wider." : ".")
    }
    switch study.first.task {
    case "classification": return "Bars: 95 % intervals for the sample of images (Wilson)."
    case "regression": return "Bars: 95 % intervals of the mean over images."
    default: return ""
    }
  }

  // MARK: One point

  /// Every path of a single point.
  private var paths: Figure {
    let cell = study.cells.first
    var found: [(name: String, estimate: Estimate)] = []
    func add(
      _ name: String, _ result: (ReportedStudy.Sample) -> ExperimentRecord.RunResult?
    ) {
      let estimate = cell.flatMap { study.estimate($0, result) }
      if let estimate { found.append((name, estimate)) }
    }
    add("float") { $0.record.digitalFloat }
    add(study.first.integerLabel) { $0.integer }
    add("ideal") { $0.ideal }
    if let own = cell?.samples.first?.own { add(own.label) { $0.own } }
    return Figure(
      title: "\(study.figure.name) of every path",
      caption: caption
        + " Float and \(study.first.integerLabel) are digital, ideal has arrays without wires.",
      samples: samples,
      content: .plot(
        LinePlot(
          xAxis: FigureAxis("path", scale: .categories(found.map(\.name))), yAxis: yAxis,
          series: [
            LinePlot.Series(
              study.figure.title,
              found.enumerated().map {
                LinePlot.Point(
                  Double($0.offset), $0.element.estimate.value,
                  interval: $0.element.estimate.interval)
              }, style: .points)
          ])))
  }

  // MARK: Axes

  /// The figure against one axis: a line per path for one axis, per value of the next axis for two,
  /// small plots for the values of the others.
  func against(_ axis: Int) -> Figure {
    let others = study.axes.indices.filter { $0 != axis }
    let title =
      "\(study.figure.name) against \(study.axes[axis].title)"
    let content: Figure.Content
    switch others.count {
    case _ where isScattered(axis, others): content = .plot(scatter(axis))
    case 0: content = .plot(plot(axis, cells: study.cells, series: pathSeries(axis)))
    case 1:
      content = .plot(
        plot(axis, cells: study.cells, series: valueSeries(axis, by: others[0], study.cells)))
    default:
      let groups = panels(others.dropFirst().map { $0 })
      content = .panels(
        Self.onOneScale(
          groups.map { title, cells in
            Figure.Panel(
              title, plot(axis, cells: cells, series: valueSeries(axis, by: others[0], cells)))
          }))
    }
    return Figure(
      title: title,
      caption: [caption, normalization(axis)].filter { !$0.isEmpty }
        .joined(separator: " "), samples: samples, content: content)
  }

  /// Small plots with the same range of values, so that they can be compared.
  private static func onOneScale(_ panels: [Figure.Panel]) -> [Figure.Panel] {
    let values = panels.flatMap { $0.plot.series.flatMap(\.points) }.flatMap { point in
      [point.y, point.interval?.lowerBound, point.interval?.upperBound].compactMap { $0 }
    }.filter(\.isFinite)
    guard let low = values.min(), let high = values.max(), low < high else { return panels }
    let room = 0.04 * (high - low)
    return panels.map { panel in
      var panel = panel
      panel.plot.yAxis.limits = low - room...high + room
      return panel
    }
  }

  /// Whether points are spread, not laid out: lines by the values of other axes would have a point
  /// each, or there would be more small plots than anyone compares.
  private func isScattered(_ axis: Int, _ others: [Int]) -> Bool {
    guard let other = others.first else { return false }
    let lines = Set(study.cells.map { cell in others.map { cell.values[$0] } }).count
    let isSingle = 2 * study.cells.count < 3 * lines
    return isSingle && study.values(ofAxis: other).count > 4
      || panels(others.dropFirst().map { $0 }).count > Self.panelLimit
  }

  private static let panelLimit = 9

  /// All points over one axis, and the exact integers where they are the same for all.
  private func scatter(_ axis: Int) -> LinePlot {
    let integers = Set(
      study.cells.compactMap { cell in study.estimate(cell) { $0.integer }?.value })
    let own = points(axis, study.cells, withIntervals: true) { $0.own }
    let digital = [own.first, own.last].compactMap { $0 }.map {
      LinePlot.Point($0.x, integers.first ?? 0)
    }
    return plot(
      axis, cells: study.cells,
      series: [LinePlot.Series("points", own, style: .points)]
        + (integers.count == 1
          ? [LinePlot.Series(study.first.integerLabel, digital, style: .line)] : []))
  }

  /// The values behind the dimensionless ones of an axis.
  private func normalization(_ axis: Int) -> String {
    let values = study.values(ofAxis: axis)
    guard values.count <= 8, values.allSatisfy({ $0.normalized != nil }) else { return "" }
    let texts = values.map { study.axes[axis].shortText($0) }
    return "Points: \(study.axes[axis].symbol) = \(texts.joined(separator: ", "))."
  }

  private func plot(
    _ axis: Int, cells: [ReportedStudy.Cell], series: [LinePlot.Series]
  ) -> LinePlot {
    LinePlot(xAxis: xAxis(axis).axis, yAxis: yAxis, series: series)
  }

  /// An axis in its dimensionless form, if it has one, with the place of each reading; names side by
  /// side.
  func xAxis(_ index: Int) -> (axis: FigureAxis, place: (StudyReading) -> Double?) {
    let quantity = study.axes[index]
    let values = study.values(ofAxis: index)
    let numbers = values.compactMap { $0.normalized ?? $0.value.number }
    guard numbers.count == values.count, numbers.allSatisfy(\.isFinite) else {
      let names = values.map { quantity.cell($0) }
      return (
        FigureAxis(quantity.symbol, unit: quantity.unit, scale: .categories(names)),
        { reading in values.firstIndex(of: reading).map(Double.init) }
      )
    }
    let isNormalized = values.allSatisfy { $0.normalized != nil }
    let symbol = isNormalized ? quantity.normalizedSymbol ?? quantity.symbol : quantity.symbol
    let isLogarithmic = quantity.isLogarithmic && numbers.allSatisfy { $0 > 0 }
    // Room next to the first and the last point, so that no marker sits on the frame.
    let limits = numbers.min().flatMap { low in numbers.max().map { low / 1.5...$0 * 1.5 } }
    return (
      FigureAxis(
        symbol, unit: isNormalized ? "" : quantity.unit,
        scale: isLogarithmic ? .logarithmic : .linear, limits: isLogarithmic ? limits : nil),
      { isNormalized ? $0.normalized : $0.value.number }
    )
  }

  private func points(
    _ axis: Int, _ cells: [ReportedStudy.Cell], withIntervals: Bool,
    _ result: (ReportedStudy.Sample) -> ExperimentRecord.RunResult?
  ) -> [LinePlot.Point] {
    let place = xAxis(axis).place
    return cells.compactMap { cell -> LinePlot.Point? in
      guard let x = place(cell.values[axis]), let own = study.estimate(cell, result) else {
        return nil
      }
      return LinePlot.Point(x, own.value, interval: withIntervals ? own.interval : nil)
    }.sorted { $0.x < $1.x }
  }

  /// Digital paths and each analog one, over the only axis.
  private func pathSeries(_ axis: Int) -> [LinePlot.Series] {
    let integer = study.first.integerLabel
    var labels: [String] = []
    for sample in study.cells.flatMap(\.samples) {
      for result in sample.point.results where !labels.contains(result.label) {
        labels.append(result.label)
      }
    }
    let series =
      [
        LinePlot.Series(
          "float", points(axis, study.cells, withIntervals: false) { $0.record.digitalFloat },
          style: .line),
        LinePlot.Series(
          integer, points(axis, study.cells, withIntervals: false) { $0.integer }, style: .line),
      ]
      + labels.map { label in
        LinePlot.Series(
          label,
          points(axis, study.cells, withIntervals: label != "ideal" || labels.count == 1) {
            sample in sample.point.results.first { $0.label == label }
          })
      }
    return series.filter { !$0.points.isEmpty }
  }

  /// The own path for every value of another axis.
  private func valueSeries(
    _ axis: Int, by other: Int, _ cells: [ReportedStudy.Cell]
  ) -> [LinePlot.Series] {
    let quantity = study.axes[other]
    let own = study.values(ofAxis: other).map { value in
      LinePlot.Series(
        quantity.trimmedEquation(value),
        points(axis, cells.filter { $0.values[other] == value }, withIntervals: true) { $0.own })
    }
    // The exact integers, where the other axis does not change them.
    var digital: [LinePlot.Point] = []
    for point in points(axis, cells, withIntervals: false, { $0.integer })
    where !digital.contains(point) {
      digital.append(point)
    }
    let isShared = Set(digital.map(\.x)).count == digital.count
    return
      (own
      + (isShared ? [LinePlot.Series(study.first.integerLabel, digital, style: .line)] : []))
      .filter { !$0.points.isEmpty }
  }

  /// The cells by the values of these axes, in the order in which they occur.
  private func panels(_ axes: [Int]) -> [(title: String, cells: [ReportedStudy.Cell])] {
    var groups: [(title: String, cells: [ReportedStudy.Cell])] = []
    for cell in study.cells {
      let title = axes.map { study.axes[$0].trimmedEquation(cell.values[$0]) }
        .joined(separator: ", ")
      if let known = groups.firstIndex(where: { $0.title == title }) {
        groups[known].cells.append(cell)
      } else {
        groups.append((title, [cell]))
      }
    }
    return groups
  }
}

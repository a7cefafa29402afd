/// Draws a plot into a part of a canvas.
struct PlotDrawing {
  let plot: LinePlot
  /// Whether the plot is one of several: less room, fewer ticks, no titles of axes.
  let isPanel: Bool
  private let type = FigureStyle.type
  private let leading = FigureStyle.leading

  init(_ plot: LinePlot, isPanel: Bool = false) {
    self.plot = plot
    self.isPanel = isPanel
  }

  private var drawable: [[LinePlot.Point]] {
    plot.drawnPoints.map { $0.filter(plot.canShow) }
  }

  /// Where the color, dash and marker of a series stand in the style.
  private func look(_ index: Int) -> Int { plot.series[index].color ?? index }

  /// Whether series are lines that can be named at their ends.
  private func isLine(_ series: LinePlot.Series) -> Bool {
    series.style == .line || series.style == .lineAndPoints
  }

  private var isBarChart: Bool { plot.series.contains { $0.isBars } }

  /// Draws with the upper left corner at `x`, `y`; returns the height taken.
  func draw(
    on canvas: inout SVGCanvas, x: Double, y: Double, width: Double, height: Double? = nil
  ) -> Double {
    let points = drawable
    let yValues = points.joined().flatMap { point in
      [point.y, point.interval?.lowerBound, point.interval?.upperBound].compactMap { $0 }
        .filter(plot.yAxis.canShow)
    }
    var rowCount: Int?
    if case .categories(let names) = plot.yAxis.scale { rowCount = names.count }
    // Texts of ticks do not depend on where the axis is drawn.
    let measured = AxisScale(
      plot.yAxis, values: yValues, from: 0, to: 1, includesZero: isBarChart)
    let yTickTexts = measured.ticks(isPanel ? 3 : 5).map { rowName($0.text) }
    let left =
      x + max(isPanel ? 22 : 26, TextLayout.width(yTickTexts, size: tickSize) + 9)

    let labels = endLabels(points)
    let room = labels.isEmpty ? 8 : min(150, labels.map(\.width).max() ?? 0) + 16
    let right = x + width - room

    var top = y
    if !isPanel { top = drawHead(on: &canvas, x: x, y: y, width: width, measured) }
    top += 6
    let labelHeight = labels.reduce(0) { $0 + $1.height }
    let chosen = rowCount.map { Double($0) * 17 } ?? height ?? (isPanel ? 84 : 190)
    let plotHeight = max(chosen, labelHeight)
    let bottom = top + plotHeight

    let xValues =
      points.enumerated().flatMap { index, own in
        own.flatMap { point -> [Double] in
          guard case .histogram(let bin) = plot.series[index].style else { return [point.x] }
          return [point.x - bin / 2, point.x + bin / 2]
        }
      } + plot.marks.map(\.x)
    let xScale = AxisScale(
      plot.xAxis, values: xValues, from: left, to: right, margin: isBarChart ? 0.02 : 0.04)
    let yScale = AxisScale(
      plot.yAxis, values: yValues, from: rowCount == nil ? bottom : top,
      to: rowCount == nil ? top : bottom, includesZero: isBarChart)

    drawRows(on: &canvas, yScale, left: left, right: right)
    let axisHeight = drawColumns(on: &canvas, xScale, top: top, bottom: bottom, left: left)
    guard points.contains(where: { !$0.isEmpty }) else {
      canvas.text(
        "no data", (left + right) / 2, (top + bottom) / 2, .middle, style: "m")
      return bottom + axisHeight - y
    }
    drawMarks(on: &canvas, xScale, top: top, bottom: bottom, left: left, right: right)
    drawSeries(on: &canvas, points, xScale, yScale, bottom: bottom)
    drawWords(on: &canvas, points, xScale, yScale, right: right)
    drawLabels(on: &canvas, labels, points, xScale, yScale, right: right, top: top, bottom: bottom)
    return bottom + axisHeight - y
  }

  private var tickSize: Double { isPanel ? 10 : 11 }

  private func rowName(_ text: String) -> String { NameText.shortened(text, limit: 26) }

  // MARK: Axes

  /// The y axis's title and the key of series without lines, above the plot.
  private func drawHead(
    on canvas: inout SVGCanvas, x: Double, y: Double, width: Double, _ scale: AxisScale
  ) -> Double {
    var top = y
    for line in TextLayout.wrap(scale.title, width: width, size: type) {
      canvas.text(line, x, top + type, style: "m")
      top += leading
    }
    let keyed = plot.series.indices.filter { !isLine(plot.series[$0]) }
    guard plot.series.count > 1, !keyed.isEmpty else { return top + 4 }
    var place = x
    top += 4
    for index in keyed {
      let name = NameText.shortened(plot.series[index].name, limit: 52)
      let taken = TextLayout.width(name, size: type) + 30
      if place > x, place + taken > x + width {
        place = x
        top += leading + 2
      }
      if plot.series[index].isBars {
        canvas.rectangle(place, top + 3, 10, 10, FigureStyle.fill(look(index)), opacity: 0.8)
      } else {
        Marker.draw(on: &canvas, look(index), place + 5, top + 8)
      }
      canvas.text(name, place + 15, top + type, style: "t")
      place += taken
    }
    return top + leading + 6
  }

  private func drawRows(
    on canvas: inout SVGCanvas, _ scale: AxisScale, left: Double, right: Double
  ) {
    for tick in scale.ticks(isPanel ? 3 : 5) {
      let place = scale.place(tick.value)
      canvas.line(left, place, right, place, "g")
      canvas.text(
        rowName(tick.text), left - 6, place + 0.35 * tickSize, .end, style: "m", size: tickSize)
    }
  }

  /// The x axis with its ticks and title; returns the height below the plot.
  private func drawColumns(
    on canvas: inout SVGCanvas, _ scale: AxisScale, top: Double, bottom: Double, left: Double
  ) -> Double {
    canvas.line(left, bottom, scale.to, bottom, "a")
    var height = 5.0
    if case .categories(let names) = plot.xAxis.scale {
      height += drawNames(on: &canvas, names, scale, bottom: bottom)
    } else {
      let length = scale.to - left
      var ticks = scale.ticks(isPanel ? 4 : 5)
      // Fewer, if their texts would touch.
      while ticks.count > 2,
        zip(ticks, ticks.dropFirst()).contains(where: {
          scale.place($1.value) - scale.place($0.value)
            < (TextLayout.width($0.text, size: tickSize) + TextLayout.width($1.text, size: tickSize))
            / 2 + 4
        })
      {
        ticks = ticks.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
      }
      for tick in ticks where length > 0 {
        let place = scale.place(tick.value)
        canvas.line(place, bottom, place, bottom + 4, "a")
        canvas.text(tick.text, place, bottom + 5 + tickSize, .middle, style: "m", size: tickSize)
      }
      height += tickSize + 3
    }
    guard !isPanel else { return height + 4 }
    let lines = TextLayout.wrap(scale.title, width: FigureStyle.width - 20, size: type)
    let middle = min(
      max((left + scale.to) / 2, TextLayout.width(lines, size: type) / 2 + 2),
      FigureStyle.width - TextLayout.width(lines, size: type) / 2 - 2)
    canvas.text(lines, middle, bottom + height + type + 2, .middle, style: "m", leading: leading)
    return height + Double(lines.count) * leading + 8
  }

  /// Names along x, turned or thinned out where they would touch; returns their height.
  private func drawNames(
    on canvas: inout SVGCanvas, _ names: [String], _ scale: AxisScale, bottom: Double
  ) -> Double {
    let layout = NameLayout(names, length: scale.to - scale.from, size: tickSize)
    for index in stride(from: 0, to: names.count, by: layout.stride) {
      let place = scale.place(Double(index))
      let name = layout.texts[index]
      if layout.angle == 0 {
        canvas.text(name, place, bottom + 5 + tickSize, .middle, style: "m", size: tickSize)
      } else {
        canvas.text(
          name, place + 0.35 * tickSize, bottom + 9, .end, style: "m", size: tickSize, angle: -90)
      }
    }
    return layout.height
  }

  private func drawMarks(
    on canvas: inout SVGCanvas, _ scale: AxisScale, top: Double, bottom: Double, left: Double,
    right: Double
  ) {
    for (index, mark) in plot.marks.enumerated() where scale.contains(mark.x) {
      let place = scale.place(mark.x)
      canvas.line(place, top, place, bottom, "a", dash: "4 2")
      // The first of several with one name stands for all.
      let isNamed = !plot.marks[..<index].contains { $0.name == mark.name }
      guard isNamed, !mark.name.isEmpty else { continue }
      let length = TextLayout.width(mark.name, size: tickSize)
      let fits = place + 3 + length <= right + 4
      canvas.text(
        mark.name, fits ? place + 3 : place - 3, top + tickSize - 2, fits ? .start : .end,
        style: "m", size: tickSize)
    }
  }

  // MARK: Series

  private func drawSeries(
    on canvas: inout SVGCanvas, _ points: [[LinePlot.Point]], _ xScale: AxisScale,
    _ yScale: AxisScale, bottom: Double
  ) {
    let bars = plot.series.indices.filter { plot.series[$0].style == .bars }
    let places = Set(bars.flatMap { points[$0].map { xScale.place($0.x) } }).sorted()
    let gap = zip(places.dropFirst(), places).map { $0 - $1 }.min() ?? 40
    let barWidth = min(0.8 * gap, 60) / Double(max(1, bars.count))
    // Error bars at one place stand side by side.
    let withIntervals = plot.series.indices.filter { index in
      points[index].contains { $0.interval != nil }
    }
    let stackWidth = Self.stackWidth(plot, xScale)
    var bases: [Double: Double] = [:]
    for (index, series) in plot.series.enumerated() where !points[index].isEmpty {
      let placed = points[index].filter { xScale.contains($0.x) && yScale.contains($0.y) }
        .map { (x: xScale.place($0.x), y: yScale.place($0.y), point: $0) }
      var shift = 0.0
      switch series.style {
      case .bars:
        shift =
          (Double(bars.firstIndex(of: index) ?? 0) - Double(bars.count - 1) / 2) * barWidth
        for own in placed {
          let (high, low) = (min(own.y, bottom), max(own.y, bottom))
          canvas.rectangle(
            own.x + shift - barWidth / 2, high, barWidth, max(low - high, 0.5),
            FigureStyle.fill(look(index)), opacity: 0.8)
        }
      case .stackedBars:
        for own in placed {
          let base = bases[own.x] ?? bottom
          canvas.rectangle(
            own.x - stackWidth / 2, own.y, stackWidth, max(base - own.y, 0),
            FigureStyle.fill(look(index)), opacity: 0.85)
          bases[own.x] = own.y
        }
      case .histogram(let bin):
        for own in placed {
          let (from, to) = (
            xScale.place(own.point.x - bin / 2), xScale.place(own.point.x + bin / 2)
          )
          canvas.rectangle(
            from, own.y, max(to - from - 0.3, 0.4), max(bottom - own.y, 0.5),
            FigureStyle.fill(look(index)), opacity: 0.75)
        }
      case .line, .lineAndPoints:
        canvas.path(
          placed.map { ($0.x, $0.y) }, FigureStyle.stroke(look(index)),
          dash: FigureStyle.dash(look(index)))
        if series.style == .lineAndPoints || placed.count == 1 {
          for own in placed { Marker.draw(on: &canvas, look(index), own.x, own.y) }
        }
      case .points:
        for own in placed { Marker.draw(on: &canvas, look(index), own.x, own.y) }
      }
      if let order = withIntervals.firstIndex(of: index), !series.isBars {
        shift = (Double(order) - Double(withIntervals.count - 1) / 2) * 3
      }
      for own in placed {
        guard let interval = own.point.interval else { continue }
        let style = series.isBars ? "a" : "e c\(look(index) % FigureStyle.colorCount)"
        // On a logarithmic axis an interval that reaches zero ends at its point.
        let ends = [interval.lowerBound, interval.upperBound].map {
          yScale.contains($0) ? yScale.place($0) : own.y
        }
        canvas.line(own.x + shift, ends[0], own.x + shift, ends[1], style)
        for end in ends where end != own.y {
          canvas.line(own.x + shift - 2.5, end, own.x + shift + 2.5, end, style)
        }
      }
    }
  }

  /// Words beside points: to the right above them, to the left where that leaves the plot.
  private func drawWords(
    on canvas: inout SVGCanvas, _ points: [[LinePlot.Point]], _ xScale: AxisScale,
    _ yScale: AxisScale, right: Double
  ) {
    for (index, own) in points.enumerated() {
      for point in own where !point.label.isEmpty {
        guard xScale.contains(point.x), yScale.contains(point.y) else { continue }
        let place = xScale.place(point.x)
        let fits = place + 6 + TextLayout.width(point.label, size: tickSize) <= right
        canvas.text(
          point.label, fits ? place + 6 : place - 6, yScale.place(point.y) - 5,
          fits ? .start : .end, style: FigureStyle.fill(look(index)), size: tickSize)
      }
    }
  }

  private static func stackWidth(_ plot: LinePlot, _ xScale: AxisScale) -> Double {
    let stacked = plot.series.filter { $0.style == .stackedBars }
    let places = Set(stacked.flatMap { $0.points.map { xScale.place($0.x) } }).sorted()
    let gap = zip(places.dropFirst(), places).map { $0 - $1 }.min() ?? 60
    return min(0.8 * gap, 46)
  }

  // MARK: Labels of lines

  /// The name at the end of a line, or of several that coincide.
  struct EndLabel: Equatable {
    /// The series it names.
    var series: [Int]
    var lines: [String]
    var width: Double
    var height: Double
  }

  /// The labels of lines; none for a single series.
  func endLabels(_ points: [[LinePlot.Point]]) -> [EndLabel] {
    let lines = plot.series.indices.filter { isLine(plot.series[$0]) && !points[$0].isEmpty }
    guard plot.series.count > 1 else { return [] }
    var groups: [[Int]] = []
    for index in lines {
      if let known = groups.firstIndex(where: { coincide(points[$0[0]], points[index]) }) {
        groups[known].append(index)
      } else {
        groups.append([index])
      }
    }
    return groups.map { group in
      let text = group.map { plot.series[$0].name }.joined(separator: " = ")
      let wrapped = TextLayout.wrap(text, width: 120, size: type)
        .map { NameText.shortened($0, limit: 22) }
      return EndLabel(
        series: group, lines: wrapped, width: TextLayout.width(wrapped, size: type),
        height: Double(wrapped.count) * leading + 2)
    }
  }

  /// Whether two lines cannot be told apart: the same places, values within a thousandth of the
  /// axis.
  private func coincide(_ a: [LinePlot.Point], _ b: [LinePlot.Point]) -> Bool {
    guard a.count == b.count else { return false }
    let scale = AxisScale(
      plot.yAxis, values: drawable.joined().map(\.y), from: 0, to: 1)
    return zip(a, b).allSatisfy {
      $0.x == $1.x && (scale.place($0.y) - scale.place($1.y)).magnitude <= 1e-3
    }
  }

  private func drawLabels(
    on canvas: inout SVGCanvas, _ labels: [EndLabel], _ points: [[LinePlot.Point]],
    _ xScale: AxisScale, _ yScale: AxisScale, right: Double, top: Double, bottom: Double
  ) {
    let ends = labels.map { label -> (x: Double, y: Double) in
      let last = points[label.series[0]].max { $0.x < $1.x }
      guard let last, xScale.contains(last.x), yScale.contains(last.y) else {
        return (right, (top + bottom) / 2)
      }
      return (xScale.place(last.x), yScale.place(last.y))
    }
    let centers = LabelPlacement.centers(
      wanted: ends.map(\.y), heights: labels.map(\.height), room: top - 4...bottom + 6)
    for ((label, end), center) in zip(zip(labels, ends), centers) {
      let index = label.series[0]
      let isMoved = (center - end.y).magnitude > 3 || right - end.x > 14
      if isMoved {
        canvas.line(
          end.x + 5, end.y, right + 6, center, "e c\(look(index) % FigureStyle.colorCount)",
          dash: "1 2")
      }
      let first = center - Double(label.lines.count) * leading / 2 + type - 1.5
      canvas.text(
        label.lines, right + 9, first, style: FigureStyle.fill(look(index)), leading: leading)
    }
  }
}

extension LinePlot.Series {
  /// Whether the length of its bars is their value.
  var isBars: Bool {
    switch style {
    case .bars, .stackedBars, .histogram: true
    case .line, .points, .lineAndPoints: false
    }
  }
}

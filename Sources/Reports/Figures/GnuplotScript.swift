import Foundation

/// The commands that make gnuplot draw a figure.
///
/// User text only appears between single quotes, where gnuplot substitutes nothing; double quotes
/// would run a shell for what stands between backquotes.
struct GnuplotScript {
  private(set) var text = ""

  /// Distinguishable with common color vision deficiencies, on light and dark backgrounds.
  private static let colors = [
    "#2f7fc1", "#d9660a", "#1b9e77", "#b0529b", "#b58900", "#8a8a8a", "#c23b4e", "#4aa5b8",
  ]
  private static let pointTypes = [7, 5, 9, 13, 11, 6, 4, 8]

  init(_ figure: Figure, format: Gnuplot.Format = .svg) {
    let title = FigureLayout.wrap(figure.title, columns: 80)
    let height = Self.height(figure) + FigureLayout.lineHeight * Double(title.count - 1)
    line(Self.terminal(format, width: Int(FigureLayout.width), height: Int(height)))
    line("set encoding utf8")
    line("set title \(Self.quoted(title)) noenhanced font 'sans-serif,15' offset 0,0.2")
    line("set border linewidth 1 linecolor rgb '#000000'")
    line("set key noenhanced")
    switch figure.content {
    case .plot(let plot): draw(plot)
    case .heatMap(let map): draw(map)
    }
  }

  private mutating func line(_ command: String) { text += command + "\n" }

  private static func terminal(_ format: Gnuplot.Format, width: Int, height: Int) -> String {
    switch format {
    case .svg:
      "set terminal svg size \(width),\(height) dynamic enhanced font 'sans-serif,14'"
    // Two pixels for one of the SVG drawing, and everything in it twice as large: sharp in print.
    case .png:
      "set terminal pngcairo size \(2 * width),\(2 * height) enhanced font 'sans-serif,14' "
        + "fontscale 2 linewidth 2 pointscale 2 background rgb '#ffffff'"
    }
  }

  private static func height(_ figure: Figure) -> Double {
    switch figure.content {
    case .heatMap(let map): 480 + namesHeight(map.xAxis)
    case .plot(let plot):
      380 + namesHeight(plot.xAxis)
        + FigureLayout.lineHeight * Double(FigureLayout.legendRows(plot.series.map(\.name)))
    }
  }

  private static func namesHeight(_ axis: FigureAxis) -> Double {
    guard case .categories(let names) = axis.scale else { return 20 }
    return FigureLayout.names(names).height
  }

  // MARK: Plots

  private mutating func draw(_ plot: LinePlot) {
    var grid = "xtics ytics"
    if case .categories = plot.xAxis.scale { grid = "noxtics ytics" }
    line("set grid \(grid) back linetype 1 linewidth 0.6 linecolor rgb '#D8000000'")
    line("set border 3")
    line("set tics scale 0.6 nomirror")
    line("set rmargin 4")
    // Outside, so that no data can be under it.
    line(
      "set key outside center bottom horizontal reverse Left samplen 2.4 height 0.6 spacing 1.15")
    if plot.series.count < 2 { line("unset key") }
    set("x", plot.xAxis)
    set("y", plot.yAxis)

    let drawable = plot.series.map { $0.points.filter(plot.canShow) }
    setRanges(plot, drawable)
    guard drawable.contains(where: { !$0.isEmpty }) else {
      drawNothing(plot)
      return
    }
    let bars = plot.series.indices.filter { plot.series[$0].style == .bars }
    let barWidth =
      Self.barWidth(bars.flatMap { drawable[$0].map(\.x) }) / Double(max(1, bars.count))
    var parts: [String] = []
    for (index, series) in zip(plot.series.indices, plot.series) where !drawable[index].isEmpty {
      var shift = 0.0
      if let place = bars.firstIndex(of: index) {
        shift = (Double(place) - Double(bars.count - 1) / 2) * barWidth
      }
      let block = "$series\(index)"
      line("\(block) << END")
      for point in drawable[index] {
        let low = point.interval?.lowerBound ?? point.y
        let high = point.interval?.upperBound ?? point.y
        // An interval that reaches zero has no lower end on a logarithmic axis; it then ends
        // at the point.
        line(
          "\(point.x + shift) \(point.y) \(plot.yAxis.canShow(low) ? low : point.y) "
            + "\(plot.yAxis.canShow(high) ? high : point.y)")
      }
      line("END")
      parts += Self.plotParts(block, series, index, barWidth)
    }
    line("plot " + parts.joined(separator: ", \\\n  "))
  }

  private static func plotParts(
    _ block: String, _ series: LinePlot.Series, _ index: Int, _ barWidth: Double
  ) -> [String] {
    let color = "linecolor rgb '\(colors[index % colors.count])'"
    let dash = "linewidth 2 dashtype \(index / colors.count + 1)"
    let mark = "pointtype \(pointTypes[index % pointTypes.count]) pointsize 0.7"
    let title = "title \(quoted(series.name))"
    var parts: [String] = []
    switch series.style {
    case .line: parts.append("\(block) using 1:2 with lines \(color) \(dash) \(title)")
    case .points: parts.append("\(block) using 1:2 with points \(color) \(mark) \(title)")
    case .lineAndPoints:
      parts.append("\(block) using 1:2 with linespoints \(color) \(dash) \(mark) \(title)")
    case .bars:
      parts.append(
        "\(block) using 1:2:(\(barWidth)) with boxes \(color) fillstyle solid 0.75 border \(title)")
    }
    if series.points.contains(where: { $0.interval != nil }) {
      let color = series.style == .bars ? "linecolor rgb '#000000'" : color
      // Not `yerrorbars`: those erase the point under each bar.
      parts.append(
        "\(block) using 1:3:(0):($4-$3) with vectors nohead \(color) linewidth 1.2 notitle")
    }
    return parts
  }

  /// Along x, just wider than the data, where gnuplot would go on to the next round number; along
  /// y, down to zero for bars, whose length is their value.
  private mutating func setRanges(_ plot: LinePlot, _ drawable: [[LinePlot.Point]]) {
    let x = drawable.joined().map(\.x)
    let hasBars = plot.series.contains { $0.style == .bars }
    if let low = x.min(), let high = x.max(), low < high, plot.xAxis.limits == nil, !hasBars {
      switch plot.xAxis.scale {
      case .linear:
        let margin = 0.025 * (high - low)
        line("set xrange [\(low - margin):\(high + margin)]")
      case .logarithmic:
        let margin = pow(high / low, 0.025)
        line("set xrange [\(low / margin):\(high * margin)]")
      case .categories: break
      }
    }
    let lowest = drawable.joined().map { min($0.y, $0.interval?.lowerBound ?? $0.y) }.min() ?? 0
    if hasBars, plot.yAxis.limits == nil, plot.yAxis.scale == .linear, lowest >= 0 {
      line("set yrange [0:*]")
    }
  }

  /// Four fifths of the smallest distance between neighbors.
  private static func barWidth(_ places: [Double]) -> Double {
    let sorted = Set(places).sorted()
    return 0.8 * (zip(sorted.dropFirst(), sorted).map { $0 - $1 }.min() ?? 1)
  }

  private mutating func drawNothing(_ plot: LinePlot) {
    line("set label 'no data' at graph 0.5, graph 0.5 center")
    for (name, axis) in [("x", plot.xAxis), ("y", plot.yAxis)] where axis.limits == nil {
      line("set \(name)range [1:10]")
    }
    line("plot NaN notitle")
  }

  private mutating func set(_ name: String, _ axis: FigureAxis) {
    // Away from the legend below.
    let offset = name == "x" ? " offset 0,0.4" : ""
    let title = FigureLayout.wrap(axis.title, columns: name == "x" ? 75 : 36)
    line("set \(name)label \(Self.quoted(title)) noenhanced\(offset)")
    if let limits = axis.limits {
      line("set \(name)range [\(limits.lowerBound):\(limits.upperBound)]")
    }
    switch axis.scale {
    case .linear: line("set format \(name) '%g'")
    case .logarithmic:
      line("set logscale \(name)")
      line("set format \(name) '10^{%L}'")
    case .categories(let names):
      setCategories(name, names)
      if axis.limits == nil { line("set \(name)range [-0.6:\(Double(names.count) - 0.4)]") }
    }
  }

  /// Names along an axis, slanted or thinned out if they would overlap.
  private mutating func setCategories(_ axis: String, _ names: [String]) {
    let layout = axis == "x" ? FigureLayout.names(names) : FigureLayout.Names()
    let places = stride(from: 0, to: names.count, by: layout.stride)
      .map { "\(Self.quoted(names[$0])) \($0)" }
    let rotation = layout.angle == 0 ? "norotate" : "rotate by \(layout.angle) right"
    line("set \(axis)tics noenhanced \(rotation) (" + places.joined(separator: ", ") + ")")
    if layout.overhang > 0 {
      line("set lmargin \(max(10, 2 + Int(layout.overhang / FigureLayout.letter)))")
    }
  }

  // MARK: Heat maps

  private mutating func draw(_ map: HeatMap) {
    line("unset key")
    line("set tics scale 0.5 nomirror out")
    for (name, axis, columns) in [
      ("x", map.xAxis, 60), ("y", map.yAxis, 42), ("cb", map.color, 42),
    ] {
      let title = Self.quoted(FigureLayout.wrap(axis.title, columns: columns))
      line("set \(name)label \(title) noenhanced" + (name == "cb" ? " offset 1.2,0" : ""))
    }
    line("set rmargin at screen 0.82")
    if case .categories(let names) = map.xAxis.scale { setCategories("x", names) }
    if case .categories(let names) = map.yAxis.scale { setCategories("y", names) }
    let columns = map.values.first?.count ?? 0
    line("set xrange [-0.5:\(Double(max(columns, 1)) - 0.5)]")
    line("set yrange [\(Double(max(map.values.count, 1)) - 0.5):-0.5]")
    if let limits = map.color.limits {
      line("set cbrange [\(limits.lowerBound):\(limits.upperBound)]")
    }
    if map.color.scale == .logarithmic {
      line("set logscale cb")
      line("set format cb '10^{%L}'")
    } else {
      line("set format cb '%g'")
    }
    line("set palette defined (\(Self.viridis))")
    guard map.values.joined().contains(where: map.color.canShow) else {
      line("set label 'no data' at graph 0.5, graph 0.5 center")
      line("unset colorbox")
      line("plot NaN notitle")
      return
    }
    line("$values << END")
    for (row, values) in zip(map.values.indices, map.values) {
      for (column, value) in zip(values.indices, values) {
        line("\(column) \(row) \(map.color.canShow(value) ? "\(value)" : "NaN")")
      }
    }
    line("END")
    line("plot $values using 1:2:3 with image")
  }

  /// Viridis (S. van der Walt, N. Smith, 2015): equal steps look equal, in gray print too.
  private static let viridis = [
    "#440154", "#482878", "#3e4a89", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6dcd59",
    "#b4de2c", "#fde725",
  ]
  .enumerated().map { "\($0) '\($1)'" }.joined(separator: ", ")

  /// Lines of quoted text.
  private static func quoted(_ lines: [String]) -> String {
    lines.map(quoted).joined(separator: ".\"\\n\".")
  }

  /// Single-quoted text without control characters; apostrophes become typographic, because
  /// gnuplot 5.4 ends a string at a doubled quote that follows the opening one.
  private static func quoted(_ text: String) -> String {
    let printable = text.unicodeScalars.map { scalar -> Unicode.Scalar in
      if scalar == "'" { return "\u{2019}" }
      return scalar.properties.generalCategory == .control ? " " : scalar
    }
    return "'" + String(String.UnicodeScalarView(printable)) + "'"
  }
}

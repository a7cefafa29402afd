extension Figure {
  /// Where a drawing will stand.
  public enum Setting: Sendable {
    /// Inside a page, which has the style sheet and prints title and caption.
    case page
    /// A file of its own, with title and style.
    case file
  }

  /// The drawing as an SVG element with a `viewBox` and no size of its own.
  public func svg(_ setting: Setting = .page) -> String {
    var canvas = SVGCanvas()
    var top = 2.0
    if setting == .file {
      let lines = TextLayout.wrap(title, width: FigureStyle.width, size: 13.5)
      for line in lines {
        canvas.text(line, 0, top + 13, style: "b", size: 13)
        top += 17
      }
      top += 4
    }
    var height = top
    switch content {
    case .plot(let plot):
      height += PlotDrawing(plot).draw(on: &canvas, x: 0, y: top, width: FigureStyle.width)
    case .heatMap(let map): height += HeatMapDrawing(map).draw(on: &canvas, y: top)
    case .panels(let panels): height += Self.draw(panels, on: &canvas, y: top)
    case .tile(let tile): height += tile.draw(on: &canvas, y: top)
    }
    let size = "0 0 \(Int(FigureStyle.width)) \(Int(height.rounded(.up)) + 2)"
    let head = "<svg role=\"img\" viewBox=\"\(size)\""
    let name = "<title>\(HTMLText.escape(title))</title>\n"
    switch setting {
    case .page: return "\(head)>\n\(name)\(canvas.elements)</svg>"
    case .file:
      return """
        \(head) xmlns="http://www.w3.org/2000/svg">
        \(name)<style>
        svg { color: #1c2126; }
        \(FigureStyle.css(scope: "svg"))
        @media screen and (prefers-color-scheme: dark) { svg { color: #dfe5ea; } }
        </style>
        \(canvas.elements)</svg>
        """
    }
  }

  /// Small plots in two columns; what all have in common is written once.
  private static func draw(_ panels: [Panel], on canvas: inout SVGCanvas, y: Double) -> Double {
    guard let first = panels.first?.plot else {
      canvas.text("no data", FigureStyle.width / 2, y + 50, .middle, style: "m")
      return 100
    }
    var top = y
    canvas.text(first.yAxis.title, 0, top + FigureStyle.type, style: "m")
    top += FigureStyle.leading + 6
    let columns = panels.count == 1 ? 1 : 2
    let gap = 14.0
    let width = (FigureStyle.width - gap * Double(columns - 1)) / Double(columns)
    for start in stride(from: 0, to: panels.count, by: columns) {
      var tallest = 0.0
      for column in 0..<min(columns, panels.count - start) {
        let panel = panels[start + column]
        let x = Double(column) * (width + gap)
        canvas.text(
          NameText.shortened(panel.title, limit: 30), x, top + 10, style: "b", size: 11)
        drawNames(of: panel.plot, on: &canvas, right: x + width, y: top + 10)
        let height = PlotDrawing(panel.plot, isPanel: true)
          .draw(on: &canvas, x: x, y: top + 12, width: width)
        tallest = max(tallest, height + 12)
      }
      top += tallest + 6
    }
    canvas.text(
      first.xAxis.title, FigureStyle.width / 2, top + FigureStyle.type, .middle, style: "m")
    return top + FigureStyle.leading + 4 - y
  }

  /// The names of several histograms in their colors, ending at `right`.
  private static func drawNames(
    of plot: LinePlot, on canvas: inout SVGCanvas, right: Double, y: Double
  ) {
    guard plot.series.count > 1, plot.series.allSatisfy(\.isBars) else { return }
    var place = right
    for (index, series) in plot.series.enumerated().reversed() {
      canvas.text(series.name, place, y, .end, style: FigureStyle.fill(index), size: 10)
      place -= TextLayout.width(series.name, size: 10) + 8
    }
  }
}

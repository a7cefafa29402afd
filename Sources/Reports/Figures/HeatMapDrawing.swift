import Foundation

/// Draws a matrix as colored cells, or as an image where the cells are many.
struct HeatMapDrawing {
  let map: HeatMap
  private let type = FigureStyle.type

  init(_ map: HeatMap) { self.map = map }

  private var rows: Int { map.values.count }
  private var columns: Int { map.values.first?.count ?? 0 }

  /// Draws with the upper left corner at 0, `y`; returns the height taken.
  func draw(on canvas: inout SVGCanvas, y: Double) -> Double {
    let (rowNames, columnNames) = (names(map.yAxis), names(map.xAxis))
    let tickSize = 10.5
    canvas.text(map.yAxis.title, 0, y + type, style: "m")
    let top = y + FigureStyle.leading + 6
    let rowTicks = rowNames ?? ["\(max(rows, 1) - 1)"]
    let shortRows = rowTicks.map { NameText.shortened($0, limit: 18) }
    let left = TextLayout.width(shortRows, size: tickSize) + 8
    let right = map.showsCounts ? FigureStyle.width - 4 : FigureStyle.width - 62
    let width = right - left
    let isDrawable = map.values.joined().contains(where: map.color.canShow)
    guard rows > 0, columns > 0, isDrawable else {
      canvas.text("no data", (left + right) / 2, top + 50, .middle, style: "m")
      return 120
    }
    // Cells are square unless that makes the map very tall or flat.
    let ratio = Double(rows) / Double(columns)
    let height =
      map.showsCounts
      ? min(width, Double(rows) * 30) : min(max(width * ratio, 90), 330)
    let bottom = top + height
    if map.showsCounts {
      drawCells(on: &canvas, left: left, top: top, width: width, height: height)
    } else {
      drawImage(on: &canvas, left: left, top: top, width: width, height: height)
      drawColorBar(on: &canvas, x: right + 12, top: top, height: min(height, 220))
    }
    // Names, or numbers at round places.
    let rowStep =
      rowNames == nil ? Self.step(rows) : max(1, Int((12 * Double(rows) / height).rounded(.up)))
    for row in stride(from: 0, to: rows, by: rowStep) {
      let place = top + (Double(row) + 0.5) * height / Double(rows)
      let name = rowNames.map { NameText.shortened($0[row], limit: 18) } ?? "\(row)"
      canvas.text(name, left - 5, place + 0.35 * tickSize, .end, style: "m", size: tickSize)
    }
    var below = tickSize + 5
    if let columnNames {
      let layout = NameLayout(columnNames, length: width, size: tickSize)
      for column in stride(from: 0, to: columns, by: layout.stride) {
        let place = left + (Double(column) + 0.5) * width / Double(columns)
        if layout.angle == 0 {
          canvas.text(
            layout.texts[column], place, bottom + 3 + tickSize, .middle, style: "m", size: tickSize)
        } else {
          canvas.text(
            layout.texts[column], place + 0.35 * tickSize, bottom + 6, .end, style: "m",
            size: tickSize, angle: -90)
        }
      }
      below = layout.height + 4
    } else {
      for column in stride(from: 0, to: columns, by: Self.step(columns)) {
        let place = left + (Double(column) + 0.5) * width / Double(columns)
        canvas.text(
          "\(column)", place, bottom + 3 + tickSize, .middle, style: "m", size: tickSize)
      }
    }
    canvas.text(map.xAxis.title, (left + right) / 2, bottom + below + type, .middle, style: "m")
    return bottom + below + FigureStyle.leading + 4 - y
  }

  private func names(_ axis: FigureAxis) -> [String]? {
    if case .categories(let names) = axis.scale { names } else { nil }
  }

  /// A round interval that gives at most nine numbers.
  private static func step(_ count: Int) -> Int {
    var step = 1
    while count / step > 8 { step *= 2 }
    return step
  }

  /// Counts shaded by their share of the row.
  private func drawCells(
    on canvas: inout SVGCanvas, left: Double, top: Double, width: Double, height: Double
  ) {
    let (w, h) = (width / Double(columns), height / Double(rows))
    let size = min(11, 0.6 * h, 0.42 * w)
    for (row, values) in map.values.enumerated() {
      let sum = values.reduce(0, +)
      for (column, value) in values.enumerated() {
        let share = sum > 0 ? value / sum : 0
        let (x, y) = (left + Double(column) * w, top + Double(row) * h)
        // Hits and errors differ in hue, not in shade alone.
        canvas.rectangle(
          x + 0.5, y + 0.5, w - 1, h - 1, value > 0 ? (row == column ? "f0" : "f1") : "k",
          opacity: value > 0 ? 0.18 + 0.5 * share : 0.05)
        if value > 0, size >= 5 {
          canvas.text(
            TypographicNumber.text(value, decimals: 0), x + w / 2, y + h / 2 + 0.35 * size, .middle,
            size: size)
        }
      }
    }
  }

  private func transformed(_ value: Double) -> Double {
    map.color.scale == .logarithmic ? log10(value) : value
  }

  private func drawImage(
    on canvas: inout SVGCanvas, left: Double, top: Double, width: Double, height: Double
  ) {
    let (low, high) = colorRange
    let pixels = map.values.map { row in
      row.map { value -> UInt8 in
        guard map.color.canShow(value) else { return 0 }
        let part = high > low ? (transformed(value) - low) / (high - low) : 0.5
        return UInt8(min(max(part, 0), 1) * 254 + 1)
      }
    }
    let data = PixelImage.png(pixels, palette: Viridis.palette).base64EncodedString()
    func text(_ value: Double) -> String { SVGCanvas.number(value) }
    canvas.add(
      "<image x=\"\(text(left))\" y=\"\(text(top))\" width=\"\(text(width))\" "
        + "height=\"\(text(height))\" preserveAspectRatio=\"none\" "
        + "style=\"image-rendering:pixelated\" href=\"data:image/png;base64,\(data)\"/>")
  }

  private var colorRange: (Double, Double) {
    if let limits = map.color.limits {
      return (transformed(limits.lowerBound), transformed(limits.upperBound))
    }
    let all = map.values.joined().filter(map.color.canShow).map(transformed)
    return (all.min() ?? 0, all.max() ?? 1)
  }

  private func drawColorBar(on canvas: inout SVGCanvas, x: Double, top: Double, height: Double) {
    let steps = 32
    for k in 0..<steps {
      let color = Viridis.palette[1 + (254 * (steps - 1 - k)) / (steps - 1)]
      let hex = color.map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()
      canvas.add(
        "<rect fill=\"#\(hex)\" x=\"\(SVGCanvas.number(x))\" "
          + "y=\"\(SVGCanvas.number(top + Double(k) * height / Double(steps)))\" width=\"10\" "
          + "height=\"\(SVGCanvas.number(height / Double(steps) + 0.3))\"/>")
    }
    let (low, high) = colorRange
    let isLogarithmic = map.color.scale == .logarithmic
    func value(_ own: Double) -> Double { isLogarithmic ? pow(10, own) : own }
    var axis = map.color
    axis.limits = high > low ? value(low)...value(high) : nil
    let scale = AxisScale(axis, values: [value(low)], from: top + height, to: top)
    for tick in scale.ticks(5) {
      canvas.text(
        tick.text, x + 14, scale.place(tick.value) + 3.5, style: "m", size: 10)
    }
    let title = scale.unit.isEmpty ? map.color.label : "\(map.color.label) (\(scale.unit))"
    canvas.text(title, FigureStyle.width, top - 8, .end, style: "m")
  }
}

/// Viridis (S. van der Walt, N. Smith, 2015): equal steps look equal, in gray print too.
enum Viridis {
  private static let anchors: [[Double]] = [
    [68, 1, 84], [72, 40, 120], [62, 74, 137], [49, 104, 142], [38, 130, 142], [31, 158, 137],
    [53, 183, 121], [109, 205, 89], [180, 222, 44], [253, 231, 37],
  ]

  /// 256 colors: gray for what cannot be shown, then 255 from the lowest to the highest value.
  static let palette: [[UInt8]] =
    [[128, 128, 128]]
    + (0..<255).map { k in
      let place = Double(k) / 254 * Double(anchors.count - 1)
      let index = min(Int(place), anchors.count - 2)
      let part = place - Double(index)
      return (0..<3).map {
        UInt8((anchors[index][$0] * (1 - part) + anchors[index + 1][$0] * part).rounded())
      }
    }
}

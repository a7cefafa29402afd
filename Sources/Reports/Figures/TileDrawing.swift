import Files

/// A drawing of one array: its lines, cells, drivers, converters and parasitic resistances.
public struct TileDrawing: Sendable, Equatable {
  /// An end of a line, or both: `near` is where positions along it are 0.
  public enum End: String, Sendable { case near, far, both }

  /// How signed weights take bit lines.
  public enum Columns: Sendable, Equatable {
    /// A bit line for each output.
    case single
    /// Two for each output, subtracted before the converter or after two conversions.
    case pairs(convertersPerPair: Int)
    /// Both cells of a pair on one bit line.
    case interleaved
  }

  /// The lines that feed the cells.
  public enum Feed: Sendable {
    /// Word lines, which inputs drive.
    case wordLines
    /// Source lines beside the bit lines; inputs drive gates of select transistors.
    case sourceLines
    /// The same with source lines beside the word lines.
    case crossingSourceLines

    var isGated: Bool { self != .wordLines }
  }

  public var wordLines: Int, bitLines: Int
  public var columns: Columns
  /// The lines that feed the cells.
  public var feed: Feed
  /// Driven end of the lines that feed the cells, and sensed end of the bit lines.
  public var drive: End, sense: End
  /// Resistances with their units; `nil` for none: a segment of the lines that feed the cells, one
  /// of the bit lines, those in series with the driver and with the sense terminal.
  public var feedSegment: String?, bitLineSegment: String?, driver: String?, terminal: String?
  /// The words on a converter: "8 bit".
  public var converter: String
  /// Voltage at full input.
  public var readVoltage: String

  var csv: String {
    let rows = [
      ("word lines", "\(wordLines)"), ("bit lines", "\(bitLines)"),
      ("cells fed by", fedBy),
      ("driven end", drive.rawValue), ("sensed end", sense.rawValue),
      ("segment of the feeding line", feedSegment ?? "0"),
      ("segment of the bit line", bitLineSegment ?? "0"), ("driver", driver ?? "0"),
      ("sense terminal", terminal ?? "0"), ("converter", converter),
      ("read voltage", readVoltage),
    ]
    return CSV.line(["part", "value"]) + rows.map { CSV.line([$0.0, $0.1]) }.joined()
  }

  private var fedBy: String {
    switch feed {
    case .wordLines: "word lines"
    case .sourceLines: "source lines, gates on word lines"
    case .crossingSourceLines: "source lines along the word lines, gates on word lines"
    }
  }

  private var isGated: Bool { feed.isGated }
  /// Whether source lines run down beside the bit lines.
  private var feedsAlongBitLines: Bool { feed == .sourceLines }

  // MARK: Drawing

  private var rowPlaces: [Double] { [0, 46, 118] }
  /// Bit lines: place along x and sign of their weights.
  private var lines: [(x: Double, sign: Int)] {
    switch columns {
    case .pairs: [(0, 1), (44, -1), (100, 1), (144, -1), (228, 1), (272, -1)]
    case .single, .interleaved: [(0, 1), (66, 1), (132, 1), (238, 1)]
    }
  }

  /// Draws with the upper left corner at 0, `y`; returns the height taken.
  func draw(on canvas: inout SVGCanvas, y: Double) -> Double {
    let left = 92.0
    let hasTop = sense != .far || (feedsAlongBitLines && drive != .far)
    let hasBottom = sense != .near || (feedsAlongBitLines && drive != .near)
    let top = y + (hasTop ? 92 : 34)
    let rows = rowPlaces.map { top + 18 + $0 }
    let bottom = rows[2] + 40
    let right = left + (lines.last?.x ?? 0) + 40
    drawHeads(on: &canvas, y: y, left: left)
    drawWordLines(on: &canvas, rows: rows, left: left, right: right)
    for line in lines {
      drawBitLine(on: &canvas, x: left + 22 + line.x, top: top, bottom: bottom, rows: rows)
      for row in rows {
        drawCell(on: &canvas, x: left + 22 + line.x, y: row, sign: line.sign)
      }
    }
    let gapX = left + 22 + gapPlace
    for row in rows { canvas.text("…", gapX, row + 3, .middle) }
    canvas.text("⋮", left - 30, (rows[1] + rows[2]) / 2 + 10, .middle)
    if sense != .far { drawConverters(on: &canvas, from: top, left: left, isTop: true) }
    if sense != .near { drawConverters(on: &canvas, from: bottom, left: left, isTop: false) }
    let end = bottom + (hasBottom ? 78 : 14)
    return drawKey(on: &canvas, y: end) - y
  }

  private var gapPlace: Double {
    let last = lines.count - (isPaired ? 2 : 1)
    return (lines[last - 1].x + lines[last].x) / 2 + 2
  }

  private var isPaired: Bool { if case .pairs = columns { true } else { false } }

  private func drawHeads(on canvas: inout SVGCanvas, y: Double, left: Double) {
    canvas.text(
      "\(wordLines) word lines × \(bitLines) bit lines", FigureStyle.width / 2, y + 13, .middle,
      style: "b")
  }

  private func drawWordLines(
    on canvas: inout SVGCanvas, rows: [Double], left: Double, right: Double
  ) {
    let names = ["0", "1", "\(wordLines - 1)"]
    let drivesLeft = isGated || drive != .far
    let drivesRight = !isGated && drive != .near
    for (row, name) in zip(rows, names) {
      canvas.line(left - 12, row, right, row, "a", dash: isGated ? "5 2" : nil)
      canvas.text(name, left - 44, row + 4, .end, style: "m", size: 10.5)
      if drivesLeft {
        canvas.polygon([(left - 36, row - 8), (left - 36, row + 8), (left - 20, row)], "n")
        canvas.line(left - 20, row, left - 12, row, "a")
      }
      if drivesRight {
        canvas.polygon([(right + 24, row - 8), (right + 24, row + 8), (right + 8, row)], "n")
        canvas.line(right, row, right + 8, row, "a")
      }
      if feed == .crossingSourceLines {
        drawSourceLine(on: &canvas, y: row + 20, left: left - 12, right: right)
      }
    }
    canvas.text(
      isGated ? "input bits" : "inputs", left - 36, rows[0] - 16, .middle, style: "m", size: 10.5)
    if !feedsAlongBitLines, feedSegment != nil {
      let y = rows[0] + (isGated ? 20 : 0)
      for x in resistorPlaces(left) { Resistor.draw(on: &canvas, x, y, isVertical: false) }
    }
  }

  /// A source line beside a word line, with its terminals.
  private func drawSourceLine(on canvas: inout SVGCanvas, y: Double, left: Double, right: Double) {
    canvas.line(left, y, right, y, "a")
    let ends = drive == .both ? [left, right] : [drive == .near ? left : right]
    for place in ends { canvas.circle(place, y, 3, "k") }
  }

  private func resistorPlaces(_ left: Double) -> [Double] {
    [left + 22 + (lines[0].x + lines[1].x) / 2 - 4]
  }

  private func drawBitLine(
    on canvas: inout SVGCanvas, x: Double, top: Double, bottom: Double, rows: [Double]
  ) {
    let places = [rows[0] + 32, rows[1] + 42]
    drawLine(on: &canvas, x + 10, top, bottom, resistors: bitLineSegment == nil ? [] : places)
    guard feedsAlongBitLines else { return }
    // Their terminals keep clear of the subtraction below the bit lines.
    let (start, end) = (top + 4, bottom - 12)
    drawLine(on: &canvas, x - 12, start, end, resistors: feedSegment == nil ? [] : places)
    let ends = drive == .both ? [start, end] : [drive == .near ? start : end]
    for place in ends { canvas.circle(x - 12, place, 3, "k") }
  }

  /// A vertical line with resistors in it.
  private func drawLine(
    on canvas: inout SVGCanvas, _ x: Double, _ top: Double, _ bottom: Double, resistors: [Double]
  ) {
    var start = top
    for place in resistors {
      canvas.line(x, start, x, place - 6, "a")
      Resistor.draw(on: &canvas, x, place, isVertical: true)
      start = place + 6
    }
    canvas.line(x, start, x, bottom, "a")
  }

  private func drawCell(on canvas: inout SVGCanvas, x: Double, y: Double, sign: Int) {
    let style = sign > 0 ? "f0" : "f1"
    if isGated {
      // Source line, transistor, cell, bit line.
      canvas.line(x - 12, y + 11, x + 10, y + 11, "a")
      if feed == .crossingSourceLines { canvas.line(x - 12, y + 11, x - 12, y + 20, "a") }
      canvas.line(x - 6, y, x - 6, y + 7, "a")
      canvas.line(x - 9, y + 7.5, x - 3, y + 7.5, "a")
      canvas.rectangle(x - 1, y + 7, 9, 8, style, radius: 1.5)
    } else {
      let offsets = columns == .interleaved ? [-7.0, 3.0] : [-3.0]
      for (k, offset) in offsets.enumerated() {
        canvas.line(x + offset, y, x + offset, y + 18, "a")
        canvas.line(x + offset, y + 18, x + 10, y + 18, "a")
        canvas.rectangle(x + offset - 4, y + 4, 8, 10, k == 0 ? style : "f1", radius: 1.5)
      }
    }
    if isGated, columns == .interleaved {
      canvas.rectangle(x - 1, y + 17, 9, 6, "f1", radius: 1.5)
    }
  }

  private func drawConverters(
    on canvas: inout SVGCanvas, from edge: Double, left: Double, isTop: Bool
  ) {
    let direction = isTop ? -1.0 : 1.0
    func box(_ x: Double, _ width: Double, _ y: Double) {
      let box = isTop ? y - 22 : y
      canvas.rectangle(x - width / 2, box, width, 22, "n", radius: 3)
      canvas.text("ADC", x, box + 14.5, .middle, size: 10)
    }
    let start = edge + direction * 22
    if case .pairs(let converters) = columns, converters == 1 {
      for pair in stride(from: 0, to: lines.count, by: 2) {
        let (a, b) = (left + 32 + lines[pair].x, left + 32 + lines[pair + 1].x)
        let middle = (a + b) / 2
        canvas.path(
          [(a, edge), (a, edge + direction * 8), (middle - 8, edge + direction * 8)], "a")
        canvas.path(
          [(b, edge), (b, edge + direction * 8), (middle + 8, edge + direction * 8)], "a")
        canvas.circle(middle, edge + direction * 8, 8, "n")
        canvas.text("−", middle, edge + direction * 8 + 4, .middle)
        canvas.line(middle, edge + direction * 16, middle, start, "a")
        box(middle, 36, start)
      }
    } else {
      for line in lines {
        let x = left + 32 + line.x
        canvas.line(x, edge, x, start, "a")
        box(x, 32, start)
      }
    }
  }

  /// What the symbols stand for, one line each; returns where they end.
  private func drawKey(on canvas: inout SVGCanvas, y: Double) -> Double {
    var place = y
    func line(_ text: String, _ symbol: (inout SVGCanvas, Double) -> Void) {
      let lines = TextLayout.wrap(text, width: FigureStyle.width - 34, size: 11.5)
      symbol(&canvas, place)
      for own in lines {
        canvas.text(own, 30, place + 4, style: "t", size: 11.5)
        place += 15
      }
      place += 2
    }
    if let bitLineSegment {
      line("bit-line segment between two cells: \(bitLineSegment)") {
        Resistor.draw(on: &$0, 13, $1, isVertical: false)
      }
    }
    if let feedSegment {
      line("\(isGated ? "source" : "word")-line segment between two cells: \(feedSegment)") {
        Resistor.draw(on: &$0, 13, $1, isVertical: false)
      }
    }
    let ends = [
      driver.map { "driver \($0)" }, terminal.map { "sense terminal \($0)" },
    ].compactMap { $0 }
    if !ends.isEmpty {
      line("in series at the ends of lines: " + ends.joined(separator: ", ")) {
        Resistor.draw(on: &$0, 13, $1, isVertical: false)
      }
    }
    let signs = columns == .single ? "cell" : "cells of positive and negative weights"
    line(signs) { canvas, y in
      canvas.rectangle(4, y - 4, 8, 8, "f0", radius: 1.5)
      if columns != .single { canvas.rectangle(15, y - 4, 8, 8, "f1", radius: 1.5) }
    }
    if isGated {
      line("source lines, driven at \(readVoltage) at \(Self.word(drive))") {
        $0.circle(13, $1, 3, "k")
      }
    } else {
      line("word lines, driven by inputs up to \(readVoltage) at \(Self.word(drive))") {
        $0.polygon([(7, $1 - 6), (7, $1 + 6), (19, $1)], "n")
      }
    }
    line("converters (\(converter)) at \(Self.word(sense)) of bit lines") {
      $0.rectangle(4, $1 - 6, 20, 12, "n", radius: 2)
    }
    return place
  }

  private static func word(_ end: End) -> String {
    switch end {
    case .near: "the near ends"
    case .far: "the far ends"
    case .both: "both ends"
    }
  }
}

/// The zigzag of a resistor.
enum Resistor {
  static func draw(on canvas: inout SVGCanvas, _ x: Double, _ y: Double, isVertical: Bool) {
    let across = [0.0, 3, -3, 3, -3, 3, 0]
    let points = across.enumerated().map { k, offset -> (x: Double, y: Double) in
      let along = Double(k) * 2 - 6
      return isVertical ? (x + offset, y + along) : (x + along, y + offset)
    }
    canvas.path(points, "e c2")
  }
}

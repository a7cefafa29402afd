/// Elements of an SVG drawing, in the order in which they are painted.
///
/// Colors are classes (`FigureStyle`), so that a drawing follows a light and a dark page.
struct SVGCanvas {
  private(set) var elements = ""

  /// Which end of a text its place is.
  enum Anchor: String { case start, middle, end }

  /// A number with at most two decimals.
  static func number(_ value: Double) -> String {
    let rounded = (value * 100).rounded() / 100
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }

  mutating func add(_ element: String) { elements += element + "\n" }

  mutating func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String, dash: String? = nil
  ) {
    add(
      "<line class=\"\(style)\" x1=\"\(Self.number(x1))\" y1=\"\(Self.number(y1))\" "
        + "x2=\"\(Self.number(x2))\" y2=\"\(Self.number(y2))\"\(Self.dashes(dash))/>")
  }

  mutating func path(_ points: [(x: Double, y: Double)], _ style: String, dash: String? = nil) {
    let text = points.map { "\(Self.number($0.x)),\(Self.number($0.y))" }.joined(separator: " ")
    add("<polyline class=\"\(style)\" points=\"\(text)\"\(Self.dashes(dash))/>")
  }

  mutating func polygon(_ points: [(x: Double, y: Double)], _ style: String) {
    let text = points.map { "\(Self.number($0.x)),\(Self.number($0.y))" }.joined(separator: " ")
    add("<polygon class=\"\(style)\" points=\"\(text)\"/>")
  }

  mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String,
    opacity: Double? = nil, radius: Double? = nil
  ) {
    let faint = opacity.map { " fill-opacity=\"\(Self.number($0))\"" } ?? ""
    let round = radius.map { " rx=\"\(Self.number($0))\"" } ?? ""
    add(
      "<rect class=\"\(style)\" x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" "
        + "width=\"\(Self.number(width))\" height=\"\(Self.number(height))\"\(faint)\(round)/>")
  }

  mutating func circle(_ x: Double, _ y: Double, _ radius: Double, _ style: String) {
    add(
      "<circle class=\"\(style)\" cx=\"\(Self.number(x))\" cy=\"\(Self.number(y))\" "
        + "r=\"\(Self.number(radius))\"/>")
  }

  /// A line of text with its baseline at `y`, turned by `angle` degrees around its place.
  mutating func text(
    _ text: String, _ x: Double, _ y: Double, _ anchor: Anchor = .start, style: String = "t",
    size: Double? = nil, angle: Double = 0
  ) {
    let turn =
      angle == 0
      ? ""
      : " transform=\"rotate(\(Self.number(angle)) \(Self.number(x)) \(Self.number(y)))\""
    let font = size.map { " font-size=\"\(Self.number($0))\"" } ?? ""
    let place = anchor == .start ? "" : " text-anchor=\"\(anchor.rawValue)\""
    add(
      "<text class=\"\(style)\" x=\"\(Self.number(x))\" y=\"\(Self.number(y))\"\(place)\(font)"
        + "\(turn)>\(SymbolText(text).svg)</text>")
  }

  /// Lines of text, the first one with its baseline at `y`.
  mutating func text(
    _ lines: [String], _ x: Double, _ y: Double, _ anchor: Anchor = .start, style: String = "t",
    leading: Double
  ) {
    for (k, line) in lines.enumerated() {
      text(line, x, y + Double(k) * leading, anchor, style: style)
    }
  }

  private static func dashes(_ dash: String?) -> String {
    dash.map { " stroke-dasharray=\"\($0)\"" } ?? ""
  }
}

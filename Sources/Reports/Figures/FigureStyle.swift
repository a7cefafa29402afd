/// Colors, dashes, markers and type of every figure.
enum FigureStyle {
  /// Width of the coordinate system of every figure: that of a phone, so that 12 units of type are
  /// legible there.
  static let width = 440.0
  static let type = 12.0
  static let leading = 14.0

  /// Distinguishable with common color vision deficiencies; on light and on dark ground.
  private static let light = [
    "#1f6fb2", "#c8560a", "#16815f", "#9a3f86", "#8c6a00", "#6b6b6b", "#b32d41", "#2b8496",
  ]
  private static let dark = [
    "#6cb2ee", "#f2934d", "#4fc79e", "#dd8fcb", "#d9b53f", "#a9a9a9", "#f0808f", "#67c5d6",
  ]
  static var colorCount: Int { light.count }

  /// The dash of the series at `index`; `nil` for a solid line.
  static func dash(_ index: Int) -> String? {
    [nil, "7 3", "2 2.5", "9 3 2 3", "4 2", "12 3", "1 3", "6 2 1 2 1 2"][index % 8]
  }

  static func stroke(_ index: Int) -> String { "s c\(index % colorCount)" }
  static func fill(_ index: Int) -> String { "f\(index % colorCount)" }

  /// The same typeface as the page.
  static let fonts =
    "system-ui, -apple-system, \"Segoe UI\", Roboto, \"DejaVu Sans\", sans-serif"

  /// Rules for the classes of drawings; `scope` is the selector of their `svg` element.
  static func css(scope: String) -> String {
    func colors(_ palette: [String]) -> String {
      palette.enumerated().map { index, color in
        "\(scope) .c\(index) { stroke: \(color); } \(scope) .f\(index) { fill: \(color); }"
      }.joined(separator: "\n")
    }
    return """
      \(scope) { font-family: \(fonts); font-size: \(Int(type))px; }
      \(scope) text { stroke: none; }
      \(scope) .t { fill: currentColor; }
      \(scope) .m { fill: currentColor; fill-opacity: 0.75; }
      \(scope) .b { fill: currentColor; font-weight: 600; }
      \(scope) .a { fill: none; stroke: currentColor; stroke-opacity: 0.7; stroke-width: 1; }
      \(scope) .g { fill: none; stroke: currentColor; stroke-opacity: 0.14; stroke-width: 1; }
      \(scope) .n { fill: currentColor; fill-opacity: 0.16; }
      \(scope) .k { fill: currentColor; }
      \(scope) .s { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
      \(scope) .e { fill: none; stroke-width: 1.1; }
      \(colors(light))
      @media screen and (prefers-color-scheme: dark) {
      \(colors(dark))
      }
      """
  }
}

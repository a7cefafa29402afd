/// Room for the text around a drawing, estimated from its length: SVG carries no font metrics, and
/// the margins that gnuplot chooses clip long names.
enum FigureLayout {
  static let width = 760.0
  /// Generous average of a letter of the 14-pixel font.
  static let letter = 8.0
  /// Room for names along x, besides the y axis and margin.
  static let plotWidth = 640.0
  static let lineHeight = 23.0

  /// How the names along x are written.
  struct Names: Equatable {
    /// Slant in degrees: 0, 40 or 90.
    var angle = 0
    /// Interval of the names that are written.
    var stride = 1
    /// Pixels below the axis.
    var height = 20.0
    /// Pixels by which the leftmost names reach to the left of the axis.
    var overhang = 0.0
  }

  /// The flattest way to write `names` that keeps them apart.
  static func names(_ names: [String]) -> Names {
    let space = plotWidth / Double(max(1, names.count))
    let lengths = names.map { Double(DisplayWidth.of($0)) * letter }
    let longest = lengths.max() ?? 0
    if longest + letter <= space { return Names() }
    // At 40°, lines of text are apart by the space times sin 40° = 0.64; cos 40° = 0.77.
    if space * 0.64 >= 15 {
      let reach = zip(lengths.indices, lengths).map { $1 * 0.77 - (Double($0) + 0.5) * space }
      return Names(
        angle: 40, height: longest * 0.64 + 16, overhang: max(0, reach.max() ?? 0))
    }
    return Names(angle: 90, stride: Int((15 / space).rounded(.up)), height: longest + 8)
  }

  /// Rows of the legend of `names`, which gnuplot sets in equal columns.
  static func legendRows(_ names: [String]) -> Int {
    guard names.count > 1 else { return 0 }
    let longest = Double(names.map(DisplayWidth.of).max() ?? 0) * letter + 60
    let columns = max(1, Int(plotWidth / longest))
    return (names.count + columns - 1) / columns
  }

  /// `text` in lines of at most `columns`, broken between words; longer words stay whole.
  static func wrap(_ text: String, columns: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(whereSeparator: \.isWhitespace) {
      if let last = lines.last, DisplayWidth.of(last) + 1 + DisplayWidth.of(String(word)) <= columns
      {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines.isEmpty ? [""] : lines
  }
}

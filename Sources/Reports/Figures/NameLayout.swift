/// How names along the x axis are written: flat, upright, or only some of them.
struct NameLayout: Equatable {
  /// Degrees: 0 or 90.
  var angle = 0
  /// Interval of the names that are written.
  var stride = 1
  /// Room below the axis.
  var height: Double
  /// The names, shortened in their middles where they are very long.
  var texts: [String]

  /// The flattest way to write `names` along `length` that keeps them apart.
  init(_ names: [String], length: Double, size: Double) {
    let space = length / Double(max(1, names.count))
    let longest = TextLayout.width(names, size: size)
    texts = names
    height = size + 4
    guard longest + size / 2 > space else { return }
    texts = names.map { NameText.shortened($0, limit: 24) }
    angle = 90
    height = TextLayout.width(texts, size: size) + 8
    stride = max(1, Int((size * 1.15 / space).rounded(.up)))
  }
}

/// Long names of layers and paths.
enum NameText {
  /// `name` with at most `limit` characters, the middle left out: ends of names tell them apart.
  static func shortened(_ name: String, limit: Int) -> String {
    guard name.count > limit else { return name }
    let head = (limit - 1) / 3
    return name.prefix(head) + "…" + name.suffix(limit - 1 - head)
  }
}

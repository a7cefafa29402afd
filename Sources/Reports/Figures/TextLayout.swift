/// Room that text takes in a drawing, estimated: SVG carries no font metrics.
///
/// Widths are those of DejaVu Sans, wider than most system fonts: text then never needs more room
/// than it was given.
enum TextLayout {
  /// Width of `text` in a font of `size`, in the unit of `size`.
  static func width(_ text: String, size: Double) -> Double {
    size * text.unicodeScalars.reduce(0) { $0 + advance($1) }
  }

  /// Widest of `lines`.
  static func width(_ lines: [String], size: Double) -> Double {
    lines.reduce(0) { max($0, width($1, size: size)) }
  }

  private static func advance(_ scalar: Unicode.Scalar) -> Double {
    switch scalar {
    case "i", "j", "l", ".", ",", ":", ";", "'", "|", "!", " ": 0.33
    case "f", "t", "r", "(", ")", "[", "]", "/", "-", "I": 0.41
    case "m", "M", "W", "%", "@": 0.97
    case "w", "−", "+", "=", "<", ">", "×", "±": 0.84
    case "A"..."Z": 0.7
    case "a"..."z", "0"..."9": 0.635
    default:
      switch scalar.properties.generalCategory {
      case .nonspacingMark, .enclosingMark, .format, .control: 0
      default: scalar.value < 0x1100 || 0x2000..<0x2E80 ~= scalar.value ? 0.7 : 1.1
      }
    }
  }

  /// `text` in lines no wider than `width` in a font of `size`, broken between words; longer words
  /// stay whole.
  static func wrap(_ text: String, width limit: Double, size: Double) -> [String] {
    var lines: [String] = []
    for word in text.split(whereSeparator: \.isWhitespace) {
      if let last = lines.last, width("\(last) \(word)", size: size) <= limit {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines.isEmpty ? [""] : lines
  }
}

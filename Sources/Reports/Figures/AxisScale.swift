import Foundation

/// The values of an axis on a length of the drawing, with ticks.
struct AxisScale {
  let axis: FigureAxis
  /// Shown interval, in the logarithm for a logarithmic axis.
  let low: Double, high: Double
  /// Where its ends are drawn.
  let from: Double, to: Double
  /// Values are divided by it before they are printed with `unit`.
  let factor: Double
  let unit: String

  /// An axis that shows `values`, with a margin on both sides unless the axis has limits, or down
  /// to zero.
  init(
    _ axis: FigureAxis, values: [Double], from: Double, to: Double, margin: Double = 0.04,
    includesZero: Bool = false, endsAtValues: Bool = false
  ) {
    self.axis = axis
    self.from = from
    self.to = to
    var values = values.filter { axis.canShow($0) }
    if includesZero, axis.scale == .linear { values.append(0) }
    let isLogarithmic = axis.scale == .logarithmic
    func own(_ value: Double) -> Double { isLogarithmic ? log10(value) : value }
    if case .categories(let names) = axis.scale, axis.limits == nil {
      (low, high) = (-0.5, Double(max(1, names.count)) - 0.5)
    } else if let limits = axis.limits, !isLogarithmic || limits.lowerBound > 0 {
      (low, high) = (own(limits.lowerBound), own(limits.upperBound))
    } else if let least = values.min(), let most = values.max() {
      let (start, end) = (own(least), own(most))
      let pad =
        end > start
        ? (endsAtValues ? 0 : margin * (end - start))
        : isLogarithmic ? 0.5 : max(start.magnitude * 0.05, start == 0 ? 1 : 0)
      // Bars stand on zero.
      let standsOnZero = includesZero && least >= 0 && !isLogarithmic
      (low, high) = (standsOnZero ? 0 : start - pad, end + pad)
    } else {
      (low, high) = isLogarithmic ? (0, 1) : (0, 10)
    }
    (factor, unit) = Self.prefix(axis, largest: max(low.magnitude, high.magnitude))
  }

  /// The prefix with which the largest value has one to three digits before its point.
  private static func prefix(_ axis: FigureAxis, largest: Double) -> (Double, String) {
    guard axis.scale == .linear, ["A", "V", "S", "Ω", "s", "W", "J", "F"].contains(axis.unit),
      largest > 0, largest.isFinite
    else { return (1, axis.unit) }
    let group = min(max(Int((log10(largest) / 3).rounded(.down)), -5), 4)
    let prefixes = ["f", "p", "n", "µ", "m", "", "k", "M", "G", "T"]
    return (pow(10, Double(3 * group)), prefixes[group + 5] + axis.unit)
  }

  /// The axis with its unit as printed.
  var title: String { unit.isEmpty ? axis.label : "\(axis.label) (\(unit))" }

  /// Where a value is drawn.
  func place(_ value: Double) -> Double {
    let own = axis.scale == .logarithmic ? log10(value) : value
    return from + (own - low) / (high - low) * (to - from)
  }

  /// Whether a value lies within the axis, up to rounding.
  func contains(_ value: Double) -> Bool {
    guard axis.canShow(value) else { return false }
    let own = axis.scale == .logarithmic ? log10(value) : value
    let slack = 1e-9 * (high - low)
    return own >= low - slack && own <= high + slack
  }

  /// Values with their texts, at most about `count`.
  func ticks(_ count: Int) -> [(value: Double, text: String)] {
    switch axis.scale {
    case .categories(let names): names.enumerated().map { (Double($0), $1) }
    case .linear: linearTicks(count)
    case .logarithmic: logarithmicTicks(count)
    }
  }

  private func linearTicks(_ count: Int) -> [(value: Double, text: String)] {
    let span = (high - low) / factor
    guard span > 0, span.isFinite else { return [] }
    let raw = span / Double(max(1, count))
    let power = pow(10, log10(raw).rounded(.down))
    let step = power * ([1.0, 2, 5, 10].first { $0 * power >= raw * 0.8 } ?? 10)
    let decimals = max(0, -Int(log10(step).rounded(.down)))
    let first = (low / factor / step - 1e-9).rounded(.up)
    let last = (high / factor / step + 1e-9).rounded(.down)
    guard last >= first, last - first < 1000 else { return [] }
    return stride(from: first, through: last, by: 1).map { k in
      let value = k * step
      let text =
        step >= 1e6 || step < 1e-6
        ? Self.power(value) : TypographicNumber.text(value, decimals: decimals)
      return (value * factor, text)
    }
  }

  private func logarithmicTicks(_ count: Int) -> [(value: Double, text: String)] {
    let (first, last) = (Int((low - 1e-9).rounded(.up)), Int((high + 1e-9).rounded(.down)))
    var found: [(value: Double, text: String)] = []
    if first <= last {
      let stride = max(1, (last - first + count) / max(1, count))
      for exponent in first...last where (exponent - first) % stride == 0 {
        found.append((pow(10, Double(exponent)), Self.decade(exponent)))
      }
    }
    // Less than two decades: 2 and 5 too.
    guard found.count < 3, high - low < 3 else { return found }
    for exponent in Int(low.rounded(.down))...Int(high.rounded(.up)) {
      for digit in [2.0, 5] {
        let value = digit * pow(10, Double(exponent))
        if contains(value) {
          found.append(
            (
              value,
              (-3...4).contains(exponent)
                ? TypographicNumber.text(value, decimals: max(0, -exponent)) : Self.power(value)
            ))
        }
      }
    }
    found.sort { $0.value < $1.value }
    while found.count > count + 2 {
      found = found.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
    }
    return found
  }

  /// A power of ten: 0.001 to 10000 in full.
  static func decade(_ exponent: Int) -> String {
    (-3...4).contains(exponent)
      ? TypographicNumber.text(pow(10, Double(exponent)), decimals: max(0, -exponent))
      : "10" + TypographicNumber.superscript(exponent)
  }

  private static func power(_ value: Double) -> String {
    guard value != 0 else { return "0" }
    let exponent = Int(log10(value.magnitude).rounded(.down))
    let mantissa = value / pow(10, Double(exponent))
    let digits = mantissa == mantissa.rounded() ? 0 : 1
    return TypographicNumber.text(mantissa, decimals: digits) + "·10"
      + TypographicNumber.superscript(exponent)
  }
}

/// Numbers as they are printed: a true minus sign, raised exponents.
enum TypographicNumber {
  static func text(_ value: Double, decimals: Int) -> String {
    let text = NumberFormat.fixed(value, digits: decimals)
    // What rounds to zero has no sign.
    let isZero = !text.contains { "123456789".contains($0) }
    return isZero ? text.replacingOccurrences(of: "-", with: "") : signs(text)
  }

  /// `text` with a minus sign for every hyphen before a digit that follows no letter or digit, and
  /// with raised exponents of ten in place of `e`.
  static func signs(_ text: String) -> String {
    // Most texts have neither; a regular expression takes long.
    guard mayHaveSigns(text) else { return text }
    return
      text
      // A number by itself only: hashes and names have an `e` between digits too.
      .replacing(/(^|[\s(])(-?\d(?:\.\d+)?)e(-?\d{1,3})(?=$|[\s),;])/) {
        "\($0.1)\($0.2)·10\(superscript(Int($0.3) ?? 0))"
      }
      .replacing(/(^|[\s(±…=])-(?=\d)/) { "\($0.1)−" }
  }

  /// Whether a hyphen, or an `e` behind a digit, stands before a digit or a hyphen.
  private static func mayHaveSigns(_ text: String) -> Bool {
    func isDigit(_ byte: UInt8) -> Bool {
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    var (previous, before): (UInt8, UInt8) = (0, 0)
    for byte in text.utf8 {
      if isDigit(byte) || byte == UInt8(ascii: "-") {
        if previous == UInt8(ascii: "-") || previous == UInt8(ascii: "e") && isDigit(before) {
          return true
        }
      }
      (before, previous) = (previous, byte)
    }
    return false
  }

  static func superscript(_ exponent: Int) -> String {
    let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    return (exponent < 0 ? "⁻" : "")
      + String("\(exponent.magnitude)".compactMap { $0.wholeNumberValue.map { digits[$0] } })
  }
}

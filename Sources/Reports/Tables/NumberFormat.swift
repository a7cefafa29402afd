import Foundation

/// Numbers as reports print them: independent of the locale, with a chosen number of digits.
public enum NumberFormat {
  /// `digits` significant digits; a power of ten outside 0.001 … 99999.
  public static func significant(_ value: Double, digits: Int = 3) -> String {
    guard value.isFinite else { return special(value) }
    guard value != 0 else { return "0" }
    let exponent = Self.exponent(value, digits: digits)
    guard exponent < -3 || exponent > 4 else { return fixed(value, digits: digits - 1 - exponent) }
    let mantissa = value / power(exponent)
    return "\(fixed(mantissa, digits: digits - 1))e\(exponent)"
  }

  /// `digits` significant digits with an SI prefix: "1.20 nA"; powers of ten beyond pico and tera.
  public static func engineering(_ value: Double, unit: String, digits: Int = 3) -> String {
    guard value.isFinite, value != 0 else {
      return (value == 0 ? "0" : special(value)) + " " + unit
    }
    let exponent = Self.exponent(value, digits: digits)
    let group = Int((Double(exponent) / 3).rounded(.down))
    let prefixes = ["f", "p", "n", "µ", "m", "", "k", "M", "G", "T"]
    guard prefixes.indices.contains(group + 5) else {
      return significant(value, digits: digits) + " " + unit
    }
    let scaled = value / power(3 * group)
    let decimals = max(0, digits - 1 - (exponent - 3 * group))
    return "\(fixed(scaled, digits: decimals)) \(prefixes[group + 5])\(unit)"
  }

  /// A fraction in percent with `decimals` decimals: "91.25 %".
  public static func percent(_ fraction: Double, decimals: Int = 2) -> String {
    fraction.isFinite ? fixed(100 * fraction, digits: decimals) + " %" : special(fraction)
  }

  /// `digits` decimals.
  public static func fixed(_ value: Double, digits: Int) -> String {
    guard value.isFinite else { return special(value) }
    return printed(value, "%.*f", digits: digits)
  }

  /// What `printf` makes of a value by a format of a precision and a value. `String(format:)` takes five
  /// times as long, which tables of thousands of nodes show.
  private static func printed(_ value: Double, _ format: String, digits: Int) -> String {
    let precision = max(0, digits)
    // The longest number has 309 digits before its point.
    return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: precision + 320) { text in
      unsafe withVaList([Int32(precision), value]) {
        _ = unsafe vsnprintf(text.baseAddress!, text.count, format, $0)
      }
      return unsafe String(cString: text.baseAddress!)
    }
  }

  /// The exponent of ten after rounding to `digits`: that of 9.996 at three digits is 1.
  private static func exponent(_ value: Double, digits: Int) -> Int {
    // Arithmetic tells, but where the value is next to a power of ten or what rounds up to it.
    let estimate = Int(log10(abs(value)).rounded(.down))
    if abs(estimate) < 300 {
      let mantissa = abs(value) / power(estimate)
      let above = 10 - 5 * power(-max(1, digits))
      if mantissa > 1 + 1e-9, mantissa < above - 1e-9 { return estimate }
    }
    let text = printed(value, "%.*e", digits: digits - 1)
    return text.split(separator: "e").last.flatMap { Int($0) } ?? 0
  }

  private static func power(_ exponent: Int) -> Double { pow(10, Double(exponent)) }

  private static func special(_ value: Double) -> String {
    value.isNaN ? "–" : value < 0 ? "−∞" : "∞"
  }
}

extension NumberFormat {
  /// A number of things: `1 tile`, `2 tiles`.
  public static func count(_ number: Int, _ thing: String) -> String {
    "\(number) \(thing)\(number == 1 ? "" : "s")"
  }

  /// Two significant digits in scientific notation, for errors and residuals: `3.1e-7`.
  public static func error(_ value: Double) -> String {
    value == 0 ? "0" : significant(value, digits: 2)
  }

  /// Seconds in readable units: `12.3 ms`, `4.56 s`, `2 min 05 s`.
  public static func seconds(_ value: Double) -> String {
    guard value >= 100, value.isFinite else { return engineering(value, unit: "s") }
    let whole = Int(value)
    let rest = whole % 60
    return "\(whole / 60) min \(rest < 10 ? "0" : "")\(rest) s"
  }

  /// A fraction in percent, with as many digits as it takes to differ from zero.
  public static func finePercent(_ fraction: Double) -> String {
    fraction.magnitude >= 1e-3 || fraction == 0
      ? percent(fraction) : significant(100 * fraction, digits: 2) + " %"
  }
}

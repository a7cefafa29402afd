import Netlist

/// A timing model of PSpice: least, typical and most seconds of each delay.
///
/// Which of them holds MNTYMXDLY says: 1 the least, 3 the most, else the typical one. What is missing
/// is estimated as ngspice does: typical times are the mean of least and most, or the one that is
/// there.
struct UTimes {
  static let kinds: Set<String> = ["ugate", "utgate", "ueff", "ugff"]
  private static let delays = [
    "tplh", "tphl", "tpclkqlh", "tpclkqhl", "tppcqlh", "tppcqhl", "tpdqlh", "tpdqhl", "tpgqlh",
    "tpgqhl", "tplz", "tphz", "tpzl", "tpzh",
  ]

  /// By name, such as `tplhty`.
  var seconds: [String: Double] = [:]
  /// MNTYMXDLY.
  var choice = 0.0

  /// Whether a parameter is a delay, or a constraint, which never changes a value.
  static func takes(_ name: String) -> Bool {
    guard name.count > 2, ["mn", "ty", "mx"].contains(name.suffix(2)) else { return false }
    return delays.contains(String(name.dropLast(2)))
      || ["tw", "ts", "th"].contains { name.hasPrefix($0) }
  }

  /// A delay; `nil` if the model does not have it.
  private func delay(_ name: String) -> Double? {
    let (least, typical, most) = (
      seconds["\(name)mn"], seconds["\(name)ty"], seconds["\(name)mx"]
    )
    if choice == 1, let least { return least }
    if choice == 3, let most { return most }
    if let typical { return typical }
    if let least, let most { return (least + most) / 2 }
    return most ?? least
  }

  private func longer(_ a: String, _ b: String) -> Double? {
    guard let first = delay(a) else { return delay(b) }
    return max(first, delay(b) ?? 0)
  }

  /// Delays of a gate: without any, as short as XSPICE has them.
  var edges: EdgeDelays {
    let (rise, fall) = (delay("tplh"), delay("tphl"))
    return EdgeDelays(rise: rise ?? fall ?? 1e-12, fall: fall ?? rise ?? 1e-12)
  }

  /// Puts the delays of a flip-flop in place of XSPICE's.
  func set(_ law: inout FlipFlopModel) {
    law.clockDelay = longer("tpclkqlh", "tpclkqhl") ?? law.clockDelay
    law.setDelay = delay("tppcqlh") ?? law.setDelay
    law.resetDelay = delay("tppcqhl") ?? law.resetDelay
  }

  /// Puts the delays of a latch in place of XSPICE's.
  func set(_ law: inout LatchModel) {
    law.dataDelay = longer("tpdqlh", "tpdqhl") ?? law.dataDelay
    law.enableDelay = longer("tpgqlh", "tpgqhl") ?? law.enableDelay
    law.setDelay = delay("tppcqlh") ?? law.setDelay
    law.resetDelay = delay("tppcqhl") ?? law.resetDelay
  }
}

/// The wording of a progress line; a pure function of counts and time.
public struct ProgressText: Sendable, Equatable {
  /// The task under way: "layer conv1".
  public var label: String
  /// The unit counted, in the plural: "images".
  public var unit: String
  public var total: Int

  /// Progress of `total` `unit` under `label`.
  public init(label: String, unit: String, total: Int) {
    self.label = label
    self.unit = unit
    self.total = total
  }

  /// "label: 120/1000 images, 12 %, 35.2 images/s, 25 s left".
  public func line(done: Int, elapsedSeconds: Double) -> String {
    let share = total == 0 ? 100 : Int((100 * Double(done) / Double(total)).rounded(.down))
    var parts = ["\(label): \(done)/\(total) \(unit)", "\(share) %"]
    if done > 0 && elapsedSeconds > 0 {
      let rate = Double(done) / elapsedSeconds
      parts.append("\(NumberFormat.significant(rate)) \(unit)/s")
      if done < total {
        parts.append("\(Self.duration(Double(total - done) / rate)) left")
      }
    }
    return parts.joined(separator: ", ")
  }

  /// The last line: "label: 1000 images in 28 s, 35.2 images/s".
  public func summary(done: Int, elapsedSeconds: Double) -> String {
    let rate =
      done > 0 && elapsedSeconds > 0
      ? ", \(NumberFormat.significant(Double(done) / elapsedSeconds)) \(unit)/s" : ""
    return "\(label): \(done) \(unit) in \(Self.duration(elapsedSeconds))\(rate)"
  }

  /// Seconds in words of one or two units: "0.4 s", "25 s", "3 min 20 s", "2 h 5 min".
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "a long time" }
    if seconds < 9.95 { return NumberFormat.fixed(seconds, digits: 1) + " s" }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    if whole < 86_400 { return "\(whole / 3600) h \(whole % 3600 / 60) min" }
    return "\(whole / 86_400) d \(whole % 86_400 / 3600) h"
  }
}

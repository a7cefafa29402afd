/// The course of a voltage that a bridge drives: constant, a ramp, constant.
public struct LevelRamp: Sendable {
  /// How fast it goes to another level.
  enum Pace: Sendable {
    /// Volts per second, up and down.
    case slopes(rise: Double, fall: Double)
    /// Seconds, however far.
    case seconds(Double)
  }

  private var start: Double
  private var end: Double
  private var from: Double
  private var to: Double

  /// A constant.
  init(_ volts: Double) { (start, end, from, to) = (0, 0, volts, volts) }

  /// A ramp that begins at a time.
  init(at time: Double, from: Double, to: Double, _ pace: Pace) {
    (start, self.from, self.to) = (time, from, to)
    let seconds: Double
    switch pace {
    case .slopes(let rise, let fall): seconds = abs(to - from) / (to > from ? rise : fall)
    case .seconds(let whole): seconds = to == from ? 0 : whole
    }
    end = time + (seconds.isFinite ? seconds : 0)
  }

  /// Volts in the end.
  var final: Double { to }

  /// Volts at a time from the start of the ramp on.
  public func volts(at time: Double) -> Double {
    guard time < end else { return to }
    return from + (to - from) * max(0, time - start) / (end - start)
  }

  /// Where the ramp ends, if that is after a time.
  func corner(after time: Double) -> Double? { end > time ? end : nil }
}

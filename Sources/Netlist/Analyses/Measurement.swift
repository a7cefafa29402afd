/// One `.measure` card in its basic forms.
public struct Measurement: Hashable, Sendable {
  /// A crossing of a level.
  public struct Event: Hashable, Sendable {
    /// Which crossings count.
    public enum Direction: String, Hashable, Sendable { case rise, fall, cross }

    public var signal: OutputRequest
    public var level: Double
    public var direction: Direction
    /// One-based; `nil` for the last.
    public var occurrence: Int?
    /// Only crossings from here on count.
    public var delay = 0.0

    public init(signal: OutputRequest, level: Double, direction: Direction, occurrence: Int?) {
      self.signal = signal
      self.level = level
      self.direction = direction
      self.occurrence = occurrence
    }
  }

  /// A number from a signal over a range.
  public enum Statistic: String, Hashable, Sendable {
    case average = "avg"
    case rms
    case minimum = "min"
    case maximum = "max"
    case peakToPeak = "pp"
    case integral = "integ"
  }

  /// The kind of measurement.
  public enum Form: Hashable, Sendable {
    /// TRIG … TARG: from one event to another.
    case delay(trigger: Event, target: Event)
    /// WHEN: where an event happens.
    case event(Event)
    /// FIND … AT: the value at a place.
    case value(of: OutputRequest, at: Double)
    /// FIND … WHEN.
    case valueAtEvent(of: OutputRequest, Event)
    /// AVG, RMS, MIN, MAX, PP, INTEG … FROM … TO.
    case statistic(Statistic, of: OutputRequest, from: Double?, to: Double?)
  }

  public var name: String
  public var analysis: AnalysisKind
  public var form: Form

  public init(name: String, analysis: AnalysisKind, form: Form) {
    self.name = name
    self.analysis = analysis
    self.form = form
  }
}

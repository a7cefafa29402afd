/// One `.measure` card.
public struct Measurement: Hashable, Sendable {
  /// A crossing of a level.
  public struct Event: Hashable, Sendable {
    /// Which crossings count.
    public enum Direction: String, Hashable, Sendable { case rise, fall, cross }

    /// What a signal crosses.
    public enum Level: Hashable, Sendable {
      case number(Double)
      case signal(OutputRequest)
    }

    public var signal: OutputRequest
    public var level: Level
    public var direction: Direction
    /// One-based; `nil` for the last.
    public var occurrence: Int?
    /// Only crossings from here on count.
    public var delay = 0.0
    /// Only crossings up to here count.
    public var end = Double.infinity

    public init(signal: OutputRequest, level: Level, direction: Direction, occurrence: Int?) {
      self.signal = signal
      self.level = level
      self.direction = direction
      self.occurrence = occurrence
    }
  }

  /// A place on the scale.
  public enum Place: Hashable, Sendable {
    /// WHEN, or TRIG and TARG of a signal.
    case event(Event)
    /// AT.
    case at(Double)
  }

  /// A number from a signal over a range.
  public enum Statistic: String, Hashable, Sendable {
    case average = "avg"
    case rms
    case minimum = "min"
    case maximum = "max"
    case peakToPeak = "pp"
    case integral = "integ"
    /// Where the least and the greatest value are.
    case minimumPlace = "min_at"
    case maximumPlace = "max_at"
  }

  /// The kind of measurement.
  public enum Form: Hashable, Sendable {
    /// TRIG … TARG: from one place to another.
    case delay(trigger: Place, target: Place)
    /// WHEN: where an event happens.
    case event(Event)
    /// FIND … AT, FIND … WHEN: the value at a place.
    case value(of: OutputRequest, Place)
    /// DERIV … AT, DERIV … WHEN: the slope at a place.
    case slope(of: OutputRequest, Place)
    /// AVG, RMS, MIN, MAX, PP, INTEG, MIN_AT, MAX_AT … FROM … TO.
    case statistic(Statistic, of: OutputRequest, from: Double?, to: Double?)
    /// PARAM: a formula whose parameters are other measurements.
    case formula(Expression)
  }

  public var name: String
  public var analysis: AnalysisKind
  public var form: Form

  public init(name: String, analysis: AnalysisKind, form: Form) {
    self.name = name
    self.analysis = analysis
    self.form = form
  }

  /// The signals that it looks at.
  public var signals: [OutputRequest] {
    func signals(_ event: Event) -> [OutputRequest] {
      if case .signal(let level) = event.level { return [event.signal, level] }
      return [event.signal]
    }
    func signals(_ place: Place) -> [OutputRequest] {
      if case .event(let event) = place { signals(event) } else { [] }
    }
    return switch form {
    case .delay(let trigger, let target): signals(trigger) + signals(target)
    case .event(let event): signals(event)
    case .value(let signal, let place), .slope(let signal, let place): [signal] + signals(place)
    case .statistic(_, let signal, _, _): [signal]
    case .formula: []
    }
  }
}

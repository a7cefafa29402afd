import Netlist

/// An element of events at work: its law and its memory.
protocol EventDevice: Sendable {
  /// Posts what its outputs become, now that an input, a probe or the time has changed. At rest it
  /// is asked again and again until nothing changes, and every output has to have a value.
  mutating func respond(_ context: inout EventContext)

  /// Begins a transient from rest: what it remembers of the inputs becomes the present ones.
  mutating func begin(_ context: inout EventContext)

  /// Where between two values of each probe it would first post something: the share of the way;
  /// `nil` if it would not.
  func crossing(from before: ArraySlice<Double>, to after: ArraySlice<Double>) -> Double?
}

extension EventDevice {
  mutating func begin(_ context: inout EventContext) {}
  func crossing(from before: ArraySlice<Double>, to after: ArraySlice<Double>) -> Double? { nil }
}

/// What an element of events is told, and what it asks for.
struct EventContext {
  /// A change of an output, so many seconds from now.
  struct Post {
    var output: Int
    var value: EventValue
    var delay: Double
  }

  /// What ends a simulation.
  enum Failure {
    case tooMany, notFinite
  }

  /// Seconds.
  var time: Double
  /// Whether nothing changes with time: delays do not count.
  var isAtRest: Bool
  /// Values at the inputs; those left open are zeros.
  var inputs: [EventValue]
  /// Values of the probes at the last solution.
  var probes: ArraySlice<Double>
  private(set) var posts: [Post] = []
  /// Why it cannot go on.
  private(set) var failure: Failure?
  /// When it asks to be called again, whatever happens.
  var wake: Double?
  /// Volts that its source goes to, and how fast, by output.
  private(set) var levels: [(output: Int, volts: Double, pace: LevelRamp.Pace)] = []

  init(time: Double, isAtRest: Bool, inputs: [EventValue], probes: ArraySlice<Double>) {
    self.time = time
    self.isAtRest = isAtRest
    self.inputs = inputs
    self.probes = probes
  }

  func digital(_ input: Int) -> DigitalValue {
    guard case .digital(let value) = inputs[input] else { return DigitalValue(.zero) }
    return value
  }

  func state(_ input: Int) -> DigitalValue.State { digital(input).state }

  func real(_ input: Int) -> Double {
    guard case .real(let value) = inputs[input] else { return 0 }
    return value
  }

  mutating func post(_ output: Int, _ state: DigitalValue.State, delay: Double) {
    post(output, .digital(DigitalValue(state)), delay: delay)
  }

  mutating func fail(_ failure: Failure) { self.failure = failure }

  mutating func post(_ output: Int, _ value: EventValue, delay: Double) {
    posts.append(Post(output: output, value: value, delay: delay))
  }

  mutating func drive(_ output: Int, to volts: Double, _ pace: LevelRamp.Pace) {
    levels.append((output, volts, pace))
  }
}

extension EdgeDelays {
  /// The delay of a change to a state; of one to the unknown, that of leaving the last one.
  func delay(to state: DigitalValue.State, from last: DigitalValue.State) -> Double {
    switch state {
    case .zero: fall
    case .one: rise
    case .unknown: last == .zero ? rise : fall
    }
  }
}

import Netlist

/// The output of a flip-flop or latch and its inverse, with set and reset.
struct Register: Sendable {
  private(set) var state: DigitalValue.State
  private(set) var set = DigitalValue.State.zero
  private(set) var reset = DigitalValue.State.zero

  init(_ state: DigitalValue.State) { self.state = state }

  /// What set and reset force it to; `nil` if neither is on.
  static func forced(
    _ set: DigitalValue.State, _ reset: DigitalValue.State
  ) -> DigitalValue.State? {
    switch (set == .one, reset == .one) {
    case (true, true): .unknown
    case (true, false): .one
    case (false, true): .zero
    case (false, false): nil
    }
  }

  /// Whether set or reset force the output.
  var isForced: Bool { Self.forced(set, reset) != nil }

  /// Notes set and reset; returns the delay of the one that has changed, set before reset.
  mutating func noteChange(
    set: DigitalValue.State, reset: DigitalValue.State, delays: (set: Double, reset: Double)
  ) -> Double? {
    defer { (self.set, self.reset) = (set, reset) }
    return set != self.set ? delays.set : reset != self.reset ? delays.reset : nil
  }

  /// Takes a state over to both outputs after a delay and that of the edge.
  mutating func take(
    _ new: DigitalValue.State, after delay: Double, _ edges: EdgeDelays,
    _ context: inout EventContext
  ) {
    guard new != state || context.isAtRest else { return }
    context.post(0, new, delay: delay + edges.delay(to: new, from: state))
    context.post(
      1, new.inverted, delay: delay + edges.delay(to: new.inverted, from: state.inverted))
    state = new
  }
}

/// A flip-flop that takes its inputs over at the rising edge of its clock.
struct FlipFlop: EventDevice {
  private let model: FlipFlopModel
  private var register: Register
  private var clock = DigitalValue.State.zero

  init(_ model: FlipFlopModel) {
    self.model = model
    register = Register(model.initial)
  }

  mutating func respond(_ context: inout EventContext) {
    let first = model.kind.inputCount
    let clock = context.state(first)
    let (set, reset) = (context.state(first + 1), context.state(first + 2))
    let isEdge = clock == .one && self.clock != .one
    self.clock = clock
    let delay = register.noteChange(
      set: set, reset: reset, delays: (model.setDelay, model.resetDelay))
    if context.isAtRest {
      let state = Register.forced(set, reset) ?? model.initial
      return register.take(state, after: 0, model.edges, &context)
    }
    if let delay, let forced = Register.forced(set, reset) {
      return register.take(forced, after: delay, model.edges, &context)
    }
    // As in XSPICE, an edge at the very time at which set or reset lets go is missed.
    guard isEdge, delay == nil, !register.isForced else { return }
    register.take(next(context), after: model.clockDelay, model.edges, &context)
  }

  private func next(_ context: EventContext) -> DigitalValue.State {
    let (a, state) = (context.state(0), register.state)
    switch model.kind {
    case .data: return a
    case .toggle: return GateKind.xor.output([a, state])
    case .jk:
      switch (a, context.state(1)) {
      case (.zero, .zero): return state
      case (.one, .zero): return .one
      case (.zero, .one): return .zero
      case (.one, .one): return state.inverted
      default: return .unknown
      }
    case .setReset:
      switch (a, context.state(1)) {
      case (.zero, .zero): return state
      case (.one, .zero): return .one
      case (.zero, .one): return .zero
      default: return .unknown
      }
    }
  }
}

/// A latch that follows its inputs while it is enabled.
struct Latch: EventDevice {
  private let model: LatchModel
  private var register: Register
  private var enable = DigitalValue.State.zero

  init(_ model: LatchModel) {
    self.model = model
    register = Register(model.initial)
  }

  mutating func respond(_ context: inout EventContext) {
    let first = model.isSetReset ? 2 : 1
    let enable = context.state(first)
    let (set, reset) = (context.state(first + 1), context.state(first + 2))
    let wasEnabled = self.enable
    self.enable = enable
    let forcing = register.noteChange(
      set: set, reset: reset, delays: (model.setDelay, model.resetDelay))
    let forced = Register.forced(set, reset)
    if context.isAtRest {
      return register.take(forced ?? model.initial, after: 0, model.edges, &context)
    }
    if let forced {
      if let forcing { register.take(forced, after: forcing, model.edges, &context) }
      return
    }
    guard enable == .one, let state = followed(context) else { return }
    let own = enable != wasEnabled ? model.enableDelay : model.dataDelay
    register.take(state, after: forcing ?? own, model.edges, &context)
  }

  /// What it follows; `nil` if it holds its state.
  private func followed(_ context: EventContext) -> DigitalValue.State? {
    guard model.isSetReset else { return context.state(0) }
    switch (context.state(0), context.state(1)) {
    case (.zero, .zero): return nil
    case (.one, .zero): return .one
    case (.zero, .one): return .zero
    default: return .unknown
    }
  }
}

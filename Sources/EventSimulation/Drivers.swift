import Netlist

/// A value for ever.
struct ConstantDriver: EventDevice {
  let value: DigitalValue

  mutating func respond(_ context: inout EventContext) {
    if context.isAtRest { context.post(0, .digital(value), delay: 0) }
  }
}

/// Passes its input on while enabled.
struct TristateDriver: EventDevice {
  let delay: Double
  private var last: DigitalValue?

  init(delay: Double) { self.delay = delay }

  mutating func respond(_ context: inout EventContext) {
    let strength: DigitalValue.Strength
    switch context.state(1) {
    case .one: strength = .strong
    case .zero: strength = .highImpedance
    case .unknown: strength = .undetermined
    }
    let value = DigitalValue(context.state(0), strength)
    guard value != last || context.isAtRest else { return }
    context.post(0, .digital(value), delay: delay)
    last = value
  }
}

/// Drives one state and lets go of the node for the other.
struct OpenDriver: EventDevice {
  /// The state of the input, and of the output, that it drives.
  let driven: DigitalValue.State
  let driveDelay: Double
  let openDelay: Double
  private var last = DigitalValue.State.zero

  init(drives driven: DigitalValue.State, driveDelay: Double, openDelay: Double) {
    self.driven = driven
    self.driveDelay = driveDelay
    self.openDelay = openDelay
  }

  mutating func respond(_ context: inout EventContext) {
    let state = context.state(0)
    guard state != last || context.isAtRest else { return }
    let strength: DigitalValue.Strength =
      state == driven ? .strong : state == .unknown ? .undetermined : .highImpedance
    // Toward the unknown it goes as it would to the state that it does not come from.
    let aim = state == .unknown ? last.inverted : state
    context.post(
      0, .digital(DigitalValue(state, strength)), delay: aim == driven ? driveDelay : openDelay)
    last = state
  }
}

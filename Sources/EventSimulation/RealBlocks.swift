import Netlist

/// Makes a number of a state while it is enabled; zero while not.
struct DigitalToReal: EventDevice {
  let zero: Double
  let one: Double
  let delay: Double
  private var last = 0.0

  init(zero: Double, one: Double, delay: Double) {
    (self.zero, self.one, self.delay) = (zero, one, delay)
  }

  mutating func respond(_ context: inout EventContext) {
    var value = 0.0
    if context.state(1) == .one {
      switch context.state(0) {
      case .zero: value = zero
      case .one: value = one
      case .unknown: value = (zero + one) / 2
      }
    }
    guard value != last || context.isAtRest else { return }
    context.post(0, .real(value), delay: delay)
    last = value
  }
}

/// `gain (in + in_offset) + out_offset`.
struct RealGain: EventDevice {
  private let model: RealGainModel
  private var last: Double

  init(_ model: RealGainModel) {
    self.model = model
    last = model.initial
  }

  mutating func begin(_ context: inout EventContext) { respond(&context) }

  mutating func respond(_ context: inout EventContext) {
    guard !context.isAtRest else { return context.post(0, .real(last), delay: 0) }
    let value = model.gain * (context.real(0) + model.inOffset) + model.outOffset
    guard value != last else { return }
    context.post(0, .real(value), delay: model.delay)
    last = value
  }
}

/// The input at the last rising edge of the clock.
struct RealDelay: EventDevice {
  let delay: Double
  private var clock = DigitalValue.State.zero
  private var last = 0.0

  init(delay: Double) { self.delay = delay }

  mutating func respond(_ context: inout EventContext) {
    let clock = context.state(1)
    let isEdge = clock == .one && self.clock != .one
    self.clock = clock
    guard !context.isAtRest else { return context.post(0, .real(0), delay: 0) }
    guard isEdge, context.real(0) != last else { return }
    last = context.real(0)
    context.post(0, .real(last), delay: delay)
  }
}

/// Makes a voltage of a number, which changes by ramps of one duration.
struct RealLevel: EventDevice {
  let gain: Double
  let transitionSeconds: Double
  private var last = Double.nan

  init(gain: Double, transitionSeconds: Double) {
    (self.gain, self.transitionSeconds) = (gain, transitionSeconds)
  }

  mutating func respond(_ context: inout EventContext) {
    let volts = gain * context.real(0)
    guard volts != last || context.isAtRest else { return }
    context.drive(0, to: volts, .seconds(transitionSeconds))
    last = volts
  }
}

import Netlist

/// Makes states of voltages.
struct Comparators: EventDevice {
  let low: Double
  let high: Double
  let delays: EdgeDelays
  let strength: DigitalValue.Strength
  private var last: [DigitalValue.State]

  init(
    count: Int, low: Double, high: Double, _ delays: EdgeDelays,
    strength: DigitalValue.Strength = .strong
  ) {
    (self.low, self.high, self.delays, self.strength) = (low, high, delays, strength)
    last = [DigitalValue.State](repeating: .zero, count: count)
  }

  private func state(_ volts: Double) -> DigitalValue.State {
    volts <= low ? .zero : volts >= high ? .one : .unknown
  }

  mutating func respond(_ context: inout EventContext) {
    for (output, volts) in context.probes.enumerated() {
      let state = state(volts)
      guard state != last[output] || context.isAtRest else { continue }
      context.post(
        output, .digital(DigitalValue(state, strength)),
        delay: delays.delay(to: state, from: last[output]))
      last[output] = state
    }
  }

  func crossing(from before: ArraySlice<Double>, to after: ArraySlice<Double>) -> Double? {
    var first: Double?
    for ((a, b), state) in zip(zip(before, after), last) where self.state(b) != state {
      let shares = [low, high].map { ($0 - a) / (b - a) }.filter { $0 >= 0 && $0 <= 1 }
      first = min(first ?? 1, shares.min() ?? 1)
    }
    return first
  }
}

/// Makes voltages of states, which change by ramps.
struct LevelDrivers: EventDevice {
  let model: LevelModel
  private var last: [Double]

  init(count: Int, _ model: LevelModel) {
    self.model = model
    last = [Double](repeating: .nan, count: count)
  }

  mutating func respond(_ context: inout EventContext) {
    for input in context.inputs.indices {
      let volts = model.volts(context.state(input))
      guard volts != last[input] || context.isAtRest else { continue }
      let swing = abs(model.high - model.low)
      context.drive(
        input, to: volts,
        .slopes(rise: swing / model.riseSeconds, fall: swing / model.fallSeconds))
      last[input] = volts
    }
  }
}

/// A bridge both ways.
struct Exchange: EventDevice {
  private var reader: Comparators
  private let model: LevelModel
  private var last: DigitalValue?

  init(_ model: LevelModel, low: Double, high: Double, _ delays: EdgeDelays) {
    self.model = model
    reader = Comparators(count: 1, low: low, high: high, delays, strength: .resistive)
  }

  mutating func respond(_ context: inout EventContext) {
    reader.respond(&context)
    let value = context.digital(0)
    guard value != last || context.isAtRest else { return }
    last = value
    // Its own state is weaker: a strong one is of the others.
    let drives = value.strength == .strong
    let swing = abs(model.high - model.low)
    if drives {
      context.drive(
        0, to: model.volts(value.state),
        .slopes(rise: swing / model.riseSeconds, fall: swing / model.fallSeconds))
    }
    context.drive(1, to: drives ? 1 : 0, .seconds(model.riseSeconds))
  }

  func crossing(from before: ArraySlice<Double>, to after: ArraySlice<Double>) -> Double? {
    reader.crossing(from: before, to: after)
  }
}

import Netlist

/// Makes states of voltages.
struct Comparators: EventDevice {
  let low: Double
  let high: Double
  let delays: EdgeDelays
  private var last: [DigitalValue.State]

  init(count: Int, low: Double, high: Double, _ delays: EdgeDelays) {
    (self.low, self.high, self.delays) = (low, high, delays)
    last = [DigitalValue.State](repeating: .zero, count: count)
  }

  private func state(_ volts: Double) -> DigitalValue.State {
    volts <= low ? .zero : volts >= high ? .one : .unknown
  }

  mutating func respond(_ context: inout EventContext) {
    for (output, volts) in context.probes.enumerated() {
      let state = state(volts)
      guard state != last[output] || context.isAtRest else { continue }
      context.post(output, state, delay: delays.delay(to: state, from: last[output]))
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
      let seconds = volts > last[input] ? model.riseSeconds : model.fallSeconds
      context.drive(input, to: volts, slope: abs(model.high - model.low) / seconds)
      last[input] = volts
    }
  }
}

import Netlist

/// Counts rising edges of its input.
struct Divider: EventDevice {
  private let model: DividerModel
  private var count: Int
  private var input = DigitalValue.State.zero
  private var last = DigitalValue.State.zero

  init(_ model: DividerModel) {
    self.model = model
    count = model.initialCount
  }

  private var output: DigitalValue.State {
    count > 0 && count <= model.highCycles ? .one : .zero
  }

  mutating func respond(_ context: inout EventContext) {
    let input = context.state(0)
    let isEdge = input == .one && self.input != .one
    self.input = input
    if isEdge, !context.isAtRest { count = count < model.factor ? count + 1 : 1 }
    let state = output
    guard state != last || context.isAtRest else { return }
    context.post(0, state, delay: model.edges.delay(to: state, from: last))
    last = state
  }
}

/// A square wave: low for the first share of each cycle, high for the rest.
///
/// The phase is the integral of the frequency by the trapezoidal rule between solutions, and goes on
/// at the last frequency after the last of them.
struct Oscillator: EventDevice {
  private let model: OscillatorModel
  /// Cycles at `moment`.
  private var phase: Double
  private var moment = 0.0
  private var hertz = 0.0
  private var dutyCycle = 0.5
  /// The edge that comes next: of which cycle, and whether it rises.
  private var cycle: Double
  private var isRising = true
  /// More edges than this between two solutions are taken for a fault.
  private static let edgeLimit = 1_000_000

  init(_ model: OscillatorModel) {
    self.model = model
    phase = model.initialPhase - model.initialPhase.rounded(.down)
    cycle = 0
  }

  private func controlled(_ context: EventContext) -> (hertz: Double, dutyCycle: Double) {
    let value = model.value(at: context.probes.first ?? 0)
    switch model.law {
    case .frequency(let dutyCycle): return (value, dutyCycle)
    case .dutyCycle(let hertz): return (hertz, value)
    }
  }

  /// Cycles at which the next edge is due.
  private var edge: Double { isRising ? cycle + 1 - dutyCycle : cycle + 1 }

  mutating func begin(_ context: inout EventContext) {
    (hertz, dutyCycle) = controlled(context)
    moment = context.time
    // An edge that the first cycle has behind it is not made up for.
    if isRising, phase >= edge { cycle += 1 }
    schedule(&context)
  }

  mutating func respond(_ context: inout EventContext) {
    guard !context.isAtRest else { return context.post(0, .zero, delay: 0) }
    let now = controlled(context)
    phase += (hertz + now.hertz) / 2 * (context.time - moment)
    (moment, hertz, dutyCycle) = (context.time, now.hertz, now.dutyCycle)
    guard phase.isFinite, hertz.isFinite, dutyCycle.isFinite else {
      return context.fail(.notFinite)
    }
    // Rounding of the time at which it woke must not keep the edge from coming.
    let rounding = 4 * hertz * context.time.ulp + 4 * phase.ulp
    var edges = 0
    while phase >= edge - rounding {
      edges += 1
      guard edges <= Self.edgeLimit else { return context.fail(.tooMany) }
      context.post(
        0, isRising ? .one : .zero, delay: isRising ? model.edges.rise : model.edges.fall)
      if !isRising { cycle += 1 }
      isRising.toggle()
    }
    schedule(&context)
  }

  private func schedule(_ context: inout EventContext) {
    guard hertz > 0, hertz.isFinite else { return }
    context.wake = context.time + max(0, edge - phase) / hertz
  }
}

/// Values from a table.
struct StimulusPlayer: EventDevice {
  private let table: StimulusTable
  private var row = 0

  init(_ table: StimulusTable) { self.table = table }

  mutating func begin(_ context: inout EventContext) { schedule(&context) }

  mutating func respond(_ context: inout EventContext) {
    if context.isAtRest {
      for (output, value) in table.values[0].enumerated() {
        context.post(output, .digital(value), delay: 0)
      }
      return
    }
    while row + 1 < table.times.count, table.times[row + 1] <= context.time {
      row += 1
      for (output, value) in table.values[row].enumerated()
      where value != table.values[row - 1][output] {
        context.post(output, .digital(value), delay: 0)
      }
    }
    schedule(&context)
  }

  private func schedule(_ context: inout EventContext) {
    if row + 1 < table.times.count { context.wake = table.times[row + 1] }
  }
}

/// What an element of events computes, with its parameters (XSPICE user's manual, Cox and others,
/// 1992, chapters 12.3 to 12.5). Delays are in seconds.
public enum EventModel: Sendable {
  case gate(GateKind, EdgeDelays)
  /// Input, enable: passes the input on while enabled, and lets go of the node while not.
  case tristate(delay: Double)
  /// Drives a node to a value for ever.
  case constant(DigitalValue)
  /// Drives low, or lets go of the node.
  case openCollector(openDelay: Double, fallDelay: Double)
  /// Drives high, or lets go of the node.
  case openEmitter(openDelay: Double, riseDelay: Double)
  case flipFlop(FlipFlopModel)
  case latch(LatchModel)
  case divider(DividerModel)
  case oscillator(OscillatorModel)
  case stimulus(StimulusTable)
  case stateMachine(StateMachineModel)
  case memory(MemoryModel)
  /// Any function of its inputs, the first of which is the least significant bit of the index.
  case lookUp(table: [DigitalValue.State], EdgeDelays)
  /// Senses voltages: zero up to the first threshold, one from the second on.
  case analogToDigital(low: Double, high: Double, EdgeDelays)
  case digitalToAnalog(LevelModel)
  /// Both ways: input and output are one node. While others drive it strongly, the first source has
  /// its level and the second is one; else the second is zero, and the node has the state of the
  /// probe's voltage, resistively.
  case exchange(LevelModel, low: Double, high: Double, EdgeDelays)
  /// Input, enable.
  case digitalToReal(zero: Double, one: Double, delay: Double)
  case realGain(RealGainModel)
  /// Input, clock: the input at the last edge of the clock.
  case realDelay(delay: Double)
  case realToAnalog(gain: Double, transitionSeconds: Double)
}

/// A function of digital inputs.
public enum GateKind: String, Hashable, Sendable, CaseIterable {
  case buffer, inverter, and, nand, or, nor, xor, xnor
}

/// Seconds from a change of an input to that of the output.
public struct EdgeDelays: Hashable, Sendable {
  public var rise: Double
  public var fall: Double

  public init(rise: Double = 1e-9, fall: Double = 1e-9) {
    self.rise = rise
    self.fall = fall
  }
}

/// A flip-flop: its own inputs, the clock, set, reset; output, and its inverse.
public struct FlipFlopModel: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    case data, jk, toggle, setReset

    /// Inputs before the clock.
    public var inputCount: Int { self == .jk || self == .setReset ? 2 : 1 }
  }

  public var kind: Kind
  public var clockDelay = 1e-9
  public var setDelay = 1e-9
  public var resetDelay = 1e-9
  public var edges = EdgeDelays()
  /// Output at rest.
  public var initial = DigitalValue.State.zero

  public init(_ kind: Kind) { self.kind = kind }
}

/// A latch: its own inputs, enable, set, reset; output, and its inverse.
public struct LatchModel: Hashable, Sendable {
  /// Whether it has a set and a reset input of its own; data if not.
  public var isSetReset: Bool
  public var dataDelay = 1e-9
  public var enableDelay = 1e-9
  public var setDelay = 1e-9
  public var resetDelay = 1e-9
  public var edges = EdgeDelays()
  /// Output at rest.
  public var initial = DigitalValue.State.zero

  public init(isSetReset: Bool) { self.isSetReset = isSetReset }
}

/// A divider of frequency: high for some of the input's cycles.
public struct DividerModel: Hashable, Sendable {
  public var factor = 2
  public var highCycles = 1
  /// Edges counted at rest.
  public var initialCount = 0
  public var edges = EdgeDelays()

  public init() {}
}

/// A square wave whose frequency or duty cycle a voltage controls.
public struct OscillatorModel: Hashable, Sendable {
  public enum Law: Hashable, Sendable {
    case frequency(dutyCycle: Double)
    case dutyCycle(hertz: Double)
  }

  public var law: Law
  /// Growing control voltages, and what is controlled at them; lines between and beyond them.
  public var controls: [Double]
  public var values: [Double]
  /// Cycles at time zero.
  public var initialPhase: Double
  public var edges: EdgeDelays

  public init(
    _ law: Law, controls: [Double], values: [Double], initialPhase: Double, edges: EdgeDelays
  ) {
    self.law = law
    self.controls = controls
    self.values = values
    self.initialPhase = initialPhase
    self.edges = edges
  }

  /// The controlled quantity at a control voltage: a frequency not below zero, a share of 0 to 1.
  public func value(at volts: Double) -> Double {
    let last = controls.count - 1
    let k = min(max(1, controls.firstIndex { volts < $0 } ?? last), last)
    let slope = (values[k] - values[k - 1]) / (controls[k] - controls[k - 1])
    let value = max(0, values[k - 1] + slope * (volts - controls[k - 1]))
    if case .dutyCycle = law { return min(1, value) }
    return value
  }
}

/// Values of several outputs over time.
public struct StimulusTable: Hashable, Sendable {
  /// Growing, in seconds.
  public var times: [Double]
  /// By time, then by output.
  public var values: [[DigitalValue]]

  public init(times: [Double], values: [[DigitalValue]]) {
    self.times = times
    self.values = values
  }
}

/// A Moore machine: inputs, clock, reset; outputs.
public struct StateMachineModel: Hashable, Sendable {
  /// What leads from a state to the next one.
  public struct Transition: Hashable, Sendable {
    /// By input; `nil` for any.
    public var inputs: [DigitalValue.State?]
    /// Index of the state.
    public var next: Int

    public init(inputs: [DigitalValue.State?], next: Int) {
      self.inputs = inputs
      self.next = next
    }
  }

  public struct State: Hashable, Sendable {
    public var outputs: [DigitalValue]
    public var transitions: [Transition]

    public init(outputs: [DigitalValue], transitions: [Transition]) {
      self.outputs = outputs
      self.transitions = transitions
    }
  }

  public var states: [State]
  /// Index of the state at rest and after a reset.
  public var resetState: Int
  public var clockDelay: Double
  public var resetDelay: Double

  public init(states: [State], resetState: Int, clockDelay: Double, resetDelay: Double) {
    self.states = states
    self.resetState = resetState
    self.clockDelay = clockDelay
    self.resetDelay = resetDelay
  }
}

/// A memory: data, address, write enable, selects; data out.
public struct MemoryModel: Hashable, Sendable {
  public var width: Int
  public var addressBits: Int
  /// The bits of the selects, the first of which is the least significant, that select it.
  public var selectValue = 1
  /// What every bit is at first.
  public var initial = DigitalValue.State.unknown
  public var readDelay = 1e-7

  public init(width: Int, addressBits: Int) {
    self.width = width
    self.addressBits = addressBits
  }
}

/// Volts of a digital value, and how fast they change.
public struct LevelModel: Hashable, Sendable {
  public var low = 0.0
  public var high = 1.0
  public var unknown = 0.5
  /// Seconds from low to high, and from high to low.
  public var riseSeconds = 1e-9
  public var fallSeconds = 1e-9

  public init() {}

  /// Volts of a state.
  public func volts(_ state: DigitalValue.State) -> Double {
    switch state {
    case .zero: low
    case .one: high
    case .unknown: unknown
    }
  }
}

/// `gain (in + in_offset) + out_offset` of real numbers.
public struct RealGainModel: Hashable, Sendable {
  public var gain = 1.0
  public var inOffset = 0.0
  public var outOffset = 0.0
  public var delay = 1e-9
  /// Output at rest.
  public var initial = 0.0

  public init() {}
}

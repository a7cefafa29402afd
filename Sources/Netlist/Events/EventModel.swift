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
  /// To one.
  public var rise: Double
  /// To zero.
  public var fall: Double

  /// Delays in seconds.
  public init(rise: Double = 1e-9, fall: Double = 1e-9) {
    self.rise = rise
    self.fall = fall
  }
}

/// A flip-flop: its own inputs, the clock, set, reset; output, and its inverse.
public struct FlipFlopModel: Hashable, Sendable {
  /// What its own inputs are.
  public enum Kind: Hashable, Sendable {
    case data, jk, toggle, setReset

    /// Inputs before the clock.
    public var inputCount: Int { self == .jk || self == .setReset ? 2 : 1 }
  }

  /// What its own inputs are.
  public var kind: Kind
  /// Seconds from what changes it to its outputs, to which those of the edge are added.
  public var clockDelay = 1e-9, setDelay = 1e-9, resetDelay = 1e-9
  /// Seconds by the direction of the change.
  public var edges = EdgeDelays()
  /// Output at rest.
  public var initial = DigitalValue.State.zero

  /// A flip-flop with the delays of XSPICE.
  public init(_ kind: Kind) { self.kind = kind }
}

/// A latch: its own inputs, enable, set, reset; output, and its inverse.
public struct LatchModel: Hashable, Sendable {
  /// Whether it has a set and a reset input of its own; data if not.
  public var isSetReset: Bool
  /// Seconds from what changes it to its outputs, to which those of the edge are added.
  public var dataDelay = 1e-9, enableDelay = 1e-9, setDelay = 1e-9, resetDelay = 1e-9
  /// Seconds by the direction of the change.
  public var edges = EdgeDelays()
  /// Output at rest.
  public var initial = DigitalValue.State.zero

  /// A latch with the delays of XSPICE.
  public init(isSetReset: Bool) { self.isSetReset = isSetReset }
}

/// A divider of frequency: high for some of the input's cycles.
public struct DividerModel: Hashable, Sendable {
  /// Cycles of the input in one of the output, and for how many of them it is high.
  public var factor = 2, highCycles = 1
  /// Edges counted at rest.
  public var initialCount = 0
  /// Seconds by the direction of the change.
  public var edges = EdgeDelays()

  /// A divider by two.
  public init() {}
}

/// A square wave whose frequency or duty cycle a voltage controls.
public struct OscillatorModel: Hashable, Sendable {
  /// What is controlled, and what stays: a share of the cycle, or hertz.
  public enum Law: Hashable, Sendable {
    case frequency(dutyCycle: Double)
    case dutyCycle(hertz: Double)
  }

  /// What is controlled.
  public var law: Law
  /// Growing control voltages, at least two, and what is controlled at them, in hertz or as a share;
  /// lines between and beyond them.
  public var controls: [Double], values: [Double]
  /// Cycles at time zero.
  public var initialPhase: Double
  /// Seconds by the direction of the change.
  public var edges: EdgeDelays

  /// An oscillator with as many values as controls.
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

  /// As many rows as times.
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

    /// A transition for these inputs.
    public init(inputs: [DigitalValue.State?], next: Int) {
      self.inputs = inputs
      self.next = next
    }
  }

  /// A state: its outputs, and where it leads, the first that fits.
  public struct State: Hashable, Sendable {
    /// By output.
    public var outputs: [DigitalValue]
    /// In the order in which they are tried.
    public var transitions: [Transition]

    /// A state of these outputs.
    public init(outputs: [DigitalValue], transitions: [Transition]) {
      self.outputs = outputs
      self.transitions = transitions
    }
  }

  /// By index.
  public var states: [State]
  /// Index of the state at rest and after a reset.
  public var resetState: Int
  /// Seconds from what changes it to its outputs.
  public var clockDelay: Double, resetDelay: Double

  /// A machine that rests in one of its states.
  public init(states: [State], resetState: Int, clockDelay: Double, resetDelay: Double) {
    self.states = states
    self.resetState = resetState
    self.clockDelay = clockDelay
    self.resetDelay = resetDelay
  }
}

/// A memory: data, address, write enable, selects; data out.
public struct MemoryModel: Hashable, Sendable {
  /// Bits of a word, and of an address.
  public var width: Int, addressBits: Int
  /// The bits of the selects, the first of which is the least significant, that select it.
  public var selectValue = 1
  /// What every bit is at first.
  public var initial = DigitalValue.State.unknown
  /// Seconds from a change of an input to that of an output.
  public var readDelay = 1e-7

  /// A memory of words of this width.
  public init(width: Int, addressBits: Int) {
    self.width = width
    self.addressBits = addressBits
  }
}

/// Volts of a digital value, and how fast they change.
public struct LevelModel: Hashable, Sendable {
  /// Volts by state.
  public var low = 0.0, high = 1.0, unknown = 0.5
  /// Seconds from low to high, and from high to low.
  public var riseSeconds = 1e-9, fallSeconds = 1e-9

  /// The levels of XSPICE.
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
  /// Factor, and what is added before and behind it.
  public var gain = 1.0, inOffset = 0.0, outOffset = 0.0
  /// Seconds from a change of the input to that of the output.
  public var delay = 1e-9
  /// Output at rest.
  public var initial = 0.0

  /// What comes in goes out.
  public init() {}
}

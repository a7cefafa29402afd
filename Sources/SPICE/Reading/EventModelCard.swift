import Netlist

/// The `.model` card of an element of events.
struct EventModelCard {
  /// Kinds by XSPICE's names (user's manual, Cox and others, 1992, chapters 12.3 to 12.5).
  enum Kind: String, CaseIterable {
    case analogToDigital = "adc_bridge"
    case digitalToAnalog = "dac_bridge"
    case buffer = "d_buffer"
    case inverter = "d_inverter"
    case and = "d_and"
    case nand = "d_nand"
    case or = "d_or"
    case nor = "d_nor"
    case xor = "d_xor"
    case xnor = "d_xnor"
    case tristate = "d_tristate"
    case pullUp = "d_pullup"
    case pullDown = "d_pulldown"
    case openCollector = "d_open_c"
    case openEmitter = "d_open_e"
    case dataFlipFlop = "d_dff"
    case jkFlipFlop = "d_jkff"
    case toggleFlipFlop = "d_tff"
    case setResetFlipFlop = "d_srff"
    case dataLatch = "d_dlatch"
    case setResetLatch = "d_srlatch"
    case divider = "d_fdiv"
    case oscillator = "d_osc"
    case pulseWidth = "d_pwm"
    case stimulus = "d_source"
    case stateMachine = "d_state"
    case memory = "d_ram"
    case lookUp = "d_lut"
    case digitalToReal = "d_to_real"
    case realGain = "real_gain"
    case realDelay = "real_delay"
    case realToAnalog = "real_to_v"
  }

  /// What a connection is.
  enum Connection {
    case input, output, realInput, realOutput
    /// Senses, or drives, the rest of the circuit.
    case probe, level

    var isReal: Bool { self == .realInput || self == .realOutput }
  }

  let kind: Kind
  let place: Range<Int>
  /// Number of its file.
  let source: Int
  /// A number, or those of a list, and where the value is.
  var numbers: [String: (values: [Double], place: Range<Int>)] = [:]
  /// Names of files and tables.
  var texts: [String: (text: String, place: Range<Int>)] = [:]

  func list(_ name: String) -> [Double] {
    numbers[name]?.values ?? kind.parameters[name].flatMap { $0 } ?? []
  }
  func number(_ name: String) -> Double { list(name).first ?? 0 }
  func whole(_ name: String) -> Int { Int(number(name)) }

  /// A fault of a parameter, at its value.
  func fault(_ reason: DeckFault.Reason, _ name: String) -> CardFault {
    let found = numbers[name]?.place ?? texts[name]?.place
    var fault = CardFault(reason, found ?? place)
    if found == nil { fault.subject = name }
    fault.source = source
    return fault
  }

  var edges: EdgeDelays {
    EdgeDelays(rise: number("rise_delay"), fall: number("fall_delay"))
  }

  /// The state that IC gives.
  func initial() throws(CardFault) -> DigitalValue.State {
    switch number("ic") {
    case 0: return .zero
    case 1: return .one
    case 2: return .unknown
    default: throw fault(.parameterOutOfRange, "ic")
    }
  }
}

extension EventModelCard.Kind {
  /// The function of a gate.
  var gate: GateKind? {
    rawValue.hasPrefix("d_") ? GateKind(rawValue: String(rawValue.dropFirst(2))) : nil
  }

  /// Connections in their order; those of a list in brackets.
  var connections: [(what: EventModelCard.Connection, isList: Bool)] {
    switch self {
    case .analogToDigital: [(.probe, true), (.output, true)]
    case .digitalToAnalog: [(.input, true), (.level, true)]
    case .buffer, .inverter, .openCollector, .openEmitter, .divider:
      [(.input, false), (.output, false)]
    case .and, .nand, .or, .nor, .xor, .xnor, .lookUp: [(.input, true), (.output, false)]
    case .tristate: [(.input, false), (.input, false), (.output, false)]
    case .pullUp, .pullDown: [(.output, false)]
    case .dataFlipFlop, .toggleFlipFlop, .dataLatch:
      Array(repeating: (.input, false), count: 4) + Array(repeating: (.output, false), count: 2)
    case .jkFlipFlop, .setResetFlipFlop, .setResetLatch:
      Array(repeating: (.input, false), count: 5) + Array(repeating: (.output, false), count: 2)
    case .oscillator, .pulseWidth: [(.probe, false), (.output, false)]
    case .stimulus: [(.output, true)]
    case .stateMachine: [(.input, true), (.input, false), (.input, false), (.output, true)]
    case .memory:
      [(.input, true), (.output, true), (.input, true), (.input, false), (.input, true)]
    case .digitalToReal: [(.input, false), (.input, false), (.realOutput, false)]
    case .realGain: [(.realInput, false), (.realOutput, false)]
    case .realDelay: [(.realInput, false), (.input, false), (.realOutput, false)]
    case .realToAnalog: [(.realInput, false), (.level, false)]
    }
  }

  /// Parameters that are numbers, and their values without them; `nil` for lists that have to be
  /// given. Loads are taken and have no effect: no delay depends on them in XSPICE either.
  var parameters: [String: [Double]?] {
    let edges: [String: [Double]?] = ["rise_delay": [1e-9], "fall_delay": [1e-9]]
    func with(_ own: [String: [Double]?]) -> [String: [Double]?] { own.merging(edges) { $1 } }
    func register(_ own: [String], _ loads: [String]) -> [String: [Double]?] {
      var all = with(["ic": [0]])
      for name in own + ["set_delay", "reset_delay"] { all[name] = [1e-9] }
      for name in loads + ["set_load", "reset_load"] { all[name] = [1e-12] }
      return all
    }
    switch self {
    case .analogToDigital: return with(["in_low": [0.1], "in_high": [0.9]])
    case .digitalToAnalog:
      return [
        "out_low": [0], "out_high": [1], "out_undef": [0.5], "input_load": [1e-12],
        "t_rise": [1e-9], "t_fall": [1e-9],
      ]
    case .buffer, .inverter, .and, .nand, .or, .nor, .xor, .xnor, .lookUp:
      return with(["input_load": [1e-12]])
    case .tristate: return ["delay": [1e-9], "input_load": [1e-12], "enable_load": [1e-12]]
    case .pullUp, .pullDown: return ["load": [1e-12]]
    case .openCollector:
      return ["open_delay": [1e-9], "fall_delay": [1e-9], "input_load": [1e-12]]
    case .openEmitter:
      return ["open_delay": [1e-9], "rise_delay": [1e-9], "input_load": [1e-12]]
    case .dataFlipFlop: return register(["clk_delay"], ["data_load", "clk_load"])
    case .jkFlipFlop: return register(["clk_delay"], ["jk_load", "clk_load"])
    case .toggleFlipFlop: return register(["clk_delay"], ["t_load", "clk_load"])
    case .setResetFlipFlop: return register(["clk_delay"], ["sr_load", "clk_load"])
    case .dataLatch:
      return register(["data_delay", "enable_delay"], ["data_load", "enable_load"])
    case .setResetLatch: return register(["sr_delay", "enable_delay"], ["sr_load", "enable_load"])
    case .divider:
      return with([
        "div_factor": [2], "high_cycles": [1], "i_count": [0], "freq_in_load": [1e-12],
      ])
    case .oscillator:
      return with([
        "cntl_array": nil, "freq_array": nil, "duty_cycle": [0.5], "init_phase": [0],
      ])
    case .pulseWidth:
      return with(["cntl_array": nil, "dc_array": nil, "frequency": [1e6], "init_phase": [0]])
    case .stimulus: return ["input_load": [1e-12]]
    case .stateMachine:
      return [
        "clk_delay": [1e-9], "reset_delay": [1e-9], "reset_state": [0], "input_load": [1e-12],
        "clk_load": [1e-12], "reset_load": [1e-12],
      ]
    case .memory:
      return [
        "select_value": [1], "ic": [2], "read_delay": [1e-7], "data_load": [1e-12],
        "address_load": [1e-12], "select_load": [1e-12], "enable_load": [1e-12],
      ]
    case .digitalToReal: return ["zero": [0], "one": [1], "delay": [1e-9]]
    case .realGain:
      return ["in_offset": [0], "gain": [1], "out_offset": [0], "delay": [1e-9], "ic": [0]]
    case .realDelay: return ["delay": [1e-9]]
    case .realToAnalog: return ["gain": [1], "transition_time": [1e-9]]
    }
  }

  /// The parameter that is a text, which has to be given.
  var textParameter: String? {
    switch self {
    case .stimulus: "input_file"
    case .stateMachine: "state_file"
    case .lookUp: "table_values"
    default: nil
    }
  }
}

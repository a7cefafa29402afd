import Foundation
import Netlist

/// Code models that are devices, oscillators and sources.
extension CodeModel {
  /// As `known`, of these kinds (XSPICE user's manual, chapter 12.2; ngspice manual, chapter 8.2).
  var knownOfDevices: [String: [Double]?] {
    let control: [String: [Double]?] = [
      "cntl_array": nil, "freq_array": nil, "out_low": [-1], "out_high": [1], "duty_cycle": [0.5],
    ]
    switch kind {
    case .pwlts:
      return [
        "x_array": nil, "y_array": nil, "input_domain": [0.01], "fraction": [1], "limit": [0],
      ]
    case .triangle: return control
    case .square:
      return control.merging(["rise_time": [1e-9], "fall_time": [1e-9]] as [String: [Double]?]) {
        $1
      }
    case .oneshot:
      return [
        "cntl_array": nil, "pw_array": nil, "clk_trig": [0.5], "pos_edge_trig": [1],
        "out_low": [0], "out_high": [1], "rise_time": [1e-9], "rise_delay": [1e-9],
        "fall_delay": [1e-9], "fall_time": [1e-9], "retrig": [0],
      ]
    case .hyst:
      return [
        "in_low": [0], "in_high": [1], "hyst": [0.1], "out_lower_limit": [0],
        "out_upper_limit": [1], "input_domain": [0.01], "fraction": [1],
      ]
    case .ilimit:
      return [
        "in_offset": [0], "gain": [1], "r_out_source": [1], "r_out_sink": [1],
        "i_limit_source": nil, "i_limit_sink": nil, "v_pwr_range": [1e-6],
        "i_source_range": [1e-9], "i_sink_range": [1e-9], "r_out_domain": [1e-9],
      ]
    case .zener:
      return [
        "v_breakdown": nil, "i_breakdown": [2e-2], "r_breakdown": [1], "i_rev": [1e-6],
        "i_sat": [1e-12], "n_forward": [1], "limit_switch": [0],
      ]
    case .memristor:
      return [
        "rmin": [10], "rmax": [1e4], "rinit": [7e3], "alpha": [0], "beta": [1], "vt": [0],
      ]
    case .pswitch:
      return ["cntl_off": [0], "cntl_on": [1], "r_off": [1e12], "r_on": [1], "log": [1]]
    case .capacitance: return ["c": nil, "ic": [0]]
    case .inductance: return ["l": nil, "ic": [0]]
    case .cmeter, .lmeter: return ["gain": [1]]
    case .table2d, .table3d:
      return ["offset": [0], "gain": [1], "order": [3], "verbose": [0]]
    case .filesource:
      return [
        "timeoffset": [0], "timescale": [1], "timerelative": [0], "amplstep": [0],
        "amploffset": [], "amplscale": [],
      ]
    default: preconditionFailure("the kind is known elsewhere")
    }
  }

  // MARK: Waves

  /// Lines through points over time; beyond them they go on, or stop with `limit`.
  func linesOfTime() -> Expression {
    var whole = self
    var (x, y) = (list("x_array"), list("y_array"))
    let last = x.count - 1
    let isLimited = number("limit") != 0
    // A point more at each end, so that the ends have corners as well.
    let first = isLimited ? y[0] : 2 * y[0] - y[1]
    let end = isLimited ? y[last] : 2 * y[last] - y[last - 1]
    (x, y) = (
      [2 * x[0] - x[1]] + x + [2 * x[last] - x[last - 1]], [first] + y + [end]
    )
    whole.values["x_array"] = (x, place)
    whole.values["y_array"] = (y, place)
    whole.values["limit"] = ([0], place)
    return whole.lines(.quantity(.time), "x_array", "y_array")
  }

  /// From low to high in the duty of each turn, and back.
  func triangle(_ turns: Expression) -> Expression {
    let (low, high, duty) = (number("out_low"), number("out_high"), number("duty_cycle"))
    let share = turns.fraction
    let rising = Expression.binary(.add, .number(low), share.times((high - low) / duty))
    let rest = Expression.binary(.subtract, share, .number(duty))
    let falling = Expression.binary(.subtract, .number(high), rest.times((high - low) / (1 - duty)))
    return .conditional(.binary(.less, share, .number(duty)), rising, falling)
  }

  // MARK: Devices

  /// The current of a Zener diode: forward exponential, a line, and the exponential of breakdown, or
  /// the two exponentials where they leave no room for a line.
  func zenerCurrent(_ volts: Expression) -> Expression {
    let thermal = 0.026 * number("n_forward")
    let (knee, saturation) = (number("v_breakdown"), number("i_sat"))
    let (amperes, ohms) = (number("i_breakdown"), number("r_breakdown"))
    let rate = 1 / (amperes * ohms)
    let forward = Expression.binary(
      .subtract, volts.times(1 / thermal).boundedExponential, .number(1)
    ).times(saturation)
    let leak = volts.times(number("i_rev") / knee)
    let (upper, lower) = (
      thermal * log(thermal / 10), -knee + log(10 / (saturation * ohms)) / rate
    )
    guard lower < upper else {
      let scale = amperes / (exp(rate * knee) - 1)
      // From the knee on, so that the exponential is a straight line only far beyond it.
      let atRest = exp(-rate * knee)
      let reverse = Expression.binary(
        .subtract, .number(atRest),
        Expression.binary(.add, volts, .number(knee)).times(-rate).boundedExponential
      ).times(amperes / (1 - atRest))
      // The less steep of the two has a conductance more, so that the slopes meet at zero.
      let excess = scale * rate - saturation / thermal
      let ahead = excess > 0 ? Expression.binary(.add, forward, volts.times(excess)) : forward
      let behind = excess < 0 ? Expression.binary(.add, reverse, volts.times(-excess)) : reverse
      let whole = Expression.conditional(
        .binary(.greaterOrEqual, volts, .number(0)), ahead, behind)
      return .binary(.add, whole, leak)
    }
    let slope = saturation / 10
    let offset = saturation * (exp(upper / thermal) - 1) - slope * upper
    let base = 1e-6
    let start = -knee + log(amperes / base) / rate
    let join = slope * lower + offset + base * exp(-rate * (lower - start))
    let beyond = Expression.binary(
      .subtract, .number(join),
      Expression.binary(.subtract, .number(start), volts).times(rate).boundedExponential
        .times(base))
    let line = Expression.binary(.add, volts.times(slope), .number(offset))
    let below = Expression.conditional(
      .binary(.greaterOrEqual, volts, .number(lower)), line, beyond)
    let whole = Expression.conditional(
      .binary(.greaterOrEqual, volts, .number(upper)), forward, below)
    return .binary(.add, whole, leak)
  }

  /// How fast the resistance of a memristor with a threshold changes (Pershin and Di Ventra, 2012,
  /// arXiv:1204.2600, equations 3 and 4), in ohms per second.
  func memristorRate(_ volts: Expression, _ ohms: Expression) -> Expression {
    let (alpha, beta, threshold) = (number("alpha"), number("beta"), number("vt"))
    let bend = Expression.binary(
      .subtract, .call(.abs, [.binary(.add, volts, .number(threshold))]),
      .call(.abs, [.binary(.subtract, volts, .number(threshold))])
    ).times(0.5 * (alpha - beta))
    let rate = Expression.binary(.add, volts.times(beta), bend)
    let grows = Expression.binary(
      .and, .binary(.greater, rate, .number(0)),
      .binary(.less, ohms, .number(number("rmax"))))
    let shrinks = Expression.binary(
      .and, .binary(.less, rate, .number(0)), .binary(.greater, ohms, .number(number("rmin"))))
    return .conditional(.binary(.or, grows, shrinks), rate, .number(0))
  }

  /// A resistance that goes from one value to the other: smoothly, by its logarithm, as in PSpice, or
  /// along a line.
  func smoothResistance(_ control: Expression) -> Expression {
    let (off, on) = (number("r_off"), max(number("r_on"), 1e-3))
    let share = Expression.binary(.subtract, control, .number(number("cntl_off"))).times(
      1 / (number("cntl_on") - number("cntl_off")))
    guard number("log") != 0 else {
      let share = Expression.call(.limit, [share, .number(0), .number(1)])
      return .binary(.add, .number(off), share.times(on - off))
    }
    return share.smoothResistance(off: off, on: on)
  }
}

extension Expression {
  /// What is beyond the last whole number below.
  var fraction: Expression { .binary(.subtract, self, .call(.floor, [self])) }

  /// The exponential function, along its tangent beyond 40, where no current of a device is.
  var boundedExponential: Expression {
    let limit = 40.0
    let tangent = Expression.binary(.add, self, .number(1 - limit)).times(exp(limit))
    return .conditional(
      .binary(.greater, self, .number(limit)), tangent, .call(.exp, [self]))
  }

  /// `off` where this is 0 or less, `on` where it is 1 or more, and between them, by the logarithm, a
  /// cubic without slopes at its ends: a switch of PSpice.
  func smoothResistance(off: Double, on: Double) -> Expression {
    let share = Expression.call(.limit, [self, .number(0), .number(1)])
    let cubic = Expression.binary(
      .multiply, .binary(.multiply, share, share),
      .binary(.subtract, .number(3), share.times(2)))
    return .call(.exp, [.binary(.add, .number(log(off)), cubic.times(log(on / off)))])
  }
}

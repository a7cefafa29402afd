import Foundation
import Netlist

/// Code models with states: oscillators, hysteresis and pulses, of integrals and switches.
extension DeckElaborator {
  /// How often a wave of this frequency has turned. Small signals change no frequency.
  mutating func turns(of hertz: Expression, _ label: Label) -> Expression {
    let rate = Expression.conditional(
      .binary(.greater, .quantity(.frequency), .number(0)), .number(0), hertz)
    return .quantity(
      .dynamic(circuit.addDynamicTerm(.integral(initial: 0), of: rate, label: label)))
  }

  /// The same of a wave whose frequency lies on lines, and that frequency, which is positive.
  mutating func turns(
    _ model: CodeModel, _ control: Expression, _ label: Label
  ) -> (turns: Expression, hertz: Expression) {
    let line = model.lines(control, "cntl_array", "freq_array")
    let hertz = Expression.call(.max, [line, .number(1e-16)])
    return (turns(of: hertz, label), hertz)
  }

  /// A node whose voltage is a formula.
  private mutating func node(
    _ part: String, _ formula: Expression, of label: Label
  ) throws(CardFault) -> Node {
    let name = circuit.name(of: label)
    let node = try innerNode(of: name, part)
    let own = try partLabel("b", of: name, part)
    try register(own, .behavioralSource, circuit.behavioralSources.count)
    circuit.addBehavioralSource(
      own, output: .voltage, plus: node, minus: .ground, expression: formula)
    return node
  }

  /// Whether a control has risen above `high` since it last fell below `low`: a switch to 1 V. The
  /// transient analysis finds both times and begins anew there.
  private mutating func latch(
    _ part: String, _ control: Expression, low: Double, high: Double, of label: Label
  ) throws(CardFault) -> Expression {
    let name = circuit.name(of: label)
    let input = try node("\(part).in", control, of: label)
    let supply = try node("\(part).one", .number(1), of: label)
    let state = try innerNode(of: name, "\(part).state")
    try placePart(resistor: "\(part).down", of: name, state, .ground, ohms: 1e3)
    let modelName = try partLabel("m", of: name, part)
    guard modelLabels.insert(modelName).isNew else {
      throw CardFault(.duplicateName, tokens.tokens[0].range)
    }
    let model = circuit.addSwitchModel(
      modelName, onOhms: 1, offOhms: 1e12, thresholdVolts: (low + high) / 2,
      hysteresisVolts: (high - low) / 2)
    let own = try partLabel("s", of: name, part)
    try register(own, .voltageSwitch, circuit.switches.count)
    circuit.addSwitch(
      own, supply, state, controlPlus: input, controlMinus: .ground, model: model, startsOn: false)
    return .binary(.greater, .quantity(.voltage(state)), .number(0.5))
  }

  /// Two curves of a slope with limits: one for inputs that rise from the lower limit, the other for
  /// those that fall from the upper one.
  mutating func hysteresis(
    _ model: CodeModel, _ input: Expression, _ label: Label
  ) throws(CardFault) -> Expression {
    let (low, high, width) = (
      model.number("in_low"), model.number("in_high"), model.number("hyst")
    )
    let domain = model.number("input_domain") * (model.number("fraction") != 0 ? high - low : 1)
    func curve(_ shift: Double) -> Expression {
      var lines = model
      lines.values["x"] = (
        [low + shift - 1, low + shift, high + shift, high + shift + 1], model.place
      )
      let (least, most) = (model.number("out_lower_limit"), model.number("out_upper_limit"))
      lines.values["y"] = ([least, least, most, most], model.place)
      lines.values["fraction"] = ([0], model.place)
      lines.values["input_domain"] = ([domain], model.place)
      return lines.lines(input, "x", "y")
    }
    let falls = try latch(
      "hyst", input, low: low - width - domain, high: high + width + domain, of: label)
    return .conditional(falls, curve(-width), curve(width))
  }

  /// High in the last part of each turn, the duty; edges begin there and take their times.
  mutating func square(
    _ model: CodeModel, _ turns: Expression, _ hertz: Expression, _ label: Label
  ) throws(CardFault) -> Expression {
    let (low, high, duty) = (
      model.number("out_low"), model.number("out_high"), model.number("duty_cycle")
    )
    let share = turns.fraction
    // The cosine about the middle of the high part is above that of its ends where it is high.
    let distance = Expression.binary(.subtract, turns, .number(1 - duty / 2)).times(2 * .pi)
    let excess = Expression.binary(
      .subtract, .call(.cos, [distance]), .number(Foundation.cos(.pi * duty)))
    _ = try latch("edge", excess, low: -1e-9, high: 1e-9, of: label)
    func edge(_ start: Double, _ seconds: Double, _ from: Double, _ to: Double) -> Expression {
      let elapsed = Expression.binary(
        .divide, .binary(.subtract, share, .number(start)), hertz)
      let done = Expression.call(.limit, [elapsed.times(1 / seconds), .number(0), .number(1)])
      return .binary(.add, .number(from), done.times(to - from))
    }
    let rises = edge(1 - duty, model.number("rise_time"), low, high)
    // The first turn begins low.
    let falls = Expression.conditional(
      .binary(.less, turns, .number(1)), .number(low),
      edge(0, model.number("fall_time"), high, low))
    return .conditional(.binary(.less, share, .number(1 - duty)), falls, rises)
  }

  /// A pulse at each edge of a clock, as long as a control had it at the edge.
  mutating func placeOneshot(
    _ model: CodeModel, _ ports: inout CodeModelPorts, _ label: Label, _ instance: DeckInstance
  ) throws(CardFault) {
    var count = 0
    var inputs: [Expression?] = []
    for _ in 0..<3 {
      switch try ports.next(.voltage) {
      case .one(let port)?: inputs.append(try sensed(port, &count, instance))
      case .some(.none): inputs.append(nil)
      default: throw CardFault(.missingFields, card.range)
      }
    }
    guard let clock = inputs[0], case .one(let port)? = try ports.next(.voltage) else {
      throw CardFault(.missingFields, card.range)
    }
    try requireEnd(ports)
    let trigger = model.number("clk_trig")
    let sign = model.number("pos_edge_trig") != 0 ? 1.0 : -1
    let excess = Expression.binary(.subtract, clock, .number(trigger)).times(sign)
    let isCleared: Expression =
      inputs[2].map { .binary(.greater, $0, .number(trigger)) } ?? .number(0)
    // The latch is of what comes after it, whose terms have the next numbers.
    let (elapsedTerm, widthTerm) = (circuit.dynamicTerms.count, circuit.dynamicTerms.count + 1)
    let elapsed = Expression.quantity(.dynamic(elapsedTerm))
    let width = Expression.quantity(.dynamic(widthTerm))
    let (delay, rise) = (model.number("rise_delay"), model.number("rise_time"))
    let (late, fall) = (model.number("fall_delay"), model.number("fall_time"))
    let end = Expression.binary(.add, width, .number(delay + rise + late + fall))
    let isOver = Expression.binary(
      .or, isCleared,
      .binary(
        .and, .binary(.greater, elapsed, end), .binary(.less, excess, .number(0))))
    let control = Expression.conditional(
      isOver, .number(-1),
      .conditional(.binary(.greater, excess, .number(0)), .number(1), .number(0)))
    let runs = try latch("pulse", control, low: -0.5, high: 0.5, of: label)
    // Before an edge the time that has passed is zero, and the length follows the control.
    let settling = 1e3 / max(delay + rise + late + fall, 1e-12)
    _ = circuit.addDynamicTerm(
      .integral(initial: 0), of: .conditional(runs, .number(1), elapsed.times(-settling)),
      label: label)
    let wanted = model.lines(inputs[1] ?? .number(0), "cntl_array", "pw_array")
    let positive = Expression.call(.max, [wanted, .number(0)])
    _ = circuit.addDynamicTerm(
      .integral(initial: 0),
      of: .conditional(
        runs, .number(0), Expression.binary(.subtract, positive, width).times(settling)),
      label: label)
    let (low, high) = (model.number("out_low"), model.number("out_high"))
    func share(_ start: Expression, _ seconds: Double) -> Expression {
      .call(
        .limit,
        [
          Expression.binary(.subtract, elapsed, start).times(1 / max(seconds, 1e-12)), .number(0),
          .number(1),
        ])
    }
    let up = share(.number(delay), rise)
    let down = share(.binary(.add, width, .number(delay + rise + late)), fall)
    let pulse = Expression.binary(
      .add, .number(low), Expression.binary(.subtract, up, down).times(high - low))
    let output = Expression.conditional(runs, pulse, .number(low))
    let (plus, minus) = try nodes(of: port, instance)
    let isVoltage = port.kind == .voltage || port.kind == .difference
    try drive(isVoltage ? .voltage : .current, output, plus, minus, label)
  }

  /// An integral that stays where it is while its input would lead it out of the limits.
  mutating func integral(
    _ model: CodeModel, _ input: Expression, _ label: Label
  ) -> Expression {
    let own = Expression.quantity(.dynamic(circuit.dynamicTerms.count))
    let rate = model.amplified(input)
    func isOut(_ limit: String, _ a: Expression.Operator, _ b: Expression.Operator) -> Expression {
      .binary(
        .and, .binary(a, own, .number(model.number(limit))), .binary(b, rate, .number(0)))
    }
    var held = rate
    if model.number("out_upper_limit").isFinite {
      held = .conditional(isOut("out_upper_limit", .greaterOrEqual, .greater), .number(0), held)
    }
    if model.number("out_lower_limit").isFinite {
      held = .conditional(isOut("out_lower_limit", .lessOrEqual, .less), .number(0), held)
    }
    _ = circuit.addDynamicTerm(
      .integral(initial: model.number("out_ic")), of: held, label: label)
    return own
  }

  /// A rational function of s as a chain of integrators, the highest derivative first.
  mutating func transfer(
    _ model: CodeModel, _ input: Expression, _ label: Label
  ) -> Expression {
    let below = model.list("den_coeff")
    let order = below.count - 1
    let above = model.list("num_coeff")
    let padded = [Double](repeating: 0, count: below.count - above.count) + above
    let first = circuit.dynamicTerms.count
    func state(_ k: Int) -> Expression { .quantity(.dynamic(first + k)) }
    var highest = model.amplified(input)
    for k in 0..<order {
      highest = .binary(.subtract, highest, state(k).times(below[k + 1] / below[0]))
    }
    let initial = model.list("int_ic")
    let rate = model.number("denormalized_freq")
    var output = highest.times(padded[0] / below[0])
    for k in 0..<order {
      _ = circuit.addDynamicTerm(
        .integral(initial: k < initial.count ? initial[k] : 0),
        of: (k == 0 ? highest : state(k - 1)).times(rate), label: label)
      output = .binary(.add, output, state(k).times(padded[k + 1] / below[0]))
    }
    return output
  }
}

import Files
import Netlist

/// Code models that are devices of the circuit, meters and sources from files.
extension DeckElaborator {
  /// What the parameters of such a model have to be.
  func checkDevice(
    _ model: CodeModel, _ require: (Bool, String) throws(CardFault) -> Void
  ) throws(CardFault) {
    func positive(_ names: String...) throws(CardFault) {
      for name in names { try require(model.number(name) > 0, name) }
    }
    switch model.kind {
    case .triangle, .square:
      try require(model.number("duty_cycle") > 0 && model.number("duty_cycle") < 1, "duty_cycle")
      if model.kind == .square { try positive("rise_time", "fall_time") }
    case .oneshot:
      for name in ["rise_time", "rise_delay", "fall_time", "fall_delay"] {
        try require(model.number(name) >= 0, name)
      }
      // A pulse that another edge prolongs.
      try require(model.number("retrig") == 0, "retrig")
    case .hyst:
      try require(model.number("in_low") < model.number("in_high"), "in_high")
      try require(model.number("hyst") >= 0, "hyst")
      let domain = model.number("input_domain")
      let span = model.number("in_high") - model.number("in_low")
      try require(
        domain <= 0.5 * (model.number("fraction") != 0 ? 1 : span), "input_domain")
    case .ilimit:
      try positive("r_out_source", "r_out_sink", "i_limit_source", "i_limit_sink")
      for name in ["v_pwr_range", "i_source_range", "i_sink_range", "r_out_domain"] {
        try require(model.number(name) >= 0, name)
      }
    case .zener:
      try positive("v_breakdown", "i_breakdown", "r_breakdown", "i_sat", "n_forward")
    case .memristor:
      try positive("rmin", "rmax", "rinit")
      try require(model.number("rmin") <= model.number("rmax"), "rmax")
    default: break
    }
  }

  /// Zener diodes, memristors, smooth switches, capacitances and inductances: of one port, or of one
  /// behind that of a control.
  mutating func placeTwoPole(
    _ model: CodeModel, _ ports: inout CodeModelPorts, _ count: inout Int, _ label: Label,
    _ instance: DeckInstance
  ) throws(CardFault) {
    let missing = CardFault(.missingFields, card.range)
    var control = Expression.number(0)
    if model.kind == .pswitch {
      guard case .one(let port)? = try ports.next(.difference) else { throw missing }
      control = try sensed(port, &count, instance)
    }
    guard case .one(let port)? = try ports.next(.conductance) else { throw missing }
    try requireEnd(ports)
    let (plus, minus) = try nodes(of: port, instance)
    let volts = Expression.difference(plus, minus)
    switch model.kind {
    case .zener: try drive(.current, model.zenerCurrent(volts), plus, minus, label)
    case .pswitch:
      try drive(
        .current, .binary(.divide, volts, model.smoothResistance(control)), plus, minus, label)
    case .memristor:
      let ohms = Expression.quantity(.dynamic(circuit.dynamicTerms.count))
      let rate = model.memristorRate(volts, ohms)
      // Small signals leave the resistance as it is.
      let held = Expression.conditional(
        .binary(.greater, .quantity(.frequency), .number(0)), .number(0), rate)
      _ = circuit.addDynamicTerm(
        .integral(initial: model.number("rinit")), of: held, label: label)
      try drive(.current, .binary(.divide, volts, ohms), plus, minus, label)
    case .capacitance:
      let own = Expression.quantity(.current(.behavioralSource(circuit.behavioralSources.count)))
      let stored = ramped(own.times(1 / model.number("c")), model.number("ic"), label)
      try drive(.voltage, stored, plus, minus, label)
    default:
      let stored = ramped(volts.times(1 / model.number("l")), model.number("ic"), label)
      try drive(.current, stored, plus, minus, label)
    }
  }

  /// An integral from an initial value on, to which it grows while the sources do (`ramptime`).
  private mutating func ramped(
    _ rate: Expression, _ initial: Double, _ label: Label
  ) -> Expression {
    let ramp = rampSeconds
    let grows = Expression.binary(.less, .quantity(.time), .number(ramp))
    let term = circuit.addDynamicTerm(
      .integral(initial: initial),
      of: ramp > 0 ? .conditional(grows, .number(0), rate) : rate, label: label)
    let stored = Expression.quantity(.dynamic(term))
    guard ramp > 0 else { return stored }
    return .conditional(grows, Expression.quantity(.time).times(initial / ramp), stored)
  }

  /// An output resistance behind a limited voltage, with limits of its current, which the supplies
  /// give and take.
  mutating func placeLimiter(
    _ model: CodeModel, _ ports: inout CodeModelPorts, _ label: Label, _ instance: DeckInstance
  ) throws(CardFault) {
    var count = 0
    let missing = CardFault(.missingFields, card.range)
    guard case .one(let inPort)? = try ports.next(.voltage) else { throw missing }
    let input = model.amplified(try sensed(inPort, &count, instance))
    var supplies: [Node?] = []
    for _ in 0..<2 {
      switch try ports.next(.groundedConductance) {
      case .one(let port)?: supplies.append(try nodes(of: port, instance).0)
      case .some(.none): supplies.append(nil)
      default: throw missing
      }
    }
    guard case .one(let outPort)? = try ports.next(.groundedConductance) else { throw missing }
    try requireEnd(ports)
    let (out, reference) = try nodes(of: outPort, instance)
    func volts(_ node: Node?, _ without: Double) -> Expression {
      node.map { Expression.difference($0, .ground) } ?? .number(without)
    }
    let wanted = model.limited(
      input, volts(supplies[1], -1e6), volts(supplies[0], 1e6), range: "v_pwr_range")
    let drop = Expression.binary(.subtract, wanted, .difference(out, reference))
    var ohms = Expression.number(model.number("r_out_source"))
    if model.number("r_out_source") != model.number("r_out_sink") {
      let domain = max(model.number("r_out_domain"), 1e-12)
      let share = Expression.call(
        .limit, [drop.times(0.5 / domain), .number(-0.5), .number(0.5)])
      let middle = (model.number("r_out_source") + model.number("r_out_sink")) / 2
      ohms = .binary(
        .add, .number(middle),
        share.times(model.number("r_out_source") - model.number("r_out_sink")))
    }
    let amperes = Expression.binary(.divide, drop, ohms)
    let (sink, source) = (model.number("i_limit_sink"), model.number("i_limit_source"))
    let below = model.limited(amperes, .number(-sink), nil, range: "i_sink_range")
    let above = model.limited(amperes, nil, .number(source), range: "i_source_range")
    try drive(
      .current, .call(.max, [above, .number(0)]), supplies[0] ?? .ground, out, label)
    try drive(
      .current, .call(.max, [.negated(below), .number(0)]), out, supplies[1] ?? .ground,
      try codeModelLabel(".sink", instance))
  }

  /// The sum of the capacitances, or of the inductances, at a node, times the gain.
  mutating func meteredTotal(
    _ model: CodeModel, _ ports: inout CodeModelPorts, _ instance: DeckInstance
  ) throws(CardFault) -> Double {
    guard case .one(let port)? = try ports.next(.voltage) else {
      throw CardFault(.missingFields, card.range)
    }
    let node = try nodes(of: port, instance).0
    let sum =
      model.kind == .cmeter
      ? circuit.capacitors.filter { $0.a == node || $0.b == node }.reduce(0) { $0 + $1.farads }
      : circuit.inductors.filter { $0.a == node || $0.b == node }.reduce(0) { $0 + $1.henries }
    return sum * model.number("gain")
  }

  // MARK: Sources from files

  /// Sources whose courses are the columns of a text file behind that of the time.
  mutating func placeFileSource(
    _ model: CodeModel, _ ports: inout CodeModelPorts, _ instance: DeckInstance
  ) throws(CardFault) {
    var outputs: [CodeModelPort] = []
    switch try ports.next(.voltage) {
    case .list(let list)?: outputs = list
    case .one(let port)?: outputs = [port]
    default: throw CardFault(.missingFields, card.range)
    }
    try requireEnd(ports)
    let rows = try rows(of: model, count: outputs.count, instance)
    for (column, port) in outputs.enumerated() {
      let isVoltage = port.kind == .voltage || port.kind == .difference
      let part = try codeModelLabel(".\(column + 1)", instance)
      let own = circuit.name(of: part)
      guard let label = circuit.label(foreign: (isVoltage ? "v" : "i") + own) else {
        throw CardFault(.malformedName, tokens.tokens[0].range)
      }
      let course = model.course(rows, column)
      let stimulus = Stimulus(waveform: course)
      let (plus, minus) = try nodes(of: port, instance)
      if isVoltage {
        try register(label, .voltageSource, circuit.voltageSources.count)
        circuit.addVoltageSource(label, plus: plus, minus: minus, volts: course.initialValue)
        circuit.setStimulus(stimulus, ofVoltageSource: circuit.voltageSources.count - 1)
      } else {
        try register(label, .currentSource, circuit.currentSources.count)
        circuit.addCurrentSource(label, from: plus, to: minus, amperes: course.initialValue)
        circuit.setStimulus(stimulus, ofCurrentSource: circuit.currentSources.count - 1)
      }
    }
  }

  /// The numbers of a file's lines: a time in seconds and, scaled, a value for each output; comments
  /// begin with `#`, `;` or `*`.
  private mutating func rows(
    of model: CodeModel, count: Int, _ instance: DeckInstance
  ) throws(CardFault) -> [[Double]] {
    let file = try modelFile(of: model, instance)
    let (scale, offset) = (model.number("timescale"), model.number("timeoffset"))
    let laws = (0..<count).map { model.amplitude(of: $0) }
    var rows: [[Double]] = []
    var last = offset
    for (number, line) in try lines(of: file).enumerated() {
      let fields = line.split { $0 == "," || $0.isWhitespace }
      guard let first = fields.first, let letter = first.first, !"#;*".contains(letter) else {
        continue
      }
      var row: [Double] = []
      for field in fields.prefix(count + 1) {
        guard let value = Double(field), value.isFinite else {
          throw file.fault(.malformedNumber, line: number + 1, field)
        }
        row.append(value)
      }
      guard row.count == count + 1 else {
        throw file.fault(.raggedTable, line: number + 1)
      }
      row[0] = row[0] * scale + (model.number("timerelative") != 0 ? last : offset)
      guard row[0] >= last, row[0].isFinite else {
        throw file.fault(.timesNotGrowing, line: number + 1)
      }
      last = row[0]
      for (column, law) in laws.enumerated() {
        row[column + 1] = row[column + 1] * law.scale + law.offset
        guard row[column + 1].isFinite else {
          throw file.fault(.malformedNumber, line: number + 1, fields[column + 1])
        }
      }
      rows.append(row)
    }
    guard !rows.isEmpty else { throw file.fault(.missingFields, file.name) }
    return rows
  }
}

extension CodeModel {
  /// What a value of a column is multiplied by, and what is added.
  fileprivate func amplitude(of column: Int) -> (scale: Double, offset: Double) {
    let (offsets, scales) = (list("amploffset"), list("amplscale"))
    return (
      column < scales.count ? scales[column] : 1, column < offsets.count ? offsets[column] : 0
    )
  }

  /// The course of a column: its offset up to the first time, then lines or, with `amplstep`, steps.
  fileprivate func course(_ rows: [[Double]], _ column: Int) -> Waveform {
    var (seconds, values): ([Double], [Double]) = ([], [])
    func add(_ time: Double, _ value: Double) {
      // Of several values at the start the last holds.
      if time <= 0, seconds.last == time {
        values[values.count - 1] = value
      } else {
        seconds.append(time)
        values.append(value)
      }
    }
    add(number("timeoffset"), amplitude(of: column).offset)
    for row in rows {
      let value = row[column + 1]
      if number("amplstep") != 0, let held = values.last { add(row[0], held) }
      add(row[0], value)
    }
    return .piecewiseLinear(seconds: seconds, values: values)
  }
}

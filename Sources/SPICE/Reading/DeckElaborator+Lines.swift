import Files
import Netlist

/// Transmission lines: T, O, U, Y and P.
extension DeckElaborator {
  /// `Tname a b c d z0=… td=…|f=… [nl=…] [ic=v1,i1,v2,i2]`: lossless.
  mutating func placeLosslessLine(_ instance: DeckInstance) throws(CardFault) {
    let all = tokens.tokens
    let count = positionalCount
    guard count >= 5 else { throw CardFault(.missingFields, card.range) }
    guard count == 5 else { throw CardFault(.unexpectedText, all[5].outerRange) }
    let nodes = try lineNodes(instance)
    var found: [String: (value: Double, place: Range<Int>)] = [:]
    var initial: [Double] = []
    for assignment in try Assignment.list(all[5...], card.range, text) {
      let name = DeckStructure.folded(text, assignment.name)
      switch name {
      case "z0", "zo", "td", "f", "nl", "rel", "abs":
        let number = try value(assignment.value, instance)
        guard number > 0 else { throw CardFault(.notPositive, assignment.value) }
        found[name == "zo" ? "z0" : name] = (number, assignment.value)
      case "ic": initial = try initialState(assignment, instance)
      default:
        throw CardFault(
          .unsupportedParameter, assignment.name,
          suggestion: NearestWord.find(name, among: ["z0", "td", "f", "nl", "ic"]))
      }
    }
    guard let z0 = found["z0"] else {
      throw CardFault(.missingFields, card.range, subject: "z0")
    }
    let seconds: Double
    if let td = found["td"] {
      seconds = td.value
    } else if let f = found["f"] {
      seconds = (found["nl"]?.value ?? 0.25) / f.value
    } else {
      throw CardFault(.missingFields, card.range, subject: "td, f")
    }
    let mode = LineMode(henries: z0.value * seconds, farads: seconds / z0.value)
    try placeLine(mode, nodes, initial, place: found["td"]?.place ?? z0.place, instance)
  }

  /// `Oname a b c d model` of LTRA, and Y of TXL, which may have a length of its own.
  mutating func placeLossyLine(
    _ kind: LineModel.Kind, _ instance: DeckInstance
  ) throws(CardFault) {
    let all = tokens.tokens
    guard positionalCount >= 6 else { throw CardFault(.missingFields, card.range) }
    guard positionalCount == 6 else { throw CardFault(.unexpectedText, all[6].outerRange) }
    let nodes = try lineNodes(instance)
    guard let model = try lineModel(all[5], kind, instance) else { return }
    let (length, initial) = try lineFields(from: 6, model, instance)
    func total(_ name: String) throws(CardFault) -> Double {
      let value = (model.value(name) ?? 0) * length
      guard value >= 0, value.isFinite else { throw model.fault(.parameterOutOfRange, name) }
      return value
    }
    let mode = LineMode(
      ohms: try total("r"), siemens: try total("g"), henries: try total("l"),
      farads: try total("c"))
    guard mode.isValid else { throw model.fault(.noLine, mode.henries > 0 ? "c" : "l") }
    try placeLine(mode, nodes, initial, place: all[5].outerRange, instance)
  }

  /// `Pname near … reference far … reference model` of CPL.
  mutating func placeCoupledLines(_ instance: DeckInstance) throws(CardFault) {
    let all = tokens.tokens
    let count = positionalCount
    guard count >= 6, count % 2 == 0 else { throw CardFault(.missingFields, card.range) }
    let n = (count - 4) / 2
    guard let model = try lineModel(all[count - 1], .cpl, instance) else { return }
    guard let order = model.order else { throw model.fault(.raggedTriangle, "l") }
    guard order == n else { throw CardFault(.wrongTerminalCount, all[count - 1].outerRange) }
    var nodes: [Node] = []
    for token in all[1..<(count - 1)] { nodes.append(try node(token, instance)) }
    let (near, far) = (Array(nodes[..<n]), Array(nodes[(n + 1)...(2 * n)]))
    let references = (nodes[n], nodes[2 * n + 1])
    let (length, _) = try lineFields(from: count, model, instance)
    let copies = instance.multiplier
    let r = try model.matrix("r", n, length: length / copies)
    let l = try model.matrix("l", n, length: length / copies)
    let g = try model.matrix("g", n, length: length * copies)
    let c = try model.matrix("c", n, length: length * copies)
    for k in 0..<n {
      guard r[k * n + k] >= 0 else { throw model.fault(.notPositiveMatrix, "r") }
      guard g[k * n + k] >= 0 else { throw model.fault(.notPositiveMatrix, "g") }
    }
    let label = try elementLabel(instance)
    let modes: LineModes
    do throws(LineModes.Fault) {
      modes = try LineModes(
        count: n, resistance: r, inductance: l, conductance: g, capacitance: c)
    } catch {
      guard case .notPositive(let name) = error else {
        return try placePieces(label, model, n, near, references, far, (r, l, g, c))
      }
      throw model.fault(.notPositiveMatrix, name.lowercased())
    }
    try register(label, .other, 0)
    circuit.addLine(
      label, near: near, nearReference: references.0, far: far, farReference: references.1,
      modes: modes)
  }

  /// Lines whose losses couple the modes: lossless pieces with the losses between them, so many that
  /// each is small against the impedance of its mode.
  private mutating func placePieces(
    _ label: Label, _ model: LineModel, _ n: Int, _ near: [Node], _ references: (Node, Node),
    _ far: [Node], _ m: (r: [Double], l: [Double], g: [Double], c: [Double])
  ) throws(CardFault) {
    let none = [Double](repeating: 0, count: n * n)
    let lossless: LineModes
    do throws(LineModes.Fault) {
      lossless = try LineModes(
        count: n, resistance: none, inductance: m.l, conductance: none, capacitance: m.c)
    } catch {
      throw model.fault(.notPositiveMatrix, "l")
    }
    for i in 0..<n {
      for j in 0..<n where i != j {
        guard m.r[i * n + j] == 0 else { throw model.fault(.coupledLosses, "r") }
        guard m.g[i * n + j] <= 0 else { throw model.fault(.notPositiveMatrix, "g") }
      }
    }
    // What a piece reflects is a quarter of its loss.
    let impedances = (0..<n).map { (m.l[$0 * n + $0] / m.c[$0 * n + $0]).squareRoot() }
    var loss = 0.0
    for k in 0..<n {
      loss = max(loss, m.r[k * n + k] / impedances[k], m.g[k * n + k] * impedances[k])
    }
    let pieces = max(1, (loss / 8e-3).rounded(.up))
    guard pieces <= 64 else { throw model.fault(.coupledLosses, "r") }
    let name = circuit.name(of: label)
    var ends = near
    let count = Int(pieces)
    for piece in 0...count {
      // Half a piece's losses at either end of the line.
      let share = (piece == 0 || piece == count ? 0.5 : 1) / pieces
      for i in 0..<n {
        for j in 0...i {
          let siemens =
            share
            * (i == j ? (0..<n).reduce(0) { $0 + m.g[i * n + $1] } : -m.g[i * n + j])
          guard siemens > 0 else { continue }
          let other = i == j ? references.0 : ends[j]
          try placePart(
            resistor: "g\(piece).\(i).\(j)", of: name, ends[i], other, ohms: 1 / siemens)
        }
      }
      var behind: [Node] = []
      for k in 0..<n {
        let ohms = share * m.r[k * n + k]
        let isLast = piece == count
        let next =
          isLast ? far[k] : ohms > 0 ? try innerNode(of: name, "\(piece).\(k)r") : ends[k]
        if ohms > 0 {
          try placePart(resistor: "r\(piece).\(k)", of: name, ends[k], next, ohms: ohms)
        }
        behind.append(next)
      }
      guard piece < count else { break }
      let isLast = piece == count - 1
      var fronts: [Node] = []
      for k in 0..<n {
        let needsNode = !isLast || m.r[k * n + k] > 0
        fronts.append(needsNode ? try innerNode(of: name, "\(piece + 1).\(k)") : far[k])
      }
      let own = count == 1 ? label : circuit.label(foreign: "\(name).\(piece)")
      guard let own else { throw CardFault(.malformedName, tokens.tokens[0].range) }
      try register(own, .other, 0)
      circuit.addLine(
        own, near: behind, nearReference: references.0, far: fronts, farReference: references.1,
        modes: lossless.piece(1 / pieces))
      ends = fronts
    }
  }

  /// `Uname a b reference model l=… [n=…]` of URC.
  mutating func placeDiffusiveLine(_ instance: DeckInstance) throws(CardFault) {
    let all = tokens.tokens
    guard positionalCount >= 5 else { throw CardFault(.missingFields, card.range) }
    guard positionalCount == 5 else { throw CardFault(.unexpectedText, all[5].outerRange) }
    let (a, b) = (try node(all[1], instance), try node(all[2], instance))
    let reference = try node(all[3], instance)
    guard let model = try lineModel(all[4], .urc, instance) else { return }
    var length: Double?
    var lumps: Double?
    for assignment in try Assignment.list(all[5...], card.range, text) {
      let name = DeckStructure.folded(text, assignment.name)
      let number = try value(assignment.value, instance)
      guard number > 0 else { throw CardFault(.notPositive, assignment.value) }
      switch name {
      case "l", "len", "length": length = number
      case "n":
        guard number <= 1000, number.rounded() == number else {
          throw CardFault(.parameterOutOfRange, assignment.value)
        }
        lumps = number
      default:
        throw CardFault(
          .unsupportedParameter, assignment.name,
          suggestion: NearestWord.find(name, among: ["l", "n"]))
      }
    }
    guard let length else { throw CardFault(.missingFields, card.range, subject: "l") }
    for name in ["isperl", "rsperl"] where model.value(name) ?? 0 != 0 {
      throw model.fault(.unsupportedParameter, name)
    }
    func positive(_ name: String, _ preset: Double, above: Double = 0) throws(CardFault) -> Double {
      let value = model.value(name) ?? preset
      guard value > above, value.isFinite else { throw model.fault(.parameterOutOfRange, name) }
      return value
    }
    let ratio = try positive("k", 1.5, above: 1.001)
    let fastest = try positive("fmax", 1e9)
    let ohms = try positive("rperl", 1000) * length / instance.multiplier
    let farads = try positive("cperl", 1e-15) * length * instance.multiplier
    guard ohms > 0, farads > 0, ohms.isFinite, farads.isFinite else {
      throw CardFault(.valueOutOfRange, card.range)
    }
    try placeLadder(
      a, b, reference,
      RCLadder(ohms: ohms, farads: farads, ratio: ratio, hertz: fastest, lumps: lumps), instance)
  }

  private mutating func placeLadder(
    _ a: Node, _ b: Node, _ reference: Node, _ ladder: RCLadder, _ instance: DeckInstance
  ) throws(CardFault) {
    let label = try elementLabel(instance)
    try register(label, .other, 0)
    let name = circuit.name(of: label)
    var (low, high) = (a, b)
    for (k, section) in ladder.sections.enumerated() {
      let isLast = k == ladder.sections.count - 1
      let nextLow = try innerNode(of: name, "lo\(k + 1)")
      let nextHigh = isLast ? nextLow : try innerNode(of: name, "hi\(k + 1)")
      for (side, from, to) in [("lo", low, nextLow), ("hi", high, nextHigh)] {
        let part = "\(side)\(k + 1)"
        try placePart(resistor: part, of: name, from, to, ohms: section.ohms)
        // The ladder meets itself in one node.
        guard side == "lo" || !isLast else { continue }
        try placePart(capacitor: part, of: name, to, reference, farads: section.farads)
      }
      (low, high) = (nextLow, nextHigh)
    }
  }

  // MARK: Fields

  /// Near end and reference, far end and reference.
  private mutating func lineNodes(_ instance: DeckInstance) throws(CardFault) -> [4 of Node] {
    var nodes: [4 of Node] = [.ground, .ground, .ground, .ground]
    for k in 0..<4 { nodes[k] = try node(tokens.tokens[k + 1], instance) }
    return nodes
  }

  private mutating func lineModel(
    _ token: CardTokens.Token, _ kind: LineModel.Kind, _ instance: DeckInstance
  ) throws(CardFault) -> LineModel? {
    guard let place = try model(token, [.line], instance) else { return nil }
    let model = lineModels[place.index]
    guard model.kind == kind else { throw CardFault(.unknownModel, token.outerRange) }
    return model
  }

  /// LEN and IC behind the model of a line.
  private mutating func lineFields(
    from first: Int, _ model: LineModel, _ instance: DeckInstance
  ) throws(CardFault) -> (length: Double, initial: [Double]) {
    var length = model.length
    var initial: [Double] = []
    for assignment in try Assignment.list(tokens.tokens[first...], card.range, text) {
      let name = DeckStructure.folded(text, assignment.name)
      switch name {
      case "len", "length": length = try value(assignment.value, instance)
      case "ic" where model.kind == .ltra: initial = try initialState(assignment, instance)
      default:
        throw CardFault(
          .unsupportedParameter, assignment.name,
          suggestion: NearestWord.find(name, among: ["len", "length", "ic"]))
      }
    }
    guard length > 0, length.isFinite else {
      throw model.fault(.notPositive, model.places["len"] == nil ? "length" : "len")
    }
    return (length, initial)
  }

  /// `v1,i1,v2,i2`, the last of which may be missing.
  private mutating func initialState(
    _ assignment: Assignment, _ instance: DeckInstance
  ) throws(CardFault) -> [Double] {
    var numbers: [Double] = []
    for token in tokens.tokens
    where assignment.value.contains(token.outerRange.lowerBound) && token.kind != .comma
      && token.kind != .open && token.kind != .close
    {
      numbers.append(try value(token, instance))
    }
    guard (1...4).contains(numbers.count) else {
      throw CardFault(.unexpectedText, assignment.value)
    }
    return numbers + [Double](repeating: 0, count: 4 - numbers.count)
  }

  /// A line of one conductor.
  private mutating func placeLine(
    _ mode: LineMode, _ nodes: [4 of Node], _ initial: [Double], place: Range<Int>,
    _ instance: DeckInstance
  ) throws(CardFault) {
    let copies = instance.multiplier
    let mode = LineMode(
      ohms: mode.ohms / copies, siemens: mode.siemens * copies, henries: mode.henries / copies,
      farads: mode.farads * copies)
    guard mode.isValid else { throw CardFault(.valueOutOfRange, place) }
    let label = try elementLabel(instance)
    try register(label, .other, 0)
    circuit.addLine(
      label, near: [nodes[0]], nearReference: nodes[1], far: [nodes[2]], farReference: nodes[3],
      modes: LineModes(mode),
      initial: initial.isEmpty
        ? []
        : [
          .init(
            nearVolts: initial[0], nearAmperes: initial[1] * copies, farVolts: initial[2],
            farAmperes: initial[3] * copies)
        ])
  }
}

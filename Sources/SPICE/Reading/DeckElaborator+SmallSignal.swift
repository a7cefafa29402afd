import Files
import Netlist

/// `.noise`, `.tf` and `.four`.
extension DeckElaborator {
  /// `.noise v(out[,ref]) source dec|oct|lin n f1 f2 [every]`; `every` makes the densities of elements
  /// vectors.
  mutating func readNoise(_ top: DeckInstance) throws(CardFault) {
    var index = 1
    let (output, _) = try smallSignalOutput(&index, top)
    guard case .voltage = output else {
      throw CardFault(.unsupportedOutput, tokens.tokens[1].outerRange, suggestion: "v(out)")
    }
    let all = tokens.tokens
    guard index < all.count else { throw CardFault(.missingFields, card.range) }
    let source = try drivingSource(all[index].outerRange, top)
    index += 1
    guard all.count >= index + 4 else { throw CardFault(.missingFields, card.range) }
    guard all.count <= index + 5 else {
      throw CardFault(.unexpectedText, all[index + 5].outerRange)
    }
    let hertz = try frequencies(all[index..<index + 4], top)
    guard hertz[0] > 0 else { throw CardFault(.parameterOutOfRange, all[index + 2].outerRange) }
    var settings = NoiseSettings(output: output, source: source, hertz: hertz)
    if all.count > index + 4 { settings.showsElements = try value(all[index + 4], top) > 0 }
    deck.analyses.append(.noise(settings))
  }

  /// `.tf output source`.
  mutating func readTransfer(_ top: DeckInstance) throws(CardFault) {
    var index = 1
    let (output, name) = try smallSignalOutput(&index, top)
    let all = tokens.tokens
    guard index < all.count else { throw CardFault(.missingFields, card.range) }
    let source = try drivingSource(all[index].outerRange, top)
    guard all.count == index + 1 else {
      throw CardFault(.unexpectedText, all[index + 1].outerRange)
    }
    deck.analyses.append(
      .transferFunction(TransferSettings(output: output, outputName: name, source: source)))
  }

  /// `.sp dec|oct|lin n f1 f2 [noise]`; correlations of noise are none of its results.
  mutating func readScattering(_ top: DeckInstance) throws(CardFault) {
    let all = tokens.tokens
    let hertz = try frequencies(all.dropFirst(), top)
    if all.count > 5 {
      guard all.count == 6 else { throw CardFault(.unexpectedText, all[6].outerRange) }
      if try value(all[5], top) != 0 { warn(CardFault(.ignored, all[5].outerRange)) }
    }
    guard !ports.isEmpty else {
      throw CardFault(.missingFields, card.range, subject: "portnum")
    }
    var sorted: [ScatteringSettings.Port] = []
    for number in 1...ports.count {
      guard let port = ports[number] else {
        throw CardFault(.parameterOutOfRange, card.range, subject: "portnum \(number)")
      }
      sorted.append(port)
    }
    deck.analyses.append(.scattering(ScatteringSettings(ports: sorted, hertz: hertz)))
  }

  /// `.pz in reference out reference cur|vol pol|zer|pz`.
  mutating func readPoleZero(_ top: DeckInstance) throws(CardFault) {
    let all = tokens.tokens
    guard all.count >= 7 else { throw CardFault(.missingFields, card.range) }
    guard all.count == 7 else { throw CardFault(.unexpectedText, all[7].outerRange) }
    var nodes: [Node] = []
    for token in all[1...4] { nodes.append(try existingNode(token.outerRange, top)) }
    let (drive, wanted) = (
      DeckStructure.folded(text, all[5].outerRange), DeckStructure.folded(text, all[6].outerRange)
    )
    guard drive == "cur" || drive == "vol" else {
      throw CardFault(.unexpectedText, all[5].outerRange, suggestion: "vol")
    }
    guard ["pol", "zer", "pz"].contains(wanted) else {
      throw CardFault(.unexpectedText, all[6].outerRange, suggestion: "pz")
    }
    guard nodes[0] != nodes[1] else { throw CardFault(.duplicateName, all[2].outerRange) }
    guard nodes[2] != nodes[3] else { throw CardFault(.duplicateName, all[4].outerRange) }
    deck.analyses.append(
      .poleZero(
        PoleZeroSettings(
          input: (nodes[0], nodes[1]), output: (nodes[2], nodes[3]), isVoltage: drive == "vol",
          findsPoles: wanted != "zer", findsZeros: wanted != "pol")))
  }

  /// `.four hertz output …`.
  mutating func readFourier(_ top: DeckInstance) throws(CardFault) {
    let all = tokens.tokens
    guard all.count >= 3 else { throw CardFault(.missingFields, card.range) }
    let hertz = try value(all[1], top)
    guard hertz > 0 else { throw CardFault(.notPositive, all[1].outerRange) }
    var index = 2
    while index < all.count {
      let start = index
      let end = outputEnd(&index)
      guard let output = try output(start..<end, .transient, top) else {
        throw CardFault(.unsupportedOutput, all[start].outerRange)
      }
      deck.fourier.append(FourierRequest(hertz: hertz, output: output))
    }
  }

  /// `v(a)`, `v(a,b)` or `i(source)`, and how the deck spells it.
  private mutating func smallSignalOutput(
    _ index: inout Int, _ top: DeckInstance
  ) throws(CardFault) -> (SmallSignalOutput, String) {
    let all = tokens.tokens
    guard all.count > 4, all[1].kind == .word, all[2].kind == .open,
      let close = all.firstIndex(where: { $0.kind == .close })
    else { throw CardFault(.missingFields, card.range) }
    let place = all[1].outerRange.lowerBound..<all[close].outerRange.upperBound
    let arguments = all[3..<close].filter { $0.kind != .comma }.map(\.outerRange)
    let name = String(decoding: text[place].filter { $0 > 32 }, as: UTF8.self).lowercased()
    index = close + 1
    switch (DeckStructure.folded(text, all[1].range), arguments.count) {
    case ("v", 1): return (.voltage(try analogNode(arguments[0], top), .ground), name)
    case ("v", 2):
      return (
        .voltage(try analogNode(arguments[0], top), try analogNode(arguments[1], top)), name
      )
    case ("i", 1): return (.current(try voltageSource(arguments[0], top)), name)
    default: throw CardFault(.unsupportedOutput, place)
    }
  }

  /// An independent source.
  private mutating func drivingSource(
    _ place: Range<Int>, _ top: DeckInstance
  ) throws(CardFault) -> ElementCurrent {
    if let found = existingElement(place, top), let current = found.current {
      switch current {
      case .voltageSource, .currentSource: return current
      default: break
      }
    }
    let labels = circuit.voltageSources.map(\.label) + circuit.currentSources.map(\.label)
    throw CardFault(
      .unknownSource, place,
      suggestion: NearestWord.find(
        DeckStructure.folded(text, place), among: labels.map { circuit.name(of: $0) }))
  }
}

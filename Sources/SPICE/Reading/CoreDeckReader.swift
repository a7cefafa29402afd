import Files
import Foundation
import Netlist
import Units

/// A core deck read back: the circuit and what its header says.
public struct CoreDeck: Sendable {
  public var circuit: Circuit
  public var header: DeckHeader
}

/// Reads core decks: R, C, V, I, D, M and `.model` cards, comments, continuation lines and the
/// header. Nodes are numbered in the order in which the cards first name them.
public struct CoreDeckReader {
  private let file: String
  private var circuit: Circuit
  private var header = DeckHeader()
  private var expectedLines: [Int] = []
  /// Labels of nodes by their numbers, and of elements.
  private var nodes = LabelTable()
  private var elementLabels = LabelTable()
  private var version: Int?
  private var seenCard = false
  private var devices = DeviceCards()

  /// Fields of the card being gathered, as ranges of the deck's bytes, and its first line.
  private var fields: [Range<Int>] = []
  private var cardLine = 0

  /// Reads the deck at `path`.
  public static func read(_ path: String) throws(NetlistError) -> CoreDeck {
    let contents: Data
    do {
      contents = try FileContents.read(path)
    } catch {
      throw NetlistError(.unreadable, file: path, line: 0, subject: error.reason)
    }
    return try parse(Array(contents), file: path)
  }

  /// Reads a deck in UTF-8; `file` is the name that errors give it.
  public static func parse(_ deck: [UInt8], file: String) throws(NetlistError) -> CoreDeck {
    let text = deck.span
    let titleEnd = lineEnd(text, from: 0)
    var title = String(decoding: deck[0..<titleEnd], as: UTF8.self)
    if title.hasPrefix("*") { title.removeFirst() }
    var reader = CoreDeckReader(file: file, circuit: Circuit(title: title))
    try reader.readLines(text, from: titleEnd + 1)
    return CoreDeck(circuit: reader.circuit, header: reader.header)
  }

  private init(file: String, circuit: Circuit) {
    self.file = file
    self.circuit = circuit
    // Ground is node zero.
    for label in circuit.nodeLabels { _ = nodes.insert(label) }
  }

  private static func lineEnd(_ text: Span<UInt8>, from start: Int) -> Int {
    var end = start
    while end < text.count, text[end] != UInt8(ascii: "\n") { end += 1 }
    return end
  }

  private mutating func readLines(_ text: Span<UInt8>, from start: Int) throws(NetlistError) {
    var (position, line) = (start, 1)
    while position < text.count {
      let end = Self.lineEnd(text, from: position)
      line += 1
      var first = position
      while first < end, text[first] <= 32 { first += 1 }
      position = end + 1
      guard first < end else { continue }
      switch text[first] {
      case UInt8(ascii: "*"):
        if !seenCard { try readComment(text.extracting(first + 1..<end), line: line) }
      case UInt8(ascii: "+"):
        guard !fields.isEmpty else {
          throw error(.strayContinuation, line, Self.string(text.extracting(first..<end)))
        }
        appendFields(text, first + 1..<end)
      default:
        try finishCard(text)
        seenCard = true
        cardLine = line
        appendFields(text, first..<end)
        if let card = fields.first, isEnd(text.extracting(card)) {
          fields.removeAll()
          position = text.count
        }
      }
    }
    try finishCard(text)
    do throws(DeviceCards.Fault) {
      try devices.finish(&circuit)
    } catch {
      throw self.error(error.reason, error.line ?? 0, error.subject ?? "")
    }
    try checkExpected()
  }

  private func isEnd(_ field: Span<UInt8>) -> Bool {
    field[0] == UInt8(ascii: ".") && Self.string(field).lowercased() == ".end"
  }

  /// Splits at blanks; `;` and a `$` after a blank start a comment.
  private mutating func appendFields(_ text: Span<UInt8>, _ range: Range<Int>) {
    var position = range.lowerBound
    while position < range.upperBound {
      if text[position] <= 32 {
        position += 1
        continue
      }
      if text[position] == UInt8(ascii: "$") || text[position] == UInt8(ascii: ";") { return }
      let start = position
      while position < range.upperBound, text[position] > 32, text[position] != UInt8(ascii: ";") {
        position += 1
      }
      fields.append(start..<position)
    }
  }

  // MARK: Cards

  private mutating func finishCard(_ text: Span<UInt8>) throws(NetlistError) {
    guard let nameField = fields.first else { return }
    defer { fields.removeAll(keepingCapacity: true) }
    let letter = text[nameField.lowerBound] | 0x20
    switch letter {
    case UInt8(ascii: "r"), UInt8(ascii: "v"), UInt8(ascii: "i"): break
    case UInt8(ascii: "c"): return try finishCapacitor(text)
    case UInt8(ascii: "d"), UInt8(ascii: "m"): return try finishDevice(text, letter)
    case UInt8(ascii: ".") | 0x20:
      guard Self.string(text.extracting(nameField)).lowercased() == ".model" else {
        throw cardError(.unsupportedCard, text)
      }
      return try finishModel(text)
    default: throw cardError(.unsupportedElement, text)
    }
    var valueIndex = 3
    if letter != UInt8(ascii: "r"), fields.count == 5,
      Self.string(text.extracting(fields[3])).lowercased() == "dc"
    {
      valueIndex = 4
    }
    guard fields.count == valueIndex + 1 else { throw cardError(.wrongFieldCount, text) }
    let label = try elementLabel(text, nameField)
    let first = try node(text, fields[1])
    let second = try node(text, fields[2])
    guard let value = SpiceNumber.parse(text.extracting(fields[valueIndex])) else {
      throw cardError(.malformedNumber, text)
    }
    switch letter {
    case UInt8(ascii: "r"):
      guard value > 0 else { throw cardError(.resistanceNotPositive, text) }
      circuit.addResistor(label, first, second, ohms: value)
    case UInt8(ascii: "v"):
      circuit.addVoltageSource(label, plus: first, minus: second, volts: value)
    default: circuit.addCurrentSource(label, from: first, to: second, amperes: value)
    }
  }

  private mutating func finishCapacitor(_ text: Span<UInt8>) throws(NetlistError) {
    guard fields.count == 4 || fields.count == 5 else { throw cardError(.wrongFieldCount, text) }
    let label = try elementLabel(text, fields[0])
    let (a, b) = (try node(text, fields[1]), try node(text, fields[2]))
    guard let farads = SpiceNumber.parse(text.extracting(fields[3])) else {
      throw cardError(.malformedNumber, text)
    }
    guard farads > 0 else { throw cardError(.parameterOutOfRange, text) }
    var volts: Double?
    if fields.count == 5 {
      let field = Self.string(text.extracting(fields[4]))
      guard field.lowercased().hasPrefix("ic=") else { throw cardError(.wrongFieldCount, text) }
      volts = SpiceNumber.parse(field.dropFirst(3))
      guard volts != nil else { throw cardError(.malformedNumber, text) }
    }
    circuit.addCapacitor(label, a, b, farads: farads, initialVolts: volts)
  }

  private mutating func finishDevice(
    _ text: Span<UInt8>, _ letter: UInt8
  ) throws(NetlistError) {
    let nodeCount = letter == UInt8(ascii: "d") ? 2 : 4
    guard fields.count >= nodeCount + 2 else { throw cardError(.wrongDeviceFields, text) }
    let label = try elementLabel(text, fields[0])
    var nodes: [4 of Node] = [.ground, .ground, .ground, .ground]
    for k in 0..<nodeCount { nodes[k] = try node(text, fields[k + 1]) }
    guard let model = circuit.label(parsing: text.extracting(fields[nodeCount + 1])) else {
      throw cardError(.malformedName, text)
    }
    let rest = fields[(nodeCount + 2)...].map { Self.string(text.extracting($0)) }[...]
    do throws(DeviceCards.Fault) {
      if letter == UInt8(ascii: "d") {
        try devices.addDiode(
          label, anode: nodes[0], cathode: nodes[1], model: model, fields: rest, line: cardLine)
      } else {
        try devices.addMOSFET(label, nodes: nodes, model: model, fields: rest, line: cardLine)
      }
    } catch {
      throw located(error, text)
    }
  }

  private mutating func finishModel(_ text: Span<UInt8>) throws(NetlistError) {
    guard fields.count >= 3 else { throw cardError(.wrongDeviceFields, text) }
    guard let label = circuit.label(parsing: text.extracting(fields[1])) else {
      throw cardError(.malformedName, text)
    }
    let rest = fields[1...].map { Self.string(text.extracting($0)) }
    do throws(DeviceCards.Fault) {
      try devices.addModel(rest, label: label, to: &circuit)
    } catch {
      throw located(error, text)
    }
  }

  private mutating func elementLabel(
    _ text: Span<UInt8>, _ field: Range<Int>
  ) throws(NetlistError) -> Label {
    guard let label = circuit.label(parsing: text.extracting(field)) else {
      throw cardError(.malformedName, text)
    }
    guard elementLabels.insert(label).isNew else { throw cardError(.duplicateName, text) }
    return label
  }

  private mutating func node(
    _ text: Span<UInt8>, _ field: Range<Int>
  ) throws(NetlistError) -> Node {
    let name = text.extracting(field)
    if name.count == 1, name[0] == UInt8(ascii: "0") { return .ground }
    // ngspice, HSPICE and Spectre take `gnd` for ground.
    if name.count == 3, Self.string(name).lowercased() == "gnd" { return .ground }
    guard let label = circuit.label(parsing: name) else { throw cardError(.malformedName, text) }
    let (number, isNew) = nodes.insert(label)
    return isNew ? circuit.addNode(label) : circuit.node(number)
  }

  // MARK: Header

  /// Reads one comment line above the first card; before the format line, comments are only text.
  private mutating func readComment(_ text: Span<UInt8>, line: Int) throws(NetlistError) {
    let content = Self.string(text)
    let words = content.split(whereSeparator: \.isWhitespace)
    if words.first == "tilespice-format" {
      guard words.count == 2, let number = Int(words[1]) else {
        throw error(.malformedHeader, line, content)
      }
      guard number == DeckHeader.formatVersion else {
        throw error(.unsupportedFormat, line, content)
      }
      version = number
      return
    }
    guard version != nil, let first = words.first else { return }
    if words.count >= 2, words[1] == "=", DeckHeader.isKey(first) {
      // Everything after the first equals sign, with the spaces inside it.
      let value = content.drop { $0 != "=" }.dropFirst()
      header.entries.append(.init(key: String(first), value: value.onOneLine))
      return
    }
    switch first {
    case "expected":
      guard words.count == 3, let amperes = SpiceNumber.parse(words[2]) else {
        throw error(.malformedHeader, line, content)
      }
      header.expected.append(.init(sourceName: words[1].lowercased(), amperes: amperes))
      expectedLines.append(line)
    case "tolerance-relative":
      guard words.count == 2, let tolerance = SpiceNumber.parse(words[1]) else {
        throw error(.malformedHeader, line, content)
      }
      header.relativeTolerance = tolerance
    default: break
    }
  }

  private func checkExpected() throws(NetlistError) {
    guard !header.expected.isEmpty else { return }
    let names = Set(circuit.voltageSources.map { circuit.name(of: $0.label) })
    for (current, line) in zip(header.expected, expectedLines)
    where !names.contains(current.sourceName) {
      throw error(.unknownSource, line, current.sourceName)
    }
  }

  // MARK: Errors

  private func cardError(_ reason: NetlistError.Reason, _ text: Span<UInt8>) -> NetlistError {
    let card = fields.map { Self.string(text.extracting($0)) }.joined(separator: " ")
    return error(reason, cardLine, card)
  }

  private func located(_ fault: DeviceCards.Fault, _ text: Span<UInt8>) -> NetlistError {
    guard let subject = fault.subject else { return cardError(fault.reason, text) }
    return error(fault.reason, fault.line ?? cardLine, subject)
  }

  private func error(_ reason: NetlistError.Reason, _ line: Int, _ subject: String) -> NetlistError
  {
    NetlistError(
      reason, file: file, line: line, subject: subject.prefix(120).onOneLine)
  }

  private static func string(_ bytes: Span<UInt8>) -> String {
    String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
  }
}

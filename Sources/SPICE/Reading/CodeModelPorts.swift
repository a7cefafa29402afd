import Netlist

/// One connection of an A element: what it senses or drives, and where.
struct CodeModelPort {
  enum Kind: String {
    /// A voltage to ground or between two nodes.
    case voltage = "v"
    case difference = "vd"
    /// A current into a node, or into the first of two.
    case current = "i"
    case branch = "id"
    /// Both at once, of ports that are a conductance or a resistance.
    case conductance = "gd"
    case resistance = "hd"
    /// The same of ports to ground.
    case groundedConductance = "g"
    case groundedResistance = "h"
    /// The current of a voltage source, by its name.
    case source = "vnam"
    /// A digital node, or one of real numbers.
    case digital = "d"
    case real

    var nodeCount: Int {
      switch self {
      case .difference, .branch, .conductance, .resistance: 2
      default: 1
      }
    }
  }

  var kind: Kind
  /// As many as `nodeCount`.
  var names: [Range<Int>]
  /// Whether `~` is before it.
  var isInverted = false
}

/// The connections of an A element as XSPICE writes them: nodes, `%kind` before them, pairs in
/// parentheses, and lists in brackets (XSPICE user's manual, Cox and others, 1992, chapter 4).
struct CodeModelPorts {
  /// A connection, or a list of them.
  enum Connection {
    case one(CodeModelPort)
    case list([CodeModelPort])
    /// `null`: nothing is connected.
    case none
  }

  private let pieces: [Range<Int>]
  private let text: [UInt8]
  private var index = 0
  /// Whether parentheses are around two nodes, whatever the kind of the connection.
  var takesAnyCount = false

  /// Cuts what lies between the name of an element and that of its model.
  init(_ place: Range<Int>, _ text: [UInt8]) {
    self.text = text
    var pieces: [Range<Int>] = []
    var start: Int?
    for position in place {
      let byte = text[position]
      let isMark = "[]()~".utf8.contains(byte)
      if byte <= 32 || byte == UInt8(ascii: ",") || isMark {
        if let first = start { pieces.append(first..<position) }
        start = nil
        if isMark { pieces.append(position..<position + 1) }
      } else if start == nil {
        start = position
      }
    }
    if let first = start { pieces.append(first..<place.upperBound) }
    self.pieces = pieces
  }

  var isAtEnd: Bool { index == pieces.count }
  /// Where the next piece is.
  var place: Range<Int>? { isAtEnd ? nil : pieces[index] }

  private func isMark(_ mark: Character) -> Bool {
    guard let place, let byte = mark.asciiValue else { return false }
    return place.count == 1 && text[place.lowerBound] == byte
  }

  private mutating func skip(_ mark: Character) -> Bool {
    guard isMark(mark) else { return false }
    index += 1
    return true
  }

  /// The next connection, of `kind` unless it says otherwise; `nil` at the end.
  mutating func next(_ kind: CodeModelPort.Kind) throws(CardFault) -> Connection? {
    guard let first = place else { return nil }
    let isOfEvents = kind == .digital || kind == .real
    var kind = try prefix(isOfEvents) ?? kind
    // `%vd([a b])`.
    let isWrapped =
      isMark("(") && index + 1 < pieces.count && text[pieces[index + 1].lowerBound] == 0x5B
    if isWrapped { index += 1 }
    guard skip("[") else {
      if DeckStructure.folded(text, first) == "null" {
        index += 1
        return Connection.none
      }
      return .one(try port(kind))
    }
    var ports: [CodeModelPort] = []
    while !skip("]") {
      guard place != nil else { throw CardFault(.unbalanced, first) }
      kind = try prefix(isOfEvents) ?? kind
      ports.append(try port(kind))
    }
    if isWrapped, !skip(")") { throw CardFault(.unbalanced, first) }
    return .list(ports)
  }

  private mutating func prefix(_ isOfEvents: Bool) throws(CardFault) -> CodeModelPort.Kind? {
    guard let place, text[place.lowerBound] == UInt8(ascii: "%") else { return nil }
    let name = DeckStructure.folded(text, place.dropFirst())
    guard let kind = CodeModelPort.Kind(rawValue: name) else {
      throw CardFault(.unsupportedParameter, place)
    }
    guard isOfEvents == (kind == .digital || kind == .real) else {
      throw CardFault(.notDigital, place)
    }
    index += 1
    return kind
  }

  private mutating func port(_ kind: CodeModelPort.Kind) throws(CardFault) -> CodeModelPort {
    let isInverted = kind == .digital && skip("~")
    let isOpen = skip("(")
    var names: [Range<Int>] = []
    let count = isOpen && takesAnyCount ? 2 : kind.nodeCount
    while names.count < count {
      if takesAnyCount, isOpen, !names.isEmpty, isMark(")") { break }
      guard let place, !"[]()~".utf8.contains(text[place.lowerBound]) else {
        throw CardFault(.missingFields, place ?? pieces.last ?? 0..<0)
      }
      names.append(place)
      index += 1
    }
    if isOpen, !skip(")") { throw CardFault(.unbalanced, names[0]) }
    return CodeModelPort(kind: kind, names: names, isInverted: isInverted)
  }
}

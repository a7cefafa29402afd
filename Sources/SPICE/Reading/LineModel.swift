import Files
import Netlist

/// A `.model` card of transmission lines: LTRA, TXL, CPL or URC.
struct LineModel {
  var kind: Kind
  /// Values per unit of length, in the order of the card: of CPL the upper triangles of matrices, row
  /// by row, of the others one each.
  var values: [String: [Double]] = [:]
  /// Where the card names each.
  var places: [String: Range<Int>] = [:]
  /// The card and its file.
  var card: Range<Int>
  var source: Int

  enum Kind: String {
    case ltra, txl, cpl, urc

    /// Parameters with a value; those of accuracy have no effect, since the error is bound otherwise.
    var names: [String] {
      switch self {
      case .ltra: ["r", "l", "g", "c", "len", "length"] + Self.accuracy
      case .txl, .cpl: ["r", "l", "g", "c", "len", "length"]
      case .urc: ["k", "fmax", "rperl", "cperl", "isperl", "rsperl"]
      }
    }

    static let accuracy = ["rel", "abs", "compactrel", "compactabs", "chopreltol", "chopabstol"]
    static let flags: Set<String> = [
      "nocontrol", "steplimit", "nosteplimit", "lininterp", "quadinterp", "mixedinterp", "truncnr",
      "truncdontcut", "noprint",
    ]
  }

  func value(_ name: String) -> Double? { values[name]?.first }

  /// The fault of a value, at its place on the card.
  func fault(_ reason: DeckFault.Reason, _ name: String) -> CardFault {
    var fault = CardFault(reason, places[name] ?? card)
    fault.source = source
    if places[name] == nil { fault.subject = name }
    return fault
  }

  /// LENGTH of the card, one if it has none.
  var length: Double { value("length") ?? value("len") ?? 1 }

  /// The order of CPL's matrices: half the triangle's edge.
  var order: Int? {
    let counts = ["r", "l", "g", "c"].compactMap { values[$0]?.count }
    guard let most = counts.max() else { return nil }
    return (1...64).first { $0 * ($0 + 1) / 2 == most }
  }

  /// A symmetric matrix of CPL's card times a length, zero if not given.
  func matrix(_ name: String, _ n: Int, length: Double) throws(CardFault) -> [Double] {
    var matrix = [Double](repeating: 0, count: n * n)
    guard let triangle = values[name] else { return matrix }
    guard triangle.count == n * (n + 1) / 2 else { throw fault(.raggedTriangle, name) }
    var next = 0
    for i in 0..<n {
      for j in i..<n {
        matrix[i * n + j] = triangle[next] * length
        matrix[j * n + i] = matrix[i * n + j]
        next += 1
      }
    }
    return matrix
  }
}

extension DeckElaborator {
  /// `.model name LTRA|TXL|CPL|URC r=… l=…`: values up to the next name, and flags.
  mutating func addLineModel(
    _ kind: LineModel.Kind, _ instance: DeckInstance
  ) throws(CardFault) -> ModelPlace {
    var model = LineModel(kind: kind, card: card.range, source: Int(card.source))
    let all = tokens.tokens
    var name: String?
    var index = 3
    while index < all.count {
      let token = all[index]
      defer { index += 1 }
      if token.kind == .open || token.kind == .close || token.kind == .comma { continue }
      let isName = index + 1 < all.count && all[index + 1].kind == .equals
      guard token.kind == .word || !isName else {
        throw CardFault(.unexpectedText, token.outerRange)
      }
      if isName {
        let found = DeckStructure.folded(text, token.range)
        guard kind.names.contains(found) else {
          throw CardFault(
            .unsupportedParameter, token.range,
            suggestion: NearestWord.find(found, among: kind.names))
        }
        name = found
        model.values[found] = []
        model.places[found] = token.range
        index += 1
        continue
      }
      if token.kind == .word {
        let word = DeckStructure.folded(text, token.range)
        if kind == .ltra, LineModel.Kind.flags.contains(word) { continue }
      }
      guard let name, token.kind != .equals else {
        throw CardFault(.unexpectedText, token.outerRange)
      }
      let number = try value(token, instance)
      guard kind == .cpl && "rlgc".contains(name) || model.values[name]?.isEmpty == true else {
        throw CardFault(.unexpectedText, token.outerRange)
      }
      model.values[name]?.append(number)
    }
    for (name, values) in model.values where values.isEmpty {
      throw CardFault(.missingFields, model.places[name] ?? card.range)
    }
    let names = DeckStructure.folded(text, all[1].range)
    for (parameter, value) in modelOverrides[names] ?? [:] { model.values[parameter] = [value] }
    lineModels.append(model)
    return ModelPlace(kind: .line, index: lineModels.count - 1)
  }
}

import Netlist

/// Parameters that are texts, as tables of XSPICE take them: `.param and="0001" both=or{and}`.
extension DeckElaborator {
  /// A look-up table of 16 inputs.
  private static var longestWords: Int { 1 << 16 }

  /// The text that a value is: in double quotes, the name of a parameter that is one, or several of
  /// those, with braces around all but the first; `nil` if it is none.
  func words(_ range: Range<Int>, in source: Int, _ scope: ParameterScope) -> String? {
    words(range, in: source, scope, depth: 0)
  }

  private func words(
    _ range: Range<Int>, in source: Int, _ scope: ParameterScope, depth: Int
  ) -> String? {
    let bytes = structure.sources[source].bytes
    let text = String(decoding: bytes[range], as: UTF8.self)
    if text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") {
      let inner = text.dropFirst().dropLast()
      return inner.contains("\"") ? nil : String(inner)
    }
    // Parameters that name each other in a circle are no texts.
    guard depth < 40 else { return nil }
    var whole = ""
    // `or{and}`: names between braces.
    for piece in text.lowercased().split(whereSeparator: { $0 == "{" || $0 == "}" }) {
      guard piece.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }),
        let own = words(named: String(piece), scope, depth: depth)
      else { return nil }
      whole += own
      // Parameters that double each other would soon be longer than memory.
      guard whole.utf8.count <= Self.longestWords else { return nil }
    }
    return whole.isEmpty ? nil : whole
  }

  private func words(named name: String, _ scope: ParameterScope, depth: Int) -> String? {
    guard let owner = scope.owner(of: name) else { return nil }
    switch owner[name] {
    case .words(let text): return text
    case .text(let source, let range):
      return words(range, in: source, owner, depth: depth + 1)
    default:
      // A parameter that has been read as a number is still what its definition says.
      guard owner.parent == nil,
        let definition = definitions[0].last(where: { $0.name == name })
      else { return nil }
      return words(definition.value, in: definition.source, owner, depth: depth + 1)
    }
  }
}

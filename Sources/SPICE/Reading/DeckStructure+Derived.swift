import Files
import Netlist

extension DeckStructure {
  /// Gives models that are like another, `.model name ako:other kind (…)`, the parameters of that one
  /// before their own (PSpice reference guide, ".MODEL").
  mutating func deriveModels() {
    for scope in scopes.indices {
      for name in scopes[scope].models.keys.sorted() {
        guard let card = scopes[scope].models[name] else { continue }
        do throws(CardFault) {
          if let derived = try derived(card, scope, chain: [name]) {
            scopes[scope].models[name] = derived
          }
        } catch {
          fault(error, card)
        }
      }
    }
  }

  /// The whole card of a model that is like another; `nil` for other cards.
  private mutating func derived(
    _ card: DeckCard, _ scope: Int, chain: [String]
  ) throws(CardFault) -> DeckCard? {
    let bytes = sources[Int(card.source)].bytes
    try tokens.split(bytes.span, card.range)
    let all = tokens.tokens
    guard all.count >= 3, all[2].kind == .word,
      Self.folded(bytes, all[2].range).hasPrefix("ako:")
    else { return nil }
    let place = all[2].range.dropFirst(4)
    let base = Self.folded(bytes, place.lowerBound..<place.upperBound)
    guard chain.count < 40, !chain.contains(base) else {
      throw CardFault(.unknownModel, all[2].range, chain: chain + [base])
    }
    var outer = scope
    while scopes[outer].models[base] == nil, outer != 0 { outer = scopes[outer].parent }
    guard let found = scopes[outer].models[base] else {
      throw CardFault(
        .unknownModel, all[2].range, subject: base,
        suggestion: NearestWord.find(base, among: scopes[outer].models.keys.sorted()))
    }
    let whole = try derived(found, outer, chain: chain + [base]) ?? found
    let baseBytes = sources[Int(whole.source)].bytes
    try tokens.split(baseBytes.span, whole.range)
    let inherited = tokens.tokens
    guard inherited.count >= 3, inherited[2].kind == .word else {
      throw CardFault(.missingFields, all[2].range)
    }
    // A kind of its own may be left out.
    let first =
      all.count > 3 && all[3].kind == .word
        && (all.count == 4 || all[4].kind != .equals) ? 4 : 3
    let own = try Assignment.list(all[first...], card.range, bytes)
    let names = Set(own.map { Self.folded(bytes, $0.name) })
    func text(_ range: Range<Int>, _ bytes: [UInt8]) -> String {
      String(decoding: bytes[range], as: UTF8.self)
    }
    let kind = first == 4 ? text(all[3].range, bytes) : text(inherited[2].range, baseBytes)
    var line = ".model \(text(all[1].range, bytes)) \(kind)"
    for assignment in try Assignment.list(inherited[3...], whole.range, baseBytes)
    where !names.contains(Self.folded(baseBytes, assignment.name)) {
      line += " \(text(assignment.name, baseBytes))=\(text(assignment.value, baseBytes))"
    }
    for assignment in own {
      line += " \(text(assignment.name, bytes))=\(text(assignment.value, bytes))"
    }
    let (row, column) = sources[Int(card.source)].location(of: Int(card.start))
    sources.append(
      DeckSource(command: line, name: sources[Int(card.source)].name, line: row, column: column))
    return DeckCard(
      source: Int32(sources.count - 1), start: 0,
      end: Int32(sources[sources.count - 1].bytes.count))
  }
}

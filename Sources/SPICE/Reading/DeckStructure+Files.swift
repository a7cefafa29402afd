import Files
import Foundation
import Netlist

extension DeckStructure {
  /// `.include file`.
  mutating func include(_ card: DeckCard, _ bytes: [UInt8]) throws(CardFault) {
    try tokens.split(bytes.span, card.range)
    guard tokens.tokens.count >= 2 else { throw CardFault(.missingFileName, card.range) }
    // Names of files may hold any character; a blank needs quotes.
    let token = tokens.tokens[1]
    let place =
      token.kind == .word ? token.range.lowerBound..<card.range.upperBound : token.outerRange
    let name = token.kind == .word ? place : token.range
    try read(String(decoding: bytes[name], as: UTF8.self), at: place, card, section: nil)
  }

  /// `.lib file section` reads a section; `.lib section` … `.endl` is one, which only such a card
  /// reads. A `.lib file` without an end means all of the file, as PSpice has it.
  mutating func library(
    _ card: DeckCard, _ bytes: [UInt8], _ number: Int, _ index: inout Int, _ end: Int
  ) throws(CardFault) {
    try tokens.split(bytes.span, card.range)
    let fields = tokens.tokens.dropFirst()
    guard let file = fields.first else { throw CardFault(.missingFileName, card.range) }
    if fields.count >= 2, let section = fields.last {
      let name = file.range.lowerBound..<fields[fields.endIndex - 2].range.upperBound
      try read(
        String(decoding: bytes[name], as: UTF8.self), at: file.outerRange, card,
        section: (Self.folded(bytes, section.range), section.outerRange))
      return
    }
    let close = sectionEnd(number, from: index)
    if close < end {
      index = close + 1
    } else {
      try include(card, bytes)
    }
  }

  /// Number of the next `.endl` among the cards of a file, or their count.
  private func sectionEnd(_ number: Int, from index: Int) -> Int {
    let source = sources[number]
    var index = index
    while index < source.cards.count {
      let range = source.cards[index].range
      if source.bytes[range.lowerBound] == UInt8(ascii: "."),
        Self.word(source.bytes, range).0 == ".endl"
      {
        return index
      }
      index += 1
    }
    return index
  }

  private mutating func read(
    _ name: String, at place: Range<Int>, _ card: DeckCard,
    section: (name: String, place: Range<Int>)?
  ) throws(CardFault) {
    let path = resolved(name, from: sources[Int(card.source)].name)
    includeCount += 1
    let identity = section.map { "\(path)\n\($0.name)" } ?? path
    if let first = including.firstIndex(of: identity) {
      log.isHopeless = true
      let chain = including[first...] + [identity]
      throw CardFault(
        .includeCycle, place,
        chain: chain.map { $0.replacing("\n", with: " ").split(separator: "/").last ?? "" }
          .map(String.init))
    }
    guard includeCount <= settings.includeLimit, including.count <= settings.nestingLimit else {
      log.isHopeless = true
      throw CardFault(
        includeCount > settings.includeLimit ? .includesTooMany : .includedTooDeep, place)
    }
    let number = try source(path, at: place)
    var indices = sources[number].cards.indices
    if let section {
      guard let found = sectionRange(number, section.name) else {
        log.isHopeless = true
        throw CardFault(
          .unknownSection, section.place,
          suggestion: NearestWord.find(section.name, among: sectionNames(number)))
      }
      indices = found
    }
    including.append(identity)
    walk(number, indices)
    including.removeLast()
  }

  /// Paths are relative to the file that names them.
  func resolved(_ name: String, from includer: String) -> String {
    // Trimming takes a twentieth of a millisecond the first time.
    let isPadded = [name.first, name.last].contains { $0?.isWhitespace == true }
    let name = isPadded ? name.trimmingCharacters(in: .whitespaces) : name
    let folder = settings.folder ?? URL(fileURLWithPath: includer).deletingLastPathComponent().path
    return URL(fileURLWithPath: name, relativeTo: URL(fileURLWithPath: folder, isDirectory: true))
      .standardizedFileURL.path
  }

  private mutating func source(_ path: String, at place: Range<Int>) throws(CardFault) -> Int {
    if let number = numbersOfPaths[path] { return number }
    var bytes: [UInt8]
    do throws(FileError) {
      bytes = try settings.load(path)
    } catch {
      log.isHopeless = true
      throw CardFault(.unreadable, place, subject: "\(path) (\(error.reason))")
    }
    guard bytes.count < Int(Int32.max) else {
      log.isHopeless = true
      throw CardFault(.deckTooLarge, place)
    }
    let number = sources.count
    sources.append(DeckSource(name: path, taking: &bytes, hasTitle: false))
    numbersOfPaths[path] = number
    noteStrays(number)
    return number
  }

  /// Cards between `.lib name` and its `.endl`.
  private mutating func sectionRange(_ number: Int, _ name: String) -> Range<Int>? {
    for (index, found) in sections(number) where found == name {
      let end = sectionEnd(number, from: index + 1)
      guard end < sources[number].cards.count else { return nil }
      return index + 1..<end
    }
    return nil
  }

  private mutating func sectionNames(_ number: Int) -> [String] { sections(number).map(\.name) }

  private mutating func sections(_ number: Int) -> [(index: Int, name: String)] {
    let source = sources[number]
    var found: [(index: Int, name: String)] = []
    for (index, card) in source.cards.enumerated()
    where source.bytes[Int(card.start)] == UInt8(ascii: ".") {
      let (word, place) = Self.word(source.bytes, card.range)
      guard word == ".lib" else { continue }
      let rest = String(
        decoding: source.bytes[place.upperBound..<card.range.upperBound], as: UTF8.self)
      let fields = rest.split(whereSeparator: \.isWhitespace)
      guard fields.count == 1 else { continue }
      found.append((index, fields[0].trimmingCharacters(in: ["'", "\""]).lowercased()))
    }
    return found
  }
}

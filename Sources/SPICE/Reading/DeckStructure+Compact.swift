import CompactModels
import Foundation
import Netlist

/// Whether a deck may have native code loaded.
public enum NativeModels: Sendable {
  /// Files of compiled models that the deck names are loaded, which runs their code.
  case allowed
  /// A deck that names one is refused.
  case forbidden
}

extension DeckStructure {
  /// `.hdl "file"`.
  mutating func loadModels(_ card: DeckCard, _ bytes: [UInt8]) throws(CardFault) {
    try tokens.split(bytes.span, card.range)
    guard tokens.tokens.count >= 2 else { throw CardFault(.missingFileName, card.range) }
    for token in tokens.tokens.dropFirst() {
      let path = resolved(
        String(decoding: bytes[token.range], as: UTF8.self),
        from: sources[Int(card.source)].name)
      try loadModels(path, token.outerRange)
    }
  }

  /// `pre_osdi file …` among the commands.
  mutating func loadModelsOfCommands() {
    for card in commands {
      let bytes = sources[Int(card.source)].bytes
      guard Self.word(bytes, card.range).0 == "pre_osdi" else { continue }
      do throws(CardFault) {
        try loadModels(card, bytes)
      } catch {
        fault(error, card)
      }
    }
  }

  private mutating func loadModels(
    _ path: String, _ place: Range<Int>
  ) throws(CardFault) {
    guard settings.nativeModels == .allowed else { throw CardFault(.nativeForbidden, place) }
    let library: CompactLibrary
    do throws(CompactModelError) {
      library = try CompactLibrary.openOrCompile(path)
    } catch {
      throw CardFault(.modelFileUnusable, place, subject: "\(error)")
    }
    for module in library.modules {
      let name = module.name.lowercased()
      if let other = modules[name], other.file != module.file {
        throw CardFault(.duplicateModule, place, subject: module.name)
      }
      modules[name] = module
    }
  }
}

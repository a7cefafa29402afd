import Files
import Foundation
import Netlist

/// Reads SPICE decks: circuits of R, C, L, K, V, I, E, F, G, H, B, S, D, level-1 M and X, with
/// parameters, models, subcircuits and libraries, and the analyses and outputs they ask for.
///
/// Anything that would change results and is not supported is refused. All faults of a deck are
/// reported together, with file, line and column.
public struct DeckReader: Sendable {
  /// Whether unsupported cards, parameters and options are ignored with a warning instead of
  /// refused.
  public var ignoresUnsupported: Bool

  // Bounds on how far a small deck can expand.
  package var cardLimit = 200_000_000
  package var includeLimit = 10_000
  package var nestingLimit = 64
  package var instanceLimit = 20_000_000
  package var operandLimit = 1_000_000

  /// Base of relative paths; `nil` for the folder of the file that contains them.
  package var folder: String?
  /// The bytes of an included file.
  package var load: @Sendable (String) throws(FileError) -> [UInt8] = DeckReader.file

  /// A reader that refuses unsupported features, or ignores them.
  public init(ignoresUnsupported: Bool = false) {
    self.ignoresUnsupported = ignoresUnsupported
  }

  /// Reads a file; paths in it are relative to its folder.
  public func read(_ file: URL) throws(DeckError) -> SimulationDeck {
    let path = file.path
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try load(path)
    } catch {
      throw DeckError([
        DeckFault(.unreadable, file: path, line: 0, column: 0, subject: error.reason)
      ])
    }
    return try read(bytes, name: path, path: file.standardizedFileURL.path)
  }

  /// Reads a text; errors refer to it as `name`, and paths in it are relative to the folder that
  /// `name` is in.
  public func read(_ text: String, name: String) throws(DeckError) -> SimulationDeck {
    try read(Array(text.utf8), name: name)
  }

  /// Reads a deck in UTF-8; see the form for texts.
  public func read(_ bytes: [UInt8], name: String) throws(DeckError) -> SimulationDeck {
    try read(bytes, name: name, path: nil)
  }

  private func read(
    _ bytes: [UInt8], name: String, path: String?
  ) throws(DeckError) -> SimulationDeck {
    guard bytes.count < Int(Int32.max) else {
      throw DeckError([
        DeckFault(.deckTooLarge, file: name, line: 0, column: 0, subject: "")
      ])
    }
    var structure = DeckStructure(self)
    structure.readMain(bytes, name: name, path: path)
    if structure.log.isHopeless || structure.log.isFull || structure.sources[0].cards.isEmpty,
      let error = structure.log.error
    {
      throw error
    }
    var elaborator = DeckElaborator(structure)
    elaborator.elaborate()
    if let error = elaborator.log.error { throw error }
    var deck = elaborator.deck
    deck.steps = try elaborator.stepDecks()
    if deck.steps.isEmpty { deck.tablePoints = try elaborator.tablePoints(at: []) }
    return deck
  }

  /// Regular files only: a device or a pipe might never end.
  private static func file(_ path: String) throws(FileError) -> [UInt8] {
    let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    if let type = try? FileManager.default.attributesOfItem(atPath: resolved)[.type],
      type as? FileAttributeType != .typeRegular, type as? FileAttributeType != .typeDirectory
    {
      throw FileError(path: path, reason: "is no regular file")
    }
    return Array(try FileContents.read(path))
  }
}

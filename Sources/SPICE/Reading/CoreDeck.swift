import Files
import Foundation
import Netlist

/// A core deck read back: the circuit and its header.
public struct CoreDeck: Sendable {
  public let circuit: Circuit
  public let header: DeckHeader

  /// Reads the deck at `path`. Throws if the text is no deck, the header is malformed, or the
  /// circuit has more than core decks hold.
  public init(contentsOf path: String) throws(DeckError) {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try DeckReader().load(path)
    } catch {
      throw DeckError([
        DeckFault(.unreadable, file: path, line: 0, column: 0, subject: error.reason)
      ])
    }
    try self.init(bytes, name: path)
  }

  /// Reads a deck in UTF-8; errors refer to it as `name`.
  public init(_ bytes: [UInt8], name: String) throws(DeckError) {
    var elements = DeckReader()
    // Core decks hold portable elements alone: nothing that a folder names is run.
    elements.nativeModels = .forbidden
    circuit = try elements.read(bytes, name: name).circuit
    if let beyond = circuit.firstNameBeyondCore {
      throw DeckError([
        DeckFault(.beyondCore, file: name, line: 0, column: 0, subject: beyond)
      ])
    }
    var reader = DeckHeaderReader(name: name)
    try reader.read(bytes)
    header = try reader.header(of: circuit)
  }
}

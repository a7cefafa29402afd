import Files
import Foundation
import Netlist

/// A core deck read back: the circuit and its header.
public struct CoreDeck: Sendable {
  public let circuit: Circuit
  public let header: DeckHeader

  /// Reads the deck at `path`. Throws if the text is no deck, the header is malformed, or the
  /// circuit has more than core decks hold.
  public init(
    contentsOf path: String, nativeModels: NativeModels = .forbidden
  ) throws(DeckError) {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try DeckReader().load(path)
    } catch {
      throw DeckError([
        DeckFault(.unreadable, file: path, line: 0, column: 0, subject: error.reason)
      ])
    }
    try self.init(bytes, name: path, nativeModels: nativeModels)
  }

  /// The key of the header's line that names files of compiled Verilog-A beside the deck.
  public static let compiledKey = "compiled-models"

  /// Reads a deck in UTF-8; errors refer to it as `name`. Compiled Verilog-A is loaded where the
  /// header names its files and `nativeModels` are allowed, which runs their code.
  public init(
    _ bytes: [UInt8], name: String, nativeModels: NativeModels = .forbidden
  ) throws(DeckError) {
    var elements = DeckReader()
    // Core decks hold portable elements alone: nothing that a folder names is run unasked.
    elements.nativeModels = nativeModels
    var cards = bytes
    if nativeModels == .allowed {
      var reader = DeckHeaderReader(name: name)
      try reader.read(bytes)
      let files = reader.compiled.map { ".hdl \"\($0)\"\n" }.joined()
      // Behind the deck, so that its lines keep their numbers.
      if !files.isEmpty { cards += Array("\n\(files)".utf8) }
    }
    circuit = try elements.read(cards, name: name).circuit
    if let beyond = circuit.firstNameBeyondCore(allowingCompact: nativeModels == .allowed) {
      throw DeckError([
        DeckFault(.beyondCore, file: name, line: 0, column: 0, subject: beyond)
      ])
    }
    var reader = DeckHeaderReader(name: name)
    try reader.read(bytes)
    header = try reader.header(of: circuit)
  }
}

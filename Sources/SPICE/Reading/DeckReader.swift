import Files
import Foundation
import Netlist

/// Reads SPICE decks: circuits of R, C, L, K, V, I, E, F, G, H, B, S, D, level-1 M and X, with
/// parameters, models, subcircuits and libraries, and the analyses and outputs they ask for.
///
/// Anything that would change results and is not supported is refused. All faults of a deck are
/// reported together, with file, line and column.
public struct DeckReader: Sendable {
  /// What happens to cards, elements and parameters that this program does not follow.
  public enum Leniency: Int, Comparable, Sendable {
    /// They are refused.
    case none
    /// Outputs, measurements, analyses and options are passed over with a warning; what the circuit
    /// is made of is refused.
    case outputs
    /// Elements, models, courses of sources and parameters are left out as well, with a warning: the
    /// deck is then another circuit.
    case elements

    public static func < (a: Leniency, b: Leniency) -> Bool { a.rawValue < b.rawValue }
  }

  /// What is passed over instead of refused.
  public var leniency: Leniency
  /// Whether files of compiled models that a deck names are loaded.
  public var nativeModels = NativeModels.allowed
  /// Folders of compiled modules that serve SPICE's own devices beyond the native ones.
  public var modelFolders: [String] = []

  // Bounds on how far a small deck can expand.
  package var cardLimit = 200_000_000
  package var includeLimit = 10_000
  package var nestingLimit = 64
  package var instanceLimit = 20_000_000
  package var operandLimit = 1_000_000
  /// Whether blocks of commands are read, for a session to run.
  var takesCommands = false

  /// Base of relative paths; `nil` for the folder of the file that contains them.
  package var folder: String?
  /// The bytes of an included file.
  package var load: @Sendable (String) throws(FileError) -> [UInt8] = {
    path throws(FileError) in try FileContents.bytes(ofRegularFile: path)
  }

  /// A reader that refuses what it does not follow, or passes over it.
  public init(passingOver leniency: Leniency = .none) {
    self.leniency = leniency
  }

  /// Reads a file; paths in it are relative to its folder.
  public func read(_ file: URL) throws(DeckError) -> SimulationDeck {
    let path = file.path
    return try read(
      try contents(of: path), name: path, path: file.standardizedFileURL.path)
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
    var elaborator = DeckElaborator(try structure(bytes, name: name, path: path))
    return try elaborator.wholeDeck()
  }

  /// Opens a file for its commands to run; paths in it are relative to its folder.
  public func open(_ file: URL) throws(DeckError) -> DeckSession {
    let path = file.path
    let folder = file.standardizedFileURL.deletingLastPathComponent().path
    return try open(
      try contents(of: path), name: path, path: file.standardizedFileURL.path, folder: folder)
  }

  /// Opens a text in UTF-8, of which errors speak as `name`; its commands may write to `folder`.
  public func open(
    _ bytes: [UInt8], name: String, folder: String
  ) throws(DeckError) -> DeckSession {
    try open(bytes, name: name, path: nil, folder: folder)
  }

  private func open(
    _ bytes: [UInt8], name: String, path: String?, folder: String
  ) throws(DeckError) -> DeckSession {
    var reader = self
    reader.takesCommands = true
    let structure = try reader.structure(bytes, name: name, path: path)
    return try DeckSession(structure, folder: folder)
  }

  private func contents(of path: String) throws(DeckError) -> [UInt8] {
    do throws(FileError) {
      return try load(path)
    } catch {
      throw DeckError([
        DeckFault(.unreadable, file: path, line: 0, column: 0, subject: error.reason)
      ])
    }
  }

  private func structure(
    _ bytes: [UInt8], name: String, path: String?
  ) throws(DeckError) -> DeckStructure {
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
    return structure
  }
}

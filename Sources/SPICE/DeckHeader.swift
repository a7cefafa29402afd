import Netlist

/// The machine-readable comment lines at the top of a core deck.
public struct DeckHeader: Sendable, Equatable {
  /// One `* key = value` line.
  public struct Entry: Sendable, Equatable {
    public var key: String
    public var value: String
  }

  /// The current through a voltage source, as computed by the writer of the deck.
  public struct ExpectedCurrent: Sendable, Equatable {
    /// The source's name, in lower case.
    public var sourceName: String
    /// `i(source)`: positive where it enters the source's plus terminal.
    public var amperes: Double

    public init(sourceName: String, amperes: Double) {
      self.sourceName = sourceName
      self.amperes = amperes
    }
  }

  /// Version of the header's layout that is written and read.
  public static let formatVersion = 1

  /// `key = value` lines in their order.
  public internal(set) var entries: [Entry] = []
  /// Expected currents in their order.
  public var expected: [ExpectedCurrent]
  /// How far another simulator's currents may be off, relative to the largest expected one.
  public var relativeTolerance: Double?

  /// A header of these lines. Keys are letters, digits, `.`, `_` and `-`; values are one line, with
  /// controls turned into spaces and outer spaces removed.
  public init(
    _ entries: [(key: String, value: String)] = [], expected: [ExpectedCurrent] = [],
    relativeTolerance: Double? = nil
  ) {
    self.expected = expected
    self.relativeTolerance = relativeTolerance
    for (key, value) in entries {
      precondition(Self.isKey(key), "a header key is made of letters, digits, '.', '_' and '-'")
      self.entries.append(Entry(key: key, value: value.onOneLine))
    }
  }

  /// The value of the first line with this key.
  public subscript(key: String) -> String? { entries.first { $0.key == key }?.value }

  static func isKey(_ text: some StringProtocol) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        (byte | 0x20) &- 97 < 26 || byte &- 48 < 10 || byte == 45 || byte == 46 || byte == 95
      }
  }
}

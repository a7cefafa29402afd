import Foundation

/// Bytes of a value for its hash: explicit keys and the bits of every number, so that neither the
/// names of Swift properties nor how a number is printed decides them.
///
/// Every entry is its key, a type mark and its length, so that no two sequences of entries share
/// their bytes.
public struct CanonicalEncoding: Sendable {
  /// The bytes added so far.
  public private(set) var bytes = Data()

  /// No entries.
  public init() {}

  /// Adds a word.
  public mutating func add(_ key: String, _ word: String) {
    begin(key, "s", word.utf8.count)
    bytes.append(contentsOf: word.utf8)
  }

  /// Adds a whole number.
  public mutating func add(_ key: String, _ number: Int) {
    begin(key, "i", 1)
    append([UInt64(bitPattern: Int64(number))])
  }

  /// Adds a real number by its bits; both zeros are one.
  public mutating func add(_ key: String, _ number: Double) { add(key, [number]) }

  /// Adds real numbers by their bits, in order; both zeros are one.
  public mutating func add(_ key: String, _ numbers: [Double]) {
    begin(key, "d", numbers.count)
    append(numbers.map { ($0 == 0 ? 0 : $0).bitPattern })
  }

  /// Adds bytes as they are.
  public mutating func add(_ key: String, _ data: Data) {
    begin(key, "b", data.count)
    bytes.append(data)
  }

  /// Adds a part of several entries.
  public mutating func add(
    _ key: String, _ part: (inout CanonicalEncoding) -> Void
  ) {
    var inner = CanonicalEncoding()
    part(&inner)
    begin(key, "{", inner.bytes.count)
    bytes.append(inner.bytes)
  }

  /// The hash of the entries.
  public var hash: ContentHash { ContentHash(bytes) }

  private mutating func begin(_ key: String, _ mark: Character, _ count: Int) {
    bytes.append(contentsOf: "\(key.utf8.count):\(key)\(mark)\(count):".utf8)
  }

  /// All words at once: appending them one by one takes most of the time of a hash.
  private mutating func append(_ words: [UInt64]) {
    unsafe words.map(\.littleEndian).withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }
}

import Foundation

/// Numbers as bytes, little-endian, one after the other; lists with their counts before them.
package struct NumberEncoder: Sendable {
  /// The bytes so far.
  package private(set) var bytes = Data()

  /// No numbers.
  package init() {}

  /// Adds a number.
  package mutating func add(_ number: UInt64) { append([number]) }

  /// Adds a number by its bits.
  package mutating func add(_ number: Double) { add(number.bitPattern) }

  /// Adds a list.
  package mutating func add(_ numbers: [UInt64]) {
    add(UInt64(numbers.count))
    append(numbers)
  }

  /// Adds a list by the bits of its numbers.
  package mutating func add(_ numbers: [Double]) { add(numbers.map(\.bitPattern)) }

  /// Adds a list by the bits of its numbers, four bytes each.
  package mutating func add(_ numbers: [Float]) {
    add(UInt64(numbers.count))
    append(numbers.map(\.bitPattern))
  }

  private mutating func append<Raw: FixedWidthInteger>(_ raw: [Raw]) {
    unsafe raw.map(\.littleEndian).withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }
}

/// Reads what `NumberEncoder` wrote; `nil` where the bytes end before.
package struct NumberDecoder: Sendable {
  private let bytes: Data
  private var offset = 0

  /// Begins with the first byte.
  package init(_ bytes: Data) { self.bytes = bytes }

  /// Whether no byte is left.
  package var isAtEnd: Bool { offset == bytes.count }

  /// The next number.
  package mutating func number() -> UInt64? { load(UInt64.self, 1)?[0] }

  /// The next number, by its bits.
  package mutating func double() -> Double? { number().map { Double(bitPattern: $0) } }

  /// The next list.
  package mutating func numbers() -> [UInt64]? { number().flatMap { load(UInt64.self, $0) } }

  /// The next list, by the bits of its numbers.
  package mutating func doubles() -> [Double]? { numbers()?.map { Double(bitPattern: $0) } }

  /// The next list, by the bits of its numbers of four bytes each.
  package mutating func floats() -> [Float]? {
    number().flatMap { load(UInt32.self, $0) }?.map { Float(bitPattern: $0) }
  }

  private mutating func load<Raw: FixedWidthInteger>(_: Raw.Type, _ count: UInt64) -> [Raw]? {
    let width = MemoryLayout<Raw>.size
    guard count <= (bytes.count - offset) / width else { return nil }
    let raw = unsafe bytes.withUnsafeBytes { all in
      (0..<Int(count)).map {
        let at = offset + $0 * width
        return Raw(littleEndian: unsafe all.loadUnaligned(fromByteOffset: at, as: Raw.self))
      }
    }
    offset += Int(count) * width
    return raw
  }
}

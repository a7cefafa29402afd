import Foundation
import TestSupport
import Testing

@testable import Files

/// Files by content, and the bytes in them.
@Suite struct ContentStoreTests {
  /// Values of the reference implementation (xxHash 0.8, `xxh64sum`), on both sides of its block of
  /// 32 bytes.
  @Test(arguments: [
    ("", "ef46db3751d8e999"), ("a", "d24ec4f1a98c6e5b"), ("abc", "44bc2cf5ad770999"),
    ("xxhash", "32dd38952c4bc720"),
    ("Nobody inspects the spammish repetition", "fbcea83c8a378bf1"),
  ])
  func checksumsAreThoseOfTheReference(text: String, digits: String) {
    #expect(FileChecksum(Data(text.utf8)).hexadecimal == digits)
  }

  /// Every bit counts, and so does every byte that is missing or added.
  @Test(arguments: [1, 7, 8, 31, 32, 33, 77])
  func checksumsTellBytesApart(count: Int) {
    let bytes = Data((0..<count).map { UInt8(truncatingIfNeeded: 37 * $0) })
    var seen: Set<UInt64> = [FileChecksum(bytes).value]
    for k in 0..<8 * count {
      var other = bytes
      other[k / 8] ^= 1 << (k % 8)
      seen.insert(FileChecksum(other).value)
    }
    seen.insert(FileChecksum(bytes + [0]).value)
    seen.insert(FileChecksum(bytes.dropLast()).value)
    #expect(seen.count == 8 * count + 3)
  }

  /// What was stored is read; what is missing, truncated, changed or another key's is not there.
  @Test(arguments: [Data(), Data("words\nand lines\n".utf8)])
  func damagedFilesAreNotThere(bytes: Data) throws {
    let folder = try TemporaryFolder()
    let store = ContentStore(folder: folder.file("store"))
    #expect(store.read("a") == nil)
    try store.write(bytes, "a")
    #expect(store.read("a") == bytes)
    let whole = try FileContents.read(store.path("a"))
    try FileContents.write(whole, to: store.path("b"))
    #expect(store.read("b") == nil)
    for count in 0..<whole.count {
      try FileContents.write(whole.prefix(count), to: store.path("a"))
      #expect(store.read("a") == nil)
      var changed = whole
      changed[count] ^= 4
      try FileContents.write(changed, to: store.path("a"))
      #expect(store.read("a") == nil)
    }
    try FileContents.write(whole + [0], to: store.path("a"))
    #expect(store.read("a") == nil)
    try store.write(bytes, "a")
    #expect(store.read("a") == bytes && folder.contents == ["store", "store/a", "store/b"])
  }

  @Test func numbersKeepTheirBits() {
    let doubles = [0.1, -0.0, .infinity, .leastNonzeroMagnitude, Double(nan: 5, signaling: false)]
    var encoder = NumberEncoder()
    encoder.add(UInt64.max)
    encoder.add(-0.0)
    encoder.add(doubles)
    encoder.add([Float(0.1), -.greatestFiniteMagnitude, 3])
    encoder.add([UInt64]())
    // Where the bytes begin does not matter.
    var decoder = NumberDecoder((Data([9]) + encoder.bytes).dropFirst())
    #expect(decoder.number() == .max)
    #expect(decoder.double()?.sign == .minus)
    #expect(decoder.doubles()?.map(\.bitPattern) == doubles.map(\.bitPattern))
    #expect(decoder.floats() == [0.1, -.greatestFiniteMagnitude, 3])
    #expect(!decoder.isAtEnd)
    #expect(decoder.numbers() == [] && decoder.isAtEnd)
    #expect(decoder.number() == nil)
  }

  @Test func listsThatEndBeforeTheirCountAreNone() {
    var encoder = NumberEncoder()
    encoder.add([1.0, 2])
    for count in 0..<encoder.bytes.count {
      var decoder = NumberDecoder(encoder.bytes.prefix(count))
      #expect(decoder.doubles() == nil)
    }
    var huge = NumberEncoder()
    huge.add(UInt64.max)
    var decoder = NumberDecoder(huge.bytes)
    #expect(decoder.floats() == nil)
  }
}

/// Values as the bytes of a hash.
@Suite struct PropertyEncodingTests {
  private enum Choice {
    case none
    case other
    case one(Double)
    case two(Double, name: String)
  }

  private struct Value {
    var number = 3
    private var hidden = 1.5
    var choice = Choice.one(2)
    var known: Int?
    var named: [String: [Double]] = [:]
    var flags: [Bool] = [true]
    var big = UInt64.max

    init(hidden: Double = 1.5) { self.hidden = hidden }

    func with(_ change: (inout Value) -> Void) -> Value {
      var value = self
      change(&value)
      return value
    }
  }

  private func bytes(_ value: Any) -> Data {
    var encoding = CanonicalEncoding()
    encoding.add("value", propertiesOf: value)
    return encoding.bytes
  }

  /// Every property and every case counts, private ones included.
  @Test func propertiesTellValuesApart() {
    let value = Value()
    let others = [
      value, Value(hidden: 1.5.nextUp), value.with { $0.number = 4 },
      value.with { $0.choice = .none }, value.with { $0.choice = .other },
      value.with { $0.choice = .one(3) }, value.with { $0.choice = .two(2, name: "") },
      value.with { $0.choice = .two(2, name: "a") }, value.with { $0.known = 0 },
      value.with { $0.named = ["a": []] }, value.with { $0.named = ["a": [1]] },
      value.with { $0.named = ["b": [1]] }, value.with { $0.flags = [] },
      value.with { $0.flags = [true, false] }, value.with { $0.big = 0 },
    ]
    #expect(Set(others.map { bytes($0) }).count == others.count)
    #expect(bytes(value) == bytes(Value()))
  }

  /// The order in which a dictionary has its elements does not count.
  @Test func dictionariesHaveNoOrder() {
    let names = (0..<50).map { "name \($0)" }
    var (one, two): ([String: Double], [String: Double]) = ([:], [:])
    two.reserveCapacity(4000)
    for (k, name) in names.enumerated() { one[name] = Double(k) }
    for (k, name) in names.enumerated().reversed() { two[name] = Double(k) }
    #expect(Array(one.keys) != Array(two.keys))
    #expect(bytes(one) == bytes(two))
  }
}

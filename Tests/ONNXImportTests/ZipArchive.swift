import Foundation

/// Members of an uncompressed zip file, as `numpy.savez` writes it; sizes come from the central
/// directory, its zip64 extra fields included (PKWARE APPNOTE 4.3.12 and 4.5.3).
struct ZipArchive {
  private let bytes: [UInt8]
  private var members: [String: Range<Int>] = [:]

  struct Malformed: Error {}

  init(contentsOf path: String) throws {
    bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    // The end record stands at the end, before a comment that these files lack.
    let end = bytes.count - 22
    guard end >= 0, try number(end, 4) == 0x0605_4B50 else { throw Malformed() }
    var at = try number(end + 16, 4)
    for _ in 0..<(try number(end + 10, 2)) {
      guard try number(at, 4) == 0x0201_4B50, try number(at + 10, 2) == 0 else { throw Malformed() }
      let nameLength = try number(at + 28, 2)
      let extraLength = try number(at + 30, 2)
      let commentLength = try number(at + 32, 2)
      let name = String(decoding: bytes[at + 46..<at + 46 + nameLength], as: UTF8.self)
      // Fields too wide for 32 bits move to the zip64 field, in this order.
      var fields = [
        try number(at + 24, 4), try number(at + 20, 4), try number(at + 42, 4),
      ]
      var extra = at + 46 + nameLength
      while extra < at + 46 + nameLength + extraLength {
        if try number(extra, 2) == 1 {
          var wide = extra + 4
          for k in fields.indices where fields[k] == 0xFFFF_FFFF {
            fields[k] = try number(wide, 8)
            wide += 8
          }
        }
        extra += 4 + (try number(extra + 2, 2))
      }
      let local = fields[2]
      let start = local + 30 + (try number(local + 26, 2)) + (try number(local + 28, 2))
      guard start + fields[0] <= bytes.count else { throw Malformed() }
      members[name] = start..<start + fields[0]
      at += 46 + nameLength + extraLength + commentLength
    }
  }

  /// Names of all members, sorted.
  var names: [String] { members.keys.sorted() }

  func member(_ name: String) throws -> Data {
    guard let range = members[name] else { throw Malformed() }
    return Data(bytes[range])
  }

  private func number(_ at: Int, _ count: Int) throws -> Int {
    guard at >= 0, at + count <= bytes.count else { throw Malformed() }
    return (0..<count).reversed().reduce(0) { $0 << 8 | Int(bytes[at + $1]) }
  }
}

import Foundation

/// Images as PNG files (ISO/IEC 15948) with a palette, not compressed.
enum PixelImage {
  /// The file of `pixels`, rows of equal length that index `palette`, at most 256 colors of red,
  /// green and blue.
  static func png(_ pixels: [[UInt8]], palette: [[UInt8]]) -> Data {
    let width = pixels.first?.count ?? 0
    precondition(pixels.allSatisfy { $0.count == width }, "rows differ in length")
    // Every row starts with its filter: none.
    let raw: [UInt8] = pixels.flatMap { row in [0] + row }
    var file: [UInt8] = [0x89] + Array("PNG\r\n\u{1A}\n".utf8)
    file += chunk("IHDR", word(UInt32(width)) + word(UInt32(pixels.count)) + [8, 3, 0, 0, 0])
    file += chunk("PLTE", Array(palette.joined()))
    file += chunk("IDAT", stored(raw))
    file += chunk("IEND", [])
    return Data(file)
  }

  /// A zlib stream of stored blocks (RFC 1950, RFC 1951 3.2.4).
  private static func stored(_ bytes: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = [0x78, 0x01]
    var start = 0
    repeat {
      let end = min(start + 65535, bytes.count)
      let count = UInt16(end - start)
      stream.append(end == bytes.count ? 1 : 0)
      for half in [count, ~count] { stream += [UInt8(half & 255), UInt8(half >> 8)] }
      stream += bytes[start..<end]
      start = end
    } while start < bytes.count
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in bytes {
      a = (a + UInt32(byte)) % 65521
      b = (b + a) % 65521
    }
    return stream + word(b << 16 | a)
  }

  private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + data
    return word(UInt32(data.count)) + body + word(crc(body))
  }

  private static func word(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in
      value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
    }
  }

  private static func crc(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { table[Int(($0 ^ UInt32($1)) & 255)] ^ $0 >> 8 }
  }
}

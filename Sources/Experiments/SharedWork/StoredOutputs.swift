import Files
import Foundation

/// Outputs of a digital network for all images as a file: a header line of JSON, then their bits as
/// 32-bit floats, image by image, in little-endian order.
struct StoredOutputs: Equatable {
  /// Wall-clock seconds that they took.
  var seconds: Double
  /// One list per image, all of one length.
  var outputs: [[Float]]

  private struct Header: Codable {
    var images: Int, outputs: Int, seconds: Double, hash: String
  }

  func write(to path: String) throws {
    var bits = Data(capacity: 4 * outputs.count * (outputs.first?.count ?? 0))
    for value in outputs.joined() {
      unsafe withUnsafeBytes(of: value.bitPattern.littleEndian) {
        unsafe bits.append(contentsOf: $0)
      }
    }
    let header = Header(
      images: outputs.count, outputs: outputs.first?.count ?? 0, seconds: seconds,
      hash: ContentHash(bits).hexadecimal)
    try FileContents.write(try JSONEncoder().encode(header) + Data("\n".utf8) + bits, to: path)
  }

  /// What the file at `path` holds; `nil` if there is none, or it is not what was written for
  /// `count` images. It is then computed again.
  static func read(_ path: String, count: Int) -> StoredOutputs? {
    guard let bytes = try? FileContents.read(path), let end = bytes.firstIndex(of: 10),
      let header = try? JSONDecoder().decode(Header.self, from: bytes[..<end]),
      header.images == count, header.outputs > 0
    else { return nil }
    let bits = Data(bytes[(end + 1)...])
    guard bits.count == 4 * header.images * header.outputs,
      ContentHash(bits).hexadecimal == header.hash
    else { return nil }
    let words = [UInt8](bits)
    let outputs = (0..<count).map { image in
      (0..<header.outputs).map { output in
        let at = 4 * (image * header.outputs + output)
        var word: UInt32 = 0
        for byte in 0..<4 { word |= UInt32(words[at + byte]) << UInt32(8 * byte) }
        return Float(bitPattern: word)
      }
    }
    return StoredOutputs(seconds: header.seconds, outputs: outputs)
  }
}

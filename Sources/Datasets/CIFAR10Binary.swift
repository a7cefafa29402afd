import Files
import Foundation

/// CIFAR-10's binary format (https://www.cs.toronto.edu/~kriz/cifar.html): records of a label byte
/// and the red, green and blue planes of 32 × 32 pixels.
public enum CIFAR10Binary {
  private static let shape = [3, 32, 32]
  private static let recordBytes = 1 + 3 * 32 * 32

  /// All images of the file at `path`; throws on an empty or truncated file and on labels above 9.
  public static func load(_ path: String) throws(DatasetError) -> LabelledImages {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = [UInt8](try FileContents.read(path))
    } catch {
      throw DatasetError(error)
    }
    guard !bytes.isEmpty else { throw DatasetError(path: path, reason: "holds no record") }
    let count = bytes.count / recordBytes
    guard bytes.count % recordBytes == 0 else {
      throw DatasetError(
        path: path, record: count,
        reason: "is truncated: \(bytes.count % recordBytes) of \(recordBytes) bytes are there")
    }
    var labels: [Int] = []
    var pixels: [UInt8] = []
    labels.reserveCapacity(count)
    pixels.reserveCapacity(bytes.count)
    for record in 0..<count {
      let start = record * recordBytes
      guard bytes[start] <= 9 else {
        throw DatasetError(
          path: path, record: record, reason: "has the label \(bytes[start]); CIFAR-10 has 0 to 9")
      }
      labels.append(Int(bytes[start]))
      pixels.append(contentsOf: bytes[start + 1..<start + recordBytes])
    }
    return LabelledImages(
      shape: shape, pixels: .bytes(pixels), count: count, labels: .classes(labels),
      origin: LabelOrigin(path: path, numbering: .records(nil)))
  }
}

import Foundation
import NumericKernels

/// CIFAR-10's binary files: records of one label byte and 3 × 32 × 32 pixels, R, G, B
/// (Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009).
public enum CIFAR10Binary {
  private static let recordLength = 3073

  /// The images of one file.
  public static func load(_ path: String) throws(FileError) -> LabelledImages {
    let bytes = try FileContents.read(path)
    guard !bytes.isEmpty, bytes.count % recordLength == 0 else {
      throw FileError(
        path: path,
        reason: "has \(bytes.count) bytes, no multiple of a record's \(recordLength); it is "
          + "truncated or no CIFAR-10 binary file")
    }
    let all = [UInt8](bytes)
    var labels: [Int] = []
    var pixels: [UInt8] = []
    pixels.reserveCapacity(all.count)
    for record in 0..<all.count / recordLength {
      let start = record * recordLength
      guard all[start] < 10 else {
        throw FileError(path: path, reason: "record \(record) has label \(all[start]); 0 to 9 exist")
      }
      labels.append(Int(all[start]))
      pixels += all[start + 1..<start + recordLength]
    }
    return LabelledImages(
      shape: [3, 32, 32], pixels: .bytes(pixels), labels: labels,
      contentHash: ContentHash(bytes).hexadecimal)
  }
}

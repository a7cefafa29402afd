/// Images and labels as IDX files (http://yann.lecun.com/exdb/mnist): two zero bytes, the type
/// (8 for bytes), the number of axes, their lengths as big-endian 32-bit numbers, then the data;
/// plain or compressed by gzip.
public enum IDXImages {
  /// Images `[N, H, W]` (one channel) or `[N, C, H, W]` of bytes with labels `[N]`, or without.
  public static func load(
    images imagesPath: String, labels labelsPath: String?
  ) throws(DatasetError) -> LabelledImages {
    let (lengths, pixels) = try array(imagesPath)
    guard lengths.count == 3 || lengths.count == 4 else {
      throw DatasetError(
        path: imagesPath,
        reason: "has shape \(lengths); images are [N, H, W] or [N, C, H, W]")
    }
    guard lengths.allSatisfy({ $0 > 0 }) else {
      throw DatasetError(path: imagesPath, reason: "has shape \(lengths), which holds no pixel")
    }
    var found = ImageLabels.none
    if let labelsPath {
      let (labelLengths, labels) = try array(labelsPath)
      guard labelLengths == [lengths[0]] else {
        throw DatasetError(
          path: labelsPath,
          reason:
            "has shape \(labelLengths); the \(lengths[0]) images of \(imagesPath) have labels "
            + "of shape [\(lengths[0])]")
      }
      found = .classes(labels.map { Int($0) })
    }
    let origin = labelsPath.map { LabelOrigin(path: $0, numbering: .records(nil)) }
    let shape = lengths.count == 4 ? Array(lengths[1...]) : [1] + lengths[1...]
    return LabelledImages(
      shape: shape, pixels: .bytes(pixels), count: lengths[0], labels: found, origin: origin)
  }

  private static func array(_ path: String) throws(DatasetError) -> (
    lengths: [Int], bytes: [UInt8]
  ) {
    let bytes = try GzipFile.read(path)
    guard bytes.count >= 4, bytes[0] == 0, bytes[1] == 0 else {
      throw DatasetError(path: path, reason: "is no IDX file")
    }
    guard bytes[2] == 8 else {
      throw DatasetError(
        path: path, reason: "holds IDX type \(bytes[2]); only unsigned bytes (type 8) are read")
    }
    let start = 4 + 4 * Int(bytes[3])
    guard bytes.count >= start else {
      throw DatasetError(path: path, reason: "is truncated inside its header")
    }
    let lengths = (0..<Int(bytes[3])).map { axis in
      bytes[4 + 4 * axis..<8 + 4 * axis].reduce(0) { $0 << 8 | Int($1) }
    }
    var expected = 1
    for length in lengths {
      let (product, overflow) = expected.multipliedReportingOverflow(by: length)
      guard !overflow else { throw DatasetError(path: path, reason: "has shape \(lengths)") }
      expected = product
    }
    guard bytes.count - start == expected else {
      throw DatasetError(
        path: path,
        reason: "has shape \(lengths), \(expected) bytes, but holds \(bytes.count - start)")
    }
    return (lengths, Array(bytes[start...]))
  }
}

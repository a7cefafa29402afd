import NumericKernels

/// Images and labels in two NumPy files.
public enum NPYImages {
  /// Images `[N, C, H, W]` or `[N, H, W]` (one channel) of any number kind, labels `[N]`.
  public static func load(images: String, labels: String) throws(FileError) -> LabelledImages {
    let pixelFile = try NPYFile(contentsOf: images)
    let labelFile = try NPYFile(contentsOf: labels)
    guard [3, 4].contains(pixelFile.shape.count), pixelFile.shape.allSatisfy({ $0 > 0 }) else {
      throw FileError(
        path: images,
        reason: "has shape \(pixelFile.shape); images are [N, channels, height, width]")
    }
    guard labelFile.shape == [pixelFile.shape[0]] else {
      throw FileError(
        path: labels,
        reason: "has shape \(labelFile.shape) where \(images) holds \(pixelFile.shape[0]) images")
    }
    var classes: [Int] = []
    for (index, value) in labelFile.doubles.enumerated() {
      guard let label = Int(exactly: value), (0..<1 << 31).contains(label) else {
        throw FileError(path: labels, reason: "label \(index) is \(value), no class number")
      }
      classes.append(label)
    }
    let floats = pixelFile.floats
    if let bad = floats.firstIndex(where: { !$0.isFinite }) {
      throw FileError(path: images, reason: "value \(bad) is \(floats[bad]); pixels are finite")
    }
    let shape = Array(pixelFile.shape.dropFirst())
    let pixels: LabelledImages.Pixels =
      pixelFile.kind == .uint8 ? .bytes(floats.map { UInt8($0) }) : .floats(floats)
    return LabelledImages(
      shape: shape.count == 3 ? shape : [1] + shape, pixels: pixels, labels: classes,
      contentHash: try ContentHash(FileContents.read(images) + FileContents.read(labels))
        .hexadecimal)
  }
}

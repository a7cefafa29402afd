import Files

/// Images and labels as two NumPy arrays.
public enum NPYImages {
  /// Images `[N, C, H, W]` or `[N, H, W]` (one channel), bytes or finite numbers, with labels
  /// `[N]`, whole numbers from 0.
  public static func load(
    images imagesPath: String, labels labelsPath: String
  ) throws(DatasetError) -> LabelledImages {
    let images = try file(imagesPath)
    guard images.shape.count == 3 || images.shape.count == 4 else {
      throw DatasetError(
        path: imagesPath,
        reason: "has shape \(images.shape); images are [N, C, H, W] or [N, H, W]")
    }
    let shape = images.shape.count == 4 ? Array(images.shape[1...]) : [1] + images.shape[1...]
    guard images.shape.allSatisfy({ $0 > 0 }) else {
      throw DatasetError(
        path: imagesPath, reason: "has shape \(images.shape), which holds no pixel")
    }
    let labels = try labels(labelsPath)
    guard labels.count == images.shape[0] else {
      throw DatasetError(
        path: labelsPath,
        reason: "holds \(labels.count) labels for the \(images.shape[0]) images of \(imagesPath)")
    }
    let values = images.floats
    if images.kind == .uint8 {
      return LabelledImages(shape: shape, pixels: .bytes(values.map { UInt8($0) }), labels: labels)
    }
    if let bad = values.firstIndex(where: { !$0.isFinite }) {
      throw DatasetError(
        path: imagesPath, record: bad / shape.reduce(1, *), reason: "a pixel is not finite")
    }
    return LabelledImages(shape: shape, pixels: .floats(values), labels: labels)
  }

  private static func labels(_ path: String) throws(DatasetError) -> [Int] {
    let file = try file(path)
    guard file.shape.count == 1 else {
      throw DatasetError(path: path, reason: "has shape \(file.shape); labels are [N]")
    }
    var labels: [Int] = []
    for (record, value) in file.doubles.enumerated() {
      guard let label = Int32(exactly: value), label >= 0 else {
        throw DatasetError(path: path, record: record, reason: "\(value) is no class index")
      }
      labels.append(Int(label))
    }
    return labels
  }

  private static func file(_ path: String) throws(DatasetError) -> NPYFile {
    do {
      return try NPYFile(contentsOf: path)
    } catch {
      throw DatasetError(error)
    }
  }
}

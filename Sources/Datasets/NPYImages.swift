import Files

/// Images as a NumPy array, with labels as another one or without.
public enum NPYImages {
  /// Images whose first axis counts them, bytes or finite numbers of any kind: `[N, C, H, W]`,
  /// `[N, H, W, C]`, `[N, H, W]`, `[N, C, L]`, `[N, features]`. Which axis is that of the channels,
  /// the network tells: see `LabelledImages.fitting(_:layout:)`.
  ///
  /// - Parameters:
  ///   - labelsPath: Path of the labels; `nil` for images without labels.
  ///   - kind: What the labels are.
  public static func load(
    images imagesPath: String, labels labelsPath: String?, kind: LabelKind = .classes
  ) throws(DatasetError) -> LabelledImages {
    let images = try NPYFile(of: imagesPath)
    guard images.shape.count > 1 else {
      throw DatasetError(
        path: imagesPath,
        reason: "has shape \(images.shape); images are [N, …], such as [N, C, H, W], [N, H, W, C], "
          + "[N, H, W], [N, C, L] or [N, features]")
    }
    guard images.shape.allSatisfy({ $0 > 0 }) else {
      throw DatasetError(
        path: imagesPath, reason: "has shape \(images.shape), which holds no pixel")
    }
    let count = images.shape[0]
    let shape = Array(images.shape.dropFirst())
    var (labels, warning) = (ImageLabels.none, DatasetError?.none)
    if let labelsPath {
      (labels, warning) = try NPYLabels.load(
        labelsPath, kind: kind, count: count, images: imagesPath)
    }
    let values = images.floats
    let pixels: LabelledImages.Pixels
    if images.kind == .uint8 {
      pixels = .bytes(values.map { UInt8($0) })
    } else if let bad = values.firstIndex(where: { !$0.isFinite }) {
      throw DatasetError(
        path: imagesPath, record: bad / shape.reduce(1, *), reason: "a pixel is not finite")
    } else {
      pixels = .floats(values)
    }
    var made = LabelledImages(
      shape: shape, pixels: pixels, count: count, labels: labels,
      origin: labelsPath.map { LabelOrigin(path: $0, numbering: .records(nil)) }, knowsAxes: false)
    made.warning = warning
    return made
  }
}

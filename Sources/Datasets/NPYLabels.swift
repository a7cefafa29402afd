import Files

/// Labels as a NumPy array whose first axis counts the images.
enum NPYLabels {
  /// The labels of the first `count` images.
  ///
  /// - Parameter images: Path of the images, for errors.
  /// - Returns: The labels, and a warning if the file holds more of them.
  static func load(
    _ path: String, kind: LabelKind, count: Int, images: String
  ) throws(DatasetError) -> (labels: ImageLabels, warning: DatasetError?) {
    let file = try NPYFile(of: path)
    let forms: String
    let fits: Bool
    switch kind {
    case .classes: (forms, fits) = ("[N]", file.shape.count == 1)
    case .values: (forms, fits) = ("[N] or [N, …]", !file.shape.isEmpty)
    case .maps: (forms, fits) = ("[N, …]", file.shape.count > 1)
    }
    guard fits else {
      throw DatasetError(
        path: path,
        reason:
          "has shape \(file.shape); labels of this task are \(forms): classes [N], values of a "
          + "regression [N] or [N, …], maps of a segmentation [N, …] (key task)")
    }
    let found = file.shape[0]
    guard found >= count else {
      throw DatasetError(
        path: path, reason: "holds \(found) labels for the \(count) images of \(images)")
    }
    let warning =
      found == count
      ? nil
      : DatasetError(
        path: path,
        reason: "holds \(found) labels for the \(count) images of \(images); the last "
          + "\(found - count) are left out")
    let shape = Array(file.shape.dropFirst())
    let length = shape.reduce(1, *)
    guard length > 0 else {
      throw DatasetError(path: path, reason: "has shape \(file.shape), which holds no label")
    }
    let values = file.floats.prefix(count * length)
    switch kind {
    case .values:
      if let bad = values.firstIndex(where: { !$0.isFinite }) {
        throw DatasetError(path: path, record: bad / length, reason: "a label is not finite")
      }
      return (.values(Array(values), shape: shape), warning)
    case .classes, .maps:
      // Single precision holds every whole number up to 2²⁴: wider ones are no class.
      let limit: Float = 0x1p24
      for (index, value) in values.enumerated() {
        guard value >= (kind == .maps ? -limit : 0), value < limit, value == value.rounded() else {
          throw DatasetError(
            path: path, record: index / length,
            reason: "\(file.doubles[index]) is no class index")
        }
      }
      return kind == .classes
        ? (.classes(values.map { Int($0) }), warning)
        : (.maps(values.map { Int32($0) }, shape: shape), warning)
    }
  }
}

extension NPYFile {
  /// The file at `path`.
  init(of path: String) throws(DatasetError) {
    do throws(FileError) {
      try self.init(contentsOf: path)
    } catch {
      throw DatasetError(error)
    }
  }
}

/// What is known about the right results for the images of a data set, in the order of the images.
public enum ImageLabels: Sendable, Equatable {
  /// Nothing.
  case none
  /// The index of a class for each image.
  case classes([Int])
  /// Real numbers, `shape` for each image, in C order.
  case values([Float], shape: [Int])
  /// The index of a class for each position, `shape` for each image, in C order.
  case maps([Int32], shape: [Int])

  /// The label of one image.
  public func label(_ index: Int) -> ImageLabel {
    switch self {
    case .none: return .none
    case .classes(let classes): return .category(classes[index])
    case .values(let values, let shape):
      let length = shape.reduce(1, *)
      return .values(Array(values[index * length..<(index + 1) * length]))
    case .maps(let classes, let shape):
      let length = shape.reduce(1, *)
      return .map(Array(classes[index * length..<(index + 1) * length]))
    }
  }

  /// Number of images that have a label; `nil` if none has.
  var count: Int? {
    switch self {
    case .none: nil
    case .classes(let classes): classes.count
    case .values(let values, let shape): values.count / max(1, shape.reduce(1, *))
    case .maps(let classes, let shape): classes.count / max(1, shape.reduce(1, *))
    }
  }

  /// The labels of the images at `places`, in that order.
  func selecting(_ places: [Int]) -> ImageLabels {
    switch self {
    case .none: return .none
    case .classes(let classes): return .classes(places.map { classes[$0] })
    case .values(let values, let shape):
      let length = shape.reduce(1, *)
      return .values(
        places.flatMap { values[$0 * length..<($0 + 1) * length] }, shape: shape)
    case .maps(let classes, let shape):
      let length = shape.reduce(1, *)
      return .maps(places.flatMap { classes[$0 * length..<($0 + 1) * length] }, shape: shape)
    }
  }
}

/// What is known about the right result for one image.
public enum ImageLabel: Sendable, Equatable {
  /// Nothing.
  case none
  /// The index of its class.
  case category(Int)
  /// Real numbers, one for each output.
  case values([Float])
  /// The index of a class for each position, in C order.
  case map([Int32])

  /// The class, if it is one.
  public var category: Int? {
    guard case .category(let category) = self else { return nil }
    return category
  }

  /// The numbers, if they are such.
  public var numbers: [Float]? {
    guard case .values(let values) = self else { return nil }
    return values
  }
}

/// How the numbers of a label file are read.
public enum LabelKind: Sendable, Equatable {
  /// One class for each image: `[N]`.
  case classes
  /// Real numbers for each image: `[N]` or `[N, …]`.
  case values
  /// A class for each position of an image: `[N, …]`.
  case maps
}

/// Where the labels of a data set stand, for errors.
struct LabelOrigin: Sendable, Equatable {
  enum Numbering: Sendable, Equatable {
    /// The record of each image's label, from 0; `nil` if record k is the label of image k.
    case records([Int]?)
    /// The line of each image's label, from 1.
    case lines([Int])
    /// Names of folders.
    case folders
  }

  /// Path of the file or folder.
  var path: String
  var numbering: Numbering

  /// A fault of the label of the image at `place`.
  func fault(_ place: Int, _ reason: String) -> DatasetError {
    switch numbering {
    case .records(let records):
      DatasetError(path: path, record: records?[place] ?? place, reason: reason)
    case .lines(let lines): DatasetError(path: path, line: lines[place], reason: reason)
    case .folders: DatasetError(path: path, reason: reason)
    }
  }

  /// The origin of the labels of the images at `places`, in that order.
  func selecting(_ places: [Int]) -> LabelOrigin {
    var origin = self
    switch numbering {
    case .records(let records): origin.numbering = .records(places.map { records?[$0] ?? $0 })
    case .lines(let lines): origin.numbering = .lines(places.map { lines[$0] })
    case .folders: break
    }
    return origin
  }
}

import Datasets

/// Source of images with their labels.
public enum DataSource: Sendable, Equatable {
  /// The digits bundled with the program.
  case bundledDigits
  /// CIFAR-10 binary files.
  case cifar10(test: String, calibration: String, conventions: DataConventions)
  /// NumPy arrays of images `[N, …]` and labels.
  case npy(ArrayFiles, conventions: DataConventions)
  /// IDX files of images `[N, H, W]` and labels `[N]`, plain or compressed by gzip.
  case idx(ArrayFiles, conventions: DataConventions)
  /// JPEG and PNG files in folders or lists; label files if the folders have no classes.
  case images(
    test: String, testLabels: String?, calibration: String, calibrationLabels: String?,
    preparation: ImagePreparation, badImages: ImageFiles.BadImages, conventions: DataConventions)

  /// Files of whole arrays of images and of labels, which may be missing.
  public struct ArrayFiles: Sendable, Equatable {
    /// Images to evaluate, and their labels.
    public var images: String, labels: String?
    /// Images to calibrate on, and their labels.
    public var calibrationImages: String, calibrationLabels: String?
  }

  /// How numbers of files become inputs of a network, and labels its outputs.
  var conventions: DataConventions {
    switch self {
    case .bundledDigits: DataConventions(normalization: BundledDigits.normalization)
    case .cifar10(_, _, let conventions), .npy(_, let conventions), .idx(_, let conventions),
      .images(_, _, _, _, _, _, let conventions):
      conventions
    }
  }

  /// The key that names the labels.
  var labelKey: String {
    switch self {
    case .bundledDigits: "data"
    case .cifar10: "data.test"
    case .npy, .idx: "data.labels"
    case .images(_, let labels, _, _, _, _, _): labels == nil ? "data.test" : "data.testLabels"
    }
  }
}

/// How numbers of files become inputs of a network, and labels its outputs.
public struct DataConventions: Sendable, Equatable {
  /// How pixels become inputs.
  public var normalization: Normalization
  /// Order of the axes of an image; `nil` for the one that fits the network.
  public var layout: ImageLayout?
  /// Added to every class of a label file.
  public var labelOffset = 0
  /// The output for each class, after the offset.
  public var labelMap = LabelMapSource.none

  /// Source of the outputs for the classes of label files.
  public enum LabelMapSource: Sendable, Equatable {
    /// Classes are outputs.
    case none
    /// Entry k is the output for class k.
    case list([Int])
    /// A text file of one number a line, or a NumPy array.
    case file(String)
  }

  /// The mapping of labels; reads its file.
  func labelMapping() throws -> LabelMapping {
    let map: [Int]? =
      switch labelMap {
      case .none: nil
      case .list(let outputs): outputs
      case .file(let path): try LabelMapping.map(contentsOf: path)
      }
    return LabelMapping(offset: labelOffset, map: map)
  }
}

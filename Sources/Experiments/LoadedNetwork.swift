import Datasets
import Inference
import NeuralNetwork
import ONNXImport

/// A network file and images that fit it, read once for all points of a study.
struct LoadedNetwork: Sendable {
  /// The network as its file has it, and the SHA-256 of the file.
  let graph: Graph
  let networkHash: String
  /// The images that are evaluated, and the classes of the network.
  let images: LabelledImages
  let classes: Int
  /// Selected images that cannot be used, and why; warnings about suspicious files.
  let skipped: [DatasetError], warnings: [DatasetError]
  let normalization: Normalization
  /// Calibration images as tensors `[1, …]`, with the SHA-256 of them and their labels.
  let calibrationImages: [Tensor]
  let calibrationHash: String

  /// Reads the files named in `spec`.
  ///
  /// - Parameter calibrationCount: Calibration images that are needed at most.
  init(_ spec: ExperimentSpec, calibrationCount count: Int, width: Int) async throws {
    let loaded = try await LoadedData(spec, calibrationCount: count, width: width)
    images = loaded.test
    skipped = loaded.skipped
    warnings = loaded.warnings
    normalization = loaded.normalization
    let file = spec.network.file
    (graph, networkHash) = try ONNXImporter.network(
      contentsOf: file, options: spec.network.importOptions(imageShape: images.shape))
    guard graph.inputShape == images.shape else {
      throw ExperimentError.shapesDiffer(
        network: file, networkShape: graph.inputShape, imageShape: images.shape)
    }
    let evaluated = images
    guard let output = try graph.inferShapes()[graph.outputName] else {
      preconditionFailure("shapes are inferred for every value")
    }
    let classes = output.reduce(1, *)
    self.classes = classes
    if let image = (0..<evaluated.count).first(where: { evaluated.label($0) >= classes }) {
      throw ExperimentError.noSuchClass(
        image: evaluated.name(image), label: evaluated.label(image), classes: classes)
    }
    calibrationHash = loaded.calibrationImages.prefix(count).contentHash
    calibrationImages = try (0..<min(count, loaded.calibrationImages.count)).map {
      try loaded.calibrationImages.image($0, normalization: loaded.normalization)
    }
  }
}

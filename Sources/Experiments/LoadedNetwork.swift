import Datasets
import Inference
import NeuralNetwork
import ONNXImport

/// A network file and images that fit it, read once for all points of a study.
struct LoadedNetwork: Sendable {
  /// The settings of an experiment that a loaded network follows from.
  struct Key: Sendable, Equatable {
    var network: NetworkSource, data: DataSource, task: InferenceTask?
    var selection: ImageSelection, calibrationCount: Int
  }

  /// The network as its file has it, and the SHA-256 of the file.
  let graph: Graph
  let networkHash: String
  /// The images that are evaluated, and the SHA-256 of them and their labels.
  let images: LabelledImages
  let imagesHash: String
  /// What the network is for, and the axes of its result.
  let task: InferenceTask, axes: OutputAxes
  /// Selected images that cannot be used, and why; warnings about suspicious files.
  let skipped: [DatasetError], warnings: [String]
  let normalization: Normalization
  /// Calibration images as tensors `[1, …]`, with the SHA-256 of them and their labels.
  let calibrationImages: [Tensor]
  let calibrationHash: String

  /// Reads the files named in `spec`.
  ///
  /// - Parameter calibrationCount: Calibration images that are needed at most.
  init(_ spec: ExperimentSpec, calibrationCount count: Int, width: Int) async throws {
    let loaded = try await LoadedData(spec, calibrationCount: count, width: width)
    skipped = loaded.skipped
    let conventions = spec.data.conventions
    normalization = conventions.normalization
    let file = spec.network.file
    (graph, networkHash) = try ONNXImporter.network(
      contentsOf: file, options: spec.network.importOptions(imageShape: loaded.test.shape))
    let inputShape = graph.inputShape
    func fitting(_ images: LabelledImages) throws(ExperimentError) -> LabelledImages {
      guard let fitted = images.fitting(inputShape, layout: conventions.layout) else {
        throw .shapesDiffer(
          network: file, networkShape: inputShape, imageShape: images.shape,
          layout: conventions.layout)
      }
      if let fault = conventions.normalization.fault(channels: fitted.channelCount) {
        throw .normalization(fault)
      }
      return fitted
    }
    images = try fitting(loaded.test)
    imagesHash = images.contentHash
    let calibration = try fitting(loaded.calibrationImages)
    guard let output = try graph.inferShapes()[graph.outputName] else {
      preconditionFailure("shapes are inferred for every value")
    }
    task = loaded.task
    // The batch of one is no axis of the result, wherever it stands; mostly it is the first.
    axes = OutputAxes(output.first == 1 ? Array(output.dropFirst()) : output, task: task)
    let labels = LabelCheck(images, axes: axes, task: task, key: spec.data.labelKey)
    try labels.check(isMapped: conventions.labelOffset != 0 || conventions.labelMap != .none)
    warnings = loaded.warnings.map(\.description) + [labels.warning].compactMap { $0 }
    calibrationHash = calibration.prefix(count).contentHash
    calibrationImages = try (0..<min(count, calibration.count)).map {
      try calibration.image($0, normalization: conventions.normalization)
    }
  }
}

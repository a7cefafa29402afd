import AnalogCore
import CrossbarArray
import Datasets
import Inference
import NeuralNetwork
import NumericKernels
import ONNXImport
import Units

/// Runs experiments: loads and quantises here, programs, evaluates and audits in `run`.
public struct ExperimentRunner: Sendable {
  /// What is being run.
  public let spec: ExperimentSpec
  /// The network in integers.
  public let plan: ExecutionPlan
  /// The images that are evaluated.
  public let images: LabelledImages
  /// Images that were selected but cannot be used, and why.
  public let skipped: [DatasetError]
  /// What is suspicious about the data files, though they can be used.
  public let warnings: [DatasetError]
  let calibration: [Tensor]
  let normalization: Normalization
  let networkHash: String, calibrationHash: String
  let width: Int
  let classes: Int

  /// Told about stages and images while a run goes on.
  public struct Progress: Sendable {
    /// A stage with that many steps begins.
    public var begin: @Sendable (String, Int) -> Void
    /// One step of the current stage is done.
    public var step: @Sendable () -> Void
    /// What follows will be slow, or is suspicious but usable.
    public var warn: @Sendable (String) -> Void

    /// Progress through callbacks, which may be called from any task.
    public init(
      begin: @escaping @Sendable (String, Int) -> Void, step: @escaping @Sendable () -> Void,
      warn: @escaping @Sendable (String) -> Void = { _ in }
    ) {
      self.begin = begin
      self.step = step
      self.warn = warn
    }

    /// Tells nobody.
    public static let silent = Progress(begin: { _, _ in }, step: {})
  }

  /// Loads the network and the images, and quantises.
  ///
  /// - Parameters:
  ///   - limit: Images to evaluate at most, besides what the selection says; nil for no other limit.
  ///   - width: Tasks at once; results do not depend on it.
  public init(_ spec: ExperimentSpec, limit: Int?, width: Int) async throws {
    let spec = spec.limited(to: limit)
    self.spec = spec
    self.width = width
    let count = max(spec.quantization.calibrationImages, spec.converterImages)
    let loaded = try await LoadedData(spec, calibrationCount: count, width: width)
    images = loaded.test
    skipped = loaded.skipped
    warnings = loaded.warnings
    normalization = loaded.normalization
    let path = spec.network.path
    let (graph, networkHash) = try ONNXImporter.network(contentsOf: path)
    self.networkHash = networkHash
    guard graph.inputShape == images.shape else {
      throw ExperimentError.shapesDiffer(
        network: path, networkShape: graph.inputShape, imageShape: images.shape)
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
    calibrationHash = loaded.calibration.prefix(count).contentHash
    calibration = try (0..<min(count, loaded.calibration.count)).map {
      try loaded.calibration.image($0, normalization: loaded.normalization)
    }
    plan = try await ExecutionPlan(
      graph, calibration: calibration, options: spec.quantization, width: width)
    for name in spec.layers.keys.sorted() where !plan.layers.contains(where: { $0.name == name }) {
      throw InferenceError.unknownLayer(name: name, known: plan.layers.map(\.name))
    }
    if let folder = spec.calibration.cacheFolder,
      choices(bitLineOhms: nil, path: nil).contains(where: \.path.isFitted)
    {
      try FileContents.checkWritable(folder: folder)
    }
    for ohms in spec.studyPoints {
      for (layer, choice) in zip(plan.layers, choices(bitLineOhms: ohms, path: nil)) {
        if let reason = choice.conflict {
          throw InferenceError.array(layer: layer.name, .unsupported(reason))
        }
      }
    }
  }

  /// The first calibration image, on which layers are audited.
  public var calibrationImage: Tensor { calibration[0] }

  /// The choices of every layer at one bit-line resistance, all on `path` unless it is nil.
  public func choices(bitLineOhms: Double?, path: SolutionPath?) -> [AnalogNetwork.LayerChoice] {
    plan.layers.map { layer in
      let own = spec.layers[layer.name]
      var hardware = own?.hardware ?? spec.hardware
      if let bitLineOhms { hardware.wires.bitLineSegment = bitLineOhms.ohms }
      return AnalogNetwork.LayerChoice(hardware: hardware, path: path ?? own?.path ?? spec.path)
    }
  }

  /// The network on its arrays, converters calibrated.
  ///
  /// - Parameters:
  ///   - bitLineOhms: The point of the study; nil for the hardware's own wires.
  ///   - path: The path of all layers; nil leaves each its own.
  ///   - programmed: Sees the network before it runs any image.
  public func network(
    bitLineOhms: Double?, path: SolutionPath? = nil,
    programmed: (AnalogNetwork) throws -> Void = { _ in }
  ) async throws -> AnalogNetwork {
    try await AnalogNetwork(
      plan, choices: choices(bitLineOhms: bitLineOhms, path: path), seed: spec.seed,
      calibration: Array(calibration.prefix(spec.converterImages)), width: width,
      models: spec.calibration, programmed: programmed)
  }
}

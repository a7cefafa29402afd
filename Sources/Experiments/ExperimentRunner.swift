import AnalogCore
import CrossbarArray
import Datasets
import Inference
import NeuralNetwork
import NumericKernels
import ONNXImport
import Units

/// Runs experiments: loads, quantises, programs, evaluates, audits.
public struct ExperimentRunner: Sendable {
  /// What is being run.
  public let spec: ExperimentSpec
  /// The network in integers.
  public let plan: ExecutionPlan
  /// The images that are evaluated.
  public let images: LabelledImages
  /// Images that were selected but cannot be used, and why.
  public let skipped: [DatasetError]
  private let calibration: [Tensor]
  private let normalization: Normalization
  let networkHash: String
  private let width: Int
  private let classes: Int

  /// Told about stages and images while a run goes on.
  public struct Progress: Sendable {
    /// A stage with that many steps begins.
    public var begin: @Sendable (String, Int) -> Void
    /// One step of the current stage is done.
    public var step: @Sendable () -> Void

    /// Progress through two callbacks; both may be called from any task.
    public init(
      begin: @escaping @Sendable (String, Int) -> Void, step: @escaping @Sendable () -> Void
    ) {
      self.begin = begin
      self.step = step
    }

    /// Tells nobody.
    public static let silent = Progress(begin: { _, _ in }, step: {})
  }

  /// Loads the network and the images, and quantises.
  ///
  /// - Parameters:
  ///   - limit: Images to evaluate at most; nil for all.
  ///   - width: Tasks at once; results do not depend on it.
  public init(_ spec: ExperimentSpec, limit: Int?, width: Int) async throws {
    self.spec = spec
    self.width = width
    let count = max(spec.quantization.calibrationImages, spec.converterImages)
    let loaded = try await LoadedData(
      limit.map { limit in
        var spec = spec
        spec.selection.limit = min(limit, spec.selection.limit ?? limit)
        return spec
      } ?? spec, calibrationCount: count, width: width)
    images = loaded.test
    skipped = loaded.skipped
    normalization = loaded.normalization
    let path = spec.network.path
    networkHash = ContentHash(try FileContents.read(path)).hexadecimal
    let graph = try ONNXImporter.graph(contentsOf: path)
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
    calibration = try (0..<min(count, loaded.calibration.count)).map {
      try loaded.calibration.image($0, normalization: loaded.normalization)
    }
    plan = try await ExecutionPlan(
      graph, calibration: calibration, options: spec.quantization, width: width)
    for name in spec.layers.keys.sorted() where !plan.layers.contains(where: { $0.name == name }) {
      throw InferenceError.unknownLayer(name: name, known: plan.layers.map(\.name))
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
  public func network(bitLineOhms: Double? = nil, path: SolutionPath? = nil) async throws
    -> AnalogNetwork
  {
    try await AnalogNetwork(
      plan, choices: choices(bitLineOhms: bitLineOhms, path: path), seed: spec.seed,
      calibration: Array(calibration.prefix(spec.converterImages)), width: width,
      models: spec.calibration)
  }

  /// Runs digital, ideal and the experiment's own path over all images, for every wire resistance.
  ///
  /// - Parameter keepsLogits: Whether the record holds all logits.
  public func run(
    progress: Progress = .silent, keepsLogits: Bool = false
  ) async throws -> ExperimentRecord {
    let plan = plan
    func evaluate(
      _ path: String, detail: String = "", digital: ExperimentRecord.PathResult? = nil,
      _ body: @escaping @Sendable (Tensor) throws -> AnalogNetwork.Output
    ) async throws -> ExperimentRecord.PathResult {
      progress.begin(path + detail, images.count)
      let evaluation = try await Evaluation(
        images: images, normalization: normalization, keepsLogits: keepsLogits, width: width,
        progress: progress.step, body)
      return ExperimentRecord.PathResult(
        path, evaluation, classes: classes, digital: digital,
        labels: (0..<images.count).map { images.label($0) })
    }
    let float = try await evaluate("float") {
      AnalogNetwork.Output(logits: try plan.floatLogits($0))
    }
    let integer = try await evaluate("int8") {
      AnalogNetwork.Output(logits: try plan.integerLogits($0))
    }
    var points: [ExperimentRecord.WirePoint] = []
    var ideal: ExperimentRecord.PathResult?
    var voltageMap: ExperimentRecord.VoltageMap?
    let study: [Double?] = spec.wireStudyOhms.isEmpty ? [nil] : spec.wireStudyOhms
    let paths = Set(choices(bitLineOhms: nil, path: nil).map(\.path.rawValue)).sorted()
    for ohms in study {
      var results: [ExperimentRecord.PathResult] = []
      if paths != [SolutionPath.ideal.rawValue] {
        // Wires do not matter to the ideal path: one run serves every resistance. It comes first, so
        // that its arrays are gone when those of the experiment's path are programmed.
        if ideal == nil {
          let unwired = try await self.network(bitLineOhms: ohms, path: .ideal)
          ideal = try await evaluate("ideal", digital: integer) { try unwired.run($0) }
        }
        if let ideal { results.append(ideal) }
      }
      let clock = ContinuousClock()
      let start = clock.now
      let network = try await network(bitLineOhms: ohms)
      let preparation = (clock.now - start) / .seconds(1)
      let value = ohms ?? spec.hardware.wires.bitLineSegment.value
      results.append(
        try await evaluate(
          paths.joined(separator: "+"), detail: " at \(value) Ω", digital: integer
        ) {
          try network.run($0)
        })
      var audits: [LayerAudit] = []
      if spec.auditVectors > 0 {
        progress.begin("audit at \(value) Ω", 1)
        audits = try await network.audit(
          calibrationImage, vectorsPerTile: spec.auditVectors, width: width)
        voltageMap = try self.voltageMap(network, audits)
        progress.step()
      }
      points.append(
        ExperimentRecord.WirePoint(
          bitLineOhms: value,
          relativeResistance: value * spec.hardware.cell.onConductance.value,
          results: results, layers: audits, preparationSeconds: preparation))
    }
    return ExperimentRecord(
      software: SoftwareVersion.line, name: spec.name, configuration: spec.resolvedYAML,
      seed: spec.seed, networkHash: networkHash, imagesHash: images.contentHash,
      imageCount: images.count, threads: width, labels: (0..<images.count).map { images.label($0) },
      names: (0..<images.count).map { images.name($0) }, skipped: skipped.map(\.description),
      digitalFloat: float, digitalInteger: integer, points: points,
      digitalNodes: plan.digitalNodes.map { "\($0.name): \($0.reason)" }, voltageMap: voltageMap)
  }

  /// The first tile of the layer that loses most, at its fullest input vector.
  private func voltageMap(
    _ network: AnalogNetwork, _ audits: [LayerAudit]
  ) throws -> ExperimentRecord.VoltageMap? {
    let worst = audits.indices.max { audits[$0].meanDrop < audits[$1].meanDrop }
    guard let index = worst else { return nil }
    let array = network.layers[index].matrix.tiles[0].model.description
    let bits = try network.inputVectors(layer: index, tile: 0, image: calibrationImage, count: 1)
    let volts = try CircuitArray(array).solution(.bits(bits)).cells[0].volts
    return ExperimentRecord.VoltageMap(
      layer: audits[index].name, tile: 0, bitLineOhms: array.wires.bitLineSegment.value,
      readVolts: array.readVoltage.value, activeWordLines: bits.population(row: 0),
      cellVolts: (0..<volts.rows).map { Array(volts.row($0)) })
  }
}

import AnalogCore
import CrossbarArray
import Datasets
import Energy
import Files
import Inference
import NeuralNetwork
import NumericKernels
import ONNXImport
import Units

/// Runs experiments: loads and quantizes here, programs, evaluates and audits in `run`.
public struct ExperimentRunner: Sendable {
  /// The experiment being run.
  public let spec: ExperimentSpec
  let loaded: LoadedNetwork
  /// The network as the points of the study quantize it, each way once.
  let networks: [PreparedNetwork]
  /// The experiment at every point of its study, with the index of its network.
  let points: [(spec: ExperimentSpec, network: Int)]
  let width: Int
  let shared: SharedWork?
  /// Models in place of those of the experiment's own path, by the names of layers.
  let ownModels: [String: OwnModel]

  /// Callbacks for the stages and images of a run.
  public struct Progress: Sendable {
    /// A stage with that many steps begins.
    public var begin: @Sendable (String, Int) -> Void
    /// One step of the current stage is done.
    public var step: @Sendable () -> Void
    /// Warns that the next step will be slow, or that an input is suspicious but usable.
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

    /// Reports nothing.
    public static let silent = Progress(begin: { _, _ in }, step: {})
  }

  /// Loads the network and the images, and quantizes.
  ///
  /// - Parameters:
  ///   - limit: Images to evaluate at most, in addition to the limit of the selection; `nil` for no
  ///     other limit.
  ///   - width: Tasks at once; results do not depend on it.
  ///   - shared: Work in common with other runs; the experiment must then be as its file says, not
  ///     changed since. Results do not depend on it.
  ///   - ownModels: Models in place of those of the experiment's own path, by the names of layers.
  public init(
    _ spec: ExperimentSpec, limit: Int?, width: Int, shared: SharedWork? = nil,
    ownModels: [String: OwnModel] = [:]
  ) async throws {
    let spec = spec.limited(to: limit)
    self.spec = spec
    self.width = width
    self.shared = shared
    self.ownModels = ownModels
    let specs = spec.points.map { spec.at($0) }
    for (point, own) in zip(spec.points, specs) {
      if let key = spec.sharedKeyChanged(in: own) {
        throw ExperimentError.sharedByPoints(key: key, point: point)
      }
    }
    let key = LoadedNetwork.Key(
      network: spec.network, data: spec.data, task: spec.task, selection: spec.selection,
      calibrationCount: specs.map(\.calibrationCount).max() ?? 0)
    func load() async throws -> LoadedNetwork {
      try await LoadedNetwork(spec, calibrationCount: key.calibrationCount, width: width)
    }
    let loaded: LoadedNetwork
    if let shared { loaded = try await shared.loaded(key, load) } else { loaded = try await load() }
    self.loaded = loaded
    var networks: [PreparedNetwork] = []
    var points: [(spec: ExperimentSpec, network: Int)] = []
    for own in specs {
      let known = networks.firstIndex { $0.quantization == own.quantization }
      if known == nil {
        func prepare() async throws -> PreparedNetwork {
          try await PreparedNetwork(
            loaded, own.quantization, width: width,
            store: shared.map { try StoredRecordings($0, spec, loaded, own.quantization) })
        }
        if let shared {
          networks.append(try await shared.network(key, own.quantization, prepare))
        } else {
          networks.append(try await prepare())
        }
      }
      points.append((own, known ?? networks.count - 1))
    }
    self.networks = networks
    self.points = points
    try check()
  }

  /// Throws errors in the points that can be found before anything is programmed.
  private func check() throws {
    for (index, (own, network)) in points.enumerated() {
      let layers = networks[network].plan.layers
      for name in own.layers.keys.sorted() where !layers.contains(where: { $0.name == name }) {
        throw InferenceError.unknownLayer(name: name, key: "layers", known: layers.map(\.name))
      }
      for name in ownModels.keys.sorted() where !layers.contains(where: { $0.name == name }) {
        throw InferenceError.unknownLayer(name: name, key: "models", known: layers.map(\.name))
      }
      let choices = design(at: index).choices
      if let folder = own.calibration.cacheFolder, choices.contains(where: \.path.isFitted) {
        try FileContents.checkWritable(folder: folder)
      }
      for (layer, choice) in zip(layers, choices) {
        if let reason = choice.conflict {
          throw InferenceError.array(layer: layer.name, .unsupported(reason))
        }
        try own.energy?.check(choice.hardware, layer: layer.name)
      }
    }
  }

  /// The network in integers, as the first point of the study quantizes it.
  public var plan: ExecutionPlan { networks[0].plan }
  /// The images that are evaluated.
  public var images: LabelledImages { loaded.images }
  /// Images that were selected but cannot be used, and why.
  public var skipped: [DatasetError] { loaded.skipped }
  /// Warnings about data that look suspicious but can be used.
  public var warnings: [String] { loaded.warnings }
  /// The first calibration image, on which layers are audited.
  public var calibrationImage: Tensor { loaded.calibrationImages[0] }

  /// The network on its arrays at one point of the study, converters calibrated.
  ///
  /// - Parameters:
  ///   - point: Index of the point; without a study there is the first.
  ///   - path: The path of all layers; `nil` leaves each its own.
  ///   - cells: Cells that were programmed before; layers that would hold the same take theirs.
  ///   - programmed: Sees the network before it runs any image.
  public func network(
    at point: Int, path: SolutionPath? = nil, cells: [ProgrammedCells] = [],
    programmed: (AnalogNetwork) throws -> Void = { _ in }
  ) async throws -> AnalogNetwork {
    try await network(design(at: point, path: path), cells: cells, programmed: programmed)
  }

  /// The arrays of the network at one point, with all layers on `path` unless it is `nil`.
  func design(at point: Int, path: SolutionPath? = nil) -> NetworkDesign {
    let (own, network) = points[point]
    let layers = networks[network].plan.layers
    var design = NetworkDesign(own, network: network, layers: layers, path: path)
    guard path == nil else { return design }
    for (index, layer) in layers.enumerated() {
      guard let model = ownModels[layer.name] else { continue }
      design.choices[index].own = model
      // No model is fitted in place of it.
      if design.choices[index].path.isFitted { design.choices[index].path = .exact }
    }
    return design
  }

  /// What the cells of every layer of a design depend on.
  func origins(of design: NetworkDesign) -> [ProgrammedCells.Origin] {
    zip(networks[design.network].plan.layers, design.choices).map { layer, choice in
      ProgrammedCells.Origin(
        codes: layer.weightCodes, hardware: choice.hardware, layer: layer.index,
        seed: design.seed)
    }
  }

  /// The network of a design; see `network(at:)`.
  func network(
    _ design: NetworkDesign, cells: [ProgrammedCells],
    programmed: (AnalogNetwork) throws -> Void
  ) async throws -> AnalogNetwork {
    var models = design.models
    if models.cacheFolder == nil { models.cacheFolder = shared?.modelFolder }
    return try await AnalogNetwork(
      networks[design.network].plan, choices: design.choices, seed: design.seed,
      calibration: Array(loaded.calibrationImages.prefix(design.converterImages)),
      compensation: Array(loaded.calibrationImages.prefix(design.compensationImages)),
      width: width, models: models, measuresPower: design.measuresPower, cells: cells,
      recordings: shared == nil ? nil : networks[design.network].recordings,
      programmed: programmed)
  }
}

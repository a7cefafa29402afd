import AnalogCore
import BehavioralModels
import CrossbarArray
import NeuralNetwork
import NumericKernels

/// A network whose matrix layers are programmed into arrays.
public struct AnalogNetwork: Sendable {
  /// A layer on its arrays.
  public struct Layer: Sendable {
    /// The layer in integers, as its arrays hold it: that of the plan, or compensated.
    public internal(set) var integer: MatrixLayer {
      didSet { madeBytes = MadeOnce() }
    }
    /// Its name in the network.
    public var name: String { integer.name }
    /// Its arrays.
    public internal(set) var matrix: AnalogMatrix {
      didSet { madeBytes = MadeOnce() }
    }
    /// How its currents are computed.
    public let path: SolutionPath
    /// What compensation found; `nil` for a layer that is not compensated.
    public internal(set) var compensation: CompensatedLayer?
    /// The model chosen for each tile and why; empty if the path determines it.
    public internal(set) var choices: [ModelChoice] = []
    /// Whether its arrays multiply whole codes.
    var takesColumns: Bool { matrix.takesColumns && integer.weights.zeroPoints.isEmpty }
    /// Its arrays as bytes; see `bytes`.
    fileprivate var madeBytes = MadeOnce<ByteColumns?>()
    /// What its arrays multiply whole codes with, where that is bytes; made by the first run.
    var bytes: ByteColumns? { madeBytes.value { ByteColumns(integer, matrix) } }
    /// Measured ranges of its converters, one per weight slice; `nil` if they are not calibrated.
    var converterRanges: [Float]?
  }

  /// Logits of one image and the activity of the hardware for it.
  public struct Output: Sendable {
    /// Logits in the order of classes.
    public var logits: [Float]
    /// Activity per layer.
    public var activity: [ActivityCounts]
    /// Seconds that each layer took; empty for digital runs.
    public var layerSeconds: [Double]

    /// Logits with activity and time per layer; none for digital runs.
    public init(
      logits: [Float], activity: [ActivityCounts] = [], layerSeconds: [Double] = []
    ) {
      self.logits = logits
      self.activity = activity
      self.layerSeconds = layerSeconds
    }
  }

  /// The network in integers.
  public let plan: ExecutionPlan
  /// The mapped layers, in the order of execution.
  public internal(set) var layers: [Layer]
  let choices: [LayerChoice]
  let seed: UInt64

  /// The hardware of a layer's arrays and how they are solved.
  public struct LayerChoice: Sendable, Equatable {
    /// Cells, tiles, wires, converters, errors.
    public var hardware: HardwareConfiguration
    /// How currents are computed.
    public var path: SolutionPath
    /// How the losses of the arrays are made up for.
    public var compensation: LayerCompensation
    /// A model of the user's own in place of the path's; converters stay as they are.
    public var own: OwnModel?

    /// A choice for one layer.
    public init(
      hardware: HardwareConfiguration, path: SolutionPath, compensation: LayerCompensation = .none
    ) {
      self.hardware = hardware
      self.path = path
      self.compensation = compensation
    }

    /// Why this path cannot run this hardware; `nil` if it can.
    public var conflict: String? {
      if let reason = compensation.refusal(on: path, hardware) { return reason }
      if let own, hardware.readNoise != .none {
        return "errors.readNoise takes the voltages of every cell, which the model \(own.name) "
          + "does not tell: take hardware without it, or no model"
      }
      if path.isFitted, hardware.exceedsSinglePrecision {
        return "cell: fitted models compute in single precision, which at onOffRatio "
          + "\(hardware.cell.onOffRatio) does not tell the levels of \(hardware.tile.wordLines) "
          + "cells apart: take path exact or ideal, a larger ratio or fewer word lines"
      }
      if hardware.mayHaveNegativeCells, path != .ideal {
        return "errors.limits: none leaves cells with negative conductances, which no circuit has: "
          + "take path ideal, or limits positive"
      }
      if path == .calibrated, !hardware.law.isLinear,
        let reason = CrossingLadder.refusal(of: hardware.smallestArray)
      {
        return "law: no fitted model covers \(hardware.law.keyword) here, since \(reason): take "
          + "path exact, auto or ideal"
      }
      if path != .ideal, let reason = lawConflict { return reason }
      guard path.isFitted, hardware.readNoise != .none, hardware.hasWires else { return nil }
      return
        "errors.readNoise on arrays with wires takes the voltages of every cell, which no fitted "
        + "model has: take path exact, or ideal for arrays without wires"
    }

    /// Why this path cannot compute cells of this law behind wires; `nil` if it can.
    private var lawConflict: String? {
      guard let reason = hardware.law.circuitRefusal else { return nil }
      if path.factorizesCircuits {
        return "law: path \(path.rawValue) factorizes circuits, and \(reason): take path exact"
      }
      let array = hardware.smallestArray
      let keyword = hardware.law.keyword
      guard array.topology == .gateDriven(sourceLine: .parallel) else {
        return LineArray.refusal(of: array).map {
          "law: \(keyword) on lines in both directions is solved by line CG, but \($0)"
        }
      }
      return NonlinearLadderArray.refusal(of: array).map {
        "law: \(keyword) is solved by the nonlinear ladder alone, but \($0)"
      }
    }

    /// The choice without settings that do not affect currents: two layers with the same weights
    /// give the same results if these agree.
    public var effective: LayerChoice {
      guard path == .ideal, own == nil else { return self }
      return LayerChoice(hardware: hardware.withoutWires, path: path, compensation: compensation)
    }

    /// The choice with exact models in place of factorized circuits, which give the same currents.
    var withoutFactorization: LayerChoice {
      var choice = self
      if path.factorizesCircuits { choice.path = .exact }
      return choice
    }
  }

  /// Programs every layer, compensates those that are to be and, where converters are calibrated,
  /// measures their ranges on `calibration` images.
  ///
  /// - Parameters:
  ///   - choices: One per layer of the plan, in order.
  ///   - compensation: Images on which layers are compensated.
  ///   - measuresPower: Whether runs count the power of the reads of arrays.
  ///   - cells: Cells that were programmed before; layers that would hold the same take theirs.
  ///   - recordings: What was recorded of the same plan on the same images before, and receives what is
  ///     recorded here; `nil` to share nothing.
  ///   - programmed: Called with the network once it is programmed, before it runs any image.
  public init(
    _ plan: ExecutionPlan, choices: [LayerChoice], seed: UInt64, calibration: [Tensor],
    compensation: [Tensor] = [], width: Int, models: ModelCalibration = ModelCalibration(),
    measuresPower: Bool = false,
    cells: [ProgrammedCells] = [],
    recordings: ConverterRecordings? = nil,
    programmed: (AnalogNetwork) throws -> Void = { _ in }
  ) async throws {
    try await self.init(programming: plan, choices: choices, seed: seed, cells: cells, width: width)
    try programmed(self)
    if choices.allSatisfy({ $0.compensation.isNone }) {
      try await measureConverterRanges(
        images: calibration, width: width, recordings: recordings)
    } else {
      // Ranges on ideal arrays are those of the network as it is.
      try await measureConverterRanges(
        images: calibration, on: [.ideal], width: width, recordings: recordings)
      try await compensate(images: compensation, ranges: calibration, width: width)
    }
    try await chooseModels(models, seed: seed, images: calibration, width: width)
    if measuresPower { try await measurePower(width: width) }
  }

  /// Makes runs count the power of the reads of arrays.
  private mutating func measurePower(width: Int) async throws {
    let before = self
    layers = try await concurrentMap(layers.count, width: width) { index in
      var layer = before.layers[index]
      do throws(ArrayError) {
        try layer.matrix.measurePower()
      } catch {
        throw InferenceError.array(layer: layer.name, error)
      }
      return layer
    }
  }

  /// Programs every layer, or takes its cells; calibrated converters are ideal, fitted layers
  /// exact.
  ///
  /// - Parameter integers: The layers as arrays hold them, where they differ from those of the plan.
  init(
    programming plan: ExecutionPlan, integers: [MatrixLayer]? = nil, choices: [LayerChoice],
    seed: UInt64, cells: [ProgrammedCells], width: Int
  ) async throws {
    precondition(choices.count == plan.layers.count, "one choice per layer")
    self.plan = plan
    self.choices = choices
    self.seed = seed
    let integers = integers ?? plan.layers
    layers = try await concurrentMap(plan.layers.count, width: width) { index in
      try Self.programmed(integers[index], on: choices[index], seed: seed, cells: cells)
    }
    for blocks in layers.map(\.matrix.hardware.blocks) where !blocks.isEmpty {
      let most =
        layers.filter { $0.matrix.hardware.blocks == blocks }
        .map(\.matrix.geometry.inputBlocks.count).max() ?? 0
      if let number = blocks.keys.filter({ $0 >= most }).min() {
        throw InferenceError.unknownBlock(number: number, most: most)
      }
    }
  }

  /// One layer on its arrays; see `init(programming:)`.
  static func programmed(
    _ integer: MatrixLayer, on choice: LayerChoice, seed: UInt64, cells: [ProgrammedCells] = []
  ) throws(InferenceError) -> Layer {
    do throws(ArrayError) {
      // Fitted models come last: they are fitted to the exact ones, and the LSB of the ADCs is
      // known only then.
      let path = choice.path.isFitted ? SolutionPath.exact : choice.path
      if let reason = choice.conflict { throw .unsupported(reason) }
      let matrix = try integer.matrix(
        on: choice.hardware, seed: seed,
        cells: cells.first {
          $0.hold(integer.weightCodes, on: choice.hardware, layer: integer.index, seed: seed)
        },
        makeModel: { (array) throws(ArrayError) in
          if let own = choice.own { return try own.model(of: array) }
          return try path.model(of: array)
        })
      return Layer(integer: integer, matrix: matrix, path: choice.path)
    } catch {
      throw .array(layer: integer.name, error)
    }
  }

  /// Fits models to the tiles of fitted paths, on their inputs from the first calibration images.
  private mutating func chooseModels(
    _ models: ModelCalibration, seed: UInt64, images: [Tensor], width: Int
  ) async throws {
    guard layers.contains(where: \.path.isFitted) else { return }
    let codes = try await recordedCodes(
      Array(images.prefix(models.imageCount)), settings: models, width: width)
    let before = self
    layers = try await concurrentMap(layers.count, width: width) { index in
      var layer = before.layers[index]
      guard layer.path.isFitted else { return layer }
      let units = Double(layer.matrix.unitsPerAmpere)
      for (k, tile) in layer.matrix.tiles.enumerated() {
        let step = Double(tile.converter.step)
        do {
          let choice = try models.choice(
            from: tile.model, path: layer.path,
            recorded: before.recordedInputs(codes[index], of: tile, layer: index),
            lsbAmperes: step > 0 ? step / units : nil, seed: seed)
          // No model is fitted to cells with read noise: those are solved exactly.
          try layer.matrix.setModel(choice.model, ofTile: k) { (array) throws(ArrayError) in
            try SolutionPath.exact.model(of: array)
          }
          layer.choices.append(choice)
        } catch let error as ArrayError {
          throw InferenceError.array(layer: layer.name, error)
        }
      }
      return layer
    }
  }

  /// Runs calibration images with ideal converters, records what each layer's converters would see
  /// and sets their ranges. A circuit path is calibrated through the exact one if that covers its
  /// arrays: both give the same currents.
  ///
  /// - Parameter chosen: Arrays on which ranges are measured here.
  private mutating func measureConverterRanges(
    images: [Tensor], on chosen: Set<ConverterRange.Arrays> = [.ideal, .programmed], width: Int,
    recordings: ConverterRecordings?
  ) async throws {
    guard choices.contains(where: { $0.hardware.converter.isMeasured }) else { return }
    guard !images.isEmpty else {
      throw InferenceError.noImages("calibrated converters need calibration images")
    }
    try ExecutionPlan.checkNotBlank(images)
    var recorded: [ConverterRange.Arrays: [[MagnitudeHistogram]]] = [:]
    for arrays in chosen.intersection(choices.compactMap(\.hardware.converter.measuredOn)) {
      recorded[arrays] = try await recordedMagnitudes(
        on: arrays, images: images, width: width, recordings: recordings)
    }
    for k in layers.indices {
      guard let arrays = choices[k].hardware.converter.measuredOn, let all = recorded[arrays]?[k]
      else { continue }
      try layers[k].setConverterRanges(recorded: all)
    }
  }

  /// Magnitudes that the converters of each layer would see on `images` with all layers on such
  /// arrays, by weight slice.
  private func recordedMagnitudes(
    on arrays: ConverterRange.Arrays, images: [Tensor], width: Int,
    recordings: ConverterRecordings?
  ) async throws -> [[MagnitudeHistogram]] {
    // Nothing on ideal arrays is random: seeds share what is recorded there.
    let (choices, seed) =
      switch arrays {
      case .programmed: (self.choices, self.seed)
      case .ideal:
        (
          self.choices.map { LayerChoice(hardware: $0.hardware.ofIdealArrays, path: .ideal) },
          UInt64(0)
        )
      }
    let key = ConverterRecordings.Key(choices, seed: seed, imageCount: images.count)
    if let known = recordings?.histograms(key) { return known }
    var stand = self
    if key != ConverterRecordings.Key(self.choices, seed: seed, imageCount: images.count) {
      stand = try await AnalogNetwork(
        programming: plan, choices: choices, seed: seed, cells: cells, width: width)
    }
    let recorded = try await stand.recordedMagnitudes(images: images, width: width)
    try recordings?.keep(recorded, key)
    return recorded
  }

  /// Magnitudes that the converters of each layer would see on `images`, by weight slice.
  private func recordedMagnitudes(
    images: [Tensor], width: Int
  ) async throws -> [[MagnitudeHistogram]] {
    var stand = self
    if choices.contains(where: \.path.factorizesCircuits) {
      let exact = choices.map { choice in
        var choice = choice.withoutFactorization
        choice.hardware.converter = .ideal
        return choice
      }
      stand = try await AnalogNetwork(
        programming: plan, choices: exact, seed: seed, cells: cells, width: width)
    }
    let network = stand
    let none = network.layers.map {
      [MagnitudeHistogram](repeating: MagnitudeHistogram(), count: $0.matrix.coding.sliceCount)
    }
    return try await concurrentFold(images.count, width: width, into: none) { image in
      var histograms = none
      var reads = ReadNumbers(of: images[image])
      _ = try network.plan.run(images[image]) { layer, input in
        var counts = ActivityCounts()
        return try network.layers[layer.index].run(input, reads: &reads, counts: &counts) {
          histograms[layer.index][$0].add($1)
        }
      }
      return histograms
    } combine: { all, image in
      for (layer, slices) in image.enumerated() {
        for slice in slices.indices { all[layer][slice].merge(slices[slice]) }
      }
    }
  }

  /// Runs one image tensor `[1, …]`.
  public func run(_ image: Tensor) throws -> Output {
    var activity = [ActivityCounts](repeating: ActivityCounts(), count: layers.count)
    var seconds = [Double](repeating: 0, count: layers.count)
    let clock = ContinuousClock()
    var reads = ReadNumbers(of: image)
    let logits = try plan.run(image) { layer, input in
      let start = clock.now
      let output = try layers[layer.index].run(
        input, reads: &reads, counts: &activity[layer.index])
      seconds[layer.index] += (clock.now - start) / .seconds(1)
      return output
    }
    return Output(
      logits: try plan.finite(logits, "a logit"), activity: activity, layerSeconds: seconds)
  }
}

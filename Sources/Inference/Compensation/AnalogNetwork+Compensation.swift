import AnalogCore
import CrossbarArray
import NeuralNetwork
import NumericKernels

// Layers are compensated in order, each on what the compensated layers before it deliver. All images
// go through the network together, node by node, so that every layer runs a few times for each image,
// however many layers there are.
extension AnalogNetwork {
  /// Compensates the layers whose choices ask for it, and measures converter ranges of all layers on
  /// the way.
  ///
  /// - Parameters:
  ///   - images: Images on which layers are compensated; labels are not needed.
  ///   - ranges: Images on which converter ranges are measured.
  mutating func compensate(images: [Tensor], ranges: [Tensor], width: Int) async throws {
    guard !images.isEmpty else {
      throw InferenceError.noImages("compensation needs calibration images and there are none")
    }
    try ExecutionPlan.checkNotBlank(images)
    // The rest of the images that ranges need goes along.
    let longer = ranges.count > images.count ? ranges : images
    var stage = try CompensationStage(
      self, images: longer, fitted: images.count, measured: ranges.count)
    try await stage.run(width: width)
    let compensated = stage.network
    let (before, seed) = (self, seed)
    // What was computed with exact models in place of factorized circuits gets those now.
    layers = try await concurrentMap(layers.count, width: width) { index in
      let layer = compensated.layers[index]
      let choice = before.choices[index]
      guard choice.path.factorizesCircuits else { return layer }
      var own = try Self.programmed(
        layer.integer, on: choice, seed: seed,
        cells: [ProgrammedCells(layer.matrix, codes: layer.integer.weightCodes)])
      own.compensation = layer.compensation
      if let ranges = layer.converterRanges { own.setConverterRanges(ranges) }
      return own
    }
  }

  /// The output of the next node of a run on arrays; `see` gets every product with its layer.
  ///
  /// - Parameter recorder: Receives what the converters of a layer see.
  func evaluate(
    _ run: GraphRun, of image: Tensor,
    recorder: ((_ layer: Int, _ slice: Int, _ values: Span<Float>) -> Void)? = nil,
    see: (_ layer: Int, _ input: Tensor, _ output: Tensor) -> Void = { _, _, _ in }
  ) throws -> Tensor {
    // Noise is that of an ordinary run: it follows from the image and the layer's own vectors.
    var reads = ReadNumbers(of: image)
    var counts = ActivityCounts()
    return try run.evaluate { node, part, input in
      let index = plan.layers(of: node)[part]
      let output = try layers[index].run(
        input, reads: &reads, counts: &counts,
        recorder: recorder.map { record in { record(index, $0, $1) } })
      see(index, input, output)
      return output
    }
  }
}

/// The images on their way through the network, and the network as far as it is compensated.
struct CompensationStage {
  private(set) var network: AnalogNetwork
  private let images: [Tensor]
  /// Images on which layers are compensated, and on which converter ranges are measured: the first.
  private let fitted: Int, measured: Int
  /// The float network and the network on arrays, image by image, before the same node.
  private var float: [GraphRun], own: [GraphRun]

  /// Windows of a layer, over all images, on which the shares of cells are averaged; fewer where
  /// every read is solved by itself.
  private static let windows = 512, solvedWindows = 16
  /// A line needs two points; least squares one more.
  private static let leastVectors = 3

  init(
    _ network: AnalogNetwork, images: [Tensor], fitted: Int, measured: Int
  ) throws {
    self.network = network
    self.images = images
    self.fitted = fitted
    self.measured = measured
    let graph = network.plan.graph
    float = try images.prefix(fitted).map { try GraphRun(graph, $0) }
    own = try images.map { try GraphRun(graph, $0) }
  }

  /// Compensates all layers.
  mutating func run(width: Int) async throws {
    try await substituteExactModels(width: width)
    let (plan, images) = (network.plan, images)
    let nodes = plan.graph.nodes
    guard let last = nodes.lastIndex(where: { !plan.layers(of: $0).isEmpty }) else { return }
    for index in 0...last {
      for (part, layer) in plan.layers(of: nodes[index]).enumerated() {
        try await compensate(layer: layer, part: part, width: width)
      }
      guard index < last else { return }
      let (float, own, network) = (float, own, network)
      self.float = try await concurrentMap(float.count, width: width) { image in
        var run = float[image]
        try run.step { _, _, _ in nil }
        return run
      }
      self.own = try await concurrentMap(own.count, width: width) { image in
        var run = own[image]
        let output = try network.evaluate(run, of: images[image])
        run.pass(output)
        return run
      }
    }
  }

  /// Exact models in place of factorized circuits.
  private mutating func substituteExactModels(width: Int) async throws {
    guard network.choices.contains(where: \.path.factorizesCircuits) else { return }
    let before = network
    network.layers = try await concurrentMap(network.layers.count, width: width) { index in
      let layer = before.layers[index]
      guard layer.path.factorizesCircuits else { return layer }
      var own = try AnalogNetwork.programmed(
        layer.integer, on: before.choices[index].withoutFactorization, seed: before.seed,
        cells: [ProgrammedCells(layer.matrix, codes: layer.integer.weightCodes)])
      if let ranges = layer.converterRanges { own.setConverterRanges(ranges) }
      return own
    }
  }

  /// Compensates the layer of product `part` of the next node: the scale of its input codes, its
  /// conductances, the ranges of its converters, and the factors behind them.
  private mutating func compensate(layer index: Int, part: Int, width: Int) async throws {
    let choice = network.choices[index].withoutFactorization
    let settings = choice.compensation
    let old = network.layers[index]
    var found = CompensatedLayer(
      name: old.name, gains: settings.gains, fittedVectors: 0, constantOutputs: [], passes: 0,
      siemensBefore: 0, siemensAfter: 0, inputScaleBefore: Double(old.integer.quantizer.scale),
      inputScaleAfter: 0)
    if !settings.isNone {
      let inputs = try await multiplied(by: index, part: part, width: width)
      var integer = try Self.requantized(old.integer, on: inputs)
      found.inputScaleAfter = Double(integer.quantizer.scale)
      let targets = LossProgramming(choice, seed: network.seed)
      if case .voltageLoss(let passes) = settings.programming {
        let codes = try await Self.driven(
          integer, by: inputs, signs: choice.hardware.inputs.signsOfRead,
          windows: targets.hasFastShares(integer) ? Self.windows : Self.solvedWindows,
          width: width)
        integer = try await targets.compensated(
          integer, passes: passes, on: codes, found: &found, width: width)
      } else {
        found.siemensBefore = try targets.matrix(integer).meanSiemens
        found.siemensAfter = found.siemensBefore
      }
      if settings.reconstruction.steps > 0 {
        let wanted = try await wanted(of: part, width: width)
        integer = try await LayerReconstruction(
          targets, settings,
          ReconstructionVectors(
            integer, inputs: inputs, targets: wanted, vectors: settings.reconstruction.vectors,
            width: width)
        ).reconstructed(integer, found: &found, width: width)
      }
      var layer = try AnalogNetwork.programmed(
        integer, on: choice, seed: network.seed,
        cells: [ProgrammedCells(old.matrix, codes: old.integer.weightCodes)])
      if let ranges = old.converterRanges { layer.setConverterRanges(ranges) }
      network.layers[index] = layer
    }
    if choice.hardware.converter.measuredOn == .programmed {
      let recorded = try await recordedMagnitudes(of: index, width: width)
      try network.layers[index].setConverterRanges(recorded: recorded)
    }
    guard !settings.isNone else { return }
    if settings.gains != .none {
      try await fitGains(of: index, part: part, found: &found, width: width)
    }
    network.layers[index].compensation = found
  }

  /// What the layer multiplies, image by image.
  private func multiplied(
    by index: Int, part: Int, width: Int
  ) async throws -> [[Tensor]] {
    let (own, network, images) = (own, network, images)
    return try await concurrentMap(fitted, width: width) { image in
      let run = own[image]
      if let node = run.node, node.operation.matrices.count == 1,
        let input = node.operation.matrices[part].input
      {
        return [try run.inputs()[input]]
      }
      var found: [Tensor] = []
      _ = try network.evaluate(
        run, of: images[image],
        see: { layer, input, _ in if layer == index { found.append(input) } })
      return found
    }
  }

  /// What the next node of the float network has for its product `part`, image by image, bias
  /// included.
  private func wanted(of part: Int, width: Int) async throws -> [[Tensor]] {
    let float = float
    return try await concurrentMap(fitted, width: width) { try Self.wanted(of: part, float[$0]) }
  }

  private static func wanted(of part: Int, _ run: GraphRun) throws -> [Tensor] {
    var outputs: [Tensor] = []
    _ = try run.evaluate { node, position, input in
      let output = try node.operation.matrices[position].product.apply(input)
      if position == part { outputs.append(output) }
      return output
    }
    return outputs
  }

  /// The layer with input codes whose scale follows from `inputs`, unless the network brings it.
  private static func requantized(
    _ integer: MatrixLayer, on inputs: [[Tensor]]
  ) throws -> MatrixLayer {
    guard let range = integer.activationRange else { return integer }
    var record = ActivationRecord()
    for tensor in inputs.joined() {
      guard tensor.values.span.areFinite else {
        throw InferenceError.notFinite(
          layer: integer.name, what: "an input on calibration images")
      }
      record.add(tensor.values)
    }
    let quantizer = record.quantizer(range, bits: integer.quantizer.bits)
    try quantizer.check(range, layer: integer.name)
    return integer.with(quantizer: quantizer)
  }

  /// The codes of some windows of all images, as arrays are driven with them.
  private static func driven(
    _ integer: MatrixLayer, by inputs: [[Tensor]], signs: InputDrive.Signs, windows: Int, width: Int
  ) async throws -> DrivenCodes {
    let length = integer.inputCount
    // Each image has its share of the windows, those of all images spread alike.
    let perImage = max(1, windows / inputs.count)
    let all = try await concurrentMap(inputs.count, width: width) { image in
      var codes = DrivenCodes()
      for input in inputs[image] { codes.append(try integer.drivenCodes(input, signs: signs)) }
      let chosen = stratifiedIndices(perImage, of: codes.codes.count / length)
      return codes.windows(chosen, length: length)
    }
    return all.reduce(into: DrivenCodes()) { $0.append($1) }
  }

  /// Magnitudes that the converters of the layer would see, by weight slice.
  private func recordedMagnitudes(
    of index: Int, width: Int
  ) async throws -> [MagnitudeHistogram] {
    let (own, network, images) = (own, network, images)
    let none = [MagnitudeHistogram](
      repeating: MagnitudeHistogram(), count: network.layers[index].matrix.coding.sliceCount)
    return try await concurrentFold(measured, width: width, into: none) { image in
      var histograms = none
      _ = try network.evaluate(
        own[image], of: images[image],
        recorder: { layer, slice, values in
          if layer == index { histograms[slice].add(values) }
        })
      return histograms
    } combine: { all, image in
      for slice in all.indices { all[slice].merge(image[slice]) }
    }
  }

  /// Fits the factors and addends of the layer to what it has in the float network.
  private mutating func fitGains(
    of index: Int, part: Int, found: inout CompensatedLayer, width: Int
  ) async throws {
    let (own, float, network, images) = (own, float, network, images)
    let integer = network.layers[index].integer
    let none = [PairedMoments](repeating: PairedMoments(), count: integer.weights.codes.rows)
    let moments = try await concurrentFold(fitted, width: width, into: none) { image in
      let targets = try Self.wanted(of: part, float[image])
      var outputs: [Tensor] = []
      _ = try network.evaluate(
        own[image], of: images[image],
        see: { layer, _, output in if layer == index { outputs.append(output) } })
      var moments = none
      for (output, target) in zip(outputs, targets) {
        integer.add(output, target, to: &moments)
      }
      return moments
    } combine: { all, image in
      for output in all.indices { all[output].merge(image[output]) }
    }
    found.fittedVectors = moments[0].count
    if found.gains == .column, moments[0].count < Self.leastVectors {
      throw InferenceError.fewVectors(
        layer: integer.name, vectors: moments[0].count, images: fitted, least: Self.leastVectors)
    }
    let fit = GainFit(found.gains, moments, biases: integer.bias)
    found.constantOutputs = fit.constantOutputs
    found.lowestGain = fit.gains.min()
    found.highestGain = fit.gains.max()
    found.meanGain = fit.gains.reduce(0, +) / Double(fit.gains.count)
    self.network.layers[index].integer = integer.applying(fit)
  }
}

extension MatrixLayer {
  /// Adds the products of outputs without bias with the outputs `targets` of the float network.
  fileprivate func add(
    _ outputs: Tensor, _ targets: Tensor, to moments: inout [PairedMoments]
  ) {
    precondition(outputs.shape == targets.shape, "outputs match their targets")
    let length: Int
    switch product {
    case .convolution: length = outputs.shape[2] * outputs.shape[3]
    case .dense: length = 1
    }
    for k in outputs.values.indices {
      let output = k / length % moments.count
      moments[output].add(
        Double(outputs.values[k]) - Double(bias[output]), Double(targets.values[k]))
    }
  }

  /// The layer with the factors and addends of `fit`.
  fileprivate func applying(_ fit: GainFit) -> MatrixLayer {
    with(
      weights: QuantizedWeights(
        codes: weights.codes, scales: zip(weights.scales, fit.gains).map { $0 * Float($1) },
        zeroPoints: weights.zeroPoints, bits: weights.bits),
      bias: fit.biases.map { Float($0) })
  }
}

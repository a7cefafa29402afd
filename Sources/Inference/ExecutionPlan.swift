import NeuralNetwork
import NumericKernels

/// How a float network is quantized to integers. Parts that come quantized keep their own codes and
/// scales.
public struct QuantizationOptions: Sendable, Equatable {
  /// Which weights share a scale.
  public var weightGranularity = QuantizedWeights.Granularity.perLayer
  /// Percentage of the real weights under a scale that is not clipped.
  public var weightPercent = 100.0
  /// Range of the input codes, from the activations on calibration images.
  public var activationRange = ActivationRange.maximum
  /// Calibration images used.
  public var calibrationImages = 64
  /// Widths of the codes.
  public var precision = LayerPrecision()
  /// Layers with widths of their own, by name.
  public var layers: [String: LayerPrecision] = [:]

  /// Weights per layer, activations by their maximum on 64 images.
  public init() {}

  /// Widths of a layer's codes.
  public func precision(of layer: String) -> LayerPrecision { layers[layer] ?? precision }
}

/// A network with its matrix layers in integers, common to all paths.
public struct ExecutionPlan: Sendable {
  /// A layer whose stored integer weights are not kept.
  public struct RequantizedLayer: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// Why arrays cannot hold its integers.
    public var reason: String
  }

  /// The graph with batch normalizations folded.
  public let graph: Graph
  /// The layers that are mapped onto arrays, in the order of execution.
  public let layers: [MatrixLayer]
  /// Layers whose stored integer weights do not fit the arrays and are requantized like real
  /// weights, with the reason.
  public let requantizedLayers: [RequantizedLayer]
  /// Positions among `layers` of the products of a node, by its name.
  private let layerOfNode: [String: [Int]]

  /// Folds, records the inputs of every matrix layer on calibration images and quantizes.
  ///
  /// - Parameter store: Recordings of this graph on these images that others made, which receives
  ///   what is recorded here; `nil` for none.
  public init(
    _ graph: Graph, calibration: [Tensor], options: QuantizationOptions, width: Int,
    store: (any RecordingStore)? = nil
  ) async throws {
    let folded = graph.foldingBatchNormalization()
    var found: [(name: String, product: MatrixOperator, stored: ActivationQuantizer?)] = []
    var requantized: [RequantizedLayer] = []
    var index: [String: [Int]] = [:]
    for node in folded.nodes {
      for matrix in node.operation.matrices {
        if let misfit = matrix.product.storedWeightsMisfit {
          requantized.append(RequantizedLayer(name: node.layerName(matrix), reason: misfit))
        }
        index[node.name, default: []].append(found.count)
        found.append(
          (
            node.layerName(matrix), matrix.product,
            try Self.storedQuantizer(node, matrix, in: folded)
          ))
      }
    }
    guard !found.isEmpty else { throw InferenceError.nothingToMap }
    let (layerOfNode, stored) = (index, found.map(\.stored))
    // Layers whose inputs come with a scale need no images.
    let images =
      stored.contains { $0 == nil } ? Array(calibration.prefix(options.calibrationImages)) : []
    guard !images.isEmpty || !stored.contains(where: { $0 == nil }) else {
      throw InferenceError.noImages("quantization needs calibration images and there are none")
    }
    try Self.checkNotBlank(images)

    let activations: [ActivationRecord]
    let kept = images.isEmpty ? nil : store?.activations(imageCount: images.count)
    if let kept, kept.count == found.count {
      activations = kept
    } else {
      activations = try await Self.recordedActivations(
        of: folded, images: images, layers: found.count, width: width
      ) { node, part in
        guard let layer = layerOfNode[node]?[part], stored[layer] == nil else { return nil }
        return layer
      }
      if !images.isEmpty { try store?.keep(activations, imageCount: images.count) }
    }
    self.graph = folded
    requantizedLayers = requantized
    self.layerOfNode = layerOfNode
    layers = try found.enumerated().map { position, layer in
      let quantizer =
        layer.stored
        ?? activations[position].quantizer(
          options.activationRange, bits: options.precision(of: layer.name).activationBits)
      try quantizer.check(options.activationRange, layer: layer.name)
      return try MatrixLayer(
        name: layer.name, index: position, product: layer.product, options: options,
        quantizer: quantizer, activationRange: layer.stored == nil ? options.activationRange : nil)
    }
  }

  /// Inputs of `layers` layers of a graph on all images.
  ///
  /// - Parameter layer: The layer of a part of a node; `nil` if its input is not recorded.
  private static func recordedActivations(
    of graph: Graph, images: [Tensor], layers: Int, width: Int,
    layer: @escaping @Sendable (_ node: String, _ part: Int) -> Int?
  ) async throws -> [ActivationRecord] {
    let none = [ActivationRecord](repeating: ActivationRecord(), count: layers)
    return try await concurrentFold(images.count, width: width, into: none) { image in
      var records = none
      _ = try graph.run(images[image]) { node, part, input in
        guard let layer = layer(node.name, part) else { return nil }
        guard input.values.span.areFinite else {
          throw InferenceError.notFinite(layer: node.name, what: "an input on calibration images")
        }
        records[layer].add(input.values)
        return nil
      }
      return records
    } combine: { all, image in
      for layer in all.indices { all[layer].merge(image[layer]) }
    }
  }

  /// The quantizer of a layer's input if the network comes with one.
  public static func storedQuantizer(
    _ node: GraphNode, _ matrix: LayerMatrix, in graph: Graph
  ) throws(InferenceError) -> ActivationQuantizer? {
    guard let input = matrix.input, let stored = graph.storedScale(of: node.inputs[input])
    else { return nil }
    guard let quantizer = ActivationQuantizer(stored) else {
      throw .codesTooWide(layer: node.layerName(matrix), codes: stored.codes)
    }
    return quantizer
  }

  /// Positions among `layers` of the products of a node, in its order; empty for others.
  func layers(of node: GraphNode) -> [Int] { layerOfNode[node.name] ?? [] }

  /// Throws if there are images and all of them are zero: their ranges would be taken for those of
  /// other images.
  static func checkNotBlank(_ images: [Tensor]) throws(InferenceError) {
    guard images.isEmpty || images.contains(where: { $0.values.contains { $0 != 0 } }) else {
      throw .blankImages(count: images.count)
    }
  }

  /// The widths of the integers in one word: `int8`, `w4a8`, or `integer` if layers differ.
  public var label: String {
    let widths = layers.map {
      LayerPrecision(weightBits: $0.weights.bits, activationBits: $0.quantizer.bits)
    }
    guard widths.allSatisfy({ $0 == widths[0] }) else { return "integer" }
    let (weights, inputs) = (widths[0].weightBits, widths[0].activationBits)
    return weights == 8 && inputs == 8 ? "int8" : "w\(weights)a\(inputs)"
  }

  /// Logits of the float network for one image tensor `[1, …]`.
  public func floatLogits(_ image: Tensor) throws -> [Float] {
    try finite(graph.run(image).values, "a logit of the float network")
  }

  /// Logits with every matrix layer in exact integer arithmetic.
  public func integerLogits(_ image: Tensor) throws -> [Float] {
    let logits = try run(image) { layer, input in try layer.runDigitally(input) }
    return try finite(logits, "a logit of the network in integers")
  }

  /// The same logits, which must be finite: otherwise none is the largest.
  func finite(_ logits: [Float], _ what: String) throws(InferenceError) -> [Float] {
    guard logits.span.areFinite else {
      throw .notFinite(layer: graph.outputName, what: what)
    }
    return logits
  }

  /// Logits with the matrix layers computed by `compute`.
  func run(_ image: Tensor, _ compute: (MatrixLayer, Tensor) throws -> Tensor) throws -> [Float] {
    try graph.run(image) { node, part, input in
      try compute(layers[layers(of: node)[part]], input)
    }.values
  }
}

extension ActivationQuantizer {
  /// Throws if all inputs would have the code 0 although not all of them are zero.
  func check(_ range: ActivationRange, layer: String) throws(InferenceError) {
    guard !(1 / scale).isFinite else { return }
    var percent = 100.0
    if case .percentile(let covered) = range { percent = covered }
    throw .coversNothing(
      layer: layer, key: "quantization.activationRange.percent", percent: percent)
  }
}

import NeuralNetwork
import NumericKernels

/// How a float network becomes integers.
public struct QuantizationOptions: Sendable, Equatable {
  /// Which weights share a scale.
  public var weightGranularity = QuantizedWeights.Granularity.perLayer
  /// Per cent of the activation magnitudes on calibration images that the input codes cover.
  public var activationPercent = 100.0
  /// Calibration images used.
  public var calibrationImages = 64

  /// Weights per layer, activations by their maximum on 64 images.
  public init() {}
}

/// A network with its matrix layers in integers: what every path shares.
public struct ExecutionPlan: Sendable {
  /// A node that no array computes, with the reason.
  public struct DigitalNode: Sendable, Equatable {
    /// Name of the graph node.
    public var name: String
    /// Why it stays digital.
    public var reason: String
  }

  /// The graph with batch normalisations folded.
  public let graph: Graph
  /// The layers that are mapped onto arrays, in the order of execution.
  public let layers: [MatrixLayer]
  /// Matrix operators that stay digital.
  public let digitalNodes: [DigitalNode]
  private let layerOfNode: [String: Int]

  /// Folds, records the inputs of every matrix layer on calibration images and quantises.
  public init(
    _ graph: Graph, calibration: [Tensor], options: QuantizationOptions, width: Int
  ) async throws {
    let folded = graph.foldingBatchNormalization()
    let images = Array(calibration.prefix(options.calibrationImages))
    guard !images.isEmpty else {
      throw InferenceError.noImages("quantisation needs calibration images and there are none")
    }
    var kinds: [(name: String, kind: MatrixLayer.Kind)] = []
    var digital: [DigitalNode] = []
    for node in folded.nodes {
      switch node.operation {
      case .convolution(let convolution) where convolution.groups == 1:
        kinds.append((node.name, .convolution(convolution)))
      case .convolution(let convolution):
        digital.append(
          DigitalNode(
            name: node.name,
            reason: "\(convolution.groups) groups: grouped convolutions are not mapped onto arrays")
        )
      case .dense(let dense): kinds.append((node.name, .dense(dense)))
      default: continue
      }
    }
    guard !kinds.isEmpty else { throw InferenceError.nothingToMap }
    let index = Dictionary(uniqueKeysWithValues: kinds.enumerated().map { ($1.name, $0) })

    let perImage = try await concurrentMap(images.count, width: width) { image in
      var records = [ActivationRecord](repeating: ActivationRecord(), count: index.count)
      _ = try folded.run(images[image]) { node, inputs in
        guard let layer = index[node.name] else { return nil }
        guard inputs[0].values.allSatisfy(\.isFinite) else {
          throw InferenceError.notFinite(layer: node.name, what: "an input on calibration images")
        }
        records[layer].add(inputs[0].values)
        return nil
      }
      return records
    }
    var records = perImage[0]
    for image in perImage.dropFirst() {
      for layer in records.indices { records[layer].merge(image[layer]) }
    }
    self.graph = folded
    digitalNodes = digital
    layerOfNode = index
    layers = try kinds.enumerated().map { position, layer in
      let quantizer = records[position].quantizer(percent: options.activationPercent)
      guard (1 / quantizer.scale).isFinite else {
        throw InferenceError.coversNothing(
          layer: layer.name, key: "quantization.activationPercent",
          percent: options.activationPercent)
      }
      return MatrixLayer(
        name: layer.name, index: position, kind: layer.kind,
        granularity: options.weightGranularity, quantizer: quantizer)
    }
  }

  /// Logits of the float network for one image tensor `[1, …]`.
  public func floatLogits(_ image: Tensor) throws -> [Float] { try graph.run(image).values }

  /// Logits with every matrix layer in exact integer arithmetic.
  public func integerLogits(_ image: Tensor) throws -> [Float] {
    try run(image) { layer, input in try layer.runDigitally(input) }
  }

  /// Logits with the matrix layers computed by `compute`.
  func run(_ image: Tensor, _ compute: (MatrixLayer, Tensor) throws -> Tensor) throws -> [Float] {
    try graph.run(image) { node, inputs in
      guard let index = layerOfNode[node.name] else { return nil }
      return try compute(layers[index], inputs[0])
    }.values
  }
}

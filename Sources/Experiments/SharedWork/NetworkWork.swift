import AnalogCore
import Configuration
import CrossbarArray
import Datasets
import Inference
import NeuralNetwork
import NumericKernels

/// The size of an experiment: multiply-adds of every matrix layer for one image, and the images.
public struct NetworkWork: Sendable {
  /// A matrix layer.
  public struct Layer: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// Multiply-adds per image.
    public var multiplyAdds: Int

    /// A layer with so much work.
    public init(name: String, multiplyAdds: Int) {
      self.name = name
      self.multiplyAdds = multiplyAdds
    }
  }

  /// Matrix layers in the order of execution.
  public let layers: [Layer]
  /// Images that are evaluated.
  public let imageCount: Int

  /// Work of a network that is known.
  public init(layers: [Layer], imageCount: Int) {
    self.layers = layers
    self.imageCount = imageCount
  }

  /// Loads the network and the images of an experiment; throws if they do not fit together.
  public init(_ spec: ExperimentSpec, width: Int) async throws {
    let loaded = try await LoadedNetwork(
      spec, calibrationCount: spec.calibrationCount, width: width)
    let graph = loaded.graph.foldingBatchNormalization()
    var layers: [Layer] = []
    // One image of zeros gives every layer's windows; values do not matter here.
    let shape = graph.inputShape
    let zeros = Tensor(
      shape: [1] + shape, values: Array(repeating: 0, count: shape.reduce(1, *)))
    _ = try graph.run(zeros) { node, part, input in
      let matrix = node.operation.matrices[part]
      let name = node.layerName(matrix)
      let work =
        try matrix.product.vectorCount(input.shape) * matrix.product.weights.elements.count
      if let known = layers.firstIndex(where: { $0.name == name }) {
        layers[known].multiplyAdds += work
      } else {
        layers.append(Layer(name: name, multiplyAdds: work))
      }
      return nil
    }
    self.init(layers: layers, imageCount: loaded.images.count)
  }

  /// Throws faults of an experiment with this network that a run would find before it programs
  /// anything.
  public func check(_ spec: ExperimentSpec) throws(InferenceError) {
    for name in spec.layers.keys.sorted() where !layers.contains(where: { $0.name == name }) {
      throw .unknownLayer(name: name, key: "layers", known: layers.map(\.name))
    }
    for layer in layers {
      if let reason = spec.choice(forLayer: layer.name).conflict {
        throw .array(layer: layer.name, .unsupported(reason))
      }
    }
  }
}

extension ExperimentSpec {
  /// Calibration images that a run loads.
  var calibrationCount: Int {
    max(quantization.calibrationImages, converterImages, usedCompensationImages)
  }

  /// Products of slices that one multiply-add of a layer takes on arrays: slices of the weight times
  /// bits of the input.
  public func sliceProducts(of layer: String) -> Int {
    let precision = quantization.precision(of: layer)
    let cellBits = (layers[layer]?.hardware ?? hardware).cellBits ?? precision.weightBits
    return (precision.weightBits + cellBits - 1) / cellBits * precision.activationBits
  }

  /// Whether two experiments run the same network on the same images.
  public func sharesNetwork(with other: ExperimentSpec) -> Bool {
    network == other.network && data == other.data && task == other.task
      && selection == other.selection
  }

  /// Whether two experiments on the same images share the network in integers.
  public func sharesIntegers(with other: ExperimentSpec) -> Bool {
    quantization == other.quantization && calibrationCount == other.calibrationCount
  }

  /// Whether two experiments with the same integers have the same cells.
  public func sharesCells(with other: ExperimentSpec) -> Bool {
    seed == other.seed && hardware.ofCells == other.hardware.ofCells
      && layers.compactMapValues { $0.hardware?.ofCells }
        == other.layers.compactMapValues { $0.hardware?.ofCells }
  }

  /// Whether two experiments with the same integers have the same arrays without wires.
  public func sharesIdealArrays(with other: ExperimentSpec) -> Bool {
    seed == other.seed && converterImages == other.converterImages
      && hardware.withoutWires == other.hardware.withoutWires
      && layers.compactMapValues { $0.hardware?.withoutWires }
        == other.layers.compactMapValues { $0.hardware?.withoutWires }
  }

  /// The experiment as text from which it can be repeated in any folder of this machine, and as it
  /// was written, the same on every machine.
  public var resolvedTexts: (absolute: String, asWritten: String) {
    (resolvedValue.yaml(paths: .absolute), resolvedYAML)
  }
}

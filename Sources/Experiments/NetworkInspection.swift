import AnalogCore
import CrossbarArray
import Files
import Foundation
import Inference
import NeuralNetwork
import NumericKernels
import ONNXImport

/// The mapping of a network onto arrays: the tiles of each layer, and the nodes that stay digital
/// and why.
public struct NetworkInspection: Sendable {
  /// A matrix layer on its tiles.
  public struct Layer: Sendable {
    /// Node and operator.
    public var name: String, operatorName: String
    /// Rows of the unrolled kernel of one group, and outputs of all.
    public var inputs: Int, outputs: Int
    /// Products per image: windows of a convolution.
    public var productsPerImage: Int
    /// How its weights lie on arrays.
    public var geometry: MatrixGeometry
    /// How its currents would be computed.
    public var method: String
    /// Multiply-adds per image.
    public var multiplyAdds: Int
    /// Where the integers of its weights and of its inputs come from.
    public var weights: Integers, inputCodes: Integers
    /// Their widths.
    public var weightBits: Int, inputBits: Int
  }

  /// Where the integers of a layer come from.
  public enum Integers: Sendable, Equatable {
    /// Codes and scales of the network file are kept.
    case kept
    /// The file has real numbers, which are quantized.
    case quantized
    /// The file has integers that arrays cannot hold; their real values are quantized anew.
    case anew(reason: String)
  }

  /// Nodes that no array computes, for one reason.
  public struct DigitalNodes: Sendable {
    /// Operator and reason.
    public var operatorName: String, reason: String
    /// How many there are.
    public var count: Int
    /// Their multiply-adds with constant weights per image.
    public var multiplyAdds: Int
  }

  /// Name of the network and the shape of its images.
  public let network: String, inputShape: [Int]
  /// Matrix layers in the order of execution.
  public let layers: [Layer]
  /// Nodes that no array computes, by operator and reason.
  public let digital: [DigitalNodes]
  /// The experiment, every default filled in.
  public let resolvedYAML: String

  /// The network of an experiment file.
  public init(experiment: String, hardware: String?) throws {
    try self.init(
      ExperimentSpec(contentsOf: experiment, changes: ExperimentSpec.Change.hardware(hardware)))
  }

  /// An ONNX file on the default hardware.
  public init(onnx: String, hardware: String?) throws {
    guard FileManager.default.fileExists(atPath: onnx) else {
      throw FileError(path: onnx, reason: "no such file")
    }
    let quoted = onnx.replacingOccurrences(of: "'", with: "''")
    let changes = [
      ExperimentSpec.Change(["network"], "{model: onnx, file: '\(quoted)'}", origin: onnx)
    ]
    try self.init(
      ExperimentSpec(
        yaml: "version: 1", file: "defaults",
        changes: changes + ExperimentSpec.Change.hardware(hardware)))
  }

  private init(_ spec: ExperimentSpec) throws {
    network = spec.network.file
    resolvedYAML = spec.resolvedYAML
    let graph = try ONNXImporter.graph(
      contentsOf: network, options: spec.network.importOptions()
    ).foldingBatchNormalization()
    inputShape = graph.inputShape
    // One image of zeros gives every layer's windows; values do not matter here.
    var layers: [Layer] = []
    var digital: [DigitalNodes] = []
    func note(_ operatorName: String, _ reason: String, _ multiplyAdds: Int = 0) {
      if let known = digital.firstIndex(where: {
        $0.operatorName == operatorName && $0.reason == reason
      }) {
        digital[known].count += 1
        digital[known].multiplyAdds += multiplyAdds
      } else {
        digital.append(
          DigitalNodes(
            operatorName: operatorName, reason: reason, count: 1, multiplyAdds: multiplyAdds))
      }
    }
    let zeros = Tensor(
      shape: [1] + inputShape, values: Array(repeating: 0, count: inputShape.reduce(1, *)))
    _ = try graph.run(zeros) { node, part, input in
      let matrix = node.operation.matrices[part]
      let name = node.layerName(matrix)
      let vectors = try matrix.product.vectorCount(input.shape)
      // The weights of a group see the vectors of their group only.
      let multiplyAdds = vectors * matrix.product.weights.elements.count
      // A recurrent layer multiplies at every step.
      if let known = layers.firstIndex(where: { $0.name == name }) {
        layers[known].productsPerImage += vectors
        layers[known].multiplyAdds += multiplyAdds
        return nil
      }
      let own = spec.layers[name]
      let weights = try spec.quantization.weights(of: matrix.product, layer: name)
      let stored = try ExecutionPlan.storedQuantizer(node, matrix, in: graph)
      let asked = spec.quantization.precision(of: name)
      layers.append(
        try Layer(
          name: name, operatorName: matrix.product.operatorName,
          codes: WeightCodes(weights.codes, groups: matrix.product.groups, bits: weights.bits),
          productsPerImage: vectors, multiplyAdds: multiplyAdds,
          weights: matrix.product.weightIntegers,
          inputCodes: stored == nil ? .quantized : .kept,
          precision: LayerPrecision(
            weightBits: weights.bits, activationBits: stored?.bits ?? asked.activationBits),
          hardware: own?.hardware ?? spec.hardware, path: own?.path ?? spec.path))
      return nil
    }
    for node in graph.nodes {
      let matrices = node.operation.matrices
      if case .batchNormalization = node.operation {
        note(node.operation.name, "not behind a layer that it could be folded into")
      } else if matrices.isEmpty {
        note(node.operation.name, "no matrix product with constant weights")
      }
    }
    for name in spec.layers.keys.sorted() where !layers.contains(where: { $0.name == name }) {
      throw InferenceError.unknownLayer(name: name, key: "layers", known: layers.map(\.name))
    }
    self.layers = layers
    self.digital = digital
  }
}

extension NetworkInspection.Layer {
  fileprivate init(
    name: String, operatorName: String, codes: WeightCodes, productsPerImage: Int,
    multiplyAdds: Int, weights: NetworkInspection.Integers, inputCodes: NetworkInspection.Integers,
    precision: LayerPrecision, hardware: HardwareConfiguration, path: SolutionPath
  ) throws(ArrayError) {
    self.name = name
    self.operatorName = operatorName
    inputs = codes.codes.columns
    outputs = codes.outputCount
    self.productsPerImage = productsPerImage
    self.multiplyAdds = multiplyAdds
    self.weights = weights
    self.inputCodes = inputCodes
    weightBits = precision.weightBits
    inputBits = precision.activationBits
    geometry = MatrixGeometry(
      outputs: outputs, inputs: inputs, groups: codes.groups, hardware: hardware,
      coding: WeightCoding(hardware, codes: codes))
    // The choice and accuracy of a fitted model depend on the whole array: `calibrate` reports
    // them.
    guard !path.isFitted else {
      method = path.rawValue
      return
    }
    var method = try path.model(of: hardware.smallestArray).method
    // The fit of cells depends on what the wires of the whole array may take.
    method.cellFit = nil
    self.method = method.description
  }
}

extension MatrixOperator {
  /// Where the integers of the weights come from.
  fileprivate var weightIntegers: NetworkInspection.Integers {
    if storedWeights != nil { return .kept }
    return storedWeightsMisfit.map { .anew(reason: $0) } ?? .quantized
  }
}

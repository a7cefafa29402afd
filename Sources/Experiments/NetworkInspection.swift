import AnalogCore
import CrossbarArray
import Files
import Foundation
import Inference
import NeuralNetwork
import NumericKernels
import ONNXImport
import Units

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
  }

  /// Name of the network and the shape of its images.
  public let network: String, inputShape: [Int]
  /// Matrix layers in the order of execution.
  public let layers: [Layer]
  /// Operators that no array computes, with the reason, and how many nodes of each.
  public let digital: [(operatorName: String, reason: String, count: Int)]
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
    var digital: [(operatorName: String, reason: String, count: Int)] = []
    func note(_ operatorName: String, _ reason: String) {
      if let known = digital.firstIndex(where: { $0 == (operatorName, reason, $0.count) }) {
        digital[known].count += 1
      } else {
        digital.append((operatorName, reason, 1))
      }
    }
    let zeros = Tensor(
      shape: [1] + inputShape, values: Array(repeating: 0, count: inputShape.reduce(1, *)))
    _ = try graph.run(zeros) { node, part, input in
      let matrix = node.operation.matrices[part]
      let name = node.layerName(matrix)
      let products = try matrix.product.vectorCount(input.shape)
      // A recurrent layer multiplies at every step.
      if let known = layers.firstIndex(where: { $0.name == name }) {
        layers[known].productsPerImage += products
        return nil
      }
      let own = spec.layers[name]
      let weights = try spec.quantization.weights(of: matrix.product, layer: name)
      layers.append(
        try Layer(
          name: name, operatorName: matrix.product.operatorName,
          codes: WeightCodes(weights.codes, groups: matrix.product.groups, bits: weights.bits),
          productsPerImage: products,
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
      throw InferenceError.unknownLayer(name: name, known: layers.map(\.name))
    }
    self.layers = layers
    self.digital = digital
  }
}

extension NetworkInspection.Layer {
  fileprivate init(
    name: String, operatorName: String, codes: WeightCodes, productsPerImage: Int,
    hardware: HardwareConfiguration, path: SolutionPath
  ) throws(ArrayError) {
    self.name = name
    self.operatorName = operatorName
    inputs = codes.codes.columns
    outputs = codes.outputCount
    self.productsPerImage = productsPerImage
    geometry = MatrixGeometry(
      outputs: outputs, inputs: inputs, groups: codes.groups, hardware: hardware,
      coding: WeightCoding(hardware, codes: codes))
    // The method depends on the kind of array, not on its size: one cell tells.
    let pairing = hardware.mapping.pairing
    let one = Matrix(rows: 1, columns: 1, repeating: hardware.cell.onConductance.value)
    let cell = ArrayDescription(
      hardware.technology, conductances: one,
      negativeConductances: pairing == .interleaved ? one : nil,
      pairing: pairing ?? .separateLines)
    // The choice and accuracy of a fitted model depend on the whole array: `calibrate` reports
    // them.
    method = path.isFitted ? path.rawValue : try path.model(of: cell).method.description
  }
}

import Foundation
import NeuralNetwork
import SwiftProtobuf
import Testing

@testable import ONNXImport

/// Small models written field by field, as exporters write them.
struct ModelText {
  var model = Onnx_ModelProto()

  init(input: [Int64] = [0, 2, 5, 6], opset: Int64 = 17) {
    model.irVersion = 8
    var version = Onnx_OperatorSetIdProto()
    version.version = opset
    model.opsetImport = [version]
    var value = Onnx_ValueInfoProto()
    value.name = "x"
    value.type.tensorType.elemType = 1
    value.type.tensorType.shape.dim = input.map { extent in
      var dimension = Onnx_TensorShapeProto.Dimension()
      if extent == 0 { dimension.dimParam = "N" } else { dimension.dimValue = extent }
      return dimension
    }
    model.graph.input = [value]
    var output = Onnx_ValueInfoProto()
    output.name = "y"
    model.graph.output = [output]
  }

  mutating func constant(_ name: String, _ shape: [Int64], _ values: [Float]) {
    var tensor = Onnx_TensorProto()
    (tensor.name, tensor.dims, tensor.dataType, tensor.floatData) = (name, shape, 1, values)
    model.graph.initializer.append(tensor)
  }

  mutating func integers(_ name: String, _ values: [Int64], isScalar: Bool = false) {
    var tensor = Onnx_TensorProto()
    (tensor.name, tensor.dataType, tensor.int64Data) = (name, 7, values)
    tensor.dims = isScalar ? [] : [Int64(values.count)]
    model.graph.initializer.append(tensor)
  }

  /// Numbers of any type of at most 32 bits.
  mutating func narrow(
    _ name: String, _ type: ONNXElementType, _ shape: [Int64], _ values: [Int32]
  ) {
    var tensor = Onnx_TensorProto()
    (tensor.name, tensor.dataType, tensor.int32Data) = (name, type.rawValue, values)
    tensor.dims = shape
    model.graph.initializer.append(tensor)
  }

  mutating func node(
    _ kind: String, _ inputs: [String], _ output: String, integers: [String: Int64] = [:],
    lists: [String: [Int64]] = [:], floats: [String: Float] = [:], texts: [String: String] = [:]
  ) {
    var node = Onnx_NodeProto()
    (node.name, node.opType, node.input, node.output) = ("n_" + output, kind, inputs, [output])
    func add(_ name: String, _ type: Int32, _ set: (inout Onnx_AttributeProto) -> Void) {
      var attribute = Onnx_AttributeProto()
      (attribute.name, attribute.type) = (name, type)
      set(&attribute)
      node.attribute.append(attribute)
    }
    for (name, value) in floats { add(name, 1) { $0.f = value } }
    for (name, value) in integers { add(name, 2) { $0.i = value } }
    for (name, value) in texts { add(name, 3) { $0.s = Data(value.utf8) } }
    for (name, value) in lists { add(name, 7) { $0.ints = value } }
    model.graph.node.append(node)
  }

  func graph(_ options: ONNXImporter.Options = .init()) throws -> Graph {
    try ONNXImporter.graph(model.serializedBytes(), path: "model.onnx", options: options)
  }

  /// Results, side by side, for images whose values count up from zero.
  func run(batch: Int = 2) throws -> Tensor {
    let graph = try graph()
    let shape = [batch] + graph.inputShape
    return try graph.runEach(
      Tensor(shape: shape, values: (0..<shape.reduce(1, *)).map { Float($0) }))
  }

  func fault(_ options: ONNXImporter.Options = .init()) throws -> ONNXImportError {
    try #require(throws: ONNXImportError.self) { _ = try graph(options) }
  }
}

extension Graph {
  /// Runs the images of a batch `[N, …]` one after the other and joins their results.
  func runEach(_ batch: Tensor) throws -> Tensor {
    let count = batch.shape[0]
    let length = batch.count / count
    let results = try (0..<count).map { image in
      let values = batch.values[image * length..<(image + 1) * length]
      return try run(Tensor(shape: [1] + batch.shape.dropFirst(), values: Array(values)))
    }
    return Tensor(
      shape: [count * results[0].shape[0]] + results[0].shape.dropFirst(),
      values: results.flatMap(\.values))
  }
}

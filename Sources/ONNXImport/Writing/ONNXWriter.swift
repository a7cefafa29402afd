import Foundation
import NeuralNetwork
import NumericKernels
import SwiftProtobuf

/// Writes graphs as ONNX files, for one image at a time: what `ONNXImporter` reads back as the same
/// operations on the same numbers.
///
/// Layers whose weights are integers keep them, behind a `DequantizeLinear`.
public struct ONNXWriter {
  /// The operator set that files are written in: the first with codes of 16 bits.
  static let opset: Int64 = 21
  private static let irVersion: Int64 = 10

  private let shapes: [String: [Int]]
  private var file = Onnx_GraphProto()
  /// Types of values that are no real numbers.
  private var types: [String: ONNXElementType] = [:]

  /// The bytes of a file that holds `graph`.
  ///
  /// Throws for operations that have no operator of their own in ONNX, by node.
  public static func bytes(of graph: Graph, name: String) throws(GraphError) -> Data {
    var writer = ONNXWriter(shapes: try graph.inferShapes())
    try writer.add(graph)
    var model = Onnx_ModelProto()
    model.irVersion = irVersion
    model.producerName = "TileSpice"
    var set = Onnx_OperatorSetIdProto()
    set.version = opset
    model.opsetImport = [set]
    writer.file.name = name
    model.graph = writer.file
    do {
      return try model.serializedBytes()
    } catch {
      throw GraphError(node: graph.outputName, reason: "the file cannot be encoded: \(error)")
    }
  }

  private init(shapes: [String: [Int]]) { self.shapes = shapes }

  private mutating func add(_ graph: Graph) throws(GraphError) {
    guard graph.input.integers == nil else {
      throw GraphError(node: graph.input.name, reason: "an input of integers is not written")
    }
    file.input = [value(graph.input.name)]
    file.output = [value(graph.outputName)]
    for (name, tensor) in graph.constants.sorted(by: { $0.key < $1.key }) {
      add(name, tensor.values, tensor.shape)
    }
    for node in graph.nodes {
      do throws(ONNXReason) {
        try add(node)
      } catch {
        throw GraphError(node: node.name, reason: error.text)
      }
    }
  }

  private func value(_ name: String) -> Onnx_ValueInfoProto {
    var value = Onnx_ValueInfoProto()
    value.name = name
    value.type.tensorType.elemType = ONNXElementType.float.rawValue
    value.type.tensorType.shape.dim = (shapes[name] ?? []).map {
      var dimension = Onnx_TensorShapeProto.Dimension()
      dimension.dimValue = Int64($0)
      return dimension
    }
    return value
  }

  // MARK: Parts of a file

  func extents(of name: String) -> [Int] { shapes[name] ?? [] }
  func elementType(of name: String) -> ONNXElementType { types[name] ?? .float }

  /// Adds an operator that writes `output`.
  mutating func add(
    _ operation: String, _ name: String, _ inputs: [String], _ output: String,
    _ attributes: [Onnx_AttributeProto] = [], type: ONNXElementType = .float
  ) {
    var node = Onnx_NodeProto()
    (node.opType, node.name, node.input, node.output) = (operation, name, inputs, [output])
    node.attribute = attributes
    file.node.append(node)
    if type != .float { types[output] = type }
  }

  /// Adds real numbers; returns their name.
  @discardableResult
  mutating func add(_ name: String, _ values: [Float], _ shape: [Int]) -> String {
    tensor(name, .float, shape, Self.bytes(values.map(\.bitPattern)))
  }

  /// Adds integers of a type that holds them; returns their name.
  @discardableResult
  mutating func add(
    _ name: String, _ values: [Int], _ shape: [Int], _ type: ONNXElementType = .int64
  ) -> String {
    let bytes =
      switch type {
      case .uint8: Self.bytes(values.map { UInt8(clamping: $0) })
      case .int8: Self.bytes(values.map { Int8(clamping: $0) })
      case .uint16: Self.bytes(values.map { UInt16(clamping: $0) })
      case .int16: Self.bytes(values.map { Int16(clamping: $0) })
      case .int32: Self.bytes(values.map { Int32(clamping: $0) })
      default: Self.bytes(values.map { Int64($0) })
      }
    return tensor(name, type, shape, bytes)
  }

  private mutating func tensor(
    _ name: String, _ type: ONNXElementType, _ shape: [Int], _ bytes: Data
  ) -> String {
    var tensor = Onnx_TensorProto()
    (tensor.name, tensor.dataType) = (name, type.rawValue)
    (tensor.dims, tensor.rawData) = (shape.map { Int64($0) }, bytes)
    file.initializer.append(tensor)
    return name
  }

  /// Numbers in the order of the format, the lowest byte first.
  private static func bytes<T: FixedWidthInteger>(_ values: [T]) -> Data {
    var data = Data(capacity: values.count * T.bitWidth / 8)
    for value in values {
      for byte in 0..<T.bitWidth / 8 {
        data.append(UInt8(truncatingIfNeeded: value >> T(truncatingIfNeeded: 8 * byte)))
      }
    }
    return data
  }
}

extension Onnx_AttributeProto {
  init(_ name: String, _ value: Int) {
    self.init()
    (self.name, i, type) = (name, Int64(value), 2)
  }

  init(_ name: String, _ values: [Int]) {
    self.init()
    (self.name, ints, type) = (name, values.map { Int64($0) }, 7)
  }

  init(_ name: String, _ value: Float) {
    self.init()
    (self.name, f, type) = (name, value, 1)
  }

  init(_ name: String, _ text: String) {
    self.init()
    (self.name, s, type) = (name, Data(text.utf8), 3)
  }
}

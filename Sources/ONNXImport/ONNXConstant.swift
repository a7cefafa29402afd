import Foundation
import NeuralNetwork

/// A constant tensor of an ONNX file.
struct ONNXConstant {
  var shape: [Int]
  var floats: [Float]
  /// The same numbers as integers, where the file stores integers.
  var integers: [Int]?
  /// ONNX's code of the element type.
  var dataType: Int32
  /// The codes that real numbers were made from, where a DequantizeLinear made them.
  var stored: ONNXStoredCodes?

  /// Decodes a tensor; throws the reason if counts and shape disagree or the kind is not read.
  init(_ tensor: Onnx_TensorProto) throws(ONNXReason) {
    let name = "tensor '\(tensor.name)'"
    guard tensor.dataLocation == 0 else {
      throw ONNXReason("\(name) is in an external file; save the model in one file")
    }
    shape = tensor.dims.map { Int($0) }
    guard let count = Tensor.elementCount(of: shape) else {
      throw ONNXReason("\(name) has the impossible shape \(tensor.dims)")
    }
    dataType = tensor.dataType
    let raw = tensor.rawData
    switch tensor.dataType {
    case 1:
      floats =
        raw.isEmpty
        ? tensor.floatData : Self.load(raw, UInt32.self).map { Float(bitPattern: $0) }
    case 11:
      let doubles =
        raw.isEmpty
        ? tensor.doubleData : Self.load(raw, UInt64.self).map { Double(bitPattern: $0) }
      floats = doubles.map { Float($0) }
    case 7:
      integers =
        raw.isEmpty
        ? tensor.int64Data.map { Int($0) } : Self.load(raw, Int64.self).map { Int($0) }
      floats = []
    case 2...6, 9:
      let narrow: [Int] =
        switch tensor.dataType {
        case _ where raw.isEmpty: tensor.int32Data.map { Int($0) }
        case 6: Self.load(raw, Int32.self).map { Int($0) }
        case 5: Self.load(raw, Int16.self).map { Int($0) }
        case 4: Self.load(raw, UInt16.self).map { Int($0) }
        case 3: Self.load(raw, Int8.self).map { Int($0) }
        default: Self.load(raw, UInt8.self).map { Int($0) }
        }
      integers = narrow
      floats = []
    default:
      throw ONNXReason(
        "\(name) has data type \(tensor.dataType); float, double, int8, uint8, int16, "
          + "uint16, int32, int64 and bool are read")
    }
    if let integers { floats = integers.map { Float($0) } }
    guard floats.count == count else {
      throw ONNXReason(
        "\(name) holds \(floats.count) numbers, its shape \(shape) needs \(count)")
    }
  }

  init(shape: [Int], floats: [Float], integers: [Int]? = nil, dataType: Int32? = nil) {
    self.shape = shape
    self.floats = floats
    self.integers = integers
    self.dataType = dataType ?? (integers == nil ? 1 : 7)
  }

  /// A computed constant; its numbers count as integers if they are and `isInteger`.
  init(_ tensor: Tensor, isInteger: Bool) {
    self.init(shape: tensor.shape, floats: tensor.values)
    // Beyond 2²⁴ neighbouring integers are one float: a list that is longer is not an exact one.
    guard isInteger, floats.allSatisfy({ $0.magnitude <= 16_777_216 }) else { return }
    integers = floats.map { Int($0.rounded(.towardZero)) }
    dataType = 7
  }

  /// The same numbers as a tensor of the graph.
  var tensor: Tensor { Tensor(shape: shape, values: floats) }

  /// The same numbers under another shape of as many.
  func reshaped(_ shape: [Int]) -> ONNXConstant {
    ONNXConstant(shape: shape, floats: floats, integers: integers, dataType: dataType)
  }

  private static func load<Raw: FixedWidthInteger>(_ data: Data, _: Raw.Type) -> [Raw] {
    let width = MemoryLayout<Raw>.size
    // A remainder makes the count disagree with the shape, which the caller reports.
    guard data.count % width == 0 else { return [] }
    return data.withUnsafeBytes { bytes in
      (0..<bytes.count / width).map {
        Raw(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * width, as: Raw.self))
      }
    }
  }
}

/// Integers behind real numbers of the same shape: `value = scale · code`, zero points taken off.
struct ONNXStoredCodes {
  var codes: [Int]
  /// One for all, or one per position of `axis`.
  var scales: [Float]
  var axis: Int
}

/// A reason without its place; the importer adds file and node.
struct ONNXReason: Error {
  let text: String
  init(_ text: String) { self.text = text }
}

import Foundation
import NeuralNetwork

/// A constant tensor of an ONNX file.
struct ONNXConstant {
  var shape: [Int]
  var floats: [Float]
  /// The same numbers as integers if `type` is an integer type; otherwise `nil`.
  var integers: [Int]?
  /// The type of its numbers in ONNX; folding keeps it.
  var type: ONNXElementType
  /// The codes that real numbers were made from, if a DequantizeLinear made them.
  var stored: ONNXStoredCodes?

  /// Decodes a tensor, with its numbers from an external file if the model stores them there;
  /// throws the reason if counts and shape disagree or the kind is not read.
  init(_ tensor: Onnx_TensorProto, beside files: ONNXExternalFiles) throws(ONNXReason) {
    let name = "tensor '\(tensor.name)'"
    shape = tensor.dims.map { Int($0) }
    guard let count = Tensor.elementCount(of: shape) else {
      throw ONNXReason("\(name) has the impossible shape \(tensor.dims)")
    }
    guard let type = ONNXElementType(rawValue: tensor.dataType) else {
      throw ONNXReason(
        "\(name) has data type \(tensor.dataType); read are \(ONNXElementType.list)")
    }
    self.type = type
    let raw = tensor.dataLocation == 0 ? tensor.rawData : try files.bytes(of: tensor)
    // Numbers are in the field of their type unless they are raw bytes; an external tensor is raw.
    let isRaw = !raw.isEmpty || tensor.dataLocation != 0
    switch type {
    case .float:
      floats =
        isRaw ? Self.load(raw, UInt32.self).map { Float(bitPattern: $0) } : tensor.floatData
    case .float16:
      floats = Self.halves(raw, isRaw, tensor).map { Float(Float16(bitPattern: $0)) }
    case .bfloat16:
      floats = Self.halves(raw, isRaw, tensor).map { Float(bitPattern: UInt32($0) << 16) }
    case .double:
      let doubles =
        isRaw ? Self.load(raw, UInt64.self).map { Double(bitPattern: $0) } : tensor.doubleData
      floats = doubles.map { Float($0) }
    case .int64:
      integers =
        isRaw ? Self.load(raw, Int64.self).map { Int($0) } : tensor.int64Data.map { Int($0) }
      floats = []
    case .uint32, .uint64:
      let values =
        !isRaw
        ? tensor.uint64Data
        : type == .uint64
          ? Self.load(raw, UInt64.self) : Self.load(raw, UInt32.self).map { UInt64($0) }
      if let large = values.first(where: { $0 > UInt64(Int.max) }) {
        throw ONNXReason("\(name) holds \(large); integers to \(Int.max) are read")
      }
      integers = values.map { Int($0) }
      floats = []
    case .uint8, .int8, .uint16, .int16, .int32, .bool:
      integers =
        switch type {
        case _ where !isRaw: tensor.int32Data.map { Int($0) }
        case .int32: Self.load(raw, Int32.self).map { Int($0) }
        case .int16: Self.load(raw, Int16.self).map { Int($0) }
        case .uint16: Self.load(raw, UInt16.self).map { Int($0) }
        case .int8: Self.load(raw, Int8.self).map { Int($0) }
        default: Self.load(raw, UInt8.self).map { Int($0) }
        }
      floats = []
    }
    if let integers, let range = type.integers {
      if let bad = integers.first(where: { !range.contains($0) }) {
        throw ONNXReason("\(name) holds \(bad), which is no \(type)")
      }
      floats = integers.map { Float($0) }
    }
    guard floats.count == count else {
      throw ONNXReason(
        "\(name) holds \(floats.count) numbers, its shape \(shape) needs \(count)")
    }
  }

  /// Real numbers.
  init(shape: [Int], floats: [Float], type: ONNXElementType = .float) {
    precondition(type.integers == nil, "real numbers have a real type")
    self.shape = shape
    self.floats = floats
    self.type = type
  }

  /// Integers, each within the range of `type`.
  init(shape: [Int], integers: [Int], type: ONNXElementType = .int64) {
    precondition(type.integers != nil, "integers have a type of integers")
    self.shape = shape
    self.integers = integers
    self.type = type
    floats = integers.map { Float($0) }
  }

  /// The same numbers as a tensor of the graph.
  var tensor: Tensor { Tensor(shape: shape, values: floats) }

  /// The values at `positions`, in that order, under a shape of as many.
  func taking(_ positions: [Int], shape: [Int]) -> ONNXConstant {
    precondition(Tensor.elementCount(of: shape) == positions.count, "positions fill the shape")
    var result = self
    result.shape = shape
    result.floats = positions.map { floats[$0] }
    result.integers = integers.map { integers in positions.map { integers[$0] } }
    result.stored = nil
    return result
  }

  /// The same numbers under another shape of as many.
  func reshaped(_ shape: [Int]) -> ONNXConstant {
    var result = self
    result.shape = shape
    result.stored = nil
    return result
  }

  /// Bits of 16-bit real numbers, which a tensor without raw bytes keeps in a field of 32 bits each.
  private static func halves(_ raw: Data, _ isRaw: Bool, _ tensor: Onnx_TensorProto) -> [UInt16] {
    isRaw ? load(raw, UInt16.self) : tensor.int32Data.map { UInt16(truncatingIfNeeded: $0) }
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
///
/// Codes of 8 bits whose zero point takes them beyond −128 … 127 can be had as they are stored.
struct ONNXStoredCodes {
  var codes: [Int]
  /// One for all, or one per position of `axis`.
  var scales: [Float]
  var axis: Int
  /// Zero points of the codes as stored, as many as scales, with the codes of uint8 moved to
  /// −128 … 127; empty for other types than int8 and uint8.
  var zeroPoints: [Int] = []
}

/// A reason without its place; the importer adds file and node.
struct ONNXReason: Error {
  let text: String
  init(_ text: String) { self.text = text }
}

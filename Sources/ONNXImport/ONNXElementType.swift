/// Types of numbers that are read; the raw value is ONNX's code (`TensorProto.DataType`).
enum ONNXElementType: Int32, CaseIterable {
  case float = 1
  case uint8 = 2
  case int8 = 3
  case uint16 = 4
  case int16 = 5
  case int32 = 6
  case int64 = 7
  case bool = 9
  case double = 11

  /// The integers of the type; `nil` for real numbers.
  var integers: ClosedRange<Int>? {
    switch self {
    case .float, .double: nil
    case .uint8: 0...255
    case .int8: -128...127
    case .uint16: 0...65535
    case .int16: -32768...32767
    case .int32: Int(Int32.min)...Int(Int32.max)
    case .int64: Int.min...Int.max
    case .bool: 0...1
    }
  }

  /// The integers that codes of a quantization may have; `nil` if the type is none for codes.
  var codes: ClosedRange<Int>? {
    switch self {
    case .uint8, .int8, .uint16, .int16, .int32: integers
    case .float, .double, .int64, .bool: nil
    }
  }

  /// The types that are read, as errors list them.
  static let list = allCases.map { "\($0)" }.joined(separator: ", ")
}

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
  case float16 = 10
  case double = 11
  case uint32 = 12
  case uint64 = 13
  case bfloat16 = 16

  /// The integers of the type; `nil` for real numbers.
  var integers: ClosedRange<Int>? {
    switch self {
    case .float, .float16, .bfloat16, .double: nil
    case .uint8: 0...255
    case .int8: -128...127
    case .uint16: 0...65535
    case .int16: -32768...32767
    case .int32: Int(Int32.min)...Int(Int32.max)
    case .uint32: 0...Int(UInt32.max)
    case .int64: Int.min...Int.max
    // Of these, those that 64 bits with a sign hold.
    case .uint64: 0...Int.max
    case .bool: 0...1
    }
  }

  /// The integers that codes of a quantization may have; `nil` if the type is none for codes.
  var codes: ClosedRange<Int>? {
    switch self {
    case .uint8, .int8, .uint16, .int16, .int32: integers
    case .float, .float16, .bfloat16, .double, .uint32, .int64, .uint64, .bool: nil
    }
  }

  /// A real number as the type holds it; single precision stands for double, too.
  func rounded(_ value: Float) -> Float {
    switch self {
    case .float16: Float(Float16(value))
    case .bfloat16: Self.roundedToBFloat16(value)
    default: value
    }
  }

  /// To the nearest number whose significand has 8 bits, ties to even.
  private static func roundedToBFloat16(_ value: Float) -> Float {
    guard value.isFinite else { return value }
    let bits = value.bitPattern
    return Float(bitPattern: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) & 0xFFFF_0000)
  }

  /// The types that are read, as errors list them.
  static let list = allCases.map { "\($0)" }.joined(separator: ", ")
}

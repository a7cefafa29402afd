import CTileSpice
import NumericKernels

/// A caller's array, checked: its extents are not negative, its size and strides do not overflow, and
/// its memory is there.
struct BufferView {
  /// Name of the argument, for errors.
  let name: String
  let shape: [Int]
  private let strides: [Int]
  private let type: Int32
  private let data: UnsafeMutableRawPointer?

  /// Number of elements. Without any, the other extents may be such that their product overflows.
  var count: Int { shape.contains(0) ? 0 : shape.reduce(1, *) }
  /// Whether elements are bytes.
  var isBytes: Bool { type == TILESPICE_UINT8 }

  private static let largestRank = 8

  /// The view of a buffer that has to be there.
  init(_ buffer: UnsafePointer<tilespice_buffer>?, _ name: String) throws {
    guard let buffer = buffer?.pointee else { throw CallError("\(name) is null") }
    try self.init(buffer, name)
  }

  /// The view of a buffer; `nil` if it is null.
  static func optional(
    _ buffer: UnsafePointer<tilespice_buffer>?, _ name: String
  ) throws -> BufferView? {
    guard let buffer = buffer?.pointee else { return nil }
    return try BufferView(buffer, name)
  }

  private init(_ buffer: tilespice_buffer, _ name: String) throws {
    self.name = name
    type = buffer.type
    guard let size = Self.size(of: type) else {
      throw CallError("\(name) has elements of type \(type), which is unknown")
    }
    let rank = Int(buffer.rank)
    guard (0...Self.largestRank).contains(rank) else {
      throw CallError("\(name) has \(rank) axes; 0 to \(Self.largestRank) are taken")
    }
    guard rank == 0 || buffer.shape != nil else { throw CallError("\(name) has no shape") }
    let extents = (0..<rank).map { Int(buffer.shape[$0]) }
    shape = extents
    guard extents.allSatisfy({ $0 >= 0 }) else {
      throw CallError("\(name) has shape \(extents), with a negative extent")
    }
    try MemoryBudget.machine.require("\(name) of shape \(extents)", extents: extents, bytesEach: 8)
    if let given = buffer.strides {
      strides = (0..<rank).map { Int(given[$0]) }
      // Bytes from the first element to the farthest one.
      for (extent, stride) in zip(extents, strides) where extent > 1 {
        let (reach, overflow) = stride.multipliedReportingOverflow(by: extent - 1)
        guard !overflow, reach.magnitude < 1 << 46 else {
          throw CallError("\(name) has strides \(strides), which reach beyond any memory")
        }
      }
    } else {
      var next = size
      var packed = extents
      for axis in extents.indices.reversed() {
        packed[axis] = next
        if !extents.contains(0) { next *= extents[axis] }
      }
      strides = packed
    }
    data = buffer.data
    guard data != nil || extents.contains(0) else { throw CallError("\(name) has no data") }
  }

  private static func size(of type: Int32) -> Int? {
    switch type {
    case TILESPICE_FLOAT64: 8
    case TILESPICE_FLOAT32: 4
    case TILESPICE_UINT8: 1
    default: nil
    }
  }

  /// Throws unless the shape is this one.
  ///
  /// - Parameter meaning: The axes in words: "[vectors, outputs]".
  func require(_ expected: [Int], _ meaning: String) throws {
    guard shape == expected else {
      throw CallError("\(name) has shape \(shape); \(expected) is expected, \(meaning)")
    }
  }

  /// Throws unless there are as many axes as `meaning` names.
  func require(rank: Int, _ meaning: String) throws {
    guard shape.count == rank else {
      throw CallError("\(name) has shape \(shape); \(meaning) is expected")
    }
  }

  /// Whether elements lie in C order without gaps; then they can be copied as they are.
  private func isPacked(_ size: Int) -> Bool {
    var next = size
    for axis in shape.indices.reversed() {
      if shape[axis] > 1, strides[axis] != next { return false }
      next *= shape[axis]
    }
    return true
  }

  /// Calls `body` with the place of every element, in C order.
  private func each(_ body: (_ element: Int, _ byte: Int) -> Void) {
    let count = count
    guard count > 0 else { return }
    let length = shape.last ?? 1
    let stride = strides.last ?? 0
    var index = [Int](repeating: 0, count: shape.count)
    var byte = 0
    // The last axis by itself: its loop has nothing to look up.
    for first in Swift.stride(from: 0, to: count, by: length) {
      for k in 0..<length { body(first + k, byte + k * stride) }
      var axis = shape.count - 2
      while axis >= 0 {
        index[axis] += 1
        byte += strides[axis]
        if index[axis] < shape[axis] { break }
        byte -= index[axis] * strides[axis]
        index[axis] = 0
        axis -= 1
      }
    }
  }
}

// Reading.
extension BufferView {
  /// All elements in C order.
  func values<Number: BinaryFloatingPoint>(_ number: Number.Type = Number.self) -> [Number] {
    guard let data, !shape.contains(0) else { return [] }
    switch type {
    case TILESPICE_FLOAT64: return values(data, of: Double.self)
    case TILESPICE_FLOAT32: return values(data, of: Float.self)
    default:
      return [Number](unsafeUninitializedCapacity: count) { result, initialized in
        each { element, byte in
          result.initializeElement(
            at: element, to: Number(data.load(fromByteOffset: byte, as: UInt8.self)))
        }
        initialized = count
      }
    }
  }

  private func values<Stored: BinaryFloatingPoint & BitwiseCopyable, Number: BinaryFloatingPoint>(
    _ data: UnsafeMutableRawPointer, of stored: Stored.Type
  ) -> [Number] {
    let (count, isPacked) = (count, isPacked(MemoryLayout<Stored>.size))
    return [Number](unsafeUninitializedCapacity: count) { result, initialized in
      if isPacked, Stored.self == Number.self, let target = result.baseAddress {
        UnsafeMutableRawPointer(target).copyMemory(
          from: data, byteCount: count * MemoryLayout<Stored>.size)
      } else {
        each { element, byte in
          result.initializeElement(
            at: element, to: Number(data.loadUnaligned(fromByteOffset: byte, as: Stored.self)))
        }
      }
      initialized = count
    }
  }

  /// A matrix of finite or other numbers, `[rows, columns]`.
  func matrix(_ meaning: String) throws -> Matrix<Double> {
    try require(rank: 2, meaning)
    return Matrix(rows: shape[0], columns: shape[1], elements: values())
  }

  /// Gate bits from bytes 0 and 1, `[rows, columns]`.
  func bits(_ meaning: String) throws -> BitMatrix {
    try require(rank: 2, meaning)
    let (rows, columns) = (shape[0], shape[1])
    guard let data, rows > 0, columns > 0 else {
      return BitMatrix(rows: rows, columns: columns)
    }
    let perRow = (columns + 63) / 64
    var words = [UInt64](repeating: 0, count: rows * perRow)
    var wrong = -1
    for row in 0..<rows {
      for column in 0..<columns {
        let byte = data.load(
          fromByteOffset: row * strides[0] + column * strides[1], as: UInt8.self)
        if byte > 1, wrong < 0 { wrong = row * columns + column }
        words[row * perRow + column / 64] |= UInt64(byte & 1) << UInt64(column % 64)
      }
    }
    guard wrong < 0 else {
      throw CallError(
        "\(name) [\(wrong / columns), \(wrong % columns)] is neither 0 nor 1; gates take bits")
    }
    return BitMatrix(rows: rows, columns: columns, words: words)
  }
}

// Writing.
extension BufferView {
  /// Writes all elements, in C order, rounded to the type of the buffer.
  func write<Number: BinaryFloatingPoint & BitwiseCopyable>(_ values: [Number]) throws {
    precondition(values.count == count, "values fill the buffer")
    guard let data, !values.isEmpty else { return }
    switch type {
    case TILESPICE_FLOAT64: store(values, data, as: Double.self)
    case TILESPICE_FLOAT32: store(values, data, as: Float.self)
    default: throw CallError("\(name) is of bytes; results need floating-point numbers")
    }
  }

  private func store<Number: BinaryFloatingPoint & BitwiseCopyable, Stored>(
    _ values: [Number], _ data: UnsafeMutableRawPointer, as stored: Stored.Type
  ) where Stored: BinaryFloatingPoint & BitwiseCopyable {
    if isPacked(MemoryLayout<Stored>.size), Stored.self == Number.self {
      values.withUnsafeBytes { source in
        guard let start = source.baseAddress else { return }
        data.copyMemory(from: start, byteCount: source.count)
      }
    } else {
      each { element, byte in
        data.storeBytes(
          of: Stored(values[element]), toByteOffset: byte, as: Stored.self)
      }
    }
  }
}

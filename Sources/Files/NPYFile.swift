import Foundation

/// One array of a NumPy `.npy` file, format versions 1 to 3
/// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
public struct NPYFile: Sendable {
  /// Kinds of numbers that are read, named as NumPy's `descr` does without the order of bytes.
  public enum ElementKind: String, Sendable, CaseIterable {
    case float64 = "f8"
    case float32 = "f4"
    case float16 = "f2"
    case int64 = "i8"
    case int32 = "i4"
    case int16 = "i2"
    case int8 = "i1"
    case uint64 = "u8"
    case uint32 = "u4"
    case uint16 = "u2"
    case uint8 = "u1"
    case bool = "b1"

    /// The number behind the letter.
    var byteCount: Int { rawValue.last?.wholeNumberValue ?? 1 }
  }

  /// Extents, outermost first; empty for a scalar.
  public let shape: [Int]
  /// Kind of the stored numbers.
  public let kind: ElementKind
  private let isBigEndian: Bool
  /// Whether the first index runs fastest.
  private let isFortranOrdered: Bool
  private let payload: Data

  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// Reads the file at `path`, in any order of bytes and axes.
  public init(contentsOf path: String) throws(FileError) {
    try self.init(FileContents.read(path), path: path)
  }

  /// Reads `bytes`; `path` only names them in errors.
  public init(_ bytes: Data, path: String) throws(FileError) {
    func fail(_ reason: String) -> FileError { FileError(path: path, reason: reason) }
    let bytes = Data(bytes)
    guard bytes.count >= 10, bytes.prefix(6).elementsEqual(Self.magic) else {
      throw fail("is not an .npy file (its first bytes are not \\x93NUMPY)")
    }
    let wide = bytes[6] >= 2
    guard (1...3).contains(bytes[6]), bytes[7] == 0, bytes.count >= (wide ? 12 : 10) else {
      throw fail("has .npy format version \(bytes[6]).\(bytes[7]); versions 1.0 to 3.0 are read")
    }
    let start = wide ? 12 : 10
    let length = (8..<start).reversed().reduce(0) { $0 << 8 | Int(bytes[$1]) }
    guard bytes.count - start >= length else { throw fail("is truncated inside its header") }
    let text = String(decoding: bytes[start..<start + length], as: UTF8.self)
    let header: NPYHeader
    do throws(NPYHeader.Fault) {
      header = try NPYHeader(text)
    } catch {
      throw fail(error.reason)
    }
    // Without a sign, or with `=` or `|`, numbers are in the order of the machine.
    let sign = header.descr.first.flatMap { "<>=|".contains($0) ? $0 : nil }
    guard let kind = ElementKind(rawValue: String(header.descr.dropFirst(sign == nil ? 0 : 1)))
    else {
      let known = ElementKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw fail("holds numbers of kind '\(header.descr)'; kinds read are \(known)")
    }
    var count = 1
    let extents = header.shape.map { "\($0)" }.joined(separator: ", ")
    let shapeText = "(\(extents)\(header.shape.count == 1 ? "," : ""))"
    for extent in header.shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow else { throw fail("has the impossible shape \(shapeText)") }
      count = product
    }
    let present = bytes.count - start - length
    let (needed, overflow) = count.multipliedReportingOverflow(by: kind.byteCount)
    guard !overflow, present == needed else {
      throw fail(
        "holds \(present) bytes of data where its shape \(shapeText) needs \(needed)"
          + (present < needed ? "; it is truncated" : ""))
    }
    shape = header.shape
    self.kind = kind
    isBigEndian = sign == ">"
    isFortranOrdered = header.isFortranOrdered
    payload = Data(bytes[(start + length)...])
  }

  /// All numbers as `Double`, in C order; integers beyond 2⁵³ are rounded.
  public var doubles: [Double] {
    switch kind {
    case .float64: load(UInt64.self) { Double(bitPattern: $0) }
    case .float32: load(UInt32.self) { Double(Float(bitPattern: $0)) }
    case .float16: load(UInt16.self) { Double(Self.float(half: $0)) }
    case .int64: load(Int64.self) { Double($0) }
    case .int32: load(Int32.self) { Double($0) }
    case .int16: load(Int16.self) { Double($0) }
    case .int8: load(Int8.self) { Double($0) }
    case .uint64: load(UInt64.self) { Double($0) }
    case .uint32: load(UInt32.self) { Double($0) }
    case .uint16: load(UInt16.self) { Double($0) }
    case .uint8: load(UInt8.self) { Double($0) }
    case .bool: load(UInt8.self) { $0 == 0 ? 0 : 1 }
    }
  }

  /// All numbers as `Float`, in C order, rounded where the file holds wider ones.
  public var floats: [Float] {
    switch kind {
    case .float32: load(UInt32.self) { Float(bitPattern: $0) }
    case .float16: load(UInt16.self) { Self.float(half: $0) }
    case .uint8: load(UInt8.self) { Float($0) }
    default: doubles.map { Float($0) }
    }
  }

  private func load<Raw: FixedWidthInteger, Result>(
    _: Raw.Type, _ convert: (Raw) -> Result
  ) -> [Result] {
    let width = MemoryLayout<Raw>.size
    let values = unsafe payload.withUnsafeBytes { bytes in
      (0..<bytes.count / width).map {
        let raw = unsafe bytes.loadUnaligned(fromByteOffset: $0 * width, as: Raw.self)
        return convert(isBigEndian ? Raw(bigEndian: raw) : Raw(littleEndian: raw))
      }
    }
    guard isFortranOrdered, shape.count > 1, !values.isEmpty else { return values }
    // In C order the last index runs fastest; here its neighbor is the product of all others away.
    var places = [0]
    var stride = 1
    var strides: [Int] = []
    for extent in shape {
      strides.append(stride)
      stride *= extent
    }
    for (extent, stride) in zip(shape, strides) {
      places = places.flatMap { start in (0..<extent).map { start + $0 * stride } }
    }
    return places.map { values[$0] }
  }

  /// A half-precision number (IEEE 754 binary16): sign, 5 bits of exponent, 10 of fraction.
  private static func float(half bits: UInt16) -> Float {
    let exponent = Int(bits >> 10 & 31)
    let fraction = Float(bits & 1023)
    let magnitude: Float =
      switch exponent {
      case 0: fraction * 0x1p-24
      case 31: fraction == 0 ? .infinity : .nan
      default: Float(sign: .plus, exponent: exponent - 25, significand: 1024 + fraction)
      }
    return bits >> 15 == 0 ? magnitude : -magnitude
  }
}

extension NPYFile {
  /// The bytes of a version-1 file holding `values` in C order with the given shape.
  public static func encode(_ values: [Double], shape: [Int]) -> Data {
    encode(values.map { $0.bitPattern.littleEndian }, kind: .float64, shape: shape)
  }

  /// The bytes of a version-1 single-precision file.
  public static func encode(_ values: [Float], shape: [Int]) -> Data {
    encode(values.map { $0.bitPattern.littleEndian }, kind: .float32, shape: shape)
  }

  private static func encode<Raw: FixedWidthInteger>(
    _ values: [Raw], kind: ElementKind, shape: [Int]
  ) -> Data {
    precondition(values.count == shape.reduce(1, *), "values do not fill the shape")
    var bytes = header(kind: kind, shape: shape)
    unsafe values.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    return bytes
  }

  /// The bytes before the numbers of a version-1 file, which follow in little-endian C order.
  public static func header(kind: ElementKind, shape: [Int]) -> Data {
    let extents = shape.map { "\($0)," }.joined(separator: " ")
    var header = "{'descr': '<\(kind.rawValue)', 'fortran_order': False, 'shape': (\(extents)), }"
    // Data starts at a multiple of 64 bytes, after the newline that ends the header.
    let unpadded = 10 + header.utf8.count + 1
    header += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
    var bytes = Data(magic + [1, 0])
    bytes.append(UInt8(header.utf8.count & 255))
    bytes.append(UInt8(header.utf8.count >> 8))
    bytes.append(Data(header.utf8))
    return bytes
  }

  /// Single-precision numbers as they lie in a file.
  public static func bytes(_ values: [Float]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * values.count)
    for value in values {
      let pattern = value.bitPattern
      for shift: UInt32 in [0, 8, 16, 24] {
        bytes.append(UInt8(truncatingIfNeeded: pattern >> shift))
      }
    }
    return bytes
  }
}

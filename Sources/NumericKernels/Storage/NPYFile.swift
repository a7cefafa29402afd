import Foundation

/// One array of a NumPy `.npy` file, format versions 1 to 3
/// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
public struct NPYFile: Sendable {
  /// Kinds of numbers that are read and written, named as NumPy's `descr` does.
  public enum ElementKind: String, Sendable, CaseIterable {
    case float64 = "<f8"
    case float32 = "<f4"
    case int64 = "<i8"
    case int32 = "<i4"
    case int8 = "|i1"
    case uint8 = "|u1"
    case bool = "|b1"

    var byteCount: Int {
      switch self {
      case .float64, .int64: 8
      case .float32, .int32: 4
      case .int8, .uint8, .bool: 1
      }
    }
  }

  /// Extents, outermost first; empty for a scalar.
  public let shape: [Int]
  /// Kind of the stored numbers.
  public let kind: ElementKind
  private let payload: Data

  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// Reads the file at `path`; arrays must be little-endian and in C order.
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
    guard (1...3).contains(bytes[6]), bytes.count >= (wide ? 12 : 10) else {
      throw fail("has .npy format version \(bytes[6]); versions 1 to 3 are read")
    }
    let start = wide ? 12 : 10
    let length = (8..<start).reversed().reduce(0) { $0 << 8 | Int(bytes[$1]) }
    guard bytes.count - start >= length else { throw fail("is truncated inside its header") }
    let header = String(decoding: bytes[start..<start + length], as: UTF8.self)
    guard let descr = Self.value(of: "descr", in: header),
      let order = Self.value(of: "fortran_order", in: header),
      let shapeText = Self.value(of: "shape", in: header)
    else { throw fail("has a header without descr, fortran_order and shape") }
    guard let kind = ElementKind(rawValue: descr) else {
      let known = ElementKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw fail("holds numbers of kind '\(descr)'; kinds read are \(known)")
    }
    guard order == "False" else {
      throw fail("is in Fortran order; save it with numpy.ascontiguousarray")
    }
    var count = 1
    var shape: [Int] = []
    for text in shapeText.split(separator: ",") {
      guard let extent = Int(text.trimmingCharacters(in: .whitespaces)), extent >= 0 else {
        throw fail("has the malformed shape (\(shapeText))")
      }
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow else { throw fail("has the impossible shape (\(shapeText))") }
      count = product
      shape.append(extent)
    }
    let present = bytes.count - start - length
    let (needed, overflow) = count.multipliedReportingOverflow(by: kind.byteCount)
    guard !overflow, present == needed else {
      throw fail(
        "holds \(present) bytes of data where its shape (\(shapeText)) needs \(needed)"
          + (present < needed ? "; it is truncated" : ""))
    }
    self.shape = shape
    self.kind = kind
    payload = Data(bytes[(start + length)...])
  }

  /// All numbers as `Double`, in C order.
  public var doubles: [Double] {
    switch kind {
    case .float64: load(UInt64.self) { Double(bitPattern: $0) }
    case .float32: load(UInt32.self) { Double(Float(bitPattern: $0)) }
    case .int64: load(Int64.self) { Double($0) }
    case .int32: load(Int32.self) { Double($0) }
    case .int8: load(Int8.self) { Double($0) }
    case .uint8, .bool: load(UInt8.self) { Double($0) }
    }
  }

  /// All numbers as `Float`, in C order, rounded where the file holds wider ones.
  public var floats: [Float] {
    switch kind {
    case .float32: load(UInt32.self) { Float(bitPattern: $0) }
    case .uint8, .bool: load(UInt8.self) { Float($0) }
    default: doubles.map { Float($0) }
    }
  }

  private func load<Raw: FixedWidthInteger, Result>(
    _: Raw.Type, _ convert: (Raw) -> Result
  ) -> [Result] {
    let width = MemoryLayout<Raw>.size
    return unsafe payload.withUnsafeBytes { bytes in
      (0..<bytes.count / width).map {
        let raw = unsafe bytes.loadUnaligned(fromByteOffset: $0 * width, as: Raw.self)
        return convert(Raw(littleEndian: raw))
      }
    }
  }

  /// The text behind a key of the header's Python dictionary, without quotes or parentheses.
  private static func value(of key: String, in header: String) -> String? {
    guard let at = header.range(of: "'\(key)':") else { return nil }
    let rest = header[at.upperBound...].drop { $0 == " " }
    guard let first = rest.first else { return nil }
    switch first {
    case "'": return rest.dropFirst().firstIndex(of: "'").map { String(rest.dropFirst()[..<$0]) }
    case "(": return rest.firstIndex(of: ")").map { String(rest.dropFirst()[..<$0]) }
    default: return String(rest.prefix { $0.isLetter })
    }
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
    let extents = shape.map { "\($0)," }.joined(separator: " ")
    var header = "{'descr': '\(kind.rawValue)', 'fortran_order': False, 'shape': (\(extents)), }"
    // Data starts at a multiple of 64 bytes, after the newline that ends the header.
    let unpadded = 10 + header.utf8.count + 1
    header += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
    var bytes = Data(magic + [1, 0])
    bytes.append(UInt8(header.utf8.count & 255))
    bytes.append(UInt8(header.utf8.count >> 8))
    bytes.append(Data(header.utf8))
    unsafe values.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    return bytes
  }
}

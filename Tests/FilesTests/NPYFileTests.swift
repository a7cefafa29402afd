import Files
import Foundation
import Testing

@Suite struct NPYFileTests {
  /// What is written reads back to the bit, whatever the shape.
  @Test(arguments: [[0], [1], [7], [2, 3], [5, 1, 4]])
  func writtenArraysReadBack(shape: [Int]) throws {
    let values = (0..<shape.reduce(1, *)).map { 1 / (Double($0) - 1.5) }
    let bytes = NPYFile.encode(values, shape: shape)
    #expect(bytes.count - values.count * 8 == 64 || bytes.count - values.count * 8 == 128)
    let file = try NPYFile(bytes, path: "a.npy")
    #expect(file.shape == shape)
    #expect(file.kind == .float64)
    #expect(file.doubles == values)
    let single = try NPYFile(NPYFile.encode(values.map { Float($0) }, shape: shape), path: "b.npy")
    #expect(single.floats == values.map { Float($0) })
  }

  /// Every truncation is an error that names the file; none traps.
  @Test func everyTruncationIsRefused() {
    let bytes = NPYFile.encode([1.0, 2.0, 3.0], shape: [3])
    for length in 0..<bytes.count {
      #expect(throws: FileError.self) { try NPYFile(bytes.prefix(length), path: "t.npy") }
    }
  }

  @Test(arguments: [
    ("<f8", "<c16", "t.npy: holds numbers of kind '<c16'; kinds read are"),
    ("'<f8'", "'<f3'", "t.npy: holds numbers of kind '<f3'"),
    ("'<f8'", "[('a', '<f8')]", "t.npy: holds records; arrays of numbers are read"),
    ("False", "0", "t.npy: has '0, 'shape': (3,)' in its header"),
    ("False", "'F'", "t.npy: has a fortran_order that is neither True nor False"),
    ("(3,)", "3", "t.npy: has '3, }"),
    ("(3,)", "(3)", "t.npy: has the malformed shape (3)"),
    ("(3,)", "(-3,)", "t.npy: has the malformed shape (-3,)"),
    ("(3,)", "(3 1,)", "t.npy: has the malformed shape (3 1,)"),
    ("(3,)", "'3'", "t.npy: has a shape that is no tuple of integers"),
    ("{", "[", "t.npy: has '['descr': '<f8'"),
    ("}", " ", "t.npy: has a header that ends too early"),
    ("}", "} junk", "t.npy: has 'junk"),
    ("}", "'x': True}", "t.npy: has a header with the unknown key 'x'"),
    ("'descr':", "'descr'", "t.npy: has ''<f8', "),
    ("'shape'", "'shape", "t.npy: has "),
    (
      "(3,)", "(4,)", "t.npy: holds 24 bytes of data where its shape (4,) needs 32; it is truncated"
    ),
    ("(3,)", "(x,)", "t.npy: has the malformed shape (x,)"),
    ("'shape'", "'spahe'", "t.npy: has a header with the unknown key 'spahe'"),
    ("'shape': (3,), ", "", "t.npy: has a header without descr, fortran_order and shape"),
  ])
  func malformedHeadersAreNamed(original: String, replacement: String, message: String) {
    let bytes = NPYFile.encode([1.0, 2.0, 3.0], shape: [3])
    let length = bytes.count - 24
    let text = String(decoding: bytes[10..<length], as: UTF8.self)
      .replacingOccurrences(of: original, with: replacement)
    // Trailing spaces absorb what the replacement adds or drops: the length stays the file's.
    let filled = text + String(repeating: " ", count: max(0, length - 10 - text.utf8.count))
    let header = bytes.prefix(10) + Data(filled.utf8.prefix(length - 10))
    do {
      _ = try NPYFile(header + bytes.suffix(24), path: "t.npy")
      Issue.record("accepted")
    } catch {
      #expect("\(error)".hasPrefix(message), "\(error)")
    }
  }

  /// A file of `header` as NumPy stores it, and `data`.
  private func file(_ header: String, _ data: [UInt8], version: UInt8 = 1) throws -> NPYFile {
    let text = Array((header + "\n").utf8)
    let length = (0..<(version == 1 ? 2 : 4)).map { UInt8(text.count >> (8 * $0) & 255) }
    return try NPYFile(
      Data([0x93] + Array("NUMPY".utf8) + [version, 0] + length + text + data), path: "t.npy")
  }

  /// The integers 0 … 5 of every kind as `numpy.arange(6, dtype=kind).reshape(2, 3)` stores them, in
  /// both orders of bytes and of axes: in Fortran order 0, 3, 1, 4, 2, 5.
  @Test(
    arguments: [
      ("u1", 1), ("i1", 1), ("u2", 2), ("i2", 2), ("u4", 4), ("i4", 4), ("u8", 8), ("i8", 8),
    ], [false, true])
  func integersAreReadInEveryOrder(kind: (name: String, bytes: Int), isFortran: Bool) throws {
    for sign in kind.bytes == 1 ? ["|", "", "<", ">"] : ["<", ">", "", "="] {
      let values = isFortran ? [0, 3, 1, 4, 2, 5] : [0, 1, 2, 3, 4, 5]
      let bytes: [UInt8] = values.flatMap { value in
        let zeros = [UInt8](repeating: 0, count: kind.bytes - 1)
        return sign == ">" ? zeros + [UInt8(value)] : [UInt8(value)] + zeros
      }
      let order = isFortran ? "True" : "False"
      let found = try file(
        "{'descr': '\(sign)\(kind.name)', 'fortran_order': \(order), 'shape': (2, 3), }", bytes)
      #expect(found.shape == [2, 3] && found.doubles == [0, 1, 2, 3, 4, 5])
      #expect(found.floats == [0, 1, 2, 3, 4, 5])
    }
  }

  /// Negative and largest numbers, each in the bytes that `numpy.save` writes.
  @Test(
    arguments: [
      ("<i2", [0xFE, 0xFF, 0xFF, 0x7F], [-2.0, 32767]),
      (">i2", [0xFF, 0xFE, 0x80, 0], [-2, -32768]),
      ("<u2", [0xFE, 0xFF, 0, 0x80], [65534, 32768]), ("|i1", [0x80, 0x7F], [-128, 127]),
      (">u4", [0xFF, 0xFF, 0xFF, 0xFF], [4_294_967_295]),
      (">i8", [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFD], [-3]),
      ("|b1", [0, 1], [0, 1]), (">f4", [0xBF, 0xC0, 0, 0], [-1.5]),
      (">f8", [0x3F, 0xF8, 0, 0, 0, 0, 0, 0], [1.5]),
      // Half precision: 1.5, −2, 0.25, 65504 (the largest), 2⁻²⁴ (the smallest), −0, 6.1035e-5.
      (
        "<f2", [0, 0x3E, 0, 0xC0, 0, 0x34, 0xFF, 0x7B, 1, 0, 0, 0x80, 0, 4],
        [1.5, -2, 0.25, 65504, 0x1p-24, -0.0, 0x1p-14]
      ),
      (">f2", [0x3C, 1, 0x7C, 0, 0xFC, 0], [1 + 0x1p-10, .infinity, -.infinity]),
    ] as [(String, [UInt8], [Double])])
  func numbersAreThoseOfNumPy(descr: String, bytes: [UInt8], expected: [Double]) throws {
    let found = try file(
      "{'descr': '\(descr)', 'fortran_order': False, 'shape': (\(expected.count),), }", bytes)
    #expect(found.doubles.map(\.bitPattern) == expected.map(\.bitPattern))
    #expect(found.floats.map(\.bitPattern) == expected.map { Float($0).bitPattern })
  }

  @Test func halfPrecisionKeepsWhatIsNoNumber() throws {
    let header = "{'descr': '<f2', 'fortran_order': False, 'shape': (1,), }"
    #expect(try file(header, [1, 0x7C]).doubles[0].isNaN)
  }

  /// Three axes: position [i, j, k] of extents 2, 3, 2 is i + 2 j + 6 k places into the file.
  @Test func fortranOrderOfThreeAxesIsTurned() throws {
    let found = try file(
      "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 2), }", Array(0..<12))
    #expect(found.doubles == [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11])
  }

  /// Everything that NumPy takes in a header, and what it makes of a key that is given twice.
  @Test(arguments: [
    "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }",
    "{\"descr\":\"|u1\",\"fortran_order\":False,\"shape\":(2,)}",
    "  { 'shape' : ( 2 , ) ,'fortran_order': False, 'descr': '|u1' , }   ",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (2L,), }",
    "{'descr': '<f8', 'shape': (7,), 'fortran_order': False, 'shape': (2,), 'descr': '|u1'}",
  ])
  func headersAreReadAsPythonDoes(header: String) throws {
    for version in [UInt8(1), 2, 3] {
      let found = try file(header, [5, 6], version: version)
      #expect(found.shape == [2] && found.doubles == [5, 6])
    }
  }

  @Test func scalarsHaveNoExtents() throws {
    let found = try file("{'descr': '|u1', 'fortran_order': True, 'shape': (), }", [9])
    #expect(found.shape == [] && found.doubles == [9])
  }

  @Test func missingFilesAndFoldersAreNamed() {
    #expect(throws: FileError(path: "no/such.npy", reason: "no such file")) {
      try NPYFile(contentsOf: "no/such.npy")
    }
    #expect(throws: FileError(path: "/", reason: "is a folder")) { try NPYFile(contentsOf: "/") }
  }
}

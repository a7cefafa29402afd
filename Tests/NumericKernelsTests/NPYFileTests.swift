import Foundation
import NumericKernels
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
    ("False", "True ", "t.npy: is in Fortran order"),
    (
      "(3,)", "(4,)", "t.npy: holds 24 bytes of data where its shape (4,) needs 32; it is truncated"
    ),
    ("(3,)", "(x,)", "t.npy: has the malformed shape (x,)"),
    ("'shape'", "'spahe'", "t.npy: has a header without descr, fortran_order and shape"),
  ])
  func malformedHeadersAreNamed(original: String, replacement: String, message: String) {
    let bytes = NPYFile.encode([1.0, 2.0, 3.0], shape: [3])
    let length = bytes.count - 24
    let text = String(decoding: bytes[10..<length], as: UTF8.self)
      .replacingOccurrences(of: original, with: replacement)
    // Trailing spaces absorb what the replacement adds, so the length stays what the file says.
    let header = bytes.prefix(10) + Data(text.utf8.prefix(length - 10))
    do {
      _ = try NPYFile(header + bytes.suffix(24), path: "t.npy")
      Issue.record("accepted")
    } catch {
      #expect("\(error)".hasPrefix(message), "\(error)")
    }
  }

  @Test func missingFilesAndFoldersAreNamed() {
    #expect(throws: FileError(path: "no/such.npy", reason: "no such file")) {
      try NPYFile(contentsOf: "no/such.npy")
    }
    #expect(throws: FileError(path: "/", reason: "is a folder")) { try NPYFile(contentsOf: "/") }
  }
}

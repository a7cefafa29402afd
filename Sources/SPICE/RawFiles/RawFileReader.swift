import Files
import Foundation
import Netlist

/// Reads raw files of ngspice, Xyce and this program: every plot, binary or ASCII, real or complex
/// (ngspice manual, appendix "Rawfile format").
public struct RawFileReader {
  let bytes: [UInt8]
  let file: String
  /// The next byte to read.
  var position = 0

  /// The plots of the file at `path`, in its order, with normalized names: `v(out)`, `i(v1)`.
  public static func read(_ path: String) throws(RawFileError) -> [Plot] {
    let contents: Data
    do throws(FileError) {
      contents = try FileContents.read(path)
    } catch {
      throw RawFileError(file: error.path, byte: nil, reason: error.reason)
    }
    return try parse([UInt8](contents), file: path)
  }

  /// The plots in `bytes`; `file` only names them in errors.
  public static func parse(_ bytes: [UInt8], file: String) throws(RawFileError) -> [Plot] {
    var reader = RawFileReader(bytes: bytes, file: file)
    try reader.refuseOtherFormats()
    var plots: [Plot] = []
    reader.skipBlanks()
    while reader.position < bytes.count {
      plots.append(try reader.plot())
      reader.skipBlanks()
    }
    guard !plots.isEmpty else { throw reader.fault("the file is empty", at: 0) }
    return plots
  }

  private init(bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
  }

  func fault(_ reason: String, at byte: Int) -> RawFileError {
    RawFileError(file: file, byte: byte, reason: reason)
  }

  /// Files that are often called `.raw` and that hold something else.
  private func refuseOtherFormats() throws(RawFileError) {
    let signatures: [([UInt8], String)] = [
      ([0x1f, 0x8b], "is compressed by gzip; decompress it first"),
      (Array("BZh".utf8), "is compressed by bzip2; decompress it first"),
      ([0x28, 0xb5, 0x2f, 0xfd], "is compressed by zstd; decompress it first"),
      ([0xfd, 0x37, 0x7a, 0x58, 0x5a], "is compressed by xz; decompress it first"),
      ([0x89, 0x48, 0x44, 0x46], "is an HDF5 file, not a SPICE raw file"),
      (Array("T\0i\0".utf8), "has LTspice's UTF-16 header, whose values are not plain doubles"),
      ([0xff, 0xfe], "is UTF-16 text, not a SPICE raw file"),
    ]
    for (signature, reason) in signatures where bytes.starts(with: signature) {
      throw fault("the file " + reason, at: 0)
    }
  }

  mutating func skipBlanks() {
    while position < bytes.count, Self.isBlank(bytes[position]) { position += 1 }
  }

  static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

  /// The text up to the end of the line, without a carriage return.
  mutating func line() -> String {
    let start = position
    while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
    var end = position
    if position < bytes.count { position += 1 }
    if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  // MARK: Header

  /// The header fields read so far.
  private struct Header {
    var title = "", name = ""
    var flags: [Substring] = []
    var variableCount: Int?, pointCount: Int?
    var isFromLTspice = false
  }

  private mutating func plot() throws(RawFileError) -> Plot {
    var header = Header()
    var variables: [Plot.Variable]?
    while position < bytes.count {
      let start = position
      let line = line()
      if line.allSatisfy(\.isWhitespace) { continue }
      guard let colon = line.firstIndex(of: ":") else {
        throw fault("a header line has no colon: \(Self.excerpt(line))", at: start)
      }
      let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      switch line[..<colon].trimmingCharacters(in: .whitespaces).lowercased() {
      case "title": header.title = value
      case "plotname": header.name = value
      case "flags": header.flags = value.lowercased().split { $0 == " " || $0 == "\t" }
      case "no. variables": header.variableCount = try count(value, "variables", at: start)
      case "no. points": header.pointCount = try count(value, "points", at: start)
      case "command": header.isFromLTspice = value.contains("Linear Technology")
      case "variables":
        guard let count = header.variableCount, count > 0 else {
          throw fault("no number of variables precedes their list", at: start)
        }
        variables = try self.variables(count: count, firstLine: value)
      case "values", "binary":
        guard let variables else {
          throw fault("no list of variables precedes the values", at: start)
        }
        return try values(
          of: header, variables, isBinary: line[..<colon].lowercased().contains("binary"),
          at: start)
      // Date, Version, Offset, Dimensions, Option, Backannotation: nothing that values depend on.
      default: break
      }
    }
    throw fault("the file ends inside a header", at: bytes.count)
  }

  private func count(
    _ text: String, _ what: String, at byte: Int
  ) throws(RawFileError) -> Int {
    guard let count = Int(text), count >= 0 else {
      throw fault("the number of \(what) is no number: \(Self.excerpt(text))", at: byte)
    }
    return count
  }

  /// `index name kind`, then dimensions and the like, one per line.
  private mutating func variables(
    count: Int, firstLine: String
  ) throws(RawFileError) -> [Plot.Variable] {
    var variables: [Plot.Variable] = []
    // Spice3 puts the first variable behind the word.
    var pending: String? = firstLine.isEmpty ? nil : firstLine
    while variables.count < count {
      guard pending != nil || position < bytes.count else {
        throw fault(
          "the file ends in the list of variables, after \(variables.count) of \(count)",
          at: bytes.count)
      }
      let start = position
      let text = pending ?? line()
      pending = nil
      // Names may hold blanks where tabs separate the fields.
      let byTabs = text.split(separator: "\t")
      let fields =
        byTabs.count >= 3 ? byTabs : text.split { $0 == " " || $0 == "\t" || $0 == "\r" }
      guard fields.count >= 3, Int(fields[0].filter { $0 != " " }) == variables.count else {
        throw fault(
          "a line is not variable \(variables.count) with a name and a kind: "
            + Self.excerpt(text), at: start)
      }
      let kind = fields[2].trimmingCharacters(in: .whitespaces).lowercased()
      let name = RawVectorName.normalized(
        fields[1].trimmingCharacters(in: .whitespaces), kind: kind)
      variables.append(Plot.Variable(name: name, kind: kind))
    }
    return variables
  }

  private mutating func values(
    of header: Header, _ variables: [Plot.Variable], isBinary: Bool, at byte: Int
  ) throws(RawFileError) -> Plot {
    guard let points = header.pointCount else {
      throw fault("no number of points precedes the values", at: byte)
    }
    for flag in ["unpadded", "compressed", "fastaccess", "stepped"]
    where header.flags.contains(flag[...]) {
      throw fault("values stored as '\(flag)' are not read; real and complex are", at: byte)
    }
    guard !(header.isFromLTspice && isBinary && !header.flags.contains("double")) else {
      throw fault("LTspice's binary values are in single precision and not read", at: byte)
    }
    let isComplex = header.flags.contains("complex")
    guard isComplex || header.flags.contains("real") else {
      let flags = header.flags.joined(separator: " ")
      throw fault("the flags say neither real nor complex: \(Self.excerpt(flags))", at: byte)
    }
    var plot = Plot(
      title: header.title, name: header.name, variables: variables, isComplex: isComplex)
    plot.values =
      isBinary
      ? try binaryValues(points: points, width: variables.count * (isComplex ? 2 : 1))
      : try textValues(points: points, variables: variables.count, isComplex: isComplex)
    return plot
  }

  /// At most 60 characters of the text in the file.
  static func excerpt(_ text: String) -> String {
    let printable = text.unicodeScalars.prefix(60).map {
      $0.value < 32 || $0.value == 127 ? " " : Character($0)
    }
    return "'" + String(printable) + "'"
  }
}

import Files
import Foundation
import Netlist

/// Writes plots as raw files that ngspice's `load` and the readers of other tools take.
public enum RawFileWriter {
  /// How values are stored; both keep every bit.
  public enum Encoding: String, CaseIterable, Sendable {
    /// Little-endian doubles.
    case binary
    /// The shortest decimal text that reads back exactly.
    case ascii
  }

  /// The text of the date line if no date is given.
  public static let unknownDate = "not recorded"

  /// Writes `plots`, at least one, to `path`.
  public static func write(
    _ plots: [Plot], as encoding: Encoding = .binary, date: String = unknownDate, to path: String
  ) throws(FileError) {
    try FileContents.write(bytes: bytes(of: plots, as: encoding, date: date), to: path)
  }

  /// The file's bytes. The date is text for people, and some readers insist on its line; without
  /// one, the same plots always give the same bytes.
  public static func encode(_ plots: [Plot], as encoding: Encoding, date: String = unknownDate)
    -> Data
  {
    Data(bytes(of: plots, as: encoding, date: date))
  }

  private static func bytes(of plots: [Plot], as encoding: Encoding, date: String) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(
      plots.reduce(0) { $0 + 500 + 30 * $1.variables.count + 8 * $1.values.count })
    for plot in plots {
      // No `Command:` line, which ngspice would execute on loading.
      bytes +=
        """
        Title: \(plot.title.onOneLine)
        Date: \(date.onOneLine)
        Plotname: \(plot.name.onOneLine)
        Flags: \(plot.isComplex ? "complex" : "real")
        No. Variables: \(plot.variables.count)
        No. Points: \(plot.pointCount)
        Variables:

        """.utf8
      for (index, variable) in plot.variables.enumerated() {
        bytes.append(UInt8(ascii: "\t"))
        bytes.append(decimal: index)
        bytes.append(UInt8(ascii: "\t"))
        bytes += variable.name.utf8
        bytes.append(UInt8(ascii: "\t"))
        bytes += variable.kind.utf8
        bytes.append(UInt8(ascii: "\n"))
      }
      bytes += (encoding == .binary ? "Binary:\n" : "Values:\n").utf8
      switch encoding {
      case .binary: append(plot.values, to: &bytes)
      case .ascii: appendText(of: plot, to: &bytes)
      }
    }
    return bytes
  }

  private static func append(_ values: [Double], to bytes: inout [UInt8]) {
    #if _endian(little)
      unsafe values.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    #else
      let patterns = values.map { $0.bitPattern.littleEndian }
      unsafe patterns.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    #endif
  }

  private static func appendText(of plot: Plot, to bytes: inout [UInt8]) {
    let width = plot.variables.count
    for point in 0..<plot.pointCount {
      var text = " \(point)"
      for variable in 0..<width {
        let place = point * width + variable
        text += "\t"
        if plot.isComplex {
          text += "\(plot.values[2 * place].description),\(plot.values[2 * place + 1].description)"
        } else {
          text += plot.values[place].description
        }
        text += "\n"
      }
      bytes += (text + "\n").utf8
    }
  }
}

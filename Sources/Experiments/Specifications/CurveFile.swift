import CrossbarArray
import Foundation
import NumericKernels

/// A measured I–V curve as CSV: columns `volts,relativeCurrent`, where the current is over the
/// cell's conductance, in volts. Lines that start with `#` are comments.
enum CurveFile {
  /// The format as the reference page describes it.
  static let meaning =
    "Curve, .csv with the columns volts,relativeCurrent (current over conductance, in volts): both "
    + "rising, on both sides of 0 V, through the origin"

  /// The law in the file at `path`.
  static func read(_ path: String) throws(FileError) -> TableLaw {
    let text = String(decoding: try FileContents.read(path), as: UTF8.self)
    var hasHeader = false
    var (volts, currents) = ([Double](), [Double]())
    for (index, raw) in text.split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline
    ).enumerated() {
      let line = raw.trimmingCharacters(in: .whitespaces)
      guard !line.isEmpty, !line.hasPrefix("#") else { continue }
      let fields = line.split(separator: ",", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      func fault(_ reason: String) -> FileError {
        FileError(path: "\(path):\(index + 1)", reason: reason)
      }
      guard hasHeader else {
        guard fields == ["volts", "relativeCurrent"] else {
          throw fault("the first line must be volts,relativeCurrent; it is '\(line)'")
        }
        hasHeader = true
        continue
      }
      guard fields.count == 2 else { throw fault("has \(fields.count) fields; two are expected") }
      for field in fields where Double(field)?.isFinite != true {
        throw fault("'\(field)' is not a finite number")
      }
      volts.append(Double(fields[0]) ?? 0)
      currents.append(Double(fields[1]) ?? 0)
    }
    guard hasHeader else { throw FileError(path: path, reason: "has no line of column names") }
    do throws(ArrayError) {
      return try TableLaw(volts: volts, relativeCurrents: currents)
    } catch {
      throw FileError(path: path, reason: "\(error)")
    }
  }
}

import CrossbarArray
import Files

/// A measured I–V curve as CSV: columns `volts,relativeCurrent`, where the current is over the
/// cell's conductance, in volts. Lines that start with `#` are comments.
enum CurveFile {
  /// The format as the reference page describes it.
  static let meaning =
    "Curve, .csv with the columns volts,relativeCurrent (current over conductance, in volts): both "
    + "rising, on both sides of 0 V, through the origin"

  /// The law in the file at `path`.
  static func read(_ path: String) throws(FileError) -> TableLaw {
    let (names, lines) = try CSVLine.table(path)
    guard names.fields == ["volts", "relativeCurrent"] else {
      throw names.fault("the first line must be volts,relativeCurrent; it is '\(names.text)'")
    }
    var (volts, currents) = ([Double](), [Double]())
    for line in lines {
      guard line.fields.count == 2 else {
        throw line.fault("has \(line.fields.count) fields; two are expected")
      }
      let values = try line.numbers()
      volts.append(values[0])
      currents.append(values[1])
    }
    do throws(ArrayError) {
      return try TableLaw(volts: volts, relativeCurrents: currents)
    } catch {
      throw FileError(path: path, reason: "\(error)")
    }
  }

  /// The file of a curve, which `read` reads as the same one.
  static func text(_ curve: TableLaw) -> String {
    let points = zip(curve.volts, curve.relativeCurrents).map { "\($0),\($1)" }
    return (["volts,relativeCurrent"] + points).joined(separator: "\n") + "\n"
  }
}

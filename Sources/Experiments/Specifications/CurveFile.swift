import CrossbarArray
import Files

/// A measured I–V curve as CSV: columns `volts,relativeCurrent`, where the current is over the
/// cell's conductance, in volts; or `volts` and a column for each state, named by its conductance in
/// siemens. Lines that start with `#` are comments.
enum CurveFile {
  /// The format as the reference page describes it.
  static let meaning =
    "Curve, .csv with the columns volts,relativeCurrent (current over conductance, in volts): both "
    + "rising, on both sides of 0 V, through the origin; or a column for each state, named by its "
    + "conductance in siemens, such as volts,1e-6,4e-6,16e-6: cells between two states, or below "
    + "the first, carry a part of their current"

  /// The law in the file at `path`.
  static func read(_ path: String) throws(FileError) -> TableLaw {
    let (names, lines) = try CSVLine.table(path)
    let states = names.fields.dropFirst().compactMap { Double($0) }
    let isSingle = names.fields == ["volts", "relativeCurrent"]
    guard isSingle || names.fields.first == "volts" && states.count > 1,
      isSingle || states.count == names.fields.count - 1
    else {
      throw names.fault(
        "the first line must be volts,relativeCurrent, or volts and the conductances of two or more "
          + "states in siemens; it is '\(names.text)'")
    }
    let count = names.fields.count
    var rows: [[Double]] = []
    for line in lines {
      guard line.fields.count == count else {
        throw line.fault(
          "has \(line.fields.count) fields; \(count == 2 ? "two" : "\(count)") are expected")
      }
      rows.append(try line.numbers())
    }
    let columns = (0..<count).map { column in rows.map { $0[column] } }
    do throws(ArrayError) {
      return isSingle
        ? try TableLaw(volts: columns[0], relativeCurrents: columns[1])
        : try TableLaw(
          volts: columns[0], stateSiemens: states, relativeCurrents: Array(columns.dropFirst()))
    } catch {
      throw FileError(path: path, reason: "\(error)")
    }
  }

  /// The file of a curve, which `read` reads as the same one.
  static func text(_ curve: TableLaw) -> String {
    let names =
      curve.stateSiemens.isEmpty ? ["relativeCurrent"] : curve.stateSiemens.map { "\($0)" }
    let lines = curve.volts.indices.map { k in
      ([curve.volts[k]] + curve.relativeCurrents.map { $0[k] }).map { "\($0)" }
    }
    return ([["volts"] + names] + lines).map { $0.joined(separator: ",") + "\n" }.joined()
  }
}

import AnalogCore
import Files

/// A user's table of conductance errors, as CSV: mean shift and standard deviation against state.
///
/// Columns `stateSiemens,shiftSiemens,deviationSiemens`, or the same in `Amperes` (of a read) or
/// `Relative` (to the largest conductance); the shift may be left out. Lines that start with `#`
/// are comments.
enum StateTableFile {
  /// Description of the format on the reference page.
  static let meaning =
    "Table, .csv with the columns stateSiemens,shiftSiemens,deviationSiemens, states increasing; "
    + "Amperes (of a read) or Relative (to the largest conductance) instead of Siemens; the shift "
    + "may be left out"

  /// The table in the file at `path`.
  static func read(_ path: String) throws(FileError) -> StateTable {
    let (names, lines) = try CSVLine.table(path)
    guard let (state, count) = header(names.fields) else {
      throw names.fault(
        "the first line must be stateSiemens,shiftSiemens,deviationSiemens, or the same in "
          + "Amperes or Relative, with or without the shift; it is '\(names.text)'")
    }
    var columns: [[Double]] = [[], [], []]
    for line in lines {
      guard line.fields.count == count else {
        throw line.fault("has \(line.fields.count) fields, the first line \(count)")
      }
      var values = try line.numbers()
      if count == 2 { values.insert(0, at: 1) }
      for k in 0..<3 { columns[k].append(values[k]) }
    }
    do throws(StateTable.Fault) {
      return try StateTable(
        state: state, states: columns[0], means: columns[1], deviations: columns[2])
    } catch {
      let at = lines.startIndex + error.point
      throw FileError(path: at < lines.endIndex ? lines[at].place : path, reason: error.reason)
    }
  }

  private static func header(_ fields: [String]) -> (state: StateTable.State, count: Int)? {
    for state in StateTable.State.allCases {
      let names = ["state", "shift", "deviation"].map { $0 + state.suffix }
      if fields == names || fields == [names[0], names[2]] { return (state, fields.count) }
    }
    return nil
  }
}

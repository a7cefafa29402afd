import AnalogCore
import Foundation
import NumericKernels

/// A user's table of conductance errors, as CSV: mean shift and standard deviation against state.
///
/// Columns `stateSiemens,shiftSiemens,deviationSiemens`, or the same in `Amperes` (of a read) or
/// `Relative` (to the largest conductance); the shift may be left out. Lines that start with `#` are
/// comments.
enum StateTableFile {
  /// What the reference page says of the format.
  static let meaning =
    "Table, .csv with the columns stateSiemens,shiftSiemens,deviationSiemens, states increasing; "
    + "Amperes (of a read) or Relative (to the largest conductance) instead of Siemens; the shift "
    + "may be left out"

  /// The table in the file at `path`.
  static func read(_ path: String) throws(FileError) -> StateTable {
    let text = String(decoding: try FileContents.read(path), as: UTF8.self)
    var header: (state: StateTable.State, count: Int)?
    var lines: [Int] = []
    var columns: [[Double]] = [[], [], []]
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
      guard let (_, count) = header else {
        header = self.header(fields)
        if header == nil {
          throw fault(
            "the first line must be stateSiemens,shiftSiemens,deviationSiemens, or the same in "
              + "Amperes or Relative, with or without the shift; it is '\(line)'")
        }
        continue
      }
      guard fields.count == count else {
        throw fault("has \(fields.count) fields, the first line \(count)")
      }
      var values: [Double] = []
      for field in fields {
        guard let value = Double(field), value.isFinite else {
          throw fault("'\(field)' is not a finite number")
        }
        values.append(value)
      }
      if count == 2 { values.insert(0, at: 1) }
      for k in 0..<3 { columns[k].append(values[k]) }
      lines.append(index + 1)
    }
    guard let (state, _) = header else {
      throw FileError(path: path, reason: "has no line of column names")
    }
    do throws(StateTable.Fault) {
      return try StateTable(
        state: state, states: columns[0], means: columns[1], deviations: columns[2])
    } catch {
      let place = error.point < lines.count ? "\(path):\(lines[error.point])" : path
      throw FileError(path: place, reason: error.reason)
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

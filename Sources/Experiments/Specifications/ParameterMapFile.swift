import CrossbarArray
import Files

/// Parameters of a compiled cell against its conductance, as CSV: the column `siemens`, then a column
/// for each parameter, named as in the module. Lines that start with `#` are comments.
enum ParameterMapFile {
  /// The format as the reference page describes it.
  static let meaning =
    "Parameters of the module that follow G, .csv with the columns siemens (rising, above 0) and one "
    + "for each parameter, named as in the module; between rows by interpolation; conductances beyond "
    + "the rows are refused. Instead of conductanceParameter"

  /// The table in the file at `path`.
  static func read(
    _ path: String, _ interpolation: CompactStates.Interpolation
  ) throws(FileError) -> CompactStates {
    let (names, lines) = try CSVLine.table(path)
    guard names.fields.first == "siemens", names.fields.count > 1,
      !names.fields.contains("")
    else {
      throw names.fault(
        "the first line must be siemens and the names of parameters; it is '\(names.text)'")
    }
    var rows: [[Double]] = []
    for line in lines {
      guard line.fields.count == names.fields.count else {
        throw line.fault(
          "has \(line.fields.count) fields; \(names.fields.count) are expected")
      }
      rows.append(try line.numbers())
    }
    do throws(CompactStates.Fault) {
      return try CompactStates(
        Array(names.fields.dropFirst()), siemens: rows.map { $0[0] },
        values: names.fields.indices.dropFirst().map { column in rows.map { $0[column] } },
        interpolation: interpolation, file: path, places: [names.place] + lines.map(\.place))
    } catch {
      throw FileError(path: error.place, reason: error.reason)
    }
  }

  /// The file of a table, which `read` reads as the same one.
  static func text(_ states: CompactStates) -> String {
    let lines = states.siemens.indices.map { row in
      ([states.siemens[row]] + states.values.map { $0[row] }).map { "\($0)" }
    }
    return ([["siemens"] + states.parameters] + lines).map { $0.joined(separator: ",") + "\n" }
      .joined()
  }
}

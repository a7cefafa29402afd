import AnalogCore
import Files

/// A user's table of read disturb, as CSV: mean shift of a conductance per read and its standard
/// deviation, against the conductance and, in a column of its own, the read voltage.
///
/// Columns `stateSiemens,readVolts,shiftSiemensPerRead,deviationSiemensPerRead`, in which the
/// voltage may be left out; `validation/compact/disturb.py` writes it. Lines that start with `#` are comments.
enum ReadDisturbFile {
  /// Description of the format on the reference page.
  static let meaning =
    "Table, .csv with the columns stateSiemens,readVolts,shiftSiemensPerRead,"
    + "deviationSiemensPerRead: a line for every state, rising, at every voltage, rising; readVolts "
    + "may be left out. validation/compact/disturb.py makes it from a compact model"

  private static let columns = [
    "stateSiemens", "readVolts", "shiftSiemensPerRead", "deviationSiemensPerRead",
  ]

  /// The table in the file at `path`.
  static func read(_ path: String) throws(FileError) -> ReadDisturb.Table {
    let (names, lines) = try CSVLine.table(path)
    let hasVolts = names.fields == columns
    guard hasVolts || names.fields == columns.filter({ $0 != "readVolts" }) else {
      throw names.fault(
        "the first line must be \(columns.joined(separator: ",")), with or without readVolts; it is "
          + "'\(names.text)'")
    }
    var volts: [Double] = []
    var blocks: [[(line: CSVLine, values: [Double])]] = []
    for line in lines {
      guard line.fields.count == names.fields.count else {
        throw line.fault("has \(line.fields.count) fields, the first line \(names.fields.count)")
      }
      var values = try line.numbers()
      let voltage = hasVolts ? values.remove(at: 1) : 0
      if blocks.isEmpty || voltage != volts[volts.count - 1] {
        guard voltage > volts.last ?? -.infinity else {
          throw line.fault(
            "voltages do not increase: \(voltage) V follows \(volts[volts.count - 1]) V")
        }
        volts.append(voltage)
        blocks.append([])
      }
      blocks[blocks.count - 1].append((line, values))
    }
    var tables: [StateTable] = []
    for block in blocks {
      let column = { (k: Int) in block.map { $0.values[k] } }
      do throws(StateTable.Fault) {
        tables.append(
          try StateTable(
            state: .siemens, states: column(0), means: column(1), deviations: column(2)))
      } catch {
        throw block[error.point].line.fault(error.reason)
      }
      guard column(0) == tables[0].states else {
        throw block[0].line.fault(
          "the states at \(volts[tables.count - 1]) V are not those at \(volts[0]) V")
      }
    }
    guard let first = tables.first else { throw names.fault("the table has no points") }
    return hasVolts ? ReadDisturb.Table(volts: volts, tables) : ReadDisturb.Table(first)
  }
}

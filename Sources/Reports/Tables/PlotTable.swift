import Foundation
import Netlist

extension Plot {
  /// The plot as a table for a terminal: a vector per line for a single point, a point per line
  /// otherwise; at most `columnLimit` vectors and `rowLimit` points, evenly chosen. Of the vectors of a
  /// single point it shows the first and the last, which are the currents of sources, where there are
  /// more than `vectorLimit`.
  ///
  /// - Parameter names: Vectors to show; empty for as many as there is room.
  public func table(
    showing names: [String], columnLimit: Int = 8, rowLimit: Int = 21, vectorLimit: Int = 200
  ) -> Table {
    let hasScale = variables.first.map { Self.isScale($0) } ?? false
    var shown = names.compactMap { name in variables.firstIndex { $0.name == name } }
    if shown.isEmpty { shown = Array(variables.indices.dropFirst(hasScale ? 1 : 0)) }
    if pointCount == 1, !hasScale {
      let row = { [variables[$0].name, text(0, $0), Self.unit(of: variables[$0])] }
      let left = names.isEmpty ? shown.count - vectorLimit : 0
      let rows =
        left <= 0
        ? shown.map(row)
        : shown.prefix(vectorLimit - vectorLimit / 2).map(row)
          + [["… \(left) more", "", "by .print, --raw or --csv"]]
          + shown.suffix(vectorLimit / 2).map(row)
      return Table([.text("vector"), .number("value"), .text("unit")], rows: rows)
    }
    let columns = (hasScale ? [0] : []) + shown.prefix(columnLimit).filter { !hasScale || $0 != 0 }
    var table = Table(
      columns.map { .number(variables[$0].name, unit: Self.unit(of: variables[$0])) })
    let count = pointCount
    let rows = min(count, rowLimit)
    for row in 0..<rows {
      let point = rows > 1 ? row * (count - 1) / (rows - 1) : 0
      table.append(columns.map { text(point, $0) })
    }
    return table
  }

  private static func isScale(_ variable: Variable) -> Bool {
    ["time", "frequency"].contains(variable.kind) || variable.name.hasSuffix("-sweep")
      || variable.name == "sweep"
  }

  private static func unit(of variable: Variable) -> String {
    switch variable.kind {
    case "voltage": "V"
    case "current": "A"
    case "time": "s"
    case "frequency": "Hz"
    case "temperature": "°C"
    case "decibel": "dB"
    case "phase": "rad"
    default: ""
    }
  }

  /// Six digits; a complex value as `magnitude ∠ degrees`, a real one among them as a number.
  private func text(_ point: Int, _ variable: Int) -> String {
    guard isComplex else {
      return NumberFormat.significant(values[point * variables.count + variable], digits: 6)
    }
    let place = 2 * (point * variables.count + variable)
    let (real, imaginary) = (values[place], values[place + 1])
    if variables[variable].isReal {
      return NumberFormat.significant(real, digits: 6)
    }
    let magnitude = (real * real + imaginary * imaginary).squareRoot()
    let degrees = atan2(imaginary, real) * 180 / .pi
    return NumberFormat.significant(magnitude, digits: 6) + " ∠ "
      + NumberFormat.fixed(degrees, digits: 2) + "°"
  }
}

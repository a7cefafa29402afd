import Foundation
import NumericKernels

/// A modeller's own currents: CSV with one line per input vector and one number per output.
public enum PredictedCurrents {
  /// Reads `rows` × `columns` amperes; a first line without numbers is a heading.
  public static func read(_ path: String, rows: Int, columns: Int) throws(FileError) -> Matrix<
    Double
  > {
    let text = String(decoding: try FileContents.read(path), as: UTF8.self)
    var values: [Double] = []
    var count = 0
    var isFirst = true
    // Blank lines count: errors name lines as an editor does.
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
        .map { $0.trimmingCharacters(in: .whitespaces) }
      let isHeading = isFirst && fields.allSatisfy { Double($0) == nil }
      isFirst = false
      if isHeading { continue }
      guard fields.count == columns else {
        throw FileError(
          path: path,
          reason: "line \(index + 1) has \(fields.count) values; the array has \(columns) outputs")
      }
      for (column, field) in fields.enumerated() {
        guard let value = Double(field), value.isFinite else {
          throw FileError(
            path: path,
            reason: "line \(index + 1), column \(column + 1): '\(field)' is not a finite number")
        }
        values.append(value)
      }
      count += 1
    }
    guard count == rows else {
      throw FileError(
        path: path, reason: "has \(count) vectors; \(rows) were dumped, one line each")
    }
    return Matrix(rows: rows, columns: columns, elements: values)
  }
}

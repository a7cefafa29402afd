import Files
import Foundation
import NumericKernels

/// Currents from an external model: one line of text per input vector with one number per output,
/// or `.npy`.
///
/// Outputs are in the order of the dumped currents: positive bit lines, then negative ones if pairs
/// are separate.
public enum PredictedCurrents {
  /// Reads `rows` × `columns` amperes.
  ///
  /// Text holds numbers with commas or blanks between them; a first line without numbers is a
  /// heading. `.npy` holds `[rows, columns]`, or `[2, rows, columns / 2]` as `mvm` writes separate
  /// pairs.
  public static func read(
    _ path: String, rows: Int, columns: Int
  ) throws(FileError) -> Matrix<Double> {
    let isNPY = path.lowercased().hasSuffix(".npy")
    let values =
      isNPY
      ? try numbers(NPYFile(contentsOf: path), path, rows: rows, columns: columns)
      : try numbers(
        String(decoding: try FileContents.read(path), as: UTF8.self), path, rows: rows,
        columns: columns)
    return Matrix(rows: rows, columns: columns, elements: values)
  }

  private static func numbers(
    _ file: NPYFile, _ path: String, rows: Int, columns: Int
  ) throws(FileError) -> [Double] {
    var values = file.doubles
    if columns % 2 == 0, file.shape == [2, rows, columns / 2] {
      let (stored, half) = (values, columns / 2)
      values = (0..<rows * columns).map { k in
        let (row, column) = (k / columns, k % columns)
        return stored[(column / half * rows + row) * half + column % half]
      }
    } else if file.shape != [rows, columns] {
      throw FileError(
        path: path,
        reason: "has shape \(file.shape); [\(rows), \(columns)] (vectors, outputs) is expected")
    }
    if let bad = values.firstIndex(where: { !$0.isFinite }) {
      throw FileError(
        path: path,
        reason:
          "vector \(bad / columns), output \(bad % columns): '\(values[bad])' is not a finite "
          + "number")
    }
    return values
  }

  private static func numbers(
    _ text: String, _ path: String, rows: Int, columns: Int
  ) throws(FileError) -> [Double] {
    var values: [Double] = []
    var count = 0
    var isFirst = true
    // Blank lines count: errors name lines as an editor does.
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
      let fields =
        line.contains(",")
        ? line.split(separator: ",", omittingEmptySubsequences: false)
          .map { $0.trimmingCharacters(in: .whitespaces) }
        : line.split(whereSeparator: \.isWhitespace).map(String.init)
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
    return values
  }
}

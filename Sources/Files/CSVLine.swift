import Foundation

/// One line of a table that users write as CSV: its fields without blanks around them, and its
/// place for errors. Blank lines and lines that start with `#` are no lines of the table.
package struct CSVLine {
  /// The line without blanks around it, and its fields.
  package let text: String, fields: [String]
  /// `FILE:LINE`.
  package let place: String

  /// A fault of this line.
  package func fault(_ reason: String) -> FileError { FileError(path: place, reason: reason) }

  /// The fields as finite numbers.
  package func numbers() throws(FileError) -> [Double] {
    var values: [Double] = []
    for field in fields {
      guard let value = Double(field), value.isFinite else {
        throw fault("'\(field)' is not a finite number")
      }
      values.append(value)
    }
    return values
  }

  /// The column names and the lines below them in the file at `path`.
  package static func table(
    _ path: String
  ) throws(FileError) -> (names: CSVLine, lines: ArraySlice<CSVLine>) {
    var text = Substring(String(decoding: try FileContents.read(path), as: UTF8.self))
    // Spreadsheets write a mark of the byte order first.
    if text.hasPrefix("\u{FEFF}") { text = text.dropFirst() }
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated().compactMap { index, raw -> CSVLine? in
        let line = raw.trimmingCharacters(in: .whitespaces)
        guard !line.isEmpty, !line.hasPrefix("#") else { return nil }
        let fields = line.split(separator: ",", omittingEmptySubsequences: false).map {
          $0.trimmingCharacters(in: .whitespaces)
        }
        return CSVLine(text: line, fields: fields, place: "\(path):\(index + 1)")
      }
    guard let names = lines.first else {
      throw FileError(path: path, reason: "has no line of column names")
    }
    return (names, lines.dropFirst())
  }
}

import Files

/// Rows of text under named columns, for terminals, Markdown and HTML.
public struct Table: Sendable, Equatable {
  /// Which edge the cells of a column share.
  public enum Alignment: Sendable, Equatable {
    case left
    /// For numbers.
    case right
    /// Right if every cell is a number, otherwise left.
    case byContent
  }

  /// One column.
  public struct Column: Sendable, Equatable {
    public var title: String
    /// Shown in brackets after the title; empty for none.
    public var unit: String
    public var alignment: Alignment
    /// What neighboring columns have in common, above their titles; empty for none.
    public var group = ""

    /// A column of text.
    public static func text(_ title: String) -> Column {
      Column(title: title, unit: "", alignment: .left)
    }

    /// A column of numbers in `unit`.
    public static func number(_ title: String, unit: String = "") -> Column {
      Column(title: title, unit: unit, alignment: .right)
    }

    /// A column of values in `unit`, which may be numbers or words.
    public static func value(_ title: String, unit: String = "") -> Column {
      Column(title: title, unit: unit, alignment: .byContent)
    }

    /// Title with unit: "rms error (LSB)".
    var ownHeading: String { unit.isEmpty ? title : "\(title) (\(unit))" }
    /// The same behind the group: "current lost, 1 kΩ".
    public var heading: String { group.isEmpty ? ownHeading : "\(group), \(ownHeading)" }
  }

  public var columns: [Column]
  public private(set) var rows: [[String]] = []

  /// A table without rows.
  public init(_ columns: [Column]) { self.columns = columns }

  /// A table of `rows`, each with one cell per column.
  public init(_ columns: [Column], rows: [[String]]) {
    self.init(columns)
    for row in rows { append(row) }
  }

  /// Adds a row with one cell per column.
  public mutating func append(_ row: [String]) {
    precondition(row.count == columns.count, "a row has another number of cells than the table")
    rows.append(row)
  }
}

extension Table {
  /// The table without columns that hold dashes alone.
  var droppingEmptyColumns: Table {
    let kept = columns.indices.filter { column in rows.contains { $0[column] != "–" } }
    return rows.isEmpty
      ? self : Table(kept.map { columns[$0] }, rows: rows.map { row in kept.map { row[$0] } })
  }

  /// Aligned lines for a terminal: headings, a rule, rows; two spaces between columns.
  public var text: String {
    let areNumbers = columns.indices.map(isRight)
    let cells = ([columns.map(\.heading)] + rows).map { $0.map(Self.oneLine) }
    let widths = columns.indices.map { column in
      cells.map { DisplayWidth.of($0[column]) }.max() ?? 0
    }
    let lines = cells.map { row in
      zip(row.indices, row).map { padded($1, to: widths[$0], isRight: areNumbers[$0]) }
        .joined(separator: "  ")
    }
    let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
    let all = lines.prefix(1) + [rule] + lines.dropFirst()
    return all.map { Self.trimmed($0) + "\n" }.joined()
  }

  /// The table in Markdown, columns aligned in the source too.
  public var markdown: String {
    let areNumbers = columns.indices.map(isRight)
    let cells = ([columns.map(\.heading)] + rows).map { row in
      row.map { Self.oneLine($0).replacing("\\", with: "\\\\").replacing("|", with: "\\|") }
    }
    let widths = columns.indices.map { column in
      max(3, cells.map { DisplayWidth.of($0[column]) }.max() ?? 0)
    }
    let lines = cells.map { row in
      "| "
        + zip(row.indices, row).map { padded($1, to: widths[$0], isRight: areNumbers[$0]) }
        .joined(separator: " | ") + " |\n"
    }
    let rule = widths.enumerated().map { column, width in
      areNumbers[column]
        ? String(repeating: "-", count: width - 1) + ":" : String(repeating: "-", count: width)
    }
    return
      (lines.prefix(1) + ["| " + rule.joined(separator: " | ") + " |\n"]
      + lines.dropFirst()).joined()
  }

  /// The table as an HTML `table` element; numbers carry the class `number`.
  public var html: String {
    let areNumbers = columns.indices.map(isRight)
    func row(_ cells: [String], _ tag: String) -> String {
      zip(cells.indices, cells).map { column, cell in
        let style = areNumbers[column] ? " class=\"number\"" : ""
        let scope = tag == "th" ? " scope=\"col\"" : ""
        let text = SymbolText(TypographicNumber.signs(cell)).html
        return "<\(tag)\(scope)\(style)>\(text)</\(tag)>"
      }.joined()
    }
    let body = rows.map { "<tr>\(row($0, "td"))</tr>\n" }.joined()
    return """
      <table>
      <thead>\(groups)<tr>\(row(columns.map(\.ownHeading), "th"))</tr></thead>
      <tbody>
      \(body)</tbody>
      </table>

      """
  }

  /// The row of the groups of columns; empty without groups.
  private var groups: String {
    guard columns.contains(where: { !$0.group.isEmpty }) else { return "" }
    var spans: [(name: String, count: Int)] = []
    for column in columns {
      if let last = spans.last, last.name == column.group {
        spans[spans.count - 1].count += 1
      } else {
        spans.append((column.group, 1))
      }
    }
    let cells = spans.map { name, count in
      let text = SymbolText(TypographicNumber.signs(name)).html
      return name.isEmpty
        ? "<td colspan=\"\(count)\"></td>"
        : "<th class=\"group\" scope=\"colgroup\" colspan=\"\(count)\">\(text)</th>"
    }
    return "<tr>\(cells.joined())</tr>"
  }

  /// The table as CSV with a header line.
  public var csv: String {
    ([columns.map(\.heading)] + rows).map(CSV.line).joined()
  }

  private func isRight(_ column: Int) -> Bool {
    switch columns[column].alignment {
    case .left: false
    case .right: true
    case .byContent:
      rows.allSatisfy { row in
        row[column].first.map { $0.isNumber || "+-−–.∞".contains($0) } ?? true
      }
    }
  }

  private func padded(_ text: String, to width: Int, isRight: Bool) -> String {
    let space = String(repeating: " ", count: max(0, width - DisplayWidth.of(text)))
    return isRight ? space + text : text + space
  }

  private static func oneLine(_ text: String) -> String {
    // Printable ASCII, which nearly all cells are, stays as it is.
    if text.utf8.allSatisfy({ 0x20..<0x7F ~= $0 }) { return text }
    return String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 })
  }

  /// A line without the spaces at its end.
  private static func trimmed(_ line: String) -> Substring {
    let bytes = line.utf8
    var end = bytes.endIndex
    while end > bytes.startIndex, bytes[bytes.index(before: end)] == UInt8(ascii: " ") {
      end = bytes.index(before: end)
    }
    return line[..<end]
  }
}

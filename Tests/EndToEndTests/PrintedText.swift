import Foundation

/// Printed lines reduced to what two runs have in common: no times, no rounding errors.
enum PrintedText {
  /// `lines` as lists of words and cells that can be compared.
  static func comparable(_ lines: [String]) -> [[String]] {
    var columns: [Column] = []
    return lines.enumerated().map { index, line in
      if index + 1 < lines.count, isRule(lines[index + 1]) {
        columns = Self.columns(rule: lines[index + 1], heading: line)
      }
      if isRule(line) { return ["─"] }
      if line.isEmpty { columns = [] }
      guard !columns.isEmpty else { return [plain(line)] }
      return columns.map { column in
        let cell = String(line.dropFirst(column.start).prefix(column.width))
          .trimmingCharacters(in: .whitespaces)
        return column.isTime ? "time" : plain(cell)
      }
    }
  }

  private struct Column {
    var start: Int
    var width: Int
    var isTime: Bool
  }

  private static func isRule(_ line: String) -> Bool {
    !line.isEmpty && line.allSatisfy { $0 == "─" || $0 == " " }
  }

  private static func columns(rule: String, heading: String) -> [Column] {
    var found: [Column] = []
    var start: Int?
    for (place, character) in (rule + " ").enumerated() {
      if character == "─", start == nil { start = place }
      guard character == " ", let begin = start else { continue }
      let title = heading.dropFirst(begin).prefix(place - begin)
      let isTime = title.contains("time") || title.contains("(µs)") || title.contains("(ms)")
      found.append(Column(start: begin, width: place - begin, isTime: isTime))
      start = nil
    }
    return found
  }

  /// Times, builds, rounding errors and last digits are replaced.
  private static func plain(_ text: String) -> String {
    text.replacing(/TileSpice [0-9.]+ \([a-z, ]+\)/, with: "TileSpice")
      .replacing(/\d+ tasks/, with: "N tasks")
      .replacing(/\b[0-9.]+(e-?\d+)? (ns|µs|ms|s|min)\b( \d+ s)?/, with: "TIME")
      .replacing(/-?\d+\.?\d*(e[-+]?\d+)?/) { match in
        guard let value = Double(match.0) else { return String(match.0) }
        // What is left of exact cancellation, and digits beyond those that a report shows.
        if value != 0, value.magnitude < 1e-6 { return "ε" }
        return String(format: "%.6g", value)
      }
      .split(separator: " ").joined(separator: " ")
  }
}

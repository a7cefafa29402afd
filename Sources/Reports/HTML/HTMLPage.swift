import Files
import Foundation

/// A self-contained page: text, tables and figures with their data; nothing is loaded from
/// anywhere, and the same blocks give the same bytes.
public struct HTMLPage: Sendable, Equatable {
  /// One part of the page; text is escaped, never taken for markup.
  public indirect enum Block: Sendable, Equatable {
    /// A section heading, level 2 or 3.
    case heading(String, level: Int = 2)
    case paragraph(String)
    /// The sentence that the page opens with.
    case lead(String)
    /// A paragraph that stands out: a warning or a limit.
    case note(String)
    case list([String])
    case table(Table, caption: String = "")
    /// A figure with its data.
    case figure(Figure)
    /// Blocks folded away under `summary`.
    case folded(summary: String, [Block])
    /// Text in a fixed-width font.
    case listing(String)
  }

  /// Title of the page and its first heading.
  public var title: String
  /// One line under the title; empty for none.
  public var subtitle: String
  public var blocks: [Block]

  /// A page of `blocks`.
  public init(title: String, subtitle: String = "", blocks: [Block] = []) {
    self.title = title
    self.subtitle = subtitle
    self.blocks = blocks
  }

  /// The whole page.
  public var html: String {
    var numbers = Numbers()
    let body = blocks.map { Self.html($0, &numbers) }.joined()
    let head = subtitle.isEmpty ? "" : "<p class=\"subtitle\">\(HTMLText.escape(subtitle))</p>\n"
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(HTMLText.escape(title))</title>
      <style>
      \(HTMLStyle.css)
      </style>
      </head>
      <body>
      <main>
      <h1>\(HTMLText.escape(title))</h1>
      \(head)\(body)</main>
      </body>
      </html>

      """
  }

  /// Numbers of the figures and tables so far.
  private struct Numbers {
    var figures = 0
    var tables = 0
  }

  private static func html(_ block: Block, _ numbers: inout Numbers) -> String {
    switch block {
    case .heading(let text, let level):
      let tag = "h\(min(max(level, 2), 6))"
      return "<\(tag)>\(rich(text))</\(tag)>\n"
    case .paragraph(let text): return "<p>\(rich(text))</p>\n"
    case .lead(let text): return "<p class=\"lead\">\(rich(text))</p>\n"
    case .note(let text): return "<p class=\"note\">\(rich(text))</p>\n"
    case .list(let items):
      return "<ul>\n" + items.map { "<li>\(rich($0))</li>\n" }.joined() + "</ul>\n"
    case .table(let table, let caption):
      numbers.tables += 1
      return html(table, caption: caption, number: numbers.tables)
    case .figure(let figure):
      numbers.figures += 1
      return html(figure, number: numbers.figures)
    case .folded(let summary, let blocks):
      let inner = blocks.map { html($0, &numbers) }.joined()
      return "<details><summary>\(rich(summary))</summary>\n\(inner)</details>\n"
    case .listing(let text): return "<pre>\(HTMLText.escape(text))</pre>\n"
    }
  }

  /// Prose with subscripts and minus signs; numbers stay with their units.
  private static func rich(_ text: String) -> String {
    SymbolText(
      TypographicNumber.signs(text)
        .replacing(/(\d) ([fpnµmkMG]?(?:Ω|V|A|S)|%|dB|points)(?![\w])/) {
          "\($0.1)\u{A0}\($0.2)"
        }
    ).html
  }

  /// Whether a table is wider than a phone, by the widest cell of each column.
  private static func isWide(_ table: Table) -> Bool {
    let widths = table.columns.indices.map { column in
      ([table.columns[column].heading] + table.rows.map { $0[column] })
        .reduce(0) { max($0, TextLayout.width($1, size: 14.5)) } + 17
    }
    return widths.reduce(0, +) > 340
  }

  private static func html(_ table: Table, caption: String, number: Int) -> String {
    let text = caption.isEmpty ? "" : "<p class=\"caption\">\(rich(caption))</p>\n"
    let hint = isWide(table) ? "<p class=\"hint\">Scroll the table sideways →</p>\n" : ""
    return "<div class=\"table\">\n\(text)\(hint)<div class=\"scroll\" tabindex=\"0\">\n"
      + "\(table.html)</div>\n"
      + "<p class=\"data\">\(link(table.csv, name: "table-\(number).csv"))</p>\n</div>\n"
  }

  private static func html(_ figure: Figure, number: Int) -> String {
    let samples =
      figure.samples.isEmpty
      ? "" : "<span class=\"samples\">Samples: \(rich(figure.samples)).</span>"
    let sentences = [figure.caption, figure.omissions].compactMap { $0 }.filter { !$0.isEmpty }
    return """
      <figure id="figure-\(number)">
      \(figure.svg())
      <figcaption><b>Figure \(number). \(rich(figure.title)).</b> \
      \(rich(sentences.joined(separator: " "))) \
      \(samples) \
      \(link(figure.csv, name: "figure-\(number).csv"))</figcaption>
      </figure>

      """
  }

  private static func link(_ csv: String, name: String) -> String {
    let data = Data(csv.utf8).base64EncodedString()
    return "<a download=\"\(name)\" href=\"data:text/csv;charset=utf-8;base64,\(data)\">"
      + "Data (CSV)</a>"
  }
}

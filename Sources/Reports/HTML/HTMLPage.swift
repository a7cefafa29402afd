import Files
import Foundation

/// A self-contained page: text, tables and figures with their data; nothing is loaded from
/// anywhere, and the same blocks give the same bytes.
public struct HTMLPage: Sendable, Equatable {
  /// One part of the page; text is escaped, never taken for markup.
  public enum Block: Sendable, Equatable {
    /// A section heading, level 2 or 3.
    case heading(String, level: Int = 2)
    case paragraph(String)
    /// A paragraph that stands out: a warning or a limit.
    case note(String)
    case list([String])
    case table(Table, caption: String = "")
    /// A figure with its drawing; without one, a note and the data take its place.
    case figure(Figure, svg: String?)
    /// Text in a fixed-width font, folded away under `summary`.
    case listing(String, summary: String)
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
    var figures = 0
    var tables = 0
    let body = blocks.map { block -> String in
      switch block {
      case .heading(let text, let level):
        let tag = "h\(min(max(level, 2), 6))"
        return "<\(tag)>\(HTMLText.escape(text))</\(tag)>\n"
      case .paragraph(let text): return "<p>\(HTMLText.escape(text))</p>\n"
      case .note(let text): return "<p class=\"note\">\(HTMLText.escape(text))</p>\n"
      case .list(let items):
        let lines = items.map { "<li>\(HTMLText.escape($0))</li>\n" }.joined()
        return "<ul>\n\(lines)</ul>\n"
      case .table(let table, let caption):
        tables += 1
        return Self.html(table, caption: caption, number: tables)
      case .figure(let figure, let svg):
        figures += 1
        return Self.html(figure, svg: svg, number: figures)
      case .listing(let text, let summary):
        return "<details><summary>\(HTMLText.escape(summary))</summary>"
          + "<pre>\(HTMLText.escape(text))</pre></details>\n"
      }
    }
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
      \(head)\(body.joined())</main>
      </body>
      </html>

      """
  }

  private static func html(_ table: Table, caption: String, number: Int) -> String {
    let text = caption.isEmpty ? "" : "<p class=\"caption\">\(HTMLText.escape(caption))</p>\n"
    return "<div class=\"table\">\n\(text)<div class=\"scroll\">\n\(table.html)</div>\n"
      + "<p class=\"data\">\(link(table.csv, name: "table-\(number).csv"))</p>\n</div>\n"
  }

  private static func html(_ figure: Figure, svg: String?, number: Int) -> String {
    let drawing =
      svg.map {
        "<div class=\"scroll\">"
          + SVGDrawing.prefixingIdentifiers($0, with: "figure\(number)-") + "</div>\n"
      }
      ?? "<p class=\"note\">\(HTMLText.escape(figure.title)): not drawn, because gnuplot "
      + "was not there when this page was made; the data are complete.</p>\n"
    let sentences = [figure.caption, figure.omissions].compactMap { $0 }.filter { !$0.isEmpty }
    return """
      <figure id="figure-\(number)">
      \(drawing)<figcaption><b>Figure \(number).</b> \
      \(HTMLText.escape(sentences.joined(separator: " "))) \
      <span class="samples">Samples: \(HTMLText.escape(figure.samples)).</span> \
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

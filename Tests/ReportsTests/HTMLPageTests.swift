import Foundation
import Testing

@testable import Reports

@Suite struct HTMLPageTests {
  static let hostile = "<script>alert(\"1\")</script> & 'x'"
  static let safe = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;"

  /// Wherever text can enter a page, it comes out as text.
  @Test func everyTextIsEscaped() {
    let text = Self.hostile
    let plot = LinePlot(
      xAxis: FigureAxis(text, unit: text), yAxis: FigureAxis(text, unit: text),
      series: [.init(text, [.init(0, 0)])])
    let figure = Figure(title: text, caption: text, samples: text, content: .plot(plot))
    let page = HTMLPage(
      title: text, subtitle: text,
      blocks: [
        .heading(text), .paragraph(text), .note(text), .list([text]),
        .table(Table([.text(text)], rows: [[text]]), caption: text), .figure(figure), .lead(text),
        .folded(summary: text, [.listing(text)]),
      ])
    #expect(!page.html.contains("<script"))
    // Title twice, subtitle, heading, paragraph, note, item, table's three, lead, summary, listing;
    // of the figure the title in drawing and caption, both axes, caption, samples.
    #expect(page.html.ranges(of: Self.safe).count == 19)
  }

  @Test func controlCharactersAreReplaced() {
    #expect(HTMLText.escape("a\u{0}\u{1B}[0m\tb\n") == "a\u{FFFD}\u{FFFD}[0m\tb\n")
  }

  /// The link beside a figure holds its numbers with labels and units.
  @Test func dataLinkHoldsTheNumbers() throws {
    let plot = LinePlot(
      xAxis: FigureAxis("Layer", scale: .categories(["conv1", "fc"])),
      yAxis: FigureAxis("rms, held out", unit: "LSB"),
      series: [.init("a", [.init(0, 0.1, interval: 0.05...0.2), .init(1, 1e-12)])])
    let figure = Figure(title: "t", caption: "c.", samples: "5 images", content: .plot(plot))
    let html = HTMLPage(title: "t", blocks: [.figure(figure)]).html
    #expect(html.contains("Samples: 5 images."))
    let match = try #require(
      html.firstMatch(of: /download="figure-1.csv" href="data:[^,]*,([^"]*)"/))
    let data = try #require(Data(base64Encoded: String(match.1)))
    #expect(
      String(decoding: data, as: UTF8.self) == """
        series,Layer,"rms, held out (LSB)",interval low,interval high
        a,conv1,0.1,0.05,0.2
        a,fc,1e-12,,

        """)
  }

  @Test func heatMapDataNameTheirPlaces() {
    let map = HeatMap(
      xAxis: FigureAxis("Column"), yAxis: FigureAxis("Layer", scale: .categories(["a", "b"])),
      color: FigureAxis("Error", unit: "A"), values: [[1, 2], [3, 4.5]])
    #expect(
      map.csv == "Layer,Column,Error (A)\na,0,1.0\na,1,2.0\nb,0,3.0\nb,1,4.5\n")
  }

  /// A page asks nothing of the network, and all its figures scale.
  @Test func pageIsSelfContainedAndDeterministic() throws {
    let html = SamplePage.page.html
    #expect(SamplePage.page.html == html)
    try Self.checkSelfContained(html)
    if let path = ProcessInfo.processInfo.environment["TILESPICE_SAMPLE_PAGE"] {
      try Data(html.utf8).write(to: URL(fileURLWithPath: path))
    }
  }

  /// No address but those of data in the page, no script, no figure of a fixed size, no identifier
  /// twice.
  static func checkSelfContained(_ html: String) throws {
    for loading in ["src=", "http:", "https:", "@import", "<link", "<script"] {
      #expect(!html.contains(loading), "\(loading)")
    }
    for address in html.matches(of: /(?:href=|url\()["']?([^"')]*)/) {
      #expect(address.1.hasPrefix("data:"), "\(address.1.prefix(80))")
    }
    let drawings = html.matches(of: /<svg[^>]*>/)
    #expect(!drawings.isEmpty)
    for drawing in drawings {
      #expect(drawing.0.contains("viewBox="))
      #expect(!drawing.0.contains(" width=") && !drawing.0.contains(" height="))
    }
    let identifiers = html.matches(of: /\sid=["']([^"']*)["']/).map { String($0.1) }
    #expect(!identifiers.isEmpty && Set(identifiers).count == identifiers.count)
  }

  /// Columns with a common group stand under it; other formats name both.
  @Test func groupsOfColumnsHaveOneHeading() {
    var columns: [Table.Column] = [.text("layer"), .number("1 Ω"), .number("2 Ω")]
    columns[1].group = "current lost"
    columns[2].group = "current lost"
    let table = Table(columns, rows: [["a", "1", "2"]])
    #expect(
      table.html.contains(
        "<tr><td colspan=\"1\"></td><th class=\"group\" scope=\"colgroup\" colspan=\"2\">current "
          + "lost</th></tr><tr>"))
    #expect(table.csv == "layer,\"current lost, 1 Ω\",\"current lost, 2 Ω\"\na,1,2\n")
  }
}

import Foundation
import TestSupport
import Testing

@testable import Reports

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Figures can be drawn on this machine.
private let hasGnuplot = (try? Gnuplot().version()) != nil

@Suite struct GnuplotFailureTests {
  @Test func missingProgramNamesThePackage() {
    let gnuplot = Gnuplot(executable: "gnuplot-that-is-not-there")
    #expect(
      throws: GnuplotError(executable: "gnuplot-that-is-not-there", reason: .missing)
    ) { try gnuplot.svg(SamplePage.lines) }
    #expect(
      GnuplotError(executable: "gnuplot", reason: .missing).description
        == "figures need gnuplot, which is not on this machine; "
        + "on Debian and Ubuntu: apt install gnuplot-nox")
  }

  /// A program that is there but fails: one of the system's own, since a script written here could
  /// still be open for writing in a process that another test has just started.
  @Test func failingProgramIsReportedWithItsMessage() throws {
    let advice = "Try '/bin/ls --help' for more information."
    #expect(throws: GnuplotError(executable: "/bin/ls", reason: .failed(advice))) {
      try Gnuplot(executable: "/bin/ls").svg(SamplePage.lines)
    }
  }
}

@Suite(.tags(.validation), .enabled(if: hasGnuplot, "needs gnuplot")) struct GnuplotTests {
  static let figures = [
    SamplePage.lines, SamplePage.map, SamplePage.bars, SamplePage.crowded,
  ]

  @Test(arguments: figures)
  func sameFigureGivesSameBytes(figure: Figure) throws {
    #expect(try Gnuplot().svg(figure) == Gnuplot().svg(figure))
  }

  /// Title, axes with units and legend stand in the drawing; program name and fixed black do not.
  @Test func drawingNamesEverything() throws {
    let svg = try Gnuplot().svg(SamplePage.lines)
    for text in [
      "Accuracy against wire resistance", "Accuracy (%)",
      "Wire segment / minimum cell resistance", "differential, sliced",
      "offset &lt;unit column",
    ] {
      #expect(svg.contains(text), "\(text) is missing")
    }
    let map = try Gnuplot().svg(SamplePage.map)
    #expect(map.contains("Worst error (LSB)") && map.contains("<image style="))
    for drawing in [svg, map] {
      #expect(drawing.hasPrefix("<svg role=\"img\""))
      #expect(!drawing.contains("GNUPLOT") && !drawing.contains("Gnuplot"))
      #expect(!drawing.contains("black"))
    }
  }

  @Test func drawingIsWellFormed() throws {
    for figure in Self.figures {
      let parser = XMLParser(data: Data(try Gnuplot().svg(figure).utf8))
      #expect(parser.parse(), "\(figure.title): \(String(describing: parser.parserError))")
    }
  }

  /// Text is never a command, whatever quotes and substitutions it holds.
  @Test(arguments: [
    "it's", "`touch %`", "'; system 'touch %'; '", "\"`touch %`\"", "a\nsystem 'touch %'",
    "@touch", "{/*5 big}", "_sub^sup", "<&>", "\u{7}bell", "back\\slash\\n",
  ])
  func textIsNeverACommand(pattern: String) throws {
    let trace = FileManager.default.temporaryDirectory
      .appendingPathComponent("trace-\(UUID().uuidString)").path
    let text = pattern.replacing("%", with: trace)
    let figure = Figure(
      title: text, caption: text, samples: text,
      content: .plot(
        LinePlot(
          xAxis: FigureAxis(text, scale: .categories([text, text])),
          yAxis: FigureAxis(text, unit: text),
          series: [.init(text, [.init(0, 1), .init(1, 2)]), .init(text, [.init(0, 2)])])))
    let svg = try Gnuplot().svg(figure)
    #expect(XMLParser(data: Data(svg.utf8)).parse())
    #expect(!FileManager.default.fileExists(atPath: trace))
  }

  /// What cannot be drawn is said, and does not stop the drawing.
  @Test func undrawableValuesAreCounted() throws {
    let points: [LinePlot.Point] = [.init(1, 0), .init(2, .nan), .init(-3, 1), .init(4, .infinity)]
    let plot = LinePlot(
      xAxis: FigureAxis("x", scale: .logarithmic), yAxis: FigureAxis("y", scale: .logarithmic),
      series: [.init("a", points)])
    var figure = Figure(title: "t", caption: "", samples: "4", content: .plot(plot))
    #expect(
      figure.omissions
        == "Values not drawn: 2 at or below zero, which a logarithmic scale cannot show; "
        + "2 not finite.")
    #expect(try Gnuplot().svg(figure).contains("no data"))
    figure.content = .heatMap(
      HeatMap(
        xAxis: FigureAxis("x"), yAxis: FigureAxis("y"), color: FigureAxis("c"), values: [[.nan]]))
    #expect(figure.omissions == "Values not drawn: 1 not finite.")
    #expect(try Gnuplot().svg(figure).contains("no data"))
    figure.content = .heatMap(
      HeatMap(xAxis: FigureAxis("x"), yAxis: FigureAxis("y"), color: FigureAxis("c"), values: []))
    #expect(try Gnuplot().svg(figure).contains("no data"))
  }

  @Test(arguments: LinePlotShapes.all)
  func unusualShapesAreDrawn(plot: LinePlot) throws {
    let figure = Figure(title: "t", caption: "", samples: "1", content: .plot(plot))
    let svg = try Gnuplot().svg(figure)
    #expect(svg.contains("</svg>") && !svg.contains("no data"))
  }

  /// Set TILESPICE_SAMPLE_PAGE to a path to look at the page.
  @Test func pageIsSelfContainedAndDeterministic() throws {
    let html = try SamplePage.page { try Gnuplot().svg($0) }.html
    #expect(try SamplePage.page { try Gnuplot().svg($0) }.html == html)
    for loading in ["src=", "url(http", "@import", "<link", "<script"] {
      #expect(!html.contains(loading), "\(loading)")
    }
    let identifiers = html.matches(of: /\sid=["']([^"']*)["']/).map { String($0.1) }
    #expect(!identifiers.isEmpty && Set(identifiers).count == identifiers.count)
    for reference in html.matches(of: /href=["']#([^"']*)["']/) {
      #expect(identifiers.contains(String(reference.1)))
    }
    if let path = ProcessInfo.processInfo.environment["TILESPICE_SAMPLE_PAGE"] {
      try Data(html.utf8).write(to: URL(fileURLWithPath: path))
    }
  }
}

/// Plots at the edges of what a figure can hold.
enum LinePlotShapes {
  static let x = FigureAxis("x")
  static let y = FigureAxis("y", scale: .logarithmic)
  static let all = [
    LinePlot(xAxis: x, yAxis: x, series: [.init("one point", [.init(1, 1)])]),
    LinePlot(xAxis: x, yAxis: y, series: [.init("flat", [.init(1, 2), .init(2, 2)])]),
    LinePlot(
      xAxis: x, yAxis: y,
      series: [.init("to zero", [.init(1, 2, interval: 0...3), .init(2, 3)], style: .points)]),
    LinePlot(xAxis: x, yAxis: x, series: [.init("bar", [.init(5, 1)], style: .bars)]),
    LinePlot(
      xAxis: FigureAxis("x", limits: 0...2), yAxis: FigureAxis("y", limits: -1...1),
      series: (0..<20).map { .init("series \($0)", [.init(0, 0), .init(2, Double($0) / 20)]) }),
    LinePlot(
      xAxis: x, yAxis: x, series: [.init("empty", []), .init("full", [.init(0, 0), .init(1, 1)])]),
  ]
}

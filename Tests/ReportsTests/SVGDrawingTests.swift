import Foundation
import TestSupport
import Testing

@testable import Reports

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct SVGDrawingTests {
  static let figures = [
    SamplePage.lines, SamplePage.map, SamplePage.bars, SamplePage.crowded, SamplePage.tile,
    SamplePage.panels, SamplePage.counts,
  ]

  private static func parses(_ svg: String) -> Bool { XMLParser(data: Data(svg.utf8)).parse() }

  @Test(arguments: figures)
  func drawingsAreWellFormedAndScale(figure: Figure) throws {
    for setting in [Figure.Setting.page, .file] {
      let svg = figure.svg(setting)
      #expect(Self.parses(svg), "\(figure.title)")
      let head = try #require(svg.firstMatch(of: /<svg[^>]*>/)?.0)
      #expect(head.contains("viewBox=\"0 0 440 "))
      #expect(!head.contains("width=") && !head.contains("height="))
      #expect(svg == figure.svg(setting))
      #expect(!svg.contains("nan") && !svg.contains("inf,"))
    }
    // A file brings its own style; a page has it once.
    #expect(figure.svg(.file).contains("<style>") && !figure.svg(.page).contains("<style>"))
    #expect(figure.svg(.file).contains("prefers-color-scheme: dark"))
  }

  /// Every text lies inside the drawing, by the widths that are assumed.
  @Test(arguments: figures)
  func noTextIsCut(figure: Figure) throws {
    let svg = figure.svg(.page)
    let text = /<text [^>]*x="([-\d.]+)" y="([-\d.]+)"([^>]*)>(.*?)<\/text>/
    let height = try #require(
      svg.firstMatch(of: /viewBox="0 0 440 (\d+)"/).flatMap { Double($0.1) })
    for match in svg.matches(of: text) {
      let (x, y) = (try #require(Double(match.1)), try #require(Double(match.2)))
      guard !match.3.contains("rotate") else { continue }
      let size =
        match.3.firstMatch(of: /font-size="([\d.]+)"/).flatMap { Double($0.1) } ?? 12
      let width = TextLayout.width(
        String(match.4).replacing(/<[^>]*>/) { _ in "" }, size: size)
      let left =
        match.3.contains("end") ? x - width : match.3.contains("middle") ? x - width / 2 : x
      #expect(left >= -3 && left + width <= 446, "\(match.4) from \(left) to \(left + width)")
      #expect(y > 0 && y <= height)
    }
  }

  /// Axes with units, names of lines and marks stand in the drawing.
  @Test func drawingNamesEverything() {
    let svg = SamplePage.lines.svg(.file)
    for text in [
      "Accuracy against wire resistance", "Accuracy (%)", "differential, sliced", "differential",
      "offset &lt;unit",
    ] {
      #expect(svg.contains(text), "\(text) is missing")
    }
    #expect(SamplePage.panels.svg().contains(">ADC</text>"))
    let map = SamplePage.map.svg()
    #expect(map.contains("Worst error (LSB)") && map.contains("data:image/png;base64,"))
    #expect(SamplePage.tile.svg().contains("64 word lines × 32 bit lines"))
  }

  /// Dashes and marks differ between lines of one color.
  @Test func linesDifferInDashesAndColors() {
    let styles = (0..<16).map {
      "\(FigureStyle.stroke($0)) \(FigureStyle.dash($0) ?? "")"
    }
    #expect(Set(styles.prefix(8)).count == 8)
    #expect(Set((0..<8).map { FigureStyle.dash($0) ?? "" }).count == 8)
  }

  /// Text is never markup, whatever it holds.
  @Test(arguments: ["it's", "<script>", "&", "\u{7}bell", "]]>", "a\nb", "\" onload=\"x"])
  func textIsNeverMarkup(text: String) {
    let figure = Figure(
      title: text, caption: text, samples: text,
      content: .plot(
        LinePlot(
          xAxis: FigureAxis(text, scale: .categories([text, text])),
          yAxis: FigureAxis(text, unit: text),
          series: [.init(text, [.init(0, 1), .init(1, 2)]), .init(text, [.init(0, 2)])],
          marks: [.init(text, at: 1)])))
    for setting in [Figure.Setting.page, .file] {
      let svg = figure.svg(setting)
      #expect(Self.parses(svg) && !svg.contains("<script>") && !svg.contains("\" onload"))
    }
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
    #expect(figure.svg().contains("no data"))
    figure.content = .heatMap(
      HeatMap(
        xAxis: FigureAxis("x"), yAxis: FigureAxis("y"), color: FigureAxis("c"), values: [[.nan]]))
    #expect(figure.omissions == "Values not drawn: 1 not finite.")
    #expect(figure.svg().contains("no data"))
    figure.content = .heatMap(
      HeatMap(xAxis: FigureAxis("x"), yAxis: FigureAxis("y"), color: FigureAxis("c"), values: []))
    #expect(figure.svg().contains("no data"))
    figure.content = .panels([])
    #expect(figure.svg().contains("no data"))
  }

  @Test(arguments: LinePlotShapes.all)
  func unusualShapesAreDrawn(plot: LinePlot) throws {
    let svg = Figure(title: "t", caption: "", samples: "1", content: .plot(plot)).svg()
    #expect(Self.parses(svg) && !svg.contains("no data") && !svg.contains("nan"))
  }
}

@Suite struct AxisScaleTests {
  private func texts(_ axis: FigureAxis, _ values: [Double], _ count: Int = 5) -> [String] {
    AxisScale(axis, values: values, from: 0, to: 100).ticks(count).map(\.text)
  }

  @Test func ticksAreRoundNumbers() {
    #expect(texts(FigureAxis("x"), [-1, 1]) == ["−1.0", "−0.5", "0.0", "0.5", "1.0"])
    #expect(texts(FigureAxis("x"), [0, 100]) == ["0", "20", "40", "60", "80", "100"])
    #expect(texts(FigureAxis("x"), [5, 5]).contains("5.0"))
    #expect(texts(FigureAxis("x"), []) == ["0", "2", "4", "6", "8", "10"])
  }

  /// Quantities in SI units take the prefix that keeps their numbers short.
  @Test func unitsTakePrefixes() {
    let scale = AxisScale(
      FigureAxis("current", unit: "A"), values: [0, 3e-6], from: 0, to: 1)
    #expect(scale.title == "current (µA)")
    #expect(scale.ticks(4).map(\.text) == ["0", "1", "2", "3"])
    // Their places are those of the values themselves.
    #expect(scale.ticks(4).map(\.value).map { ($0 * 1e6).rounded() } == [0, 1, 2, 3])
  }

  @Test func decadesAreWrittenInFullOrRaised() {
    let axis = FigureAxis("x", scale: .logarithmic)
    #expect(texts(axis, [0.01, 100]) == ["0.01", "0.1", "1", "10", "100"])
    #expect(texts(axis, [1e-6, 1e-4]) == ["10⁻⁶", "10⁻⁵", "10⁻⁴"])
    #expect(texts(axis, [1, 10]) == ["1", "2", "5", "10"])
  }
}

@Suite struct PixelImageTests {
  /// The checksums of the format's own parts, and the pixels behind them, not compressed.
  @Test func fileIsAPNGOfItsPixels() {
    let data = [UInt8](PixelImage.png([[0, 1], [1, 0]], palette: [[1, 2, 3], [4, 5, 6]]))
    #expect(data.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
    // An empty IEND has a checksum that every PNG file ends with.
    #expect(data.suffix(12) == [0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82])
    // Filter, pixels; filter, pixels.
    #expect(Data(data).range(of: Data([0, 0, 1, 0, 1, 0])) != nil)
  }
}

@Suite struct DrawingFileTests {
  private static let hasProgram = (try? DrawingFile().check([.png])) != nil

  @Test func missingProgramNamesThePackage() {
    let drawing = DrawingFile(executable: "program-that-is-not-there")
    let missing = DrawingError(executable: "program-that-is-not-there", reason: .missing)
    #expect(throws: missing) { try drawing.data(SamplePage.lines, as: .png) }
    #expect(throws: missing) { try drawing.check([.svg, .pdf]) }
    #expect(throws: Never.self) { try drawing.check([.svg]) }
    #expect(throws: Never.self) { try drawing.data(SamplePage.lines, as: .svg) }
    #expect(
      missing.description
        == "figures as PNG and PDF need program-that-is-not-there, which is not on this machine; on "
        + "Debian and Ubuntu: apt install librsvg2-bin")
  }

  /// A program that is there but fails: one of the system's own, since a script written here could
  /// still be open for writing in a process that another test has just started.
  @Test func failingProgramIsReportedWithItsMessage() throws {
    let advice = "Try '/bin/ls --help' for more information."
    #expect(throws: DrawingError(executable: "/bin/ls", reason: .failed(advice))) {
      try DrawingFile(executable: "/bin/ls").data(SamplePage.lines, as: .png)
    }
  }

  @Test(.tags(.validation), .enabled(if: hasProgram, "needs rsvg-convert"))
  func drawingsBecomePNGAndPDF() throws {
    for figure in SVGDrawingTests.figures {
      let png = [UInt8](try DrawingFile().data(figure, as: .png))
      #expect(png.starts(with: [0x89, 0x50, 0x4E, 0x47]))
      #expect(png[16..<20].reduce(0) { $0 << 8 | Int($1) } == 1320)
      let pdf = try DrawingFile().data(figure, as: .pdf)
      #expect(pdf.starts(with: Array("%PDF".utf8)))
      #expect(try DrawingFile().data(figure, as: .pdf) == pdf)
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
      xAxis: x, yAxis: y,
      series: [.init("bins", [.init(5, 1), .init(9, 2)], style: .histogram(width: 1))]),
    LinePlot(
      xAxis: FigureAxis("x", limits: 0...2), yAxis: FigureAxis("y", limits: -1...1),
      series: (0..<20).map { .init("series \($0)", [.init(0, 0), .init(2, Double($0) / 20)]) }),
    LinePlot(
      xAxis: x, yAxis: x, series: [.init("empty", []), .init("full", [.init(0, 0), .init(1, 1)])]),
  ]
}

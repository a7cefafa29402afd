import Testing

@testable import Reports

@Suite struct TextLayoutTests {
  /// No two neighboring names share room, however many and however long they are.
  @Test(arguments: [1, 2, 7, 20, 40, 100, 1000], [1, 8, 30])
  func namesStayApart(count: Int, length: Int) {
    let names = (0..<count).map { _ in String(repeating: "m", count: length) }
    let layout = NameLayout(names, length: 400, size: 11)
    let space = 400 / Double(count) * Double(layout.stride)
    if layout.angle == 0 {
      #expect(TextLayout.width(names, size: 11) < space)
    } else {
      #expect(space >= 11 && layout.height < 270)
    }
  }

  @Test func linesBreakBetweenWords() {
    #expect(TextLayout.wrap("one two three", width: 60, size: 12) == ["one two", "three"])
    #expect(TextLayout.wrap("averylongword x", width: 20, size: 12) == ["averylongword", "x"])
    #expect(TextLayout.wrap(" ", width: 20, size: 12) == [""])
  }

  /// The ends of long names, which tell them apart, stay.
  @Test func longNamesLoseTheirMiddles() {
    #expect(NameText.shortened("conv1", limit: 10) == "conv1")
    #expect(NameText.shortened("layer1.0.conv1", limit: 10) == "lay….conv1")
    #expect(NameText.shortened(String(repeating: "x", count: 99), limit: 22).count == 22)
  }

  @Test(arguments: [
    ("R_segment / R_min", "R<sub>segment</sub> / R<sub>min</sub>"),
    ("R\u{302}_p", "R\u{302}<sub>p</sub>"), ("layer_1 & b", "layer_1 &amp; b"),
    ("XR_min", "XR_min"), ("", ""),
  ])
  func symbolsHaveSubscripts(text: String, html: String) {
    #expect(SymbolText(text).html == html)
  }

  /// A drawing lowers the subscript, and raises what follows again.
  @Test func subscriptsAreLoweredInDrawings() {
    #expect(
      SymbolText("R_min < 1").svg
        == "R<tspan dy=\"3\" font-size=\"75%\">min</tspan><tspan dy=\"-3\">\u{A0}&lt; 1</tspan>")
  }

  @Test(arguments: [
    ("-3", "−3"), ("a -3.5 b", "a −3.5 b"), ("3.1e-7", "3.1·10⁻⁷"), ("5e12 A", "5·10¹² A"),
    ("int8-w4", "int8-w4"), ("3e4f99a1", "3e4f99a1"), ("1-2", "1-2"), ("± -1", "± −1"),
    ("conv1e2x", "conv1e2x"),
  ])
  func numbersHaveTrueMinusSigns(text: String, printed: String) {
    #expect(TypographicNumber.signs(text) == printed)
  }
}

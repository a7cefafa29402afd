import Testing

@testable import Reports

@Suite struct FigureLayoutTests {
  /// No two neighboring names share room, however many and however long they are.
  @Test(arguments: [1, 2, 7, 20, 40, 100, 1000], [1, 8, 30])
  func namesStayApart(count: Int, length: Int) {
    let names = [String](repeating: String(repeating: "m", count: length), count: count)
    let layout = FigureLayout.names(names)
    let space = FigureLayout.plotWidth / Double(count) * Double(layout.stride)
    switch layout.angle {
    case 0: #expect(Double(length) * FigureLayout.letter < space)
    case 40: #expect(space * 0.64 >= 15)
    default: #expect(space >= 15)
    }
  }

  @Test func linesBreakBetweenWords() {
    #expect(FigureLayout.wrap("one two three", columns: 7) == ["one two", "three"])
    #expect(FigureLayout.wrap("averylongword x", columns: 4) == ["averylongword", "x"])
    #expect(FigureLayout.wrap(" ", columns: 4) == [""])
  }

  @Test func legendOfOneSeriesTakesNoRoom() {
    #expect(FigureLayout.legendRows(["a"]) == 0)
    #expect(FigureLayout.legendRows(["a", "b"]) == 1)
    #expect(FigureLayout.legendRows([String](repeating: "a", count: 20)) == 3)
  }
}

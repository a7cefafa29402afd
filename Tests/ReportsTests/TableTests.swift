import Foundation
import Testing

@testable import Reports

@Suite struct TableTests {
  static let table = Table(
    [.text("Layer"), .number("rms", unit: "Ω"), .text("Note")],
    rows: [["conv1", "0.5", "ok"], ["层", "12.25", "e\u{301}té"], ["a|b", "−3", ""]])

  @Test func textIsAligned() {
    #expect(
      Self.table.text == """
        Layer  rms (Ω)  Note
        ─────  ───────  ────
        conv1      0.5  ok
        层       12.25  e\u{301}té
        a|b         −3

        """)
  }

  @Test func markdownIsAlignedAndEscaped() {
    #expect(
      Self.table.markdown == """
        | Layer | rms (Ω) | Note |
        | ----- | ------: | ---- |
        | conv1 |     0.5 | ok   |
        | 层    |   12.25 | e\u{301}té  |
        | a\\|b  |      −3 |      |

        """)
  }

  /// Columns of values stand right if all of them are numbers, left if one is a word.
  @Test func valuesStandWhereTheyBelong() {
    func edges(_ cells: [String]) -> (String, Bool) {
      let table = Table([.value("x"), .text("y")], rows: cells.map { [$0, "b"] })
      return (table.markdown, table.html.contains("class=\"number\""))
    }
    #expect(edges(["1", "−20 %", "–", "∞"]).0.contains("| ----: |"))
    #expect(edges(["1", "20"]).1)
    #expect(edges(["1", "offset"]).0.contains("| ------ |"))
    #expect(!edges(["1", "offset"]).1)
  }

  @Test func htmlIsEscaped() {
    let html = Table([.text("<a>"), .number("n", unit: "\"")], rows: [["<b>&'", "1"]]).html
    #expect(html.contains("<th scope=\"col\">&lt;a&gt;</th>"))
    #expect(html.contains("<th scope=\"col\" class=\"number\">n (&quot;)</th>"))
    #expect(html.contains("<td>&lt;b&gt;&amp;&#39;</td><td class=\"number\">1</td>"))
  }

  @Test func csvQuotesWhatNeedsIt() {
    let table = Table([.text("a,b"), .text("c")], rows: [["say \"x\"", "two\nlines"]])
    #expect(table.csv == "\"a,b\",c\n\"say \"\"x\"\"\",\"two\nlines\"\n")
  }

  @Test func emptyTableHasItsHeadings() {
    #expect(Table([.text("a"), .number("bcd")]).text == "a  bcd\n─  ───\n")
  }

  /// Line breaks in a cell must not break the row.
  @Test func cellsStayOnTheirLine() {
    let table = Table([.text("a")], rows: [["x\ny"], ["x\r\ny"]])
    #expect(table.text == "a\n───\nx y\nx y\n")
    #expect(table.markdown.split(separator: "\n").count == 4)
  }

  @Test(arguments: [
    ("abc", 3), ("", 0), ("Ω", 1), ("e\u{301}", 1), ("层", 2), ("한", 2), ("ｆ", 2), ("👍🏽", 2),
    ("✔\u{FE0F}", 2), ("\u{200B}", 0), ("→", 1), ("─", 1),
  ])
  func displayWidthIsThatOfATerminal(text: String, width: Int) {
    #expect(DisplayWidth.of(text) == width)
  }

  @Test(arguments: [
    (0.0, "0"), (1, "1.00"), (9.996, "10.0"), (99_949, "99949"), (123_456, "1.23e5"),
    (0.001234, "0.00123"), (0.0001234, "1.23e-4"), (-2.5, "-2.50"), (.nan, "–"), (.infinity, "∞"),
  ])
  func significantDigits(value: Double, text: String) {
    #expect(NumberFormat.significant(value) == text)
  }

  @Test(arguments: [
    (0.0, "0 A"), (1.2e-9, "1.20 nA"), (999.6e-6, "1.00 mA"), (12, "12.0 A"), (3.3e4, "33.0 kA"),
    (-5e-15, "-5.00 fA"), (1e-20, "1.00e-20 A"), (2e13, "20.0 TA"),
  ])
  func engineeringPrefixes(value: Double, text: String) {
    #expect(NumberFormat.engineering(value, unit: "A") == text)
  }
}

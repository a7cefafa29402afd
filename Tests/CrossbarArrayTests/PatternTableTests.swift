import NumericKernels
import Testing
import Units

@testable import CrossbarArray

@Suite struct PatternTableTests {
  /// Columns are put together where they share word lines, and only there; a column that conducts on
  /// more than a table holds has no tables.
  @Test func columnsShareTables() {
    // Lines 0–2, none, 2–4, 60–68, 61, 70.
    let spans = [0..<3, 0..<0, 2..<5, 60..<69, 61..<62, 70..<71]
    let blocks = PatternTables.blocks(wordLines: 80, outputs: 6) { spans[$1].contains($0) }
    #expect(
      blocks == [
        .init(lines: 0..<5, columns: [0, 1, 2]), .init(lines: 60..<69, columns: [3, 4]),
        .init(lines: 70..<71, columns: [5]),
      ])
    #expect(PatternTables.blocks(wordLines: 80, outputs: 1) { line, _ in line < 11 } == nil)
  }

  /// Looked-up currents of block-diagonal arrays are those of the walk, wherever the blocks lie in
  /// the words of a vector, with lines sensed at either end and unused word lines.
  @Test(arguments: [LineEnd.near, .far], [0, 300])
  func lookedUpCurrentsAreThoseOfTheWalk(sense: LineEnd, unused: Int) throws {
    var random = RandomStream(seed: 73, stream: UInt64(unused))
    let (groups, size) = (17, 9)
    let cells = Matrix(rows: groups * size, columns: groups) { line, group in
      line / size == group ? Double.random(in: 0...1e-5, using: &random) : 0
    }
    let array = ArrayDescription(
      topology: .gateDriven(sourceLine: .parallel), conductances: cells,
      negativeConductances: Matrix(rows: cells.rows, columns: groups) { line, group in
        cells[line, group] > 0 ? 1e-5 - cells[line, group] : 0
      },
      wires: WireParasitics(bitLineSegment: 200.ohms),
      terminals: TerminalResistances(bitLineSense: 1000.ohms),
      ends: LineEnds(bitLineSense: sense), readVoltage: 0.1.volts,
      unused: UnusedLines(wordLines: .init(count: unused)))
    let model = try LadderArray(array)
    #expect(model.looksUp)
    let bits = BitMatrix(rows: 90, columns: groups * size) { row, _ in
      Int.random(in: 0..<90, using: &random) < row
    }
    var found: [Float] = []
    try model.currents(.bits(bits), into: &found)
    let walked = try model.currents(.bits(bits)).amperes.elements
    for (a, b) in zip(found, walked) { #expect(abs(Double(a) - b) <= 1e-6 * b) }
  }

  /// Cells that are off and conduct make every column long.
  @Test func leakingCellsHaveNoTables() throws {
    let array = ArrayDescription(
      topology: .gateDriven(sourceLine: .parallel),
      conductances: Matrix(rows: 36, columns: 4) { $0 / 9 == $1 ? 1e-5 : 1e-7 })
    #expect(try !LadderArray(array).looksUp)
  }
}

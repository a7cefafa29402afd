import NumericKernels
import Testing
import Units

@testable import CrossbarArray

/// What an array file can ask for is refused before memory is taken.
@Suite struct ArrayMemoryTests {
  private static func array(_ topology: CellTopology) -> ArrayDescription {
    var array = ArrayDescription(
      topology: topology, conductances: Matrix(rows: 3, columns: 2, repeating: 1e-5),
      wires: WireParasitics(bitLineSegment: 1.ohms))
    let floats = topology == .voltageDriven
    array.unused = UnusedLines(
      wordLines: .init(count: 1_000_000, state: floats ? .floating : .off),
      bitLines: .init(count: 1_000_000, state: .floating), cellConductance: 1e-6.siemens)
    return array
  }

  /// A million unused lines of each kind are 1e12 cells: no machine of this century holds them.
  @Test(arguments: [CellTopology.voltageDriven, .gateDriven(sourceLine: .crossing)])
  func unusedLinesAreCounted(topology: CellTopology) {
    let array = Self.array(topology)
    for isCircuit in [true, false] {
      let expected =
        "an array of 1000003 × 1000002 cells (unused.wordLines 1000000, unused.bitLines 1000000)"
      do {
        if isCircuit { _ = try CircuitArray(array) } else { _ = try LineArray(array) }
        Issue.record("the array is accepted")
      } catch ArrayError.tooLarge(let error) {
        #expect(error.wantedBytes >= 6.4e13 && error.what == expected)
      } catch {
        Issue.record("refused for another reason: \(error)")
      }
    }
  }

  /// Columns with source lines of their own meet unused word lines as wire, which takes no memory.
  @Test func columnsTakeNoMemoryForUnusedLines() throws {
    let array = Self.array(.gateDriven(sourceLine: .parallel))
    let bits = BitMatrix(rows: 1, columns: 3) { _, _ in true }
    let currents = try LadderOrColumn.model(array).currents(.bits(bits))
    #expect(currents.amperes.elements.allSatisfy { $0 > 0 })
  }

  private enum LadderOrColumn {
    static func model(_ array: ArrayDescription) throws(ArrayError) -> any ArrayModel {
      if LadderArray.covers(array) { return try LadderArray(array) }
      return try ColumnArray(array)
    }
  }

  @Test func resultsAreCounted() throws {
    var array = Self.array(.voltageDriven)
    array.unused = UnusedLines()
    // Two outputs of 8 bytes; two nodes at each of 6 cells.
    try array.requireMemory(forVectors: 10, voltages: false, within: MemoryBudget(bytes: 160))
    try array.requireMemory(forVectors: 10, voltages: true, within: MemoryBudget(bytes: 960))
    for (voltages, bytes) in [(false, 159), (true, 959)] {
      #expect(throws: ArrayError.self) {
        try array.requireMemory(
          forVectors: 10, voltages: voltages, within: MemoryBudget(bytes: bytes))
      }
    }
  }
}

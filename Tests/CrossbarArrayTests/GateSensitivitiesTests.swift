import NumericKernels
import Testing
import Units

@testable import CrossbarArray

/// Shares of all cells, gates on or off.
@Suite struct GateSensitivitiesTests {
  private static func array(_ sense: LineEnd, unused: UnusedLines.Side) -> ArrayDescription {
    var random = RandomStream(seed: 5)
    let cells = Matrix(rows: 70, columns: 5) { _, _ in
      Double.random(in: 1e-6...1e-4, using: &random)
    }
    var lines = UnusedLines()
    lines.wordLines.count = 3
    lines.wordLines.side = unused
    return ArrayDescription(
      topology: .gateDriven(sourceLine: .parallel), conductances: cells,
      negativeConductances: cells.map { 1e-4 - $0 * 0.5 },
      wires: WireParasitics(bitLineSegment: 20.ohms, sourceLineSegment: 7.ohms),
      terminals: TerminalResistances(bitLineSense: 50.ohms),
      ends: LineEnds(bitLineSense: sense, sourceLineDrive: sense), unused: lines)
  }

  static let cases: [(LineEnd, UnusedLines.Side)] = [
    (.far, .near), (.far, .far), (.near, .near), (.near, .far),
  ]

  private static func bits(_ rows: Int) -> BitMatrix {
    var random = RandomStream(seed: 6)
    return BitMatrix(rows: rows, columns: 70) { _, _ in
      Double.random(in: 0..<1, using: &random) < 0.3
    }
  }

  /// Of cells that are on, the shares are those of the walk that skips the others.
  @Test(arguments: 0..<cases.count) func drivenCellsHaveTheSharesOfTheFastWalk(index: Int) throws {
    let (sense, side) = Self.cases[index]
    let array = Self.array(sense, unused: side)
    let bits = Self.bits(6)
    let fast = try LadderSensitivities(array).squares(bits, weights: [1])
    let slow = try GateSensitivities(array).squares(bits, reads: 1)
    for vector in 0..<6 {
      for output in 0..<10 {
        for line in 0..<70 where bits[vector, line] {
          let place = (vector * 10 + output) * 70 + line
          #expect(abs(fast[place] - slow[place]) <= 1e-5 * slow[place])
        }
      }
    }
  }

  /// Of cells that are off: what a small conductance there would add, by the circuit.
  @Test(arguments: 0..<cases.count) func openCellsHaveTheSharesOfTheCircuit(index: Int) throws {
    let (sense, side) = Self.cases[index]
    let array = Self.array(sense, unused: side)
    let bits = Self.bits(1)
    let squares = try GateSensitivities(array).squares(bits, reads: 1)
    let before = try CircuitArray(array).currents(.bits(bits)).amperes
    for line in stride(from: 0, to: 70, by: 9) where !bits[0, line] {
      var on = bits
      on[0, line] = true
      var changed = array
      let small = 1e-9
      for column in 0..<5 {
        changed.conductances[line, column] = small
        changed.negativeConductances?[line, column] = small
      }
      let after = try CircuitArray(changed).currents(.bits(on)).amperes
      for output in 0..<10 {
        let slope = (after[0, output] - before[0, output]) / small
        let share = Double(squares[output * 70 + line]) * array.readVoltage.value
        #expect(abs(slope - share) <= 1e-3 * share, "line \(line), output \(output)")
      }
    }
  }
}

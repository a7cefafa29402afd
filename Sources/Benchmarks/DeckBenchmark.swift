import Foundation
import Netlist
import SPICE

/// Reading of decks: elements per second of a passive array named by indices, of the same with a
/// name of its own for every node and resistor, and of cells in subcircuits with parameters.
enum DeckBenchmark {
  static func run() throws {
    print(
      "deck: SPICE text in memory to a circuit, one core, processor time, minimum and median of five"
    )
    try report("array of 577 x 577, names with indices", array(side: 577, isForeign: false))
    try report("array of 577 x 577, a name for each", array(side: 577, isForeign: true))
    try report("100000 cells in subcircuits", cells(count: 100_000))
    let small = array(side: 64, isForeign: false)
    let seconds = try samples(20) { _ = try DeckReader().read(small, name: "benchmark.sp") }
    print(
      String(
        format: "  array of 64 x 64: %.2f ms, median %.2f ms", seconds.minimum * 1e3,
        seconds.median * 1e3))
  }

  private static func report(_ name: String, _ text: [UInt8]) throws {
    var count = 0
    let seconds = try samples(5) {
      let circuit = try DeckReader().read(text, name: "benchmark.sp").circuit
      count = circuit.resistors.count + circuit.diodes.count + circuit.voltageSources.count
    }
    print(
      String(
        format: "  %@: %d elements, %.2f and %.2f million per second",
        name.padding(toLength: 40, withPad: " ", startingAt: 0), count,
        Double(count) / seconds.minimum / 1e6, Double(count) / seconds.median / 1e6))
  }

  private static func samples(
    _ count: Int, _ work: () throws -> Void
  ) rethrows -> Stopwatch.Summary {
    try work()
    var seconds: [Double] = []
    for _ in 0..<count {
      // Of the processor, since one thread reads and others may share the machine.
      let start = clock()
      try work()
      seconds.append(Double(clock() - start) / Double(CLOCKS_PER_SEC))
    }
    return Stopwatch.Summary(seconds)
  }

  /// Two wires and a cell per crossing, with cells of 17 digits.
  private static func array(side: Int, isForeign: Bool) -> [UInt8] {
    var text = "array\n"
    func name(_ prefix: String, _ i: Int, _ j: Int) -> String {
      isForeign ? "\(prefix)\(i * (side + 1) + j)" : "\(prefix)_\(i)_\(j)"
    }
    for i in 0..<side {
      for j in 0..<side {
        let (w, b) = (name("w", i, j), name("b", i, j))
        let ohms = 12_345.678901234567 + Double(i * j)
        text += "\(name("rw", i, j)) \(w) \(name("w", i, j + 1)) 2.5\n"
        text += "\(name("rb", i, j)) \(b) \(name("b", i + 1, j)) 2.5\n"
        text += "\(name("rc", i, j)) \(w) \(b) \(ohms)\n"
      }
    }
    return Array("\(text)vin \(name("w", 0, 0)) 0 1\n".utf8)
  }

  private static func cells(count: Int) -> [UInt8] {
    var text = """
      cells
      .subckt cell a b r=1k
      r1 a c {r}
      r2 c b 5
      d1 a c dx
      .ends
      .model dx d(is=1e-12)
      vin n0 0 1

      """
    for k in 0..<count { text += "x\(k) n\(k) n\(k + 1) cell r=\(k + 1)\n" }
    return Array(text.utf8)
  }
}

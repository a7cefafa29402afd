import Configuration
import CrossbarArray
import Units

extension ConfigurationSection {
  /// The keys of `unused`.
  mutating func unusedLines() throws(ConfigurationError) -> UnusedLines {
    UnusedLines(
      wordLines: UnusedLines.Group(
        count: try integer(
          "wordLines", default: 0, range: 0...1_000_000, meaning: "Number of extra word lines"),
        side: try unusedSide(
          "side", "End of the bit lines where the extra word lines are", "word line"),
        state: try unusedState("state", "What the extra word lines are held at")),
      bitLines: UnusedLines.Group(
        count: try integer(
          "bitLines", default: 0, range: 0...1_000_000, meaning: "Number of extra bit lines"),
        side: try unusedSide(
          "bitLineSide", "End of the word lines where the extra bit lines are", "bit line"),
        state: try unusedState("bitLineState", "What the extra bit lines are held at")),
      cellConductance: try double(
        "cellSiemens", unit: "S", default: 0, range: 0...1e30,
        meaning: "Conductance of the cells on extra lines that are not off"
      ).siemens)
  }

  private mutating func unusedSide(
    _ key: String, _ meaning: String, _ line: String
  ) throws(ConfigurationError) -> UnusedLines.Side {
    try choice(
      key, default: "far", meaning: meaning,
      options: [
        .option("far", .far, meaning: "behind the last \(line)"),
        .option("near", .near, meaning: "before \(line) 0"),
      ])
  }

  private mutating func unusedState(
    _ key: String, _ meaning: String
  ) throws(ConfigurationError) -> UnusedLines.State {
    try choice(
      key, default: "off", meaning: meaning,
      options: [
        .option("off", .off, meaning: "their cells conduct nothing; they only lengthen wires"),
        .option("grounded", .grounded, meaning: "0 V"),
        .option("floating", .floating, meaning: "no terminal"),
        .option("held", meaning: "a voltage; opposite on lines of interleaved negative cells") {
          (inner) throws(ConfigurationError) in
          .held(
            try inner.double("volts", unit: "V", range: -1e6...1e6, meaning: "The voltage").volts)
        },
      ])
  }
}

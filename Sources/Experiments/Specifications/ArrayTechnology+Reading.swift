import Configuration
import CrossbarArray
import Units

/// The keys of an array's technology, which array files and experiment files read alike.
extension ConfigurationSection {
  /// The key `wires`.
  ///
  /// - Parameter hasCapacitances: Whether anything over time is computed from the file.
  mutating func wires(
    base: WireParasitics, hasCapacitances: Bool
  ) throws(ConfigurationError) -> WireParasitics {
    try section("wires", meaning: "One wire segment between cells") {
      (inner) throws(ConfigurationError) in
      var wires = WireParasitics(
        wordLineSegment: try inner.ohms(
          "wordLineOhms", base.wordLineSegment, meaning: "One word-line segment (voltages)"),
        bitLineSegment: try inner.ohms(
          "bitLineOhms", base.bitLineSegment, meaning: "One bit-line segment"),
        sourceLineSegment: try inner.ohms(
          "sourceLineOhms", base.sourceLineSegment, meaning: "One source-line segment (gates)"))
      guard hasCapacitances else { return wires }
      wires.wordLineCapacitance = try inner.farads(
        "wordLineFarads", base.wordLineCapacitance, meaning: "One word-line segment")
      wires.bitLineCapacitance = try inner.farads(
        "bitLineFarads", base.bitLineCapacitance, meaning: "One bit-line segment")
      wires.sourceLineCapacitance = try inner.farads(
        "sourceLineFarads", base.sourceLineCapacitance, meaning: "One source-line segment")
      return wires
    }
  }

  /// The key `terminals`.
  mutating func terminals(
    base: TerminalResistances
  ) throws(ConfigurationError) -> TerminalResistances {
    try section(
      "terminals", meaning: "Resistances in series with the end segment of a line"
    ) { (inner) throws(ConfigurationError) in
      TerminalResistances(
        wordLineDriver: try inner.ohms(
          "wordLineDriverOhms", base.wordLineDriver,
          meaning: "Output of a word-line driver (voltages)"),
        bitLineSense: try inner.ohms(
          "bitLineSenseOhms", base.bitLineSense, meaning: "Input of a bit-line sense terminal"),
        sourceLineDriver: try inner.ohms(
          "sourceLineDriverOhms", base.sourceLineDriver,
          meaning: "Output of a source-line driver (gates)"))
    }
  }

  /// The key `ends`.
  ///
  /// - Parameter base: The line ends that the file does not specify.
  mutating func ends(
    base: LineEnds, _ inherits: Inheritance
  ) throws(ConfigurationError) -> LineEnds {
    try section("ends", meaning: "Ends at which lines are driven and sensed") {
      (inner) throws(ConfigurationError) in
      LineEnds(
        wordLineDrive: try inner.end(
          "wordLineDrive", base.wordLineDrive, inherits,
          meaning: "Driven end of the word lines (voltages)"),
        bitLineSense: try inner.end(
          "bitLineSense", base.bitLineSense, inherits,
          meaning: "End of the bit lines that is a virtual ground"),
        sourceLineDrive: try inner.end(
          "sourceLineDrive", base.sourceLineDrive, inherits,
          meaning: "Driven end of the source lines (gates)"))
    }
  }

  private mutating func end(
    _ key: String, _ base: LineEnd, _ inherits: Inheritance, meaning: String
  ) throws(ConfigurationError) -> LineEnd {
    try inherits.choice(
      &self, key, default: base.rawValue, inherited: base, meaning: meaning,
      options: [
        .option("near", .near, meaning: "where the position along the line is 0"),
        .option("far", .far, meaning: "at its last position"),
        .option("both", .both, meaning: "at both ends; currents add up"),
      ])
  }

  /// Capacitance of a segment, to ground; only `settle` and exported transients use it.
  private mutating func farads(
    _ key: String, _ base: Farads, meaning: String
  ) throws(ConfigurationError) -> Farads {
    try double(
      key, unit: "F", default: base.value, range: 0...1e30,
      meaning: "\(meaning), to ground (settle)"
    ).farads
  }
}

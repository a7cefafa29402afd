import Configuration
import CrossbarArray
import Units

extension ConfigurationSection {
  /// The key `law`.
  mutating func cellLaw() throws(ConfigurationError) -> CellLaw {
    try acceptFormerName("cell", of: "law")
    return try choice(
      "law", default: "linear",
      meaning: "Current of a cell against its voltage; G is its entry of conductances",
      options: [
        .option("linear", .linear, meaning: "a resistor, i = G v"),
        .option("sinh", meaning: "i = G scaleVolts sinh(v / scaleVolts)") {
          (inner) throws(ConfigurationError) in
          .sinh(
            SinhLaw(
              scale: try inner.double(
                "scaleVolts", unit: "V", range: .above(0, through: 1e30),
                meaning: "Voltage where the current departs from G v"
              ).volts))
        },
        .option(
          "selector", meaning: "a resistor in series with two antiparallel exponential junctions"
        ) { (inner) throws(ConfigurationError) in
          .selector(
            SelectorLaw(
              saturation: try inner.double(
                "saturationAmperes", unit: "A", range: .above(0, through: 1e30),
                meaning: "Saturation current of each junction"
              ).amperes,
              slope: try inner.double(
                "slopeVolts", unit: "V", range: .above(0, through: 1e30),
                meaning: "Voltage over which a junction's current grows e-fold"
              ).volts))
        },
        .option(
          "transistor",
          meaning: "a resistor at the bit line behind a level-1 MOSFET at the source line whose "
            + "gate is the word line (gateDriven)"
        ) { (inner) throws(ConfigurationError) in
          .transistor(
            TransistorLaw(
              gate: try inner.double(
                "gateVolts", unit: "V", range: -1e6...1e6, meaning: "Gate of a selected word line"
              ).volts,
              threshold: try inner.double(
                "thresholdVolts", unit: "V", range: -1e6...1e6, meaning: "VTO"
              ).volts,
              transconductance: try inner.double(
                "transconductance", unit: "A/V²", range: .above(0, through: 1e30),
                meaning: "KP · W / L"),
              channelLengthModulation: try inner.double(
                "channelLengthModulation", unit: "1/V", default: 0, range: 0...1e6,
                meaning: "LAMBDA")))
        },
        .option("table", meaning: "i = G f(v), a measured curve") {
          (inner) throws(ConfigurationError) in
          let path = try inner.path("file", meaning: CurveFile.meaning)
          guard inner.has("file") else { return .linear }
          do {
            return .table(try CurveFile.read(path))
          } catch {
            throw inner.error(at: "file", "\(error)")
          }
        },
      ])
  }

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

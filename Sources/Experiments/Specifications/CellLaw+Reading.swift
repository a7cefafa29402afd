import Configuration
import CrossbarArray
import Units

extension ConfigurationSection {
  /// The key `law`, which array files and experiment files read alike.
  ///
  /// - Parameters:
  ///   - inherited: The law that the file does not specify; linear if it inherits nothing.
  ///   - conductance: What `G` is in the file.
  mutating func cellLaw(
    inherited: CellLaw = .linear, _ inherits: Inheritance = Inheritance(isOverride: false),
    conductance: String
  ) throws(ConfigurationError) -> CellLaw {
    try inherits.choice(
      &self, "law", default: "linear", inherited: inherited,
      meaning: "Current of a cell against its voltage; G is \(conductance)",
      options: CellLaw.options)
  }
}

extension CellLaw {
  fileprivate static var options: [ConfigurationOption<CellLaw>] {
    [
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
              meaning: "LAMBDA"),
            bodyEffect: try inner.double(
              "bodyEffect", unit: "√V", default: 0, range: 0...1e6,
              meaning: "GAMMA: the threshold rises with the voltage from bulk to source"),
            surfacePotential: try inner.double(
              "surfacePotentialVolts", unit: "V", default: 0.6, range: 1e-3...100,
              meaning: "PHI, of the body effect"
            ).volts,
            bulk: try inner.double(
              "bulkVolts", unit: "V", default: nil, range: -1e6...1e6,
              meaning: "Bulk of all transistors; the lowest voltage of the lines if absent"
            )?.volts))
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
      .option(
        "compact",
        meaning:
          "a module of compiled Verilog-A, whose terminals are the drive line and the bit line, "
          + "or the drive line, the gate and the bit line"
      ) { (inner) throws(ConfigurationError) in try CompactLaw.read(&inner) },
    ]
  }
}

import AnalogCore
import Configuration
import CrossbarArray
import Foundation
import Units

/// Reads one choice. If absent, it is the default option or, in a layer's own hardware, the
/// inherited one.
struct Inheritance {
  let isOverride: Bool

  func choice<Value>(
    _ section: inout ConfigurationSection, _ key: String, default name: String, inherited: Value,
    meaning: String, options: [ConfigurationOption<Value>]
  ) throws(ConfigurationError) -> Value {
    guard isOverride else {
      return try section.choice(key, default: name, meaning: meaning, options: options)
    }
    return try section.choice(key, default: nil, meaning: meaning, options: options) ?? inherited
  }
}

extension HardwareConfiguration {
  /// Designs of the literature that a hardware section may start from.
  static var presets: PresetFolder { PresetFolder(path: ProgramFiles.path("presets/")) }

  /// Reads the `hardware` section.
  ///
  /// - Parameter inherited: Starting point of a layer's own hardware, unless it names a preset;
  ///   `nil` for the experiment's.
  init(
    reading section: inout ConfigurationSection, inherited: HardwareConfiguration? = nil
  ) throws(ConfigurationError) {
    let startsAfresh = try section.startFromPreset(
      of: Self.presets,
      meaning: "Design to start from, by itself (`hardware: isaac`) or with keys that change it; "
        + "`hardware` of a layer then takes nothing from the experiment's")
    let inherited = startsAfresh ? nil : inherited
    self = inherited ?? HardwareConfiguration()
    let inherits = Inheritance(isOverride: inherited != nil)
    let base = self
    cell = try section.section("cell", meaning: "Cells and how they are read") {
      (inner) throws(ConfigurationError) in
      try CellSpecification(reading: &inner, base: base.cell, inherits)
    }
    technology.law = try section.cellLaw(
      inherited: base.law, inherits, conductance: "its conductance as programmed")
    mapping = try inherits.choice(
      &section, "mapping", default: "differentialPair", inherited: base.mapping,
      meaning: "How signed weights are stored", options: SignedWeightScheme.options)
    cellBits = try inherits.choice(
      &section, "weightSlices", default: "none", inherited: base.cellBits,
      meaning: "How many bits of a weight one cell stores",
      options: [
        .option("none", nil, meaning: "the whole weight in one cell or pair"),
        .option(
          "bits", meaning: "slices of some bits, each on arrays of its own, shifted and added"
        ) {
          (inner) throws(ConfigurationError) in
          try inner.integer("bits", range: 1...8, meaning: "Bits of a slice")
        },
      ])
    scale = try inherits.choice(
      &section, "scale", default: "codes", inherited: base.scale,
      meaning: "Which weight of a layer the largest conductance stands for",
      options: [
        .option("codes", .codes, meaning: "the largest code that there can be"),
        .option("maximum", .maximum, meaning: "the largest magnitude in the layer"),
        .option("percentile", meaning: "a percentile of the magnitudes; larger ones are clipped") {
          (inner) throws(ConfigurationError) in
          .percentile(
            percent: try inner.double(
              "percent", unit: "%", range: .above(0, through: 100),
              meaning: "Part of the weights that is not clipped"))
        },
      ])
    groups = try inherits.choice(
      &section, "groups", default: "blockDiagonal", inherited: base.groups,
      meaning: "How the groups of grouped and depthwise convolutions share arrays",
      options: [
        .option(
          "blockDiagonal", .blockDiagonal,
          meaning: "as many per array as fit; cells between different groups hold weight zero"),
        .option("separate", .separate, meaning: "every group in arrays of its own"),
      ])
    inputs = try inherits.choice(
      &section, "inputs", default: "gateBits", inherited: base.inputs,
      meaning: "How inputs drive the arrays",
      options: InputDrive.options)
    tile = try section.section("tile", meaning: "The largest array, and how matrices are divided") {
      (inner) throws(ConfigurationError) in
      try TileSpecification(reading: &inner, base: base.tile, inherits)
    }
    sourceLine = try inherits.choice(
      &section, "sourceLine", default: "parallel", inherited: base.sourceLine,
      meaning: "Direction of the source lines (gates)",
      options: [
        .option("parallel", .parallel, meaning: "one beside every bit line, along it"),
        .option(
          "crossing", .crossing,
          meaning: "one beside every word line, along it: the bit lines share what it loses"),
      ])
    technology.wires = try section.wires(base: base.wires, hasCapacitances: false)
    technology.terminals = try section.terminals(base: base.terminals)
    technology.ends = try section.ends(base: base.ends, inherits)
    converter = try inherits.choice(
      &section, "converter", default: "uniform", inherited: base.converter,
      meaning: "Analog-to-digital conversion of every output and input bit",
      options: ConverterSpecification.options)
    offCurrent = try inherits.choice(
      &section, "offCurrent", default: "reference", inherited: base.offCurrent,
      meaning:
        "What becomes of the current of cells that are off, at a finite onOffRatio, on lines "
        + "that are converted alone: of offset weights, and of pairs that subtract digitally",
      options: [
        .option(
          "reference", .reference,
          meaning: "an ideal reference takes it from the line before conversion"),
        .option(
          "converted", .converted,
          meaning: "it is converted with the rest, in the converter's range, and its mean removed "
            + "digitally"),
      ])
    integrator = try section.double(
      "integratorAmperes", unit: "A", inherited: base.integrator?.value,
      range: .above(0, through: 1e30),
      meaning:
        "Largest current, of either sign, that the integrator of a bit line takes in a read of "
        + "one input slice; the rest is lost before anything is subtracted, added or converted. null "
        + "for any"
    )?.amperes
    try section.section("errors", meaning: "How far cells and reads stray from their targets") {
      (inner) throws(ConfigurationError) in
      try readErrors(&inner, inherits)
    }
    try readBlocks(&section)
    if let conflict { try section.expect(false, at: conflict.key, conflict.reason) }
  }
}

extension SignedWeightScheme {
  fileprivate static var options: [ConfigurationOption<SignedWeightScheme>] {
    [
      .option("differentialPair", meaning: "two cells per weight whose currents subtract") {
        (inner) throws(ConfigurationError) in
        .pair(
          try inner.choice(
            "states", default: "oneSided", meaning: "Which states the cells of a pair take",
            options: [
              .option(
                "oneSided", .oneSided, meaning: "the magnitude in one cell, the other one off"),
              .option("twoSided", .twoSided, meaning: "both around mid-range, their sum constant"),
            ]),
          try inner.choice(
            "subtraction", default: "analog", meaning: "Where their currents subtract",
            options: [
              .option("analog", .analog, meaning: "between two bit lines, before one conversion"),
              .option("inArray", .inArray, meaning: "on a bit line that both share (interleaved)"),
              .option("digital", .digital, meaning: "after two conversions"),
            ]))
      },
      .option("offset", meaning: "one cell per weight, which holds it plus an offset") {
        (inner) throws(ConfigurationError) in
        .offset(
          try inner.choice(
            "removal", default: "digital", meaning: "How the offset leaves the result",
            options: [
              .option("digital", .digital, meaning: "by the sum of the inputs"),
              .option(
                "unitColumn", .unitColumn, meaning: "by one more bit line per array, converted too"),
            ]),
          zero: try inner.choice(
            "zero", default: "middle", meaning: "Which level the weight zero is",
            options: [
              .option("middle", .middle, meaning: "the one in the middle of the range"),
              .option(
                "lowest", .lowest,
                meaning: "the lowest, or where a layer has negative weights, as many above it"),
            ]))
      },
    ]
  }
}

extension InputDrive {
  fileprivate static var options: [ConfigurationOption<InputDrive>] {
    func accumulation(
      _ section: inout ConfigurationSection
    ) throws(ConfigurationError) -> Accumulation {
      try section.choice(
        "accumulation", default: "digital", meaning: "How the results of input slices are added",
        options: [
          .option("digital", .digital, meaning: "a conversion per slice, shift-and-add"),
          .option("analog", .analog, meaning: "on switched capacitors, one conversion"),
        ])
    }
    func signs(
      _ section: inout ConfigurationSection, _ accumulation: Accumulation, _ together: String
    ) throws(ConfigurationError) -> Signs {
      try section.choice(
        "signs", default: (accumulation == .analog ? Signs.differential : .split).rawValue,
        meaning:
          "How negative inputs are told from positive ones; where accumulation is analog, the "
          + "default is differential",
        options: [
          .option("split", .split, meaning: "in two passes, converted apart, subtracted digitally"),
          .option("differential", .differential, meaning: together),
        ])
    }
    return [
      .option("gateBits", meaning: "one bit at a time on the gates of select transistors") {
        (inner) throws(ConfigurationError) in
        let accumulation = try accumulation(&inner)
        return InputDrive(
          .gates, accumulation: accumulation,
          signs: try signs(
            &inner, accumulation,
            "with one conversion: negative ones in a read of their own with the opposite read "
              + "voltage, integrated with that of the positive ones"))
      },
      .option("voltages", meaning: "digital-to-analog converters on the word lines") {
        (inner) throws(ConfigurationError) in
        let lines = Lines.voltages(
          sliceBits: try inner.integer(
            "sliceBits", default: 8, range: 1...16, meaning: "Bits of one input slice"))
        let accumulation = try accumulation(&inner)
        return InputDrive(
          lines, accumulation: accumulation,
          signs: try signs(
            &inner, accumulation, "in one pass, negative ones by opposite voltages"))
      },
      .planned("pulseWidth", meaning: "pulses of constant voltage"),
    ]
  }
}

extension ConfigurationSection {
  /// A resistance of at least zero.
  mutating func ohms(
    _ key: String, _ value: Ohms, meaning: String
  ) throws(ConfigurationError) -> Ohms {
    try double(key, unit: "Ω", default: value.value, range: 0...1e30, meaning: meaning).ohms
  }
}

extension CellSpecification {
  /// The smallest conductance in siemens that is not zero, and the smallest current in amperes.
  private static let smallest = 1e-30

  fileprivate init(
    reading section: inout ConfigurationSection, base: CellSpecification, _ inherits: Inheritance
  ) throws(ConfigurationError) {
    self.init(
      onConductance: try section.double(
        "onConductanceSiemens", unit: "S", default: base.onConductance.value,
        range: 1e-15...1e3, meaning: "Largest conductance of a cell, 1 / R_min"
      ).siemens,
      onOffRatio: try section.double(
        "onOffRatio", default: base.onOffRatio, range: .above(1), allowsInfinity: true,
        meaning: "Largest over smallest conductance; .inf for cells that can be off entirely"),
      readVoltage: try section.double(
        "readVolts", unit: "V", default: base.readVoltage.value, range: 1e-30...100,
        meaning:
          "Voltage of a cell at full input: of source lines, or of word lines that are driven"
      ).volts,
      stateCount: try section.integer(
        "stateCount", inherited: base.stateCount, range: 2...65536,
        meaning: "Conductances that cells can be told, as `levels` spaces them; null for any"))
    levels = try inherits.choice(
      &section, "levels", default: "current", inherited: base.levels,
      meaning: "What the levels of a weight divide evenly; the two differ where the element shares "
        + "its voltage with a selector or a transistor",
      options: [
        .option(
          "current", .current,
          meaning: "the current of the whole cell at readVolts, so that it follows the weight"),
        .option("conductance", .conductance, meaning: "the conductance of the memory element"),
      ])
    // The limits of arrays and of single precision are known here; a layer would report them only
    // when it is programmed.
    let off = offConductance.value
    try section.expect(
      off == 0 || off >= Self.smallest, at: "onOffRatio",
      "the smallest conductance is \(off) S; it must be 0 (.inf) or at least \(Self.smallest) S")
    let current = onConductance.value * readVoltage.value
    try section.expect(
      current >= Self.smallest, at: "readVolts",
      "the largest current of a cell is \(current) A; it must be at least \(Self.smallest) A")
  }
}

extension TileSpecification {
  fileprivate init(
    reading section: inout ConfigurationSection, base: TileSpecification, _ inherits: Inheritance
  ) throws(ConfigurationError) {
    self.init(
      wordLines: try section.integer(
        "wordLines", default: base.wordLines, range: 1...65536,
        meaning: "Word lines of an array, at most"),
      bitLines: try section.integer(
        "bitLines", default: base.bitLines, range: 2...65536,
        meaning: "Bit lines of an array, at most; a pair takes two unless it shares one"),
      partition: try inherits.choice(
        &section, "partition", default: "equal", inherited: base.partition,
        meaning: "How rows and outputs are divided over several arrays",
        options: [
          .option("equal", .equal, meaning: "evenly over the fewest arrays"),
          .option("maximum", .maximum, meaning: "full arrays first, the rest in the last"),
        ]),
      unusedWordLines: try inherits.choice(
        &section, "unusedWordLines", default: "none", inherited: base.unusedWordLines,
        meaning: "Where arrays have the word lines, up to wordLines, that their inputs leave over; "
          + "they are off and only lengthen the wires",
        options: [
          .option("none", .none, meaning: "nowhere: arrays are as high as their blocks"),
          .option("near", .near, meaning: "before word line 0, as `unused` of array files"),
          .option(
            "far", .far,
            meaning: "behind the last one: between the cells and converters at the far end"),
        ]))
  }
}

import AnalogCore
import Configuration

extension ConverterSpecification {
  static var options: [ConfigurationOption<ConverterSpecification>] {
    [
      .option("ideal", .ideal, meaning: "the analog value itself"),
      .option(
        "uniform",
        meaning: "equal steps with a code at zero, symmetric where values have both signs"
      ) {
        (section) throws(ConfigurationError) in
        .uniform(
          bits: try section.double(
            "bits", default: 8, range: 2...24,
            meaning: "Resolution; 2^bits codes, so that bits need not be whole"),
          range: try section.range(),
          rounding: try section.choice(
            "rounding", default: "nearest", meaning: "Which of two neighboring codes a value gets",
            options: [
              .option("nearest", .nearest, meaning: "the nearer one, ties the even one"),
              .option(
                "stochastic", .stochastic,
                meaning: "one of both by chance, so that the mean is the value; drawn for every "
                  + "conversion"),
            ]))
      },
      .option(
        "fullPrecision", .fullPrecision,
        meaning: "one code per unit of the integer dot product, over the whole range"),
      .option("ramp", meaning: "a comparator trips when a staircase passes the input") {
        (section) throws(ConfigurationError) in
        try circuit(&section) { (inner) throws(ConfigurationError) in
          .ramp(
            stepMismatch: try inner.deviation(
              "stepMismatch", meaning: "Deviation of each step's height, over the step"))
        }
      },
      .option("sar", meaning: "successive approximation with a binary array of capacitors") {
        (section) throws(ConfigurationError) in
        try circuit(&section) { (inner) throws(ConfigurationError) in
          .successiveApproximation(capacitorMismatch: try inner.unitMismatch())
        }
      },
      .option("pipeline", meaning: "a chain of 1.5-bit stages") {
        (section) throws(ConfigurationError) in
        try circuit(&section) { (inner) throws(ConfigurationError) in
          .pipeline(
            capacitorMismatch: try inner.ratioMismatch(), comparatorOffset: try inner.threshold())
        }
      },
      .option("cyclic", meaning: "one 1.5-bit stage used for every bit") {
        (section) throws(ConfigurationError) in
        try circuit(&section) { (inner) throws(ConfigurationError) in
          .cyclic(
            capacitorMismatch: try inner.ratioMismatch(), comparatorOffset: try inner.threshold())
        }
      },
    ]
  }

  /// A converter with mismatched parts, drawn separately for each converter.
  private static func circuit(
    _ section: inout ConfigurationSection,
    _ architecture: (inout ConfigurationSection) throws(ConfigurationError) ->
      CircuitConverterSpecification.Architecture
  ) throws(ConfigurationError) -> ConverterSpecification {
    let bits = try section.resolution()
    let range = try section.range()
    let parts = try architecture(&section)
    return .circuit(
      CircuitConverterSpecification(
        parts, bits: bits,
        offset: try section.deviation(
          "offsetCodes", meaning: "Deviation of a converter's offset, in codes"),
        gain: try section.deviation("gain", meaning: "Relative deviation of a converter's gain"),
        inputNoise: try section.deviation(
          "inputNoiseCodes", meaning: "Noise of the sampled input, in codes, anew every conversion"),
        comparatorNoise: try section.deviation(
          "comparatorNoiseCodes",
          meaning: "Noise of a comparator, in codes, anew every decision")),
      range: range)
  }
}

extension ConfigurationSection {
  fileprivate mutating func resolution() throws(ConfigurationError) -> Int {
    try integer("bits", default: 8, range: 2...16, meaning: "Resolution")
  }

  fileprivate mutating func range() throws(ConfigurationError) -> ConverterRange {
    try choice(
      "range", default: "calibrated", meaning: "Input range",
      options: [
        .option("calibrated", meaning: "measured on calibration images, one per layer and slice") {
          (inner) throws(ConfigurationError) in
          .covering(percent: try inner.percent(), on: try inner.measuredOn())
        },
        .option(
          "anchored",
          meaning:
            "measured too; a code is a power of two of a unit of the integer dot product (2, "
            + "1, 1/2 …), so that sums of ideal cells lie on codes"
        ) { (inner) throws(ConfigurationError) in
          .anchored(percent: try inner.percent(), on: try inner.measuredOn())
        },
        .option("maximum", .maximum, meaning: "everything that the tile can deliver"),
        .option("leastError", meaning: "measured too, chosen for the least mean absolute error") {
          (inner) throws(ConfigurationError) in .leastError(on: try inner.measuredOn())
        },
        .option(
          "limits",
          meaning:
            "the same for all layers and slices, in units of the integer dot product: a level "
            + "of a cell times a level of an input; zero between them stays a code"
        ) { (inner) throws(ConfigurationError) in try inner.limits() },
        .option(
          "granular", .granular,
          meaning: "one code per unit of the integer dot product; the rest is clipped"),
      ])
  }

  fileprivate mutating func percent() throws(ConfigurationError) -> Double {
    try double(
      "percent", unit: "%", default: 99.98, range: .above(0, through: 100),
      meaning: "Part of the recorded magnitudes that is covered")
  }

  fileprivate mutating func measuredOn() throws(ConfigurationError) -> ConverterRange.Arrays {
    try choice(
      "measuredOn", default: "programmed", meaning: "Arrays on which the range is measured",
      options: [
        .option("programmed", .programmed, meaning: "as they are, with errors and wires"),
        .option(
          "ideal", .ideal,
          meaning: "without errors, wires and noise: ranges are the same for every seed"),
      ])
  }

  private mutating func limits() throws(ConfigurationError) -> ConverterRange {
    let low = try double(
      "low", range: -1e9...1e9,
      meaning:
        "Value of the lowest code; 0 where values have one sign. Limits of both signs that 2^bits "
        + "codes would leave without zero have a code less and move by up to half a step")
    let high = try double("high", range: -1e9...1e9, meaning: "Value of the highest code")
    guard has("low"), has("high") else { return .limits(low: 0, high: 1) }
    guard low < high else {
      throw error(
        at: "high",
        "the highest code, \(NumberText.text(high)), must lie above the lowest one, "
          + "\(NumberText.text(low))")
    }
    // Steps are numbers of single precision.
    guard high - low >= 1e-20 else {
      throw error(at: "high", "must lie at least 1e-20 units above the lowest code")
    }
    return .limits(low: low, high: high)
  }

  /// A standard deviation, zero by default.
  fileprivate mutating func deviation(
    _ key: String, meaning: String
  ) throws(ConfigurationError) -> Double {
    try double(key, default: 0, range: 0...10, meaning: meaning)
  }

  fileprivate mutating func unitMismatch() throws(ConfigurationError) -> Double {
    try deviation("capacitorMismatch", meaning: "Relative deviation of a unit capacitor")
  }

  fileprivate mutating func ratioMismatch() throws(ConfigurationError) -> Double {
    try deviation(
      "capacitorMismatch", meaning: "Deviation of the ratio of a stage's two capacitors")
  }

  fileprivate mutating func threshold() throws(ConfigurationError) -> Double {
    try deviation(
      "comparatorOffset", meaning: "Deviation of a stage's thresholds, over the reference")
  }
}

@testable import Configuration

/// A configuration with every kind of key, for the tests of the reader.
struct ConfigurationSample: Equatable {
  enum Converter: Equatable {
    case ideal
    case uniform(bits: Int, range: Range)
  }
  enum Range: Equatable {
    case maximum
    case covering(percentile: Double)
  }
  struct Axis: Equatable {
    var key: String
    var values: [Double]

    init(key: String, values: [Double]) {
      self.key = key
      self.values = values
    }

    init(_ axis: inout ConfigurationSection) throws(ConfigurationError) {
      key = try axis.string("key", meaning: "Dotted key")
      values = try axis.doubles("values", range: 0...100, meaning: "Its values")
    }
  }

  var name: String
  var note: String?
  var bitLineOhms: Double
  var onOffRatio: Double
  var ends: [String]
  var converter: Converter
  var paths: [String: Converter]
  var axes: [Axis]
  var usesCache: Bool
  var table: String?
  var seed: Int?
  var extra: Double?

  init(_ section: inout ConfigurationSection) throws(ConfigurationError) {
    _ = try section.version(1...1, meaning: "Version of the format")
    name = try section.string("name", meaning: "Name of the experiment")
    note = try section.string("note", default: nil, meaning: "Free text")
    (bitLineOhms, onOffRatio, ends) = try section.section("wires", meaning: "The wires") {
      wires throws(ConfigurationError) in
      let ohms = try wires.double(
        "bitLineOhms", unit: "Ω", default: 0, range: 0..., meaning: "One bit-line segment")
      let ratio = try wires.double(
        "onOffRatio", default: .infinity, range: .above(1), allowsInfinity: true,
        meaning: "G_on | G_off")
      let ends = try wires.strings("ends", default: ["near"], meaning: "Driven ends")
      return (ohms, ratio, ends)
    }
    converter = try section.choice(
      "adc", default: "uniform", meaning: "The converter", options: Self.converters)
    let perLayer = try section.map("paths", of: "layer name", meaning: "Converter per layer") {
      paths, layer throws(ConfigurationError) in
      try paths.choice(layer, meaning: "Its converter", options: Self.converters)
    }
    paths = Dictionary(uniqueKeysWithValues: perLayer.map { ($0.key, $0.value) })
    axes = try section.list("axes", meaning: "Swept keys", Axis.init)
    usesCache = try section.boolean("usesCache", default: true, meaning: "Keep calibrations")
    table = try section.path("table", default: nil, meaning: "Costs")
    seed = try section.integer("seed", default: nil, range: 0..., meaning: "Seed")
    extra = try section.section("extra", default: nil, meaning: "Extras") {
      extra throws(ConfigurationError) in
      try extra.double("gain", meaning: "Gain")
    }
    try section.expect(name != "forbidden", at: "name", "that name is forbidden")
  }

  static var converters: [ConfigurationOption<Converter>] {
    [
      .option("ideal", .ideal, meaning: "No rounding"),
      .option("uniform", meaning: "Equal steps") { adc throws(ConfigurationError) in
        let bits = try adc.integer("bits", unit: "bit", default: 8, range: 1...16, meaning: "Bits")
        let range: Range = try adc.choice(
          "range", default: "calibrated", meaning: "Full scale",
          options: [
            .option("maximum", .maximum, meaning: "Largest current"),
            .option("calibrated", meaning: "Percentile of recorded values") {
              range throws(ConfigurationError) in
              let percentile = try range.double(
                "percentile", unit: "%", default: 99.9, range: .above(0, through: 100),
                meaning: "Share of values inside")
              return .covering(percentile: percentile)
            },
          ])
        return Converter.uniform(bits: bits, range: range)
      },
      .planned("cyclic", meaning: "Circuit-level cyclic converter"),
    ]
  }

  /// The sample read from `yaml`, with its resolved text.
  static func read(_ yaml: String, file: String = "E.yaml")
    throws(ConfigurationError) -> (sample: ConfigurationSample, resolved: String)
  {
    var section = try ConfigurationSection(yaml: yaml, file: file)
    let sample = try section.finishing(ConfigurationSample.init)
    return (sample, section.resolvedYAML())
  }
}

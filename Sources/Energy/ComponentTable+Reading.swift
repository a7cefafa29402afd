import Configuration

extension ComponentTable {
  /// Reads the keys of a table.
  public init(reading section: inout ConfigurationSection) throws(ConfigurationError) {
    about = try section.string("about", default: "", meaning: "One line about the table")
    integration = try section.section("integration", meaning: "Reads of arrays") {
      (row) throws(ConfigurationError) in
      Integration(
        seconds: try row.double(
          "seconds", unit: "s", range: .above(0, through: 1e6),
          meaning: "Integration of one input slice"),
        integratorWatts: try row.watts(
          "integratorWatts", meaning: "Power of a bit line's integrator while it integrates"),
        areaSquareMicrometers: try row.area("Area of a bit line's integrator"),
        source: try row.source())
    }
    cells = try section.section("cells", meaning: "Cells with their access devices") {
      (row) throws(ConfigurationError) in
      Cells(
        read: try row.choice(
          "read", default: "circuit", meaning: "Energy of the read of an array",
          options: [
            .option(
              "circuit", .circuit,
              meaning: "voltage times current times time at the terminals, as the array is solved"),
            .option("fixed", meaning: "the same for every read") {
              (inner) throws(ConfigurationError) in
              .fixed(joules: try inner.joules("joules", meaning: "Energy of a read"))
            },
          ]),
        areaSquareMicrometers: try row.area("Area of one cell"), source: try row.source())
    }
    wordLines = try section.section(
      "wordLines", default: nil, meaning: "Word lines and their drivers"
    ) { (row) throws(ConfigurationError) in
      WordLines(
        volts: try row.double(
          "volts", unit: "V", range: 0...1e6, meaning: "Swing of a line that is activated"),
        cellFarads: try row.double(
          "cellFarads", unit: "F", range: 0...1, meaning: "Capacitance of a line per cell on it"),
        driverJoules: try row.double(
          "driverJoules", unit: "J", default: 0, range: 0...1e6,
          meaning: "Energy of an activation besides `C V²` of the line"),
        areaSquareMicrometers: try row.area("Area of a driver"), source: try row.source())
    }
    inputAccumulation = try section.unit(
      "inputAccumulation", "Switched capacitors that add up input slices, one per converted line")
    converters = try section.section(
      "converters", default: nil, meaning: "Analog-to-digital converters"
    ) { (row) throws(ConfigurationError) in
      Converters(
        conversion: try row.choice(
          "conversion", meaning: "Energy and time of a conversion", options: Conversion.options),
        linesPerConverter: try row.integer(
          "linesPerConverter", default: 1, range: 1...65536,
          meaning: "Lines of an array that take turns at one converter"),
        areaSquareMicrometers: try row.area("Area of one converter"), source: try row.source())
    }
    shiftAdd = try section.unit("shiftAdd", "Addition of a shifted code, a unit per converter")
    adders = try section.unit(
      "adders", "Addition of the sums of several arrays, and of inputs for the removal of an offset"
    )
    gains = try section.unit(
      "gains", "Multiply-add of a digital gain that compensates an output, a unit per output")
    buffers = try section.section(
      "buffers", default: nil, meaning: "Buffers of inputs and outputs"
    ) { (row) throws(ConfigurationError) in
      Buffers(
        readJoulesPerByte: try row.joules("readJoulesPerByte", meaning: "Reading a byte"),
        writeJoulesPerByte: try row.joules("writeJoulesPerByte", meaning: "Writing a byte"),
        bytesPerArray: try row.double(
          "bytesPerArray", default: 0, range: 0...1e15, meaning: "Bytes beside each array"),
        areaSquareMicrometersPerByte: try row.double(
          "areaSquareMicrometersPerByte", unit: "µm²", default: 0, range: 0...1e15,
          meaning: "Area of a byte"),
        source: try row.source())
    }
    idle = try section.section(
      "idle", default: nil, meaning: "What an array takes whether it works or not"
    ) { (row) throws(ConfigurationError) in
      Idle(
        wattsPerArray: try row.watts(
          "wattsPerArray",
          meaning: "Control, bias and leakage of one array, through the whole inference"),
        areaSquareMicrometers: try row.area("Area of the control of one array"),
        source: try row.source())
    }
  }
}

extension ComponentTable.Conversion {
  fileprivate static var options: [ConfigurationOption<ComponentTable.Conversion>] {
    func hertz(
      _ inner: inout ConfigurationSection, _ meaning: String
    ) throws(ConfigurationError) -> Double {
      try inner.double("hertz", unit: "Hz", range: 1e-6...1e18, meaning: meaning)
    }
    return [
      .option("fixed", meaning: "the same for any resolution") {
        (inner) throws(ConfigurationError) in
        .fixed(
          joules: try inner.joules("joules", meaning: "Energy of a conversion"),
          seconds: try inner.double(
            "seconds", unit: "s", range: 0...1e6, meaning: "Time of a conversion"))
      },
      .option("ramp", meaning: "a staircase of 2^bits steps at constant power") {
        (inner) throws(ConfigurationError) in
        .ramp(
          watts: try inner.watts("watts", meaning: "Power during a conversion"),
          hertz: try hertz(&inner, "Steps per second"))
      },
      .option("bitwise", meaning: "a decision per bit: successive approximation, cyclic") {
        (inner) throws(ConfigurationError) in
        .bitwise(
          joulesPerBit: try inner.joules("joulesPerBit", meaning: "Energy of a decision"),
          hertz: try hertz(&inner, "Decisions per second"))
      },
    ]
  }
}

extension ConfigurationSection {
  fileprivate mutating func joules(
    _ key: String, meaning: String
  ) throws(ConfigurationError) -> Double {
    try double(key, unit: "J", range: 0...1e6, meaning: meaning)
  }

  fileprivate mutating func watts(
    _ key: String, meaning: String
  ) throws(ConfigurationError) -> Double {
    try double(key, unit: "W", range: 0...1e6, meaning: meaning)
  }

  fileprivate mutating func area(_ meaning: String) throws(ConfigurationError) -> Double {
    try double(
      "areaSquareMicrometers", unit: "µm²", default: 0, range: 0...1e15, meaning: meaning)
  }

  fileprivate mutating func source() throws(ConfigurationError) -> String {
    try string("source", meaning: "Where the numbers of this row are from")
  }

  fileprivate mutating func unit(
    _ key: String, _ meaning: String
  ) throws(ConfigurationError) -> ComponentTable.Unit? {
    try section(key, default: nil, meaning: meaning) { (row) throws(ConfigurationError) in
      ComponentTable.Unit(
        joules: try row.joules("joules", meaning: "Energy of one operation"),
        areaSquareMicrometers: try row.area("Area of one unit"), source: try row.source())
    }
  }
}

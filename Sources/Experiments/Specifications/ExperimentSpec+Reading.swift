import AnalogCore
import Configuration
import Datasets
import Energy
import Inference
import NeuralNetwork

extension ExperimentSpec {
  /// Version of the experiment file.
  static let version = 1

  /// A key that the command line sets.
  public struct Change: Sendable {
    /// Keys from the top of the file to the one that is set.
    public var key: [String]
    /// The value as it would stand in the file.
    public var value: String
    /// Who sets it, for errors: the option's name.
    public var origin: String

    /// Sets `key` to `value`.
    public init(_ key: [String], _ value: String, origin: String) {
      self.key = key
      self.value = value
      self.origin = origin
    }
  }

  /// Reads an experiment file with changes applied as if they stood in it.
  ///
  /// - Parameter path: The path of every layer, overriding the file; `nil` keeps the paths of the
  ///   file.
  public init(
    contentsOf file: String, path: SolutionPath? = nil, changes: [Change] = []
  ) throws(ConfigurationError) {
    var all = changes
    if let path {
      let origin = "--path"
      all.insert(Change(["path"], path.rawValue, origin: origin), at: 0)
      let written = try ExperimentSpec(ConfigurationSection(file: file), changes: [])
      for (name, layer) in written.layers where layer.path != nil {
        all.insert(Change(["layers", name, "path"], path.rawValue, origin: origin), at: 0)
      }
    }
    try self.init(ConfigurationSection(file: file), changes: all)
  }

  /// Reads an experiment from YAML text; `name` stands for the file in errors and paths.
  public init(
    yaml: String, file name: String, changes: [Change] = []
  ) throws(ConfigurationError) {
    try self.init(ConfigurationSection(yaml: yaml, file: name), changes: changes)
  }

  private init(
    _ section: ConfigurationSection, changes: [Change]
  ) throws(ConfigurationError) {
    var section = section
    for change in changes {
      try section.override(
        change.key, with: change.value, from: change.origin,
        shorthands: ["hardware": PresetFolder.key, "energy": ComponentTable.key])
    }
    self = try section.finishing { (section) throws(ConfigurationError) in
      try ExperimentSpec(reading: &section)
    }
  }

  /// The reference page of every key, as Markdown.
  public static func reference() throws(ConfigurationError) -> String {
    try referencePage().markdown
  }

  static func referencePage() throws(ConfigurationError) -> ReferencePage {
    try ReferencePage(
      name: "experiment", title: "Experiment files (E.yaml)",
      introduction: """
        One file describes one experiment for `tilespice infer`, `inspect` and `netlist`. A choice \
        is written as its name (`converter: ideal`) or, with parameters, as a mapping \
        (`converter: {model: uniform, bits: 6}`). Paths start from the file's folder. Unknown keys \
        are errors. What is marked planned has its place but is refused in this version.
        """
    ) { (section) throws(ConfigurationError) in try ExperimentSpec(reading: &section) }
  }

  init(reading section: inout ConfigurationSection) throws(ConfigurationError) {
    _ = try section.version(
      Self.version...Self.version, meaning: "Version of this format")
    name = try section.string(
      "name", default: "experiment", meaning: "Short name for results and reports")
    seed = UInt64(
      try section.integer(
        "seed", default: 1, range: 0...(Int.max), meaning: "Seed of every random draw"))
    network = try section.choice(
      "network", default: "digits", meaning: "The trained network",
      options: [
        .option(
          "digits", .bundledDigits, meaning: "the digits network that comes with the program"),
        .option("onnx", meaning: "an ONNX file") { (inner) throws(ConfigurationError) in
          .onnx(try ONNXSource(reading: &inner))
        },
      ])
    data = try section.choice(
      "data", default: "digits", meaning: "Images and labels", options: DataSource.options)
    task = try section.choice(
      "task", default: nil,
      meaning:
        "How outputs are judged; null is classification if there are labels, otherwise none. "
        + "Errors of outputs against the digital networks are measured for every task",
      options: InferenceTask.options)
    selection = try section.section(
      "selection", meaning: "Which of the images are evaluated, and in which order"
    ) { (inner) throws(ConfigurationError) in try ImageSelection(reading: &inner) }
    quantization = try section.section(
      "quantization", meaning: "How the float network becomes integers"
    ) { (inner) throws(ConfigurationError) in try QuantizationOptions(reading: &inner) }
    let precision = quantization.precision
    let faultsBefore = section.faults.count
    let shared = try section.section(
      "hardware", shorthand: PresetFolder.key,
      meaning: "What arrays are made of, unless a layer says otherwise"
    ) { (inner) throws(ConfigurationError) in try HardwareConfiguration(reading: &inner) }
    hardware = shared
    let isSound = section.faults.count == faultsBefore
    path = try section.choice(
      "path", default: "exact", meaning: "How currents are computed, unless a layer says otherwise",
      options: SolutionPath.options)
    compared = try section.comparedNetworks()
    let compensated = try section.section(
      "compensation",
      meaning: "How losses in wires are made up for, without labels: unless a layer says otherwise"
    ) { (inner) throws(ConfigurationError) in
      (
        own: try LayerCompensation(reading: &inner),
        images: try inner.integer(
          "images", default: 64, range: 1...1_000_000,
          meaning: "Calibration images on which layers are compensated"),
        robustness: try inner.section(
          "robustness",
          meaning: "Changes of the arrays under which the network runs again, as it was compensated"
        ) { (own) throws(ConfigurationError) in try RobustnessSpec(reading: &own) }
      )
    }
    (compensation, compensationImages, robustness) = compensated
    var overrides: [String: LayerOverride] = [:]
    for (name, value) in try section.map(
      "layers", of: "layer name", meaning: "What single layers change, by the name of their node",
      { (inner, name) throws(ConfigurationError) in
        try inner.section(name, meaning: "One layer") { (layer) throws(ConfigurationError) in
          LayerOverride(
            path: try layer.choice(
              "path", default: nil, meaning: "Its own path", options: SolutionPath.options),
            hardware: try layer.section(
              "hardware", default: nil, shorthand: PresetFolder.key, meaning: "Its own hardware"
            ) { (own) throws(ConfigurationError) in
              own.isTrusted = isSound
              return try HardwareConfiguration(reading: &own, inherited: shared)
            },
            precision: try layer.section(
              "quantization", default: nil, meaning: "Its own widths of codes"
            ) { (own) throws(ConfigurationError) in
              try LayerPrecision(reading: &own, inherited: precision)
            },
            compensation: try layer.section(
              "compensation", default: nil, meaning: "How its own losses are made up for"
            ) { (own) throws(ConfigurationError) in
              try LayerCompensation(reading: &own, inherited: compensated.own)
            })
        }
      })
    { overrides[name] = value }
    layers = overrides
    let drifts = ([shared] + overrides.values.compactMap(\.hardware)).contains(where: \.drifts)
    try section.expect(
      robustness.driftSeconds.isEmpty || drifts, at: "compensation",
      "robustness.driftSeconds: no cells drift; set hardware.errors.drift")
    quantization.layers = overrides.compactMapValues(\.precision)
    calibration = try section.section(
      "calibration", meaning: "How layers on the paths calibrated and auto get their models"
    ) { (inner) throws(ConfigurationError) in try ModelCalibration(reading: &inner) }
    converterImages = try section.integer(
      "converterImages", default: 16, range: 1...1_000_000,
      meaning: "Calibration images on which converter ranges are measured")
    auditVectors = try section.integer(
      "auditVectors", default: 2, range: 0...10_000,
      meaning: "Input vectors per tile whose circuits are factorized to measure the path's error")
    energy = try section.section(
      "energy", default: nil, shorthand: ComponentTable.key,
      meaning: "What the components of the hardware cost; null leaves energy, time and area out"
    ) { (inner) throws(ConfigurationError) in
      let faults = inner.faults.count
      _ = try inner.startFromPreset(
        of: ComponentTable.presets, key: ComponentTable.key, allowsFiles: true,
        meaning:
          "Table to start from, by itself (`energy: xiao2022`) or with keys that change it: "
          + "one that comes with the program, or the path of a YAML file with the keys below")
      // Without its table every required row would be missing: that says nothing new.
      guard inner.faults.count == faults else {
        throw inner.error(at: ComponentTable.key, "unknown")
      }
      return try ComponentTable(reading: &inner)
    }
    study = try section.section("study", meaning: "Repetitions of the run") {
      (inner) throws(ConfigurationError) in try inner.study()
    }
    (outputFolder, keepsLogits) = try section.section("outputs", meaning: "What is kept") {
      (inner) throws(ConfigurationError) in
      (
        try inner.path(
          "folder", default: nil, mustExist: false,
          meaning:
            "Folder for results.json, images.csv, outputs.csv, report.html; of classifiers also "
            + "confusion.csv, with `energy` energy.csv"),
        try inner.boolean(
          "logits", default: false,
          meaning: "Whether all outputs of every image and path are kept: outputs-RUN.npy "
            + "[images, outputs …] for each run and, of results that are one list of outputs, "
            + "logits.csv")
      )
    }
    resolvedValue = section.resolvedValue
  }
}

extension ComponentTable {
  /// The key of `energy` that names one.
  static let key = "components"
  /// The tables that come with the program.
  static var presets: PresetFolder { PresetFolder(path: ProgramFiles.path("components/")) }
}

extension LayerPrecision {
  /// Reads the widths of codes.
  ///
  /// - Parameter inherited: The experiment's, for a layer's own; `nil` for the experiment's.
  fileprivate init(
    reading section: inout ConfigurationSection, inherited: LayerPrecision? = nil
  ) throws(ConfigurationError) {
    func bits(
      _ key: String, _ standard: Int, range: ClosedRange<Int>, meaning: String
    ) throws(ConfigurationError) -> Int {
      guard inherited != nil else {
        return try section.integer(key, default: standard, range: range, meaning: meaning)
      }
      return try section.integer(key, default: nil, range: range, meaning: meaning) ?? standard
    }
    let base = inherited ?? LayerPrecision()
    self.init(
      weightBits: try bits(
        "weightBits", base.weightBits, range: Self.weightRange,
        meaning: "Bits of a weight code, sign included; weights stored as integers keep theirs"),
      activationBits: try bits(
        "activationBits", base.activationBits, range: Self.activationRange,
        meaning: "Bits of an input code, with the sign of a layer's inputs if they have one; "
          + "inputs with a scale of their own in the network keep theirs"))
  }
}

extension QuantizationOptions {
  fileprivate init(reading section: inout ConfigurationSection) throws(ConfigurationError) {
    self.init()
    precision = try LayerPrecision(reading: &section)
    weightGranularity = try section.choice(
      "weightScale", default: "perLayer", meaning: "Which weights share a scale",
      options: [
        .option("perLayer", .perLayer, meaning: "those of the whole layer"),
        .option("perChannel", .perChannel, meaning: "those of each output"),
      ])
    weightPercent = try section.choice(
      "weightRange", default: "maximum", meaning: "Which real weight the largest code stands for",
      options: [
        .option("maximum", 100, meaning: "the largest magnitude under a scale"),
        .option("percentile", meaning: "a percentile of the magnitudes; larger ones are clipped") {
          (inner) throws(ConfigurationError) in
          try inner.double(
            "percent", unit: "%", range: .above(0, through: 100),
            meaning: "Part of the weights under a scale that is not clipped")
        },
      ])
    activationRange = try section.choice(
      "activationRange", default: "maximum",
      meaning: "How far input codes reach, by the activations on calibration images",
      options: [
        .option("maximum", .maximum, meaning: "all magnitudes that were seen"),
        .option("percentile", meaning: "a part of the magnitudes") {
          (inner) throws(ConfigurationError) in
          .percentile(
            try inner.double(
              "percent", unit: "%", range: .above(0, through: 100), meaning: "The part"))
        },
        .option(
          "meanSquareError", .meanSquareError,
          meaning: "least mean square error of clipping and rounding together"),
      ])
    calibrationImages = try section.integer(
      "calibrationImages", default: 64, range: 1...1_000_000,
      meaning: "Calibration images on which activations are recorded")
  }
}

extension InferenceTask {
  fileprivate static var options: [ConfigurationOption<InferenceTask>] {
    [
      .option(
        "classification", .classification,
        meaning: "accuracy; labels are classes: [N], a text file or folders"),
      .option(
        "regression", .regression,
        meaning: "mean square error and R²; labels are numbers, [N, outputs] in a NumPy file"),
      .option(
        "segmentation",
        meaning:
          "pixel accuracy and mean intersection over union of outputs [classes, H, W]; labels "
          + "are classes, [N, H, W] in a NumPy file"
      ) { (inner) throws(ConfigurationError) in
        .segmentation(
          ignoring: try inner.integer(
            "ignoreIndex", default: nil, range: -1_000_000...1_000_000,
            meaning: "Label of positions that do not count, such as 255; null for none"))
      },
      .option("none", .none, meaning: "labels are not read"),
    ]
  }
}

extension SolutionPath {
  fileprivate static var options: [ConfigurationOption<SolutionPath>] {
    [
      .option("ideal", .ideal, meaning: "no wires"),
      .option("exact", .exact, meaning: "with wires, by the fastest exact method"),
      .option("cholmod", .cholmod, meaning: "with wires, by factorizing every circuit; slow"),
      .option("klu", .klu, meaning: "the same by another library; slower still"),
      .option(
        "calibrated", .calibrated,
        meaning: "with wires, by a fast model fitted to exact solves that knows its error"),
      .option(
        "auto", .auto, meaning: "the cheapest of ideal, calibrated and exact within the budget"),
    ]
  }
}

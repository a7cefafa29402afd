import Configuration

/// A sweep: one base experiment, and the axes along which it is varied. The value of a sweep file
/// (`S.yaml`).
public struct SweepSpec: Sendable, Equatable {
  /// Short name for results and reports; `nil` for the base's.
  public var name: String?
  /// Path of the base experiment.
  public var base: String
  /// The axes in the order in which they are applied.
  public var axes: [SweepAxis]
  /// Seeds with which every point is repeated.
  var seeds: Seeds?
  /// How points are chosen.
  public var sampling: SweepSampling
  /// Networks beside the path, as the file lists them; `nil` if it does not.
  var compared: [String]?
  /// Where the seeds stand, and the networks.
  var seedsPlace = "", comparedPlace = ""
  /// The file as it was understood.
  public var resolvedYAML: String

  /// Seeds of repetitions.
  enum Seeds: Sendable, Equatable {
    /// So many, from the base's own on.
    case count(Int)
    case list([Int])
  }

  static let version = 1

  /// Reads a sweep file.
  public init(contentsOf file: String) throws(ConfigurationError) {
    self = try ConfigurationSection.read(file: file, SweepSpec.init(reading:))
  }

  /// Reads a sweep from YAML text; `name` stands for the file in errors and paths.
  public init(yaml: String, file name: String) throws(ConfigurationError) {
    var section = try ConfigurationSection(yaml: yaml, file: name)
    self = try section.finishing(SweepSpec.init(reading:))
  }

  /// The reference page of every key.
  public static func referencePage() throws(ConfigurationError) -> ReferencePage {
    try ReferencePage(
      name: "sweep", title: "Sweep files (S.yaml)",
      introduction: """
        One file varies one experiment for `tilespice sweep`: every point is the base experiment with \
        the values of the axes set, as if they stood in its file. For instance:

        ```yaml
        version: 1
        base: E.yaml
        axes:
          - {key: hardware.converter.bits, values: [4, 5, 6, 8]}
          - {key: hardware.wires.bitLineOhms, range: {from: 1, to: 1000, count: 4, spacing: logarithmic}}
          - points:
              - {hardware.tile.wordLines: 64, hardware.tile.bitLines: 64}
              - {hardware.tile.wordLines: 256, hardware.tile.bitLines: 64}
        seeds: 5
        ```

        A key is any of the experiment's, by its path; a name with dots is in double quotes \
        (`layers."a.b".path`). A value is what would stand there: a number, the name of an option or of \
        a preset (`{key: hardware, values: [isaac, prime]}`), a mapping \
        (`{key: network, values: [{model: onnx, file: a.onnx}, {model: onnx, file: b.onnx}]}`). Paths \
        in values start from the base's folder, as its own do. Axes are applied in their order. \
        Unknown keys are errors.
        """
    ) { (section) throws(ConfigurationError) in try SweepSpec(reading: &section) }
  }
}

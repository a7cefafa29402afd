import Configuration
import CrossbarArray
import Files
import Foundation
import NumericKernels
import Units

/// `ARRAY.yaml` and the `.npy` files around it.
public enum ArrayFile {
  /// Reads an array.
  public static func read(_ path: String) throws -> ArrayDescription {
    let file = try ConfigurationSection.read(file: path) { (section) throws(ConfigurationError) in
      try ArrayFileContents(reading: &section)
    }
    let conductances = try matrix(file.conductances, what: "[wordLines, bitLines]")
    let negative = try file.negativeConductances.map {
      try matrix($0, what: "[wordLines, bitLines]")
    }
    return try array(file, path: path, conductances: conductances, negative: negative)
  }

  /// The array that a text with the keys of an array file describes, `conductances` and
  /// `negativeConductances` excepted: they are these.
  ///
  /// - Parameters:
  ///   - name: Stands for the file in errors.
  ///   - conductances: Siemens, `[wordLines, bitLines]`.
  ///   - negativeConductances: Negative cells of pairs, same shape; `nil` without pairs.
  public static func read(
    yaml: String, name: String, conductances: Matrix<Double>,
    negativeConductances: Matrix<Double>?
  ) throws -> ArrayDescription {
    var section = try ConfigurationSection(yaml: yaml, file: name)
    let hasPairs = negativeConductances != nil
    let contents = try section.finishing { (section) throws(ConfigurationError) in
      try ArrayFileContents(reading: &section, hasPairs: hasPairs)
    }
    return try array(
      contents, path: name, conductances: conductances, negative: negativeConductances)
  }

  /// The array of a file with its cells, checked.
  private static func array(
    _ file: ArrayFileContents, path: String, conductances: Matrix<Double>,
    negative: Matrix<Double>?
  ) throws -> ArrayDescription {
    var array = file.description
    array.conductances = conductances
    array.negativeConductances = negative
    if let defects = file.defects {
      array.defects = try DefectFile.read(
        defects, conductances: [array.conductances, array.negativeConductances].compactMap { $0 })
    }
    do throws(ArrayError) {
      try array.validate()
    } catch {
      throw FileError(path: path, reason: "\(error)")
    }
    return array
  }

  /// Throws if writing to `path` would overwrite one of the files that an array is read from.
  ///
  /// - Parameters:
  ///   - file: The array's description.
  ///   - inputs: Its input vectors.
  public static func checkOutput(_ path: String, of file: String, inputs: String) throws {
    let own = try ConfigurationSection.read(file: file) { (section) throws(ConfigurationError) in
      try ArrayFileContents(reading: &section)
    }
    func place(_ path: String) -> String {
      URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
    }
    let read = [file, inputs, own.conductances, own.negativeConductances, own.defects]
    if read.contains(where: { $0.map(place) == place(path) }) {
      throw FileError(path: path, reason: "is an input of this run and would be overwritten")
    }
  }

  /// Whether a YAML file describes an array rather than an experiment: it has a topology.
  static func isDescribed(by path: String) throws(ConfigurationError) -> Bool {
    try ConfigurationSection(file: path).has("topology")
  }

  /// The reference page of every key, as Markdown.
  public static func reference() throws(ConfigurationError) -> String {
    try referencePage().markdown
  }

  static func referencePage() throws(ConfigurationError) -> ReferencePage {
    try ReferencePage(
      name: "array", title: "Array files (ARRAY.yaml)",
      introduction: """
        One file describes one array for `tilespice mvm` and `netlist`. Word line i meets bit lines \
        j = 0 … n−1, its near end is at j = 0; bit line j meets word lines i = 0 … m−1, its near \
        end is at i = 0. Between a terminal and the first cell there is one full segment. Paths \
        start from the file's folder. Unknown keys are errors. What is marked planned has its \
        place but is refused in this version. Defaults are those of experiment files; in files of \
        version 1, `wires.bitLineOhms` is 0 and `ends.sourceLineDrive` near where they are left out.
        """
    ) { (section) throws(ConfigurationError) in try ArrayFileContents(reading: &section) }
  }

  /// Reads input vectors `[batch, wordLines]`, or one `[wordLines]`: volts, or 0/1 gate bits.
  public static func readInputs(
    _ path: String, for array: ArrayDescription
  ) throws -> InputBatch {
    let numbers = try matrix(path, what: "[batch, wordLines]", isOneRowTaken: true)
    guard numbers.columns == array.wordLineCount else {
      throw FileError(
        path: path,
        reason:
          "has \(numbers.columns) values per vector, the array \(array.wordLineCount) word lines")
    }
    do throws(ArrayError) {
      return try InputBatch(numbers, for: array.topology)
    } catch {
      throw FileError(path: path, reason: "\(error)")
    }
  }

  /// Currents `[batch, outputs]` as the bytes of an `.npy` file: `[batch, bitLines]`, or
  /// `[2, batch, bitLines]` if positive and negative bit lines are separate.
  public static func encode(_ amperes: Matrix<Double>, of array: ArrayDescription) -> Data {
    let (batch, n) = (amperes.rows, array.bitLineCount)
    guard array.outputCount == 2 * n else {
      return NPYFile.encode(amperes.elements, shape: [batch, n])
    }
    let parts = [0..<n, n..<2 * n].flatMap {
      amperes.block(rows: 0..<batch, columns: $0).elements
    }
    return NPYFile.encode(parts, shape: [2, batch, n])
  }

  private static func matrix(
    _ path: String, what: String, isOneRowTaken: Bool = false
  ) throws(FileError) -> Matrix<Double> {
    let file = try NPYFile(contentsOf: path)
    let shape = isOneRowTaken && file.shape.count == 1 ? [1] + file.shape : file.shape
    guard shape.count != 2 || !shape.contains(0) else {
      throw FileError(
        path: path, reason: "has shape \(file.shape) and holds no values; \(what) is expected")
    }
    guard shape.count == 2 else {
      throw FileError(path: path, reason: "has shape \(file.shape); \(what) is expected")
    }
    return Matrix(rows: shape[0], columns: shape[1], elements: file.doubles)
  }
}

/// The keys of an array file; matrices are still paths.
private struct ArrayFileContents {
  var description: ArrayDescription
  var conductances = ""
  var negativeConductances: String?
  var defects: String?

  /// - Parameter hasPairs: Whether there are negative cells, if matrices are given and are no keys;
  ///   `nil` for those of the file.
  init(
    reading section: inout ConfigurationSection, hasPairs: Bool? = nil
  ) throws(ConfigurationError) {
    let version = try section.version(
      1...2, meaning: "Version of this format; 1 is read with its own defaults")
    let isFirst = section.has("version") && version == 1
    let isGateDriven = try section.choice(
      "topology", meaning: "How cells are driven",
      options: [
        .option("voltageDriven", false, meaning: "inputs are word-line voltages"),
        .option("gateDriven", true, meaning: "inputs are bits on the gates of select switches"),
      ])
    if hasPairs == nil {
      conductances = try section.path(
        "conductances", meaning: "Cells in siemens, .npy [wordLines, bitLines]")
      negativeConductances = try section.path(
        "negativeConductances", default: nil, meaning: "Negative cells of pairs, same shape")
    }
    let pairing: PairArrangement = try section.choice(
      "pair", default: "separateLines", meaning: "Where the negative cells of pairs sit",
      options: [
        .option(
          "separateLines", .separateLines, meaning: "in an array of their own, sensed apart"),
        .option(
          "interleaved", .interleaved, meaning: "on the same bit lines, driven with opposite sign"),
      ])
    let sourceLine: CellTopology.SourceLine = try section.choice(
      "sourceLine", default: "parallel", meaning: "Direction of source lines (gateDriven)",
      options: [
        .option("parallel", .parallel, meaning: "parallel to the bit lines"),
        .option("crossing", .crossing, meaning: "parallel to the word lines"),
      ])
    let topology: CellTopology =
      isGateDriven ? .gateDriven(sourceLine: sourceLine) : .voltageDriven
    var technology =
      isFirst ? ArrayTechnology(topology: topology) : ArrayTechnology.fileDefaults(topology)
    technology.wires = try section.wires(base: technology.wires, hasCapacitances: true)
    technology.terminals = try section.terminals(base: technology.terminals)
    technology.ends = try section.ends(base: technology.ends, Inheritance(isOverride: false))
    technology.readVoltage = try section.double(
      "readVolts", unit: "V", default: 1, range: .above(0, through: 1e6),
      meaning:
        "Source-line voltage above the virtual ground (gateDriven; interleaved: ±); largest word-line "
        + "voltage that compare draws (voltageDriven)"
    ).volts
    try section.acceptFormerName("cell", of: "law")
    technology.law = try section.cellLaw(conductance: "its entry of conductances")
    technology.unused = try section.section(
      "unused", meaning: "Lines of the array that inputs and outputs do not use"
    ) { (inner) throws(ConfigurationError) in try inner.unusedLines() }
    defects = try section.path("defects", default: nil, meaning: DefectFile.meaning)
    try section.expect(
      pairing == .separateLines || hasPairs ?? (negativeConductances != nil), at: "pair",
      "interleaved pairs need negativeConductances")
    description = ArrayDescription(
      technology, conductances: Matrix(rows: 0, columns: 0, elements: []), pairing: pairing)
  }
}

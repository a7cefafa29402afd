import AnalogCore
import Configuration
import TestSupport
import Testing
import Units

@testable import Experiments

/// The `hardware.errors` section: what its keys mean, and what is wrong with wrong ones.
@Suite struct ErrorConfigurationTests {
  private func read(
    _ errors: String, cell: String = "{}", file: String = "E.yaml"
  ) throws(ConfigurationError) -> ExperimentSpec {
    try ExperimentSpec(
      yaml: "version: 1\nhardware:\n  cell: \(cell)\n  errors: \(errors)\n", file: file)
  }

  private func fault(_ errors: String, cell: String = "{}", file: String = "E.yaml") -> String {
    do throws(ConfigurationError) {
      _ = try read(errors, cell: cell, file: file)
      return "accepted"
    } catch {
      return error.description
    }
  }

  @Test func keysSetTheModels() throws {
    let spec = try read(
      """
      {programming: {model: stateProportional, alpha: 0.1}, limits: positive,
        drift: {model: powerLaw, exponent: 0.05, deviation: 0.01, seconds: 3600,
          referenceSeconds: 20},
        stuckCells: {model: rates, onRate: 0.01, openRate: 0.002}}
      """)
    var errors = CellErrors()
    errors.programming = .stateProportional(alpha: 0.1)
    errors.limits = .positive
    errors.drift = .powerLaw(
      exponent: .constant(mean: 0.05, deviation: 0.01), seconds: 3600, referenceSeconds: 20)
    errors.stuckCells = StuckCells(onRate: 0.01, openRate: 0.002)
    #expect(spec.hardware.errors == errors)
    #expect(try ExperimentSpec(yaml: spec.resolvedYAML, file: "E.yaml") == spec)
  }

  @Test func lawsAndDistributionsAreRead() throws {
    let spec = try read(
      """
      {programming: {model: stateInverse, alpha: 0.02}, distribution: uniform, limits: none,
        readNoise: {model: stateInverse, alpha: 0.01}}
      """)
    var errors = CellErrors()
    errors.programming = .stateInverse(alpha: 0.02)
    errors.distribution = .uniform
    errors.limits = .unlimited
    #expect(spec.hardware.errors == errors)
    #expect(spec.hardware.readNoise == .stateInverse(alpha: 0.01))
    #expect(try ExperimentSpec(yaml: spec.resolvedYAML, file: "E.yaml") == spec)
  }

  @Test func devicesAreReadByName() throws {
    let spec = try read(
      """
      {programming: {model: device, name: sonos-40nm, seconds: 86400},
        drift: {model: device, name: pcm-nandakumar2019, seconds: 3600, referenceSeconds: 20}}
      """)
    let sonos = try #require(try DeviceFile.bundled("sonos-40nm"))
    let pcm = try #require(try DeviceFile.bundled("pcm-nandakumar2019")?.drift)
    #expect(spec.hardware.errors.programming == .table(sonos.programming[1].table))
    #expect(
      spec.hardware.errors.drift
        == .powerLaw(exponent: .table(pcm), seconds: 3600, referenceSeconds: 20))
    #expect(try ExperimentSpec(yaml: spec.resolvedYAML, file: "E.yaml") == spec)
  }

  @Test func tablesAreReadFromFiles() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "# mine\nstateSiemens, shiftSiemens, deviationSiemens\n0,0,1e-7\n2e-5,-1e-6,3e-7\n",
      to: "t.csv")
    let file = folder.file("E.yaml")
    let spec = try read("{programming: {model: table, file: t.csv}}", file: file)
    let table = try StateTable(
      state: .siemens, states: [0, 2e-5], means: [0, -1e-6], deviations: [1e-7, 3e-7])
    #expect(spec.hardware.errors.programming == .table(table))
    for (text, problem) in [
      ("", "t.csv: has no line of column names"),
      ("stateSiemens,deviationAmperes\n", "t.csv:1: the first line must be stateSiemens,"),
      ("stateSiemens,deviationSiemens\n", "t.csv: the table has no points"),
      ("stateSiemens,deviationSiemens\n0,1,2\n", "t.csv:2: has 3 fields, the first line 2"),
      ("stateSiemens,deviationSiemens\n0,nan\n", "t.csv:2: 'nan' is not a finite number"),
      ("stateSiemens,deviationSiemens\n\n1,1\n0,1\n", "t.csv:4: states do not increase"),
      ("stateSiemens,deviationSiemens\n0,-1\n", "t.csv:2: a deviation is negative"),
      (
        "stateSiemens,deviationSiemens\n0,1e-7\n1e-5,1e-7\n",
        "hardware.errors.programming: the table covers 0 … 1e-05 S, the cells reach 0 … 1.6e-05 S"
      ),
    ] {
      try folder.write(text, to: "t.csv")
      let message = fault("{programming: {model: table, file: t.csv}}", file: file)
      #expect(message.contains(problem), "\(message)")
    }
  }

  @Test(arguments: [
    ("{programming: {model: devise, name: x}}", "did you mean device?"),
    (
      "{programming: {model: device, name: sonos-40mn}}",
      "E.yaml:4: hardware.errors.programming.name: 'sonos-40mn' is no device; did you mean "
        + "sonos-40nm? devices: pcm-joshi2020, "
    ),
    (
      "{programming: {model: device, name: sonos-40nm, seconds: 3600}}",
      "hardware.errors.programming.seconds: the device is described at 0, 86400, 172800, 259200, "
        + "345600, 432000 s after programming, not at 3600 s"
    ),
    (
      "{programming: {model: device, name: rram-milo2021}}",
      "the table covers 5e-05 … 0.000225 S, the cells reach 0 … 1.6e-05 S"
    ),
    ("{programming: {model: device}}", "hardware.errors.programming.name: required key is missing"),
    ("{programming: {model: stateIndependent, alpha: 11}}", "hardware.errors.programming.alpha"),
    (
      "{drift: {model: device, name: sonos-40nm, seconds: 9, referenceSeconds: 1}}",
      "nothing is known of its drift; devices with drift: pcm-nandakumar2019"
    ),
    (
      "{drift: {model: powerLaw, exponent: 0.1, seconds: 1, referenceSeconds: 20}}",
      "hardware.errors.drift.seconds: the time of use must not lie before referenceSeconds"
    ),
    ("{stuckCells: {model: rates, onRate: 0.7, offRate: 0.4}}", "add up to 1.1"),
    ("{stuckCells: {model: rates, stuckRate: 0.1}}", "hardware.errors.stuckCells.stuckRate"),
    ("{distribution: normel}", "did you mean normal?"),
    ("{limit: positive}", "hardware.errors.limit: unknown key; did you mean limits?"),
  ])
  func faultsAreNamed(errors: String, problem: String) {
    let message = fault(errors)
    #expect(message.contains(problem), "\(message)")
  }

  private static let columns =
    "stateSiemens,readVolts,shiftSiemensPerRead,deviationSiemensPerRead\n"

  /// Read disturb is an error beside that of programming, whose reads a sweep can vary.
  @Test func readDisturbIsRead() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "# of a model\n\(Self.columns)0,0.1,1e-10,0\n2e-5,0.1,2e-10,1e-11\n"
        + "0,0.4,3e-10,0\n2e-5,0.4,5e-10,2e-11\n", to: "d.csv")
    let file = folder.file("E.yaml")
    let spec = try read(
      """
      {programming: {model: stateProportional, alpha: 0.1},
        readDisturb: {model: table, file: d.csv, reads: 1000, volts: 0.2, spread: betweenReads}}
      """, file: file)
    func table(_ means: [Double], _ deviation: Double) throws -> StateTable {
      try StateTable(
        state: .siemens, states: [0, 2e-5], means: means, deviations: [0, deviation])
    }
    var errors = CellErrors()
    errors.programming = .stateProportional(alpha: 0.1)
    errors.readDisturb = ReadDisturb(
      table: .init(
        volts: [0.1, 0.4], [try table([1e-10, 2e-10], 1e-11), try table([3e-10, 5e-10], 2e-11)]),
      reads: 1000, volts: 0.2, spread: .betweenReads)
    #expect(spec.hardware.errors == errors)
    #expect(try ExperimentSpec(yaml: spec.resolvedYAML, file: file) == spec)
    try folder.write(spec.resolvedYAML, to: "E.yaml")
    let swept = try ExperimentSpec(
      contentsOf: file,
      changes: [.init(["hardware", "errors", "readDisturb", "reads"], "50", origin: "axis")])
    errors.readDisturb?.reads = 50
    #expect(swept.hardware.errors == errors)
    // One line per state: at any voltage.
    try folder.write(
      "stateSiemens,shiftSiemensPerRead,deviationSiemensPerRead\n0,1e-10,0\n2e-5,2e-10,1e-11\n",
      to: "d.csv")
    let plain = try read("{readDisturb: {model: table, file: d.csv, reads: 7}}", file: file)
    #expect(
      plain.hardware.errors.readDisturb
        == ReadDisturb(table: .init(try table([1e-10, 2e-10], 1e-11)), reads: 7))
  }

  @Test func faultsOfReadDisturbAreNamed() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("E.yaml")
    let (key, columns) = ("hardware.errors.readDisturb", Self.columns)
    let good = "0,0.1,1e-10,0\n2e-5,0.1,2e-10,0\n0,0.4,1e-10,0\n2e-5,0.4,2e-10,0\n"
    for (text, keys, problem) in [
      (columns + good, "", "accepted"),
      ("", "", "d.csv: has no line of column names"),
      (
        "stateSiemens,shiftSiemens,deviationSiemens\n0,0,0\n", "",
        "d.csv:1: the first line must be stateSiemens,readVolts,shiftSiemensPerRead"
      ),
      (columns, "", "d.csv:1: the table has no points"),
      (columns + "0,0.1,0\n", "", "d.csv:2: has 3 fields, the first line 4"),
      (columns + "0,0.1,0,x\n", "", "d.csv:2: 'x' is not a finite number"),
      (columns + "1,0.1,0,0\n0,0.1,0,0\n", "", "d.csv:3: states do not increase"),
      (columns + "0,0.1,0,0\n1,0.1,0,-1\n", "", "d.csv:3: a deviation is negative"),
      (columns + "0,0.2,0,0\n0,0.1,0,0\n", "", "d.csv:3: voltages do not increase"),
      (
        columns + "0,0.1,0,0\n1,0.1,0,0\n0,0.2,0,0\n", "",
        "d.csv:4: the states at 0.2 V are not those at 0.1 V"
      ),
      (
        columns + good.replacing("2e-5", with: "1e-5"), "",
        key + ": the table covers 0 … 1e-05 S, the cells reach 0 … 1.6e-05 S"
      ),
      (
        columns + good, ", volts: 0.5",
        key + ": the table covers 0.1 … 0.4 V, cells are read at 0.5 V"
      ),
      (columns + good, ", reads: -1", key + ".reads"),
      (columns + good, ", spread: both", key + ".spread"),
      (
        "stateSiemens,shiftSiemensPerRead,deviationSiemensPerRead\n0,0,0\n1,0,0\n", ", volts: 0.2",
        key + ": volts has no effect: the table has no column readVolts"
      ),
    ] {
      try folder.write(text, to: "d.csv")
      let reads = keys.contains("reads") ? "" : ", reads: 10"
      let message = fault(
        "{readDisturb: {model: table, file: d.csv\(reads)\(keys)}}", cell: "{readVolts: 0.2}",
        file: file)
      #expect(message.contains(problem), "\(message)")
    }
    // The default of cells' read voltage is part of the check.
    try folder.write(columns + good, to: "d.csv")
    #expect(
      fault(
        "{readDisturb: {model: table, file: d.csv, reads: 1}}", cell: "{readVolts: 0.05}",
        file: file
      ).contains("cells are read at 0.05 V"))
  }

  /// A layer that changes the cell under an inherited table is refused too.
  @Test func inheritedTablesMustCoverALayersCell() {
    let text = """
      version: 1
      hardware: {errors: {programming: {model: device, name: pcm-joshi2020}}}
      layers: {dense: {hardware: {cell: {onConductanceSiemens: 3e-5}}}}
      """
    #expect(throws: ConfigurationError.self) { try ExperimentSpec(yaml: text, file: "E.yaml") }
  }
}

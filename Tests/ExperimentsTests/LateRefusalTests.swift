import Configuration
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Experiments

/// What a run cannot do is refused before its first image, and nothing is left behind.
@Suite struct LateRefusalTests {
  private func read(_ body: String) throws(ConfigurationError) -> ExperimentSpec {
    try ExperimentSpec(yaml: "version: 1\n\(body)\n", file: "E.yaml")
  }

  /// Values that arrays or single precision cannot carry are faults of the file.
  @Test(arguments: [
    (
      "hardware: {cell: {onOffRatio: 1e300}}",
      "E.yaml:2: hardware.cell.onOffRatio: the smallest conductance is 1.5999999999999998e-305 S; it "
        + "must be 0 (.inf) or at least 1e-30 S"
    ),
    (
      "hardware: {cell: {onConductanceSiemens: 1e-15, onOffRatio: 1e25}}",
      "E.yaml:2: hardware.cell.onOffRatio: the smallest conductance is 1e-40 S; it must be 0 (.inf) "
        + "or at least 1e-30 S"
    ),
    (
      "layers:\n  conv1: {hardware: {cell: {onOffRatio: 1e300}}}",
      "E.yaml:3: layers.conv1.hardware.cell.onOffRatio: the smallest conductance is "
        + "1.5999999999999998e-305 S; it must be 0 (.inf) or at least 1e-30 S"
    ),
    (
      "hardware: {cell: {readVolts: 1e-300}}",
      "E.yaml:2: hardware.cell.readVolts: 1e-300 is below 1e-30"
    ),
    (
      "hardware: {cell: {readVolts: 1e-28}}",
      "E.yaml:2: hardware.cell.readVolts: the largest current of a cell is 1.6e-33 A; it must be at "
        + "least 1e-30 A"
    ),
    (
      "hardware: {errors: {drift: {model: powerLaw, exponent: 0, seconds: 1e300, "
        + "referenceSeconds: 1e-300}}}",
      "E.yaml:2: hardware.errors.drift.seconds: 1e+300 s are too many times referenceSeconds, 1e-300 s"
    ),
  ])
  func valueIsRefusedWhenTheFileIsRead(body: String, message: String) {
    #expect {
      _ = try read(body)
    } throws: { "\($0)" == message }
  }

  /// Runs `spec` and returns what it throws, with the stages that it had begun.
  private func refusal(_ spec: ExperimentSpec) async -> (error: String?, stages: [String]) {
    let stages = Mutex<[String]>([])
    let progress = ExperimentRunner.Progress(
      begin: { label, _ in stages.withLock { $0.append(label) } }, step: {})
    do {
      _ = try await ExperimentRunner(spec, limit: 2, width: 2).run(progress: progress)
      return (nil, stages.withLock { $0 })
    } catch {
      return ("\(error)", stages.withLock { $0 })
    }
  }

  @Test func runsThatAreNotRefusedBeginTheirStages() async throws {
    let (error, stages) = await refusal(try read("auditVectors: 0\nconverterImages: 2"))
    #expect(error == nil && stages.starts(with: ["float", "int8", "ideal"]))
  }

  /// A percentile that covers only zeros shows on calibration images.
  @Test func converterRangeIsRefusedBeforeTheFirstImage() async throws {
    let (error, stages) = await refusal(
      try read(
        "hardware: {converter: {model: uniform, range: {model: calibrated, percent: 1e-9}}}"))
    let message = "converter.range.percent 1e-09 covers nothing but zeros"
    #expect(error?.contains(message) == true, "\(error ?? "accepted")")
    #expect(stages.isEmpty)
  }

  /// A table whose errors lead beyond every conductance.
  @Test func errorTableIsRefusedBeforeTheFirstImage() async throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "stateSiemens,shiftSiemens,deviationSiemens\n0,1e200,0\n1,1e200,0\n", to: "table.csv")
    let file = try folder.write(
      "version: 1\nhardware: {errors: {limits: positive, programming: "
        + "{model: table, file: table.csv}}}\nstudy: {bitLineOhms: [0, 1]}\n", to: "E.yaml")
    let (error, stages) = await refusal(try ExperimentSpec(contentsOf: file))
    #expect(error?.contains("is 1e+200 S; a conductance is 0 or between 1e-30 and 1e30") == true)
    #expect(stages.isEmpty)
  }

  /// A stored model that was cut short stops a run before its first image, at every resistance.
  @Test func damagedModelIsRefusedBeforeTheFirstImage() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(
      "version: 1\npath: ideal\nlayers: {conv2: {path: calibrated}}\nauditVectors: 0\n"
        + "calibration: {cache: models, images: 2}\nconverterImages: 2\n"
        + "study: {bitLineOhms: [1, 2]}\n", to: "E.yaml")
    let spec = try ExperimentSpec(contentsOf: file)
    #expect(await refusal(spec).error == nil)
    let models = try FileManager.default.contentsOfDirectory(atPath: folder.file("models")).sorted()
    #expect(models.count >= 4)
    for name in [models.first, models.last].compactMap({ $0 }) {
      let path = folder.file("models/\(name)")
      let whole = try Data(contentsOf: URL(fileURLWithPath: path))
      try whole.dropLast(10).write(to: URL(fileURLWithPath: path))
      let (error, stages) = await refusal(spec)
      #expect(error?.contains("\(name): is truncated or corrupt") == true, "\(error ?? "accepted")")
      #expect(stages.isEmpty)
      try whole.write(to: URL(fileURLWithPath: path))
    }
  }

  /// Models that could not be stored are not calibrated.
  @Test(arguments: ["calibrated", "auto"])
  func cacheThatCannotBeMadeIsRefusedAtOnce(path: String) async throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "taken")
    let file = try folder.write(
      "version: 1\npath: \(path)\ncalibration: {cache: taken/models}\n", to: "E.yaml")
    let (error, stages) = await refusal(try ExperimentSpec(contentsOf: file))
    #expect(
      error?.hasSuffix("taken/models: cannot be made: \(folder.file("taken")) is a file") == true)
    #expect(stages.isEmpty)
    // Without fitted models nothing is stored.
    try folder.write(
      "version: 1\npath: ideal\nauditVectors: 0\ncalibration: {cache: taken/models}\n", to: "I.yaml"
    )
    #expect(await refusal(try ExperimentSpec(contentsOf: folder.file("I.yaml"))).error == nil)
  }
}

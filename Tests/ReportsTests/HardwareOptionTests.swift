import CrossbarArray
import Foundation
import Inference
import TestSupport
import Testing

@testable import Configuration
@testable import Experiments
@testable import Reports

/// Everything that the reference offers as hardware, from the file to the deck of a tile.
@Suite struct HardwareOptionTests {
  /// One option of one choice, and how a file takes it.
  struct Offered: CustomTestStringConvertible, Sendable {
    var key: [String]
    var option: String
    var changes: [ExperimentSpec.Change]

    var testDescription: String { key.joined(separator: ".") + ": " + option }
  }

  /// Values of parameters without a default, by the end of their keys.
  private static let parameters = [
    "bits": "4", "percent": "99", "alpha": "0.02", "exponent": "0.05", "seconds": "100",
    "referenceSeconds": "1", "low": "-100", "high": "100", "onOffRatio": "20",
    "programming.name": "sonos-40nm", "readNoise.name": "sonos-40nm",
    "drift.name": "pcm-nandakumar2019",
    "readDisturb.file": "disturb.csv", "reads": "1000",
    "file": "table.csv", "law.file": "curve.csv", "scaleVolts": "0.05", "slopeVolts": "0.03",
    "saturationAmperes": "1e-6", "gateVolts": "1", "thresholdVolts": "0.4",
    "transconductance": "2e-4",
    "compact.file": (try? VerilogA.compiled(VerilogA.sinhCell)) ?? "none.osdi",
  ]

  private static func value(_ key: [String], of option: String) -> String {
    parameters["\(option).\(key.last ?? "")"] ?? parameters[key.suffix(2).joined(separator: ".")]
      ?? key.last.flatMap { parameters[$0] }
      ?? "no value for \(key.joined(separator: "."))"
  }

  /// Every option of every choice under `entries`, those of options among them.
  private static func options(
    _ entries: [ReferenceEntry], at path: [String], after changes: [ExperimentSpec.Change]
  ) -> [Offered] {
    entries.flatMap { entry -> [Offered] in
      let key = path + [entry.key == "<block number>" ? "0" : entry.key]
      switch entry.content {
      case .scalar: return []
      case .section(let inner): return options(inner, at: key, after: changes)
      case .options(let offered):
        // Compiled cells need the compiler.
        let usable = offered.filter {
          !$0.isPlanned && ($0.name != "compact" || VerilogA.isPresent)
        }
        return usable.flatMap { option -> [Offered] in
          let required = option.entries.filter { $0.fallback == nil }
            .map { ", \($0.key): \(value(key + [$0.key], of: option.name))" }.joined()
          let own =
            changes + [.init(key, "{model: \(option.name)\(required)}", origin: "test")]
          return [Offered(key: key, option: option.name, changes: own)]
            + options(option.entries, at: key, after: own)
        }
      }
    }
  }

  /// What an option goes with, where it does not go with the defaults.
  private static let prerequisites = [
    "hardware.offCurrent: converted": [
      ExperimentSpec.Change(["hardware", "mapping"], "offset", origin: "test"),
      ExperimentSpec.Change(["hardware", "cell", "onOffRatio"], "20", origin: "test"),
    ]
  ]

  static let offered: [Offered] = {
    var section = ConfigurationSection(
      [], mode: .documenting, path: [], place: .init(file: "reference", line: nil), folder: "")
    _ = try? ExperimentSpec(reading: &section)
    return options(section.reference.filter { $0.key == "hardware" }, at: [], after: [])
  }()

  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Sources/Experiments/Resources/presets")

  static let presets =
    (try? FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()) ?? []

  /// Few images and vectors, and wires that matter.
  private static let few = """
    version: 1
    auditVectors: 1
    converterImages: 1
    quantization: {calibrationImages: 4}
    selection: {limit: 1}

    """
  private static let quick =
    few + "hardware: {wires: {bitLineOhms: 50}, tile: {wordLines: 80, bitLines: 48}}\n"

  /// Runs an experiment through results, audit, voltage map and page.
  @discardableResult
  private func run(_ file: String, _ changes: [ExperimentSpec.Change] = [])
    async throws -> ExperimentRecord
  {
    let spec = try ExperimentSpec(contentsOf: file, changes: changes)
    #expect(try ExperimentSpec(yaml: spec.resolvedYAML, file: file) == spec)
    // With a store, whose keys take every property of the hardware.
    let store = try TemporaryFolder()
    let shared = SharedWork(folder: store.file("store"))
    let record = try await ExperimentRunner(spec, limit: nil, width: 2, shared: shared)
      .run(keepsLogits: true)
    let point = try #require(record.points.first)
    #expect(point.results.allSatisfy { $0.outputs.joined().allSatisfy(\.isFinite) })
    #expect(point.layers.count == 4 && point.fidelity.count == 4)
    for layer in point.layers {
      // Read noise is drawn for each read, the circuit of the audit has none.
      #expect(try #require(layer.worstRelativeError) < Tolerance.exactSingle, "\(layer.name)")
      #expect(try #require(layer.circuitResidual) < 1e-9, "\(layer.name)")
    }
    let map = try #require(record.voltageMap)
    #expect(map.activeWordLines > 0 && map.cellVolts.joined().allSatisfy(\.isFinite))
    let page = StudyPage(record).html
    #expect(page.contains("Cell voltages of layer \(map.layer)"))
    return record
  }

  /// Writes a tile of an experiment as a deck.
  private func export(_ file: String) async throws {
    let folder = try TemporaryFolder()
    let deck = try await ExportedArray(
      experiment: file, layer: "conv2", tile: 0, row: 0, point: nil, crop: 12)
    #expect(try deck.write(to: folder.file("deck")).terminals > 0)
  }

  /// Every option: those that change the arrays with each way to drive them that they go with, as decks
  /// too, the others with the first such way.
  @Test(.tags(.validation), arguments: offered)
  func optionRunsToTheEnd(_ option: Offered) async throws {
    let folder = try TemporaryFolder()
    let changesArrays = ["mapping", "inputs", "ends", "sourceLine"].contains(option.key[1])
    var ran = 0
    for drive in ["{model: voltages, sliceBits: 4}", "gateBits"] where changesArrays || ran == 0 {
      try folder.write(
        "stateRelative,deviationRelative\n0,0.01\n1,0.02\n", to: "table.csv")
      try folder.write(
        "stateSiemens,readVolts,shiftSiemensPerRead,deviationSiemensPerRead\n"
          + "0,0.01,1e-10,1e-11\n1e-3,0.01,-1e-10,1e-10\n0,1,1e-9,1e-10\n1e-3,1,-1e-9,1e-9\n",
        to: "disturb.csv")
      try folder.write(
        "volts,relativeCurrent\n-0.1,-0.12\n-0.05,-0.052\n0.05,0.052\n0.1,0.12\n", to: "curve.csv")
      let file = try folder.write(Self.quick, to: "E.yaml")
      let inputs = ExperimentSpec.Change(["hardware", "inputs"], drive, origin: "test")
      let spec: ExperimentSpec
      do {
        let needed = Self.prerequisites[option.testDescription] ?? []
        spec = try ExperimentSpec(contentsOf: file, changes: [inputs] + needed + option.changes)
      } catch {
        // Refused when it is read, by key: nothing was run.
        #expect("\(error)".contains("hardware."), "\(error)")
        continue
      }
      try folder.write(spec.resolvedYAML, to: "E.yaml")
      try await run(file)
      if changesArrays { try await export(file) }
      ran += 1
    }
    #expect(ran > 0)
  }

  /// Every preset as it is shipped, and with wires.
  @Test(.tags(.validation), arguments: presets)
  func presetRunsToTheEnd(name: String) async throws {
    let folder = try TemporaryFolder()
    let lines = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
      .split(separator: "\n")
    let hardware = lines.map { "  \($0)\n" }.joined()
    let file = try folder.write(
      Self.few + "hardware:\n" + hardware, to: "E.yaml")
    let plain = try await run(file)
    try await export(file)
    let wired = try await run(
      file, [.init(["hardware", "wires", "bitLineOhms"], "20", origin: "test")])
    func drop(_ record: ExperimentRecord) -> Double {
      record.points[0].layers.compactMap(\.meanDrop).reduce(0) { max($0, $1.magnitude) }
    }
    #expect(drop(plain) < 1e-9 && drop(wired) > 1e-4)
  }

  /// Designs of one drive only would leave the other one untested.
  @Test func bothDrivesAreAmongThePresets() throws {
    #expect(Self.presets.count >= 8)
    let texts = try Self.presets.map {
      try String(contentsOf: Self.folder.appending(path: $0), encoding: .utf8)
    }
    for drive in ["model: voltages", "model: gateBits"] {
      #expect(texts.contains { $0.contains(drive) })
    }
  }
}

import AnalogCore
import Configuration
import CrossbarArray
import TestSupport
import Testing
import Units

@testable import Experiments

/// Presets by name, wherever a hardware section may stand.
@Suite struct PresetNameTests {
  static let names = [
    "isaac", "paper-a", "paper-b", "paper-c", "paper-d", "paper-e", "prime", "sonos",
  ]

  private func read(_ body: String) throws(ConfigurationError) -> ExperimentSpec {
    try ExperimentSpec(yaml: "version: 1\n\(body)\n", file: "E.yaml")
  }

  private func fault(_ body: String) -> String? {
    do throws(ConfigurationError) {
      _ = try read(body)
      return nil
    } catch {
      return error.description
    }
  }

  private func hardware(file name: String) throws -> HardwareConfiguration {
    try ConfigurationSection.read(file: HardwareConfiguration.presets.path + name + ".yaml") {
      (section) throws(ConfigurationError) in try HardwareConfiguration(reading: &section)
    }
  }

  @Test func namesAreTheFiles() {
    #expect(HardwareConfiguration.presets.names == Self.names)
  }

  /// A name, a name among keys and the file itself are one hardware, and its resolved text, which does
  /// not need the preset, reads back to it.
  @Test(arguments: names)
  func nameStandsForTheFile(name: String) throws {
    let wanted = try hardware(file: name)
    for body in ["hardware: \(name)", "hardware: {preset: \(name)}"] {
      let spec = try read(body)
      #expect(spec.hardware == wanted)
      #expect(!spec.resolvedYAML.contains("preset"))
      #expect(try ExperimentSpec(yaml: spec.resolvedYAML, file: "E.yaml") == spec)
    }
  }

  @Test func keysChangeThePreset() throws {
    var wanted = try hardware(file: "isaac")
    wanted.tile.wordLines = 16
    wanted.wires.bitLineSegment = 2.ohms
    wanted.converter = .uniform(bits: 6, range: .covering(percent: 99.98))
    let spec = try read(
      """
      hardware:
        tile: {wordLines: 16}
        preset: isaac
        wires: {bitLineOhms: 2}
        cell:
        converter: {model: uniform, bits: 6}
      """)
    #expect(spec.hardware == wanted)
    #expect(try ExperimentSpec(yaml: spec.resolvedYAML, file: "E.yaml") == spec)
    wanted.converter = .ideal
    #expect(
      try read(
        "hardware: {preset: isaac, tile: {wordLines: 16}, wires: {bitLineOhms: 2}, converter: ideal}"
      ).hardware == wanted)
  }

  /// A preset is a whole design: a layer that names one takes nothing from the shared hardware.
  @Test func layersStartAfreshFromAPreset() throws {
    let spec = try read(
      """
      hardware: {cell: {stateCount: 16}, weightSlices: {model: bits, bits: 2}, ends: {bitLineSense: both}}
      layers:
        conv1: {hardware: paper-a}
        conv2: {hardware: {preset: prime, cell: {stateCount: 16}}}
        dense: {hardware: {tile: {wordLines: 8}}}
      """)
    #expect(try spec.layers["conv1"]?.hardware == hardware(file: "paper-a"))
    var prime = try hardware(file: "prime")
    prime.cell.stateCount = 16
    #expect(spec.layers["conv2"]?.hardware == prime)
    #expect(spec.layers["dense"]?.hardware?.cell.stateCount == 16)
    #expect(try ExperimentSpec(yaml: spec.resolvedYAML, file: "E.yaml") == spec)
  }

  @Test func changesReachIntoAPreset() throws {
    let spec = try ExperimentSpec(
      yaml: "version: 1\nhardware: isaac\n", file: "E.yaml",
      changes: [.init(["hardware", "tile", "wordLines"], "7", origin: "--set")])
    var wanted = try hardware(file: "isaac")
    wanted.tile.wordLines = 7
    #expect(spec.hardware == wanted)
  }

  static let unknown =
    "presets: isaac, paper-a, paper-b, paper-c, paper-d, paper-e, prime, sonos"

  @Test(arguments: [
    (
      "hardware: isac",
      "E.yaml:2: hardware.preset: 'isac' is no preset; did you mean isaac? \(unknown)"
    ),
    (
      "hardware: {preset: ../digits/demo}",
      "E.yaml:2: hardware.preset: '../digits/demo' is no preset; \(unknown)"
    ),
    (
      "layers:\n  conv1: {hardware: zebra}",
      "E.yaml:3: layers.conv1.hardware.preset: 'zebra' is no preset; \(unknown)"
    ),
    ("hardware: {preset: [isaac]}", "E.yaml:2: hardware.preset: expected text, found a list"),
    ("hardware: [isaac]", "E.yaml:2: hardware: expected keys with values, found a list"),
    (
      "hardware: {preset: isaac, tiles: {}}",
      "E.yaml:2: hardware.tiles: unknown key; did you mean tile? known keys: preset, cell, law, "
        + "mapping, weightSlices, scale, groups, inputs, tile, sourceLine, wires, terminals, ends, converter, "
        + "offCurrent, integratorAmperes, errors, blocks"
    ),
    (
      "hardware: {preset: isaac, wires: {sourceLineOhms: 2}}",
      "E.yaml:2: hardware.wires: sourceLineOhms has no effect: arrays driven by voltages have no "
        + "source lines"
    ),
    // A conflict with a key of the preset is placed there.
    (
      "hardware: {preset: isaac, scale: maximum}",
      "E.yaml:2: hardware.scale: the digits of weightSlices fix what a conductance stands for; take "
        + "codes, or weightSlices none"
    ),
  ])
  func faultIsNamed(body: String, message: String) {
    #expect(fault(body) == message)
  }

  /// `inspect --hardware` takes a file, whose paths start from its own folder, or a name.
  @Test func inspectionTakesFilesAndNames() throws {
    let folder = try TemporaryFolder()
    let onnx = BundledDigits.path("digits.onnx")
    try folder.write(
      "stateSiemens,deviationSiemens\n0,1e-7\n1,1e-7\n", to: "own/table.csv")
    let file = try folder.write(
      "preset: paper-a\nerrors: {programming: {model: table, file: table.csv}}\n", to: "own/HW.yaml"
    )
    let experiment = try folder.write("version: 1\n", to: "E.yaml")
    let named = try NetworkInspection(onnx: onnx, hardware: "prime").resolvedYAML
    #expect(named.contains("\n    wordLines: 256\n    bitLines: 512\n"))
    for inspection in [
      try NetworkInspection(onnx: onnx, hardware: file),
      try NetworkInspection(experiment: experiment, hardware: file),
    ] {
      #expect(inspection.resolvedYAML.contains("\n      file: "))
      #expect(inspection.resolvedYAML.contains("\n    wordLines: 1152\n"))
    }
    for (name, message) in [
      (
        "prim",
        "--hardware prim: hardware.preset: 'prim' is no preset; did you mean prime? \(Self.unknown)"
      ),
      ("./prim", "./prim: no such file"), ("prim.yaml", "prim.yaml: no such file"),
    ] {
      #expect {
        _ = try NetworkInspection(onnx: onnx, hardware: name)
      } throws: { "\($0)" == message }
    }
  }
}

import Configuration
import Testing

@testable import Experiments

/// One reading names every fault of a file, each once, and none that follows from another.
@Suite struct SeveralFaultsTests {
  private func fault(_ body: String) -> ConfigurationError? {
    do throws(ConfigurationError) {
      _ = try ExperimentSpec(yaml: "version: 1\n\(body)\n", file: "E.yaml")
      return nil
    } catch {
      return error
    }
  }

  @Test func faultsOfIndependentKeysComeTogetherInTheOrderOfTheFile() {
    let body = """
      seed: -1
      hardware:
        cell: {onOffRatio: 1, readVolts: x}
        tile: {wordLine: 3}
        converter: {model: uniform, bits: 1, renge: maximum}
      layers:
        conv1: {path: exat}
      network: {model: onnx}
      study: {bitLineOhms: [1, -2, y]}
      """
    let expected = """
      10 faults
      E.yaml:2:7: seed: -1 is below 0
      E.yaml:4:22: hardware.cell.onOffRatio: 1 is not above 1
      E.yaml:4:36: hardware.cell.readVolts: expected a number, found text 'x'
      E.yaml:5:10: hardware.tile.wordLine: unknown key; did you mean wordLines? known keys: \
      wordLines, bitLines, partition, unusedWordLines
      E.yaml:6:37: hardware.converter.bits: 1 is below 2
      E.yaml:6:40: hardware.converter.renge: unknown key; did you mean range? known keys: bits, \
      range, rounding
      E.yaml:8:17: layers.conv1.path: 'exat' is not an option; did you mean exact? options: ideal, \
      exact, cholmod, klu, calibrated, auto
      E.yaml:9:10: network.file: required key is missing
      E.yaml:10:26: study.bitLineOhms[1]: -2 is below 0
      E.yaml:10:30: study.bitLineOhms[2]: expected a number, found text 'y'
      """
    #expect(fault(body)?.description == expected)
  }

  /// One fault stays one line, without the column.
  @Test func oneFaultIsPrintedAlone() {
    #expect(fault("seed: -1")?.description == "E.yaml:2: seed: -1 is below 0")
    #expect(fault("seed: -1")?.others.isEmpty == true)
  }

  /// A value that stands in for a faulty one may contradict others: that is nobody's fault.
  @Test(arguments: [
    // The layer's conflict would be with the placeholder of the shared hardware.
    (
      "hardware: {inputs: voltage}\nlayers: {conv1: {hardware: {wires: {wordLineOhms: 3}}}}",
      "hardware.inputs"
    ),
    // No device, so no table for the time.
    (
      "hardware: {errors: {programming: {model: device, name: soons-40nm, seconds: 5}}}",
      "hardware.errors.programming.name"
    ),
    (
      "hardware: {errors: {programming: {model: table, file: no.csv}}}",
      "hardware.errors.programming.file"
    ),
    // The rates would add up with the default of the faulty one.
    (
      "hardware: {errors: {stuckCells: {model: rates, onRate: 2, offRate: 1}}}",
      "hardware.errors.stuckCells.onRate"
    ),
    (
      "hardware: {errors: {drift: {model: powerLaw, exponent: 1, seconds: 5, referenceSeconds: 0}}}",
      "hardware.errors.drift.referenceSeconds"
    ),
  ])
  func consequencesAreNotFaults(body: String, path: String) {
    #expect(fault(body)?.all.map(\.path) == [path], "\(fault(body)?.description ?? "accepted")")
  }

  /// What joins several keys is still checked where they are sound.
  @Test func jointChecksStay() {
    let body = """
      seed: x
      hardware: {errors: {stuckCells: {model: rates, onRate: 0.7, offRate: 0.7}}}
      """
    #expect(fault(body)?.all.map(\.path) == ["seed", "hardware.errors.stuckCells.onRate"])
  }

  @Test func onlyTheFirstTwentyArePrinted() {
    let keys = (0..<30).map { "key\($0): 1" }.joined(separator: "\n")
    let error = fault(keys)
    #expect(error?.all.count == 30)
    let lines = error?.description.split(separator: "\n") ?? []
    #expect(lines.count == 22 && lines.first == "30 faults" && lines.last == "and 10 more")
    #expect(lines.dropFirst().first?.hasPrefix("E.yaml:2:1: key0: unknown key") == true)
  }

  /// Values of the command line have no place in the file and come first.
  @Test func changesComeFirst() {
    #expect {
      _ = try ExperimentSpec(
        yaml: "version: 1\nseed: -1\n", file: "E.yaml",
        changes: [.init(["path"], "sideways", origin: "--path")])
    } throws: { error in
      let lines = "\(error)".split(separator: "\n")
      return lines.count == 3 && lines[1].hasPrefix("--path: path: 'sideways' is not an option")
        && lines[2] == "E.yaml:2:7: seed: -1 is below 0"
    }
  }

  @Test func arrayFilesNameAllFaultsToo() {
    #expect {
      var section = try ConfigurationSection(
        yaml: "version: 1\ntopology: voltage\nwires: {bitLineOhms: -1}\nzebra: 0\n", file: "A.yaml")
      _ = try section.finishing { (section) throws(ConfigurationError) in
        _ = try section.integer("version", range: 1...1, meaning: "")
        _ = try section.choice(
          "topology", meaning: "", options: [.option("voltageDriven", 0, meaning: "")])
        _ = try section.section("wires", meaning: "") { (inner) throws(ConfigurationError) in
          try inner.double("bitLineOhms", range: 0..., meaning: "")
        }
      }
    } throws: { error in
      (error as? ConfigurationError)?.all.map(\.path) == ["topology", "wires.bitLineOhms", "zebra"]
    }
  }
}

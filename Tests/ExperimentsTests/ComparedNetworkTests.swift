import Configuration
import Inference
import Testing

@testable import Experiments

/// What runs beside the path is a choice, and the path does not depend on it.
@Suite struct ComparedNetworkTests {
  private func run(_ compare: String?) async throws -> ExperimentRecord {
    let spec = try ExperimentSpec(
      yaml: "version: 1\nauditVectors: 0\n" + (compare.map { "compare: \($0)\n" } ?? ""),
      file: "E.yaml")
    return try await ExperimentRunner(spec, limit: 12, width: 2).run()
  }

  @Test func pathGivesTheSameWhateverRunsBesideIt() async throws {
    let all = try await run(nil)
    #expect(all.points[0].results.map(\.label) == ["ideal", "exact"])
    let own = try #require(all.points[0].results.last)
    for (compare, float, integer, paths) in [
      ("[]", false, false, ["exact"]), ("[ideal]", false, false, ["ideal", "exact"]),
      ("[float]", true, false, ["exact"]), ("[integer]", false, true, ["exact"]),
      ("[integer, float]", true, true, ["exact"]),
    ] {
      let record = try await run(compare)
      #expect((record.digitalFloat != nil) == float, "\(compare)")
      #expect((record.digitalInteger != nil) == integer, "\(compare)")
      #expect(record.points[0].results.map(\.label) == paths)
      for result in record.points[0].results {
        let same = try #require(all.points[0].results.first { $0.label == result.label })
        #expect(result.predictions == same.predictions && result.activity == same.activity)
        // Errors are those against the networks that were run, no other ones.
        #expect(
          result.outputErrors
            == same.outputErrors.filter { $0.reference == "float" ? float : integer })
        #expect(result.comparison == (integer ? same.comparison : nil))
        #expect(result.labelRanks == same.labelRanks)
      }
      #expect(record.digitalInteger?.outputErrors.count == (integer ? (float ? 1 : 0) : nil))
    }
    #expect(own.outputErrors.map(\.reference) == ["float", "int8"])
  }

  private func fault(_ compare: String) -> String? {
    do throws(ConfigurationError) {
      _ = try ExperimentSpec(yaml: "version: 1\ncompare: \(compare)\n", file: "E.yaml")
      return nil
    } catch {
      return error.description
    }
  }

  @Test func namesAreChecked() {
    #expect(
      fault("[flaot]") == "E.yaml:2: compare: 'flaot' is none of the networks; did you mean float? "
        + "networks: float, integer, ideal")
    #expect(fault("[ideal, ideal]") == "E.yaml:2: compare: has ideal twice")
    #expect(fault("float") == "E.yaml:2: compare: expected a list, found text 'float'")
    #expect(fault("[]") == nil)
  }

  /// Any key can be set, and the resolved experiment says so.
  @Test func anyKeyCanBeSet() throws {
    func set(_ key: [String], _ value: String) throws -> ExperimentSpec {
      try ExperimentSpec(
        yaml: "version: 1\nhardware: {preset: isaac}\n", file: "E.yaml",
        changes: [ExperimentSpec.Change(key, value, origin: "--set")])
    }
    let bits = try set(["hardware", "converter", "bits"], "6")
    #expect(bits.resolvedYAML.contains("bits: 6"))
    // A choice that the file leaves out stays with its default option.
    let plain = try ExperimentSpec(
      yaml: "version: 1\n", file: "E.yaml",
      changes: [
        .init(["hardware", "converter", "bits"], "5", origin: "--set"),
        .init(["hardware", "converter", "range", "percent"], "99", origin: "--set"),
      ])
    #expect(
      try plain.hardware
        == ExperimentSpec(
          yaml: "version: 1\nhardware: {converter: {model: uniform, bits: 5, range: "
            + "{model: calibrated, percent: 99}}}\n", file: "E.yaml"
        ).hardware)
    let preset = try set(["hardware"], "prime")
    #expect(preset.hardware != bits.hardware)
    #expect(
      try preset.hardware
        == ExperimentSpec(yaml: "version: 1\nhardware: prime\n", file: "E.yaml").hardware)
    #expect(try set(["layers", "conv1", "path"], "ideal").layers["conv1"]?.path == .ideal)
    #expect(throws: ConfigurationError.self) { try set(["hardware", "converter", "bit"], "6") }
  }
}

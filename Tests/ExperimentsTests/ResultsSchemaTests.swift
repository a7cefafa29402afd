import Foundation
import TestSupport
import Testing

@testable import Configuration
@testable import Experiments
@testable import Inference

/// `results.json` and the page that describes it.
@Suite struct ResultsSchemaTests {
  /// Paths of all keys of a JSON value; lists add nothing to a path.
  private func paths(_ value: Any, _ path: String = "") -> Set<String> {
    if let list = value as? [Any] {
      return list.reduce(into: []) { $0.formUnion(paths($1, path)) }
    }
    guard let object = value as? [String: Any] else { return [] }
    var found: Set<String> = []
    for (key, inner) in object {
      let own = path.isEmpty ? key : "\(path).\(key)"
      found.insert(own)
      // The configuration has the keys of the experiment file, which has its own page.
      if own != "configuration" { found.formUnion(paths(inner, own)) }
    }
    return found
  }

  private func paths(_ entries: [ReferenceEntry], _ path: String = "") -> Set<String> {
    entries.reduce(into: []) { found, entry in
      let own = path.isEmpty ? entry.key : "\(path).\(entry.key)"
      found.insert(own)
      for group in entry.groups { found.formUnion(paths(group, own)) }
    }
  }

  /// The page names every field that is written, and none besides.
  @Test func pageAndFileHaveTheSameFields() async throws {
    // Nothing is absent: a fitted layer, audits, comparisons, an interruption.
    let spec = try ExperimentSpec(
      yaml: "version: 1\nname: \"123\"\npath: ideal\n"
        + "layers: {conv2: {path: calibrated, compensation: {gains: column, "
        + "programming: voltageLoss, reconstruction: {steps: 1, vectors: 16}}}}\n"
        + "compensation: {images: 2, robustness: {resistancePercent: 20}}\n"
        + "calibration: {auditRate: 1, images: 2}\nconverterImages: 2\nenergy: xiao2022\n",
      file: "E.yaml")
    var record = try await ExperimentRunner(spec, limit: 3, width: 2).run()
    record.stoppedAt = "here"
    record.points[0].digitalInteger = record.digitalInteger
    // One task of each kind.
    let digital = RegressionResult(squaredErrors: [2, 1], outputs: 1, labelSpread: 9, digital: nil)
    record.points[0].results[0].regression = RegressionResult(
      squaredErrors: [1, 3], outputs: 1, labelSpread: 9, digital: digital)
    let counts = [[1, 1], [1, 0]].map {
      SegmentationCounts($0, labels: [1, 0], classes: 3, ignoring: nil)
    }
    record.points[0].results[0].segmentation = SegmentationResult(counts, digital: counts)
    let data = try JSONEncoder().encode(record)
    let written = paths(try JSONSerialization.jsonObject(with: data))
    let named = paths(ExperimentRecord.reference.entries)
    #expect(written.subtracting(named) == [], "written, not on the page")
    // Digital results have the fields of the others, but less to say.
    let networks = [
      "digitalFloat.", "digitalInteger.", "points.digitalInteger.",
      "points.compensation.robustness.runs.result.",
    ]
    let analog = named.filter { name in !networks.contains { name.hasPrefix($0) } }
    #expect(analog.subtracting(written) == [], "on the page, not written")
    for prefix in networks {
      let own = named.filter { $0.hasPrefix(prefix) }.map { $0.dropFirst(prefix.count) }
      #expect(!own.isEmpty && own.allSatisfy { named.contains("points.results.\($0)") })
    }
    #expect(analog.count > 70)
    try check(configurationIn: data, of: record)
  }

  /// Values have their JSON types, and what is written reads back.
  private func check(configurationIn data: Data, of record: ExperimentRecord) throws {
    let decoded = try JSONDecoder().decode(ExperimentRecord.self, from: data)
    #expect(decoded.configuration == record.configuration)
    let root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let configuration = try #require(root["configuration"] as? [String: Any])
    #expect(configuration["name"] as? String == "123")
    #expect(configuration["seed"] as? Int == 1)
    let hardware = try #require(configuration["hardware"] as? [String: Any])
    let cell = try #require(hardware["cell"] as? [String: Any])
    #expect(cell["onOffRatio"] as? String == ".inf")
    #expect(cell["onConductanceSiemens"] as? Double == 1.6e-5)
    #expect(cell["stateCount"] is NSNull)
    // The text beside it is the whole experiment.
    let yaml = try #require(root["configurationYAML"] as? String)
    let spec = try ExperimentSpec(yaml: yaml, file: "E.yaml")
    #expect(spec.resolved == record.configuration && spec.name == "123")
  }

  @Test(arguments: [
    "version: 1", "version: 1\nlayers: {a: {path: ideal}, \"b: c\": {hardware: isaac}}",
    "version: 1\nstudy: {bitLineOhms: [0, 1e-7, 1e22]}\nhardware: {tile: {wordLines: 3}}",
  ])
  func structureSurvivesJSON(yaml: String) throws {
    let value = try ExperimentSpec(yaml: yaml, file: "E.yaml").resolved
    let data = try JSONEncoder().encode(value)
    #expect(try JSONDecoder().decode(ConfigurationValue.self, from: data) == value)
    // An object, not text.
    #expect(data.first == UInt8(ascii: "{"))
  }
}

import Foundation
import Testing

@testable import Configuration

@Suite struct ConfigurationReadingTests {
  static let full = """
    version: 1
    name: "123"
    note: "quotes \\" and \\\\, a tab\\t, Ω: #not a comment"
    wires:
      bitLineOhms: 2.5e-3
      onOffRatio: 1000
      ends: [near, "no", "8"]
    adc: {model: uniform, bits: 6, range: maximum}
    paths:
      /layer1/conv.0: ideal
      "yes": uniform
      "a: b": {model: uniform, range: {model: calibrated, percentile: 50}}
    axes:
      - key: adc.bits
        values: [1, 2.5, 1e-7]
      - {key: wires, values: [0.1]}
    usesCache: false
    seed: 7
    extra: {gain: -0.1}
    """
  static let minimal = "version: 1\nname: x\n"
  static let documents = [
    minimal, full, "version: 1\nname: x\nwires:\nadc: uniform\nextra: null\nseed: ~\n",
    "version: 1\nname: ''\nnote: |\n  two\n  lines\nadc: ideal\npaths: {}\naxes: []\n",
  ]

  /// Whatever was read, its resolved text reads back to the same values and the same text.
  @Test(arguments: documents)
  func resolvedTextReadsBackToItself(yaml: String) throws {
    let (sample, resolved) = try ConfigurationSample.read(yaml)
    let (again, resolvedAgain) = try ConfigurationSample.read(resolved)
    #expect(again == sample)
    #expect(resolvedAgain == resolved)
  }

  @Test func valuesAreThoseOfTheFile() throws {
    let sample = try ConfigurationSample.read(Self.full).sample
    #expect(sample.name == "123")
    #expect(sample.note == "quotes \" and \\, a tab\t, Ω: #not a comment")
    #expect(sample.bitLineOhms == 2.5e-3)
    #expect(sample.ends == ["near", "no", "8"])
    #expect(sample.converter == .uniform(bits: 6, range: .maximum))
    #expect(
      sample.paths == [
        "/layer1/conv.0": .ideal,
        "yes": .uniform(bits: 8, range: .covering(percentile: 99.9)),
        "a: b": .uniform(bits: 8, range: .covering(percentile: 50)),
      ])
    #expect(
      sample.axes == [
        .init(key: "adc.bits", values: [1, 2.5, 1e-7]), .init(key: "wires", values: [0.1]),
      ])
    #expect(!sample.usesCache)
    #expect(sample.seed == 7)
    #expect(sample.extra == -0.1)
  }

  @Test func resolvedTextStatesDefaultsInOrder() throws {
    let expected = """
      version: 1
      name: x
      note: null
      wires:
        bitLineOhms: 0
        onOffRatio: .inf
        ends: [near]
      adc:
        model: uniform
        bits: 8
        range:
          model: calibrated
          percentile: 99.9
      paths: {}
      axes: []
      usesCache: true
      table: null
      seed: null
      extra: null

      """
    #expect(try ConfigurationSample.read(Self.minimal).resolved == expected)
  }

  /// Every finite number survives being written and read.
  @Test(arguments: [
    0, -0.0, 0.1, 1e-300, Double.leastNonzeroMagnitude, 1e22, -1.7976931348623157e308, 1e15, 4e15,
  ])
  func numbersSurviveTheResolvedText(value: Double) throws {
    var section = try ConfigurationSection(yaml: "x: \(value)", file: "E.yaml")
    let read = try section.double("x", meaning: "")
    var again = try ConfigurationSection(yaml: section.resolvedYAML(), file: "E.yaml")
    #expect(read.bitPattern == value.bitPattern)
    #expect(try again.double("x", meaning: "").bitPattern == value.bitPattern)
  }

  @Test func pathsStartFromTheFolderOfTheFile() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("configuration-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(
      atPath: folder + "/data", withIntermediateDirectories: true)
    try Data("version: 1\nname: x\ntable: data/costs.yaml\n".utf8)
      .write(to: URL(fileURLWithPath: folder + "/E.yaml"))
    try Data().write(to: URL(fileURLWithPath: folder + "/data/costs.yaml"))

    var section = try ConfigurationSection(file: folder + "/E.yaml")
    let sample = try ConfigurationSample(&section)
    #expect(sample.table == folder + "/data/costs.yaml")
    #expect(section.resolvedYAML().contains("\ntable: data/costs.yaml\n"))
    #expect(
      section.resolvedYAML(paths: .absolute).contains("\ntable: \"\(folder)/data/costs.yaml\"\n")
        || section.resolvedYAML(paths: .absolute).contains("\ntable: \(folder)/data/costs.yaml\n"))
    // The absolute form reads from anywhere.
    let (again, _) = try ConfigurationSample.read(section.resolvedYAML(paths: .absolute))
    #expect(again.table == folder + "/data/costs.yaml")
  }

  @Test func overridesReplaceAddAndDescend() throws {
    var section = try ConfigurationSection(
      yaml: "version: 1\nname: x\nadc: uniform\nwires: {bitLineOhms: 1}\n", file: "E.yaml")
    try section.override(["adc", "bits"], with: "5", from: "--set")
    try section.override(["wires", "bitLineOhms"], with: "2", from: "--set")
    try section.override(["paths", "conv.0"], with: "ideal", from: "--set")
    try section.override(["name"], with: "y", from: "--set")
    let sample = try ConfigurationSample(&section)
    try section.finish()
    #expect(sample.converter == .uniform(bits: 5, range: .covering(percentile: 99.9)))
    #expect(sample.bitLineOhms == 2)
    #expect(sample.paths == ["conv.0": .ideal])
    #expect(sample.name == "y")
  }
}

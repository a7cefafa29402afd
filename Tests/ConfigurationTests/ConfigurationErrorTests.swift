import Foundation
import Testing

@testable import Configuration

@Suite struct ConfigurationErrorTests {
  static let known =
    "version, name, note, wires, adc, paths, axes, usesCache, table, seed, extra"

  /// Each way a file can be wrong, with the whole message.
  static let faults: [(body: String, message: String)] = [
    // Keys.
    (
      "wires: {bitLineOhm: 1}",
      "E.yaml:3: wires.bitLineOhm: unknown key; did you mean bitLineOhms? "
        + "known keys: bitLineOhms, onOffRatio, ends"
    ),
    ("zebra: 1", "E.yaml:3: zebra: unknown key; known keys: \(known)"),
    ("extra: {}", "E.yaml:3: extra.gain: required key is missing"),
    (
      "extra:\n  gian: 2",
      "E.yaml:4: extra.gain: required key is missing; is it 'gian' on line 4?"
    ),
    (
      "adc: {model: ideal, bits: 3}",
      "E.yaml:3: adc.bits: unknown key; no keys are allowed here"
    ),
    ("name: again", "E.yaml:2: name: the key is given more than once"),
    ("wires:\n  on: 1\n  \"on\": 2", "E.yaml:5: on: the key is given more than once"),
    ("? [a]\n: 1", "E.yaml:3: a key must be text, not a list or a mapping"),
    // Types.
    (
      "wires: {bitLineOhms: abc}",
      "E.yaml:3: wires.bitLineOhms: expected a number, found text 'abc'"
    ),
    (
      "wires: {bitLineOhms: 1k}",
      "E.yaml:3: wires.bitLineOhms: expected a number, found text '1k'"
    ),
    (
      "wires: {bitLineOhms: 0x10}",
      "E.yaml:3: wires.bitLineOhms: expected a number, found text '0x10'"
    ),
    (
      "wires: {bitLineOhms: '1'}",
      "E.yaml:3: wires.bitLineOhms: expected a number, found text '1'"
    ),
    (
      "wires:\n  bitLineOhms:",
      "E.yaml:4: wires.bitLineOhms: expected a number, found nothing"
    ),
    (
      "wires: {bitLineOhms: [1]}",
      "E.yaml:3: wires.bitLineOhms: expected a number, found a list"
    ),
    (
      "wires: {bitLineOhms: {a: 1}}",
      "E.yaml:3: wires.bitLineOhms: expected a number, found a mapping"
    ),
    ("wires: 3", "E.yaml:3: wires: expected keys with values, found number 3"),
    ("wires: {ends: far}", "E.yaml:3: wires.ends: expected a list, found text 'far'"),
    ("wires: {ends: [far, [near]]}", "E.yaml:3: wires.ends[1]: expected text, found a list"),
    ("usesCache: yes", "E.yaml:3: usesCache: expected true or false, found text 'yes'"),
    ("seed: 1.5", "E.yaml:3: seed: expected a whole number, found number 1.5"),
    ("seed: true", "E.yaml:3: seed: expected a whole number, found true"),
    ("axes: [5]", "E.yaml:3: axes[0]: expected keys with values, found number 5"),
    (
      "axes:\n- {key: a, values: []}",
      "E.yaml:4: axes[0].values: expected at least 1 items, found 0"
    ),
    // Ranges.
    ("adc: {model: uniform, bits: 40}", "E.yaml:3: adc.bits: 40 is above 16"),
    ("adc: {model: uniform, bits: 0}", "E.yaml:3: adc.bits: 0 is below 1"),
    ("wires: {onOffRatio: 1}", "E.yaml:3: wires.onOffRatio: 1 is not above 1"),
    (
      "axes:\n- {key: a, values: [1, 1e3]}",
      "E.yaml:4: axes[0].values[1]: 1e3 is above 100"
    ),
    (
      "wires: {bitLineOhms: .inf}",
      "E.yaml:3: wires.bitLineOhms: expected a finite number, found .inf"
    ),
    (
      "wires: {bitLineOhms: .nan}",
      "E.yaml:3: wires.bitLineOhms: expected a finite number, found .nan"
    ),
    ("wires: {bitLineOhms: 1e999}", "E.yaml:3: wires.bitLineOhms: 1e999 is too large a number"),
    (
      "seed: 99999999999999999999",
      "E.yaml:3: seed: 99999999999999999999 does not fit 64 bits"
    ),
    // Choices.
    (
      "adc: unifrom",
      "E.yaml:3: adc: 'unifrom' is not an option; did you mean uniform? "
        + "options: ideal, uniform, cyclic"
    ),
    (
      "adc: {model: {a: 1}}",
      "E.yaml:3: adc: expected one of ideal, uniform, cyclic, found a mapping"
    ),
    ("adc: [ideal]", "E.yaml:3: adc: expected one of ideal, uniform, cyclic, found a list"),
    (
      "adc: {bits: 4}",
      "E.yaml:3: adc: needs the key model, one of: ideal, uniform, cyclic"
    ),
    (
      "adc: cyclic",
      "E.yaml:3: adc: cyclic is not available in this version; available: ideal, uniform"
    ),
    (
      "paths: {conv.0: cyclic}",
      "E.yaml:3: paths.conv.0: cyclic is not available in this version; "
        + "available: ideal, uniform"
    ),
    // Paths.
    ("table: nowhere.yaml", "E.yaml:3: table: no such file: nowhere.yaml"),
    ("table: ''", "E.yaml:3: table: the path is empty"),
    // Syntax.
    (
      "wires:\n\tbitLineOhms: 1",
      "E.yaml:4: not valid YAML: a tab in the indentation; use spaces"
    ),
    (
      "wires: {a: 1",
      "E.yaml:4: not valid YAML: while parsing a flow mapping, did not find expected ',' or '}'"
    ),
    ("adc: *nothing", "E.yaml:3: not valid YAML: found undefined alias"),
    ("a: \u{1}", "E.yaml:3: not valid YAML: control characters are not allowed"),
    (
      "--- \nversion: 1",
      "E.yaml:3: not valid YAML: expected a single document in the stream, "
        + "but found another document"
    ),
  ]

  @Test(arguments: faults)
  func faultIsNamedWithFileLineAndKey(body: String, message: String) {
    #expect(fault(in: "version: 1\nname: x\n\(body)\n") == message)
  }

  @Test func faultsOfTheWholeDocumentAreNamed() {
    #expect(fault(in: "[1]") == "E.yaml:1: expected keys with values, found a list")
    #expect(
      fault(in: "") == "2 faults\nE.yaml:1: version: required key is missing\n"
        + "E.yaml:1: name: required key is missing")
    #expect(
      fault(in: "version: 2\nname: x") == "E.yaml:1: version: 2 is unknown; version 1 is read")
    #expect(fault(in: "version: 1\nname: forbidden") == "E.yaml:2: name: that name is forbidden")
    let nested = String(repeating: "[", count: 80) + String(repeating: "]", count: 80)
    #expect(fault(in: "a: \(nested)") == "E.yaml:1: values are nested more than 64 deep")
  }

  /// Each line multiplies the last by ten: 10⁹ values from nine lines.
  @Test func aliasesCannotFillTheMemory() {
    var text = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
    for level in 1..<9 {
      let items = [String](repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(items)]\n"
    }
    #expect(fault(in: text)?.hasSuffix("expands to more than 1000000 values") == true)
  }

  @Test func unreadableFilesAreNamed() throws {
    let missing = "/nonexistent/E.yaml"
    #expect(throws: ConfigurationError(file: missing, line: nil, path: "", problem: "no such file"))
    {
      _ = try ConfigurationSection(file: missing)
    }
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("configuration-\(UUID().uuidString).yaml").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data([0x61, 0xFF, 0xFE]).write(to: URL(fileURLWithPath: path))
    #expect(throws: ConfigurationError(file: path, line: nil, path: "", problem: "not UTF-8 text"))
    {
      _ = try ConfigurationSection(file: path)
    }
  }

  /// A fault in an overriding value is reported where the override came from.
  @Test func overridesKeepTheirOrigin() throws {
    var section = try ConfigurationSection(yaml: "version: 1\nname: x\n", file: "E.yaml")
    try section.override(["adc", "model"], with: "uniform", from: "S.yaml")
    try section.override(["adc", "bits"], with: "40", from: "S.yaml")
    #expect {
      _ = try section.finishing(ConfigurationSample.init)
    } throws: { error in
      "\(error)" == "S.yaml: adc.bits: 40 is above 16"
    }
    // A key below a number makes it a mapping: that is the fault of who set the key.
    var deep = try ConfigurationSection(
      yaml: "version: 1\nname: x\nadc: {model: uniform, bits: 8}\n", file: "E.yaml")
    try deep.override(["adc", "bits", "width"], with: "4", from: "--set")
    #expect {
      _ = try deep.finishing(ConfigurationSample.init)
    } throws: { error in
      "\(error)" == "--set: adc.bits: expected a whole number, found a mapping"
    }
  }

  private func fault(in yaml: String) -> String? {
    do {
      _ = try ConfigurationSample.read(yaml)
      return nil
    } catch {
      return error.description
    }
  }
}

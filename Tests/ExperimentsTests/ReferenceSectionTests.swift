import Testing

@testable import Configuration
@testable import Experiments

/// Parts of the reference by name.
@Suite struct ReferenceSectionTests {
  @Test(arguments: ["experiment", "array", "results"])
  func pageIsFoundByItsName(name: String) throws {
    let page = try #require(try ReferencePage.all().first { $0.name == name })
    #expect(try ReferencePage.text(of: name) == page.markdown)
  }

  /// A section is the part of its page below its heading.
  @Test(arguments: [
    ("hardware", "# Experiment files (E.yaml): `hardware`", "\n## `hardware.converter.range`\n"),
    (
      "hardware.converter", "# Experiment files (E.yaml): `hardware.converter`",
      "\n### `hardware.converter: {model: sar, …}`\n"
    ),
    (
      "experiment.hardware.converter", "# Experiment files (E.yaml): `hardware.converter`",
      "\n### `hardware.converter: {model: sar, …}`\n"
    ),
    ("converter", "# Experiment files (E.yaml): `hardware.converter`", "\n| `ideal` |"),
    ("array.wires", "# Array files (ARRAY.yaml): `wires`", "\n| `wordLineFarads` |"),
    (
      "results.points.layers", "# Results of a run (results.json): `points.layers`",
      "\n| `utilisation` | number | "
    ),
    ("stateCount", "# Experiment files (E.yaml): `hardware.cell.stateCount`", "\n| `stateCount` |"),
  ])
  func sectionIsFoundByItsPath(name: String, heading: String, row: String) throws {
    let text = try ReferencePage.text(of: name)
    #expect(text.hasPrefix(heading + "\n"), "\(text.prefix(80))")
    #expect(text.contains(row))
    #expect(text.split(separator: "\n").count { $0.hasPrefix("# ") } == 1)
    // Everything in it stands in the whole page.
    let whole = try ReferencePage.all().map(\.markdown).joined()
    for line in text.split(separator: "\n").dropFirst() { #expect(whole.contains(line)) }
  }

  /// A word that two pages know gives both parts.
  @Test func bothPagesAnswer() throws {
    let text = try ReferencePage.text(of: "wires")
    #expect(
      text.split(separator: "\n").filter { $0.hasPrefix("# ") } == [
        "# Experiment files (E.yaml): `hardware.wires`", "# Array files (ARRAY.yaml): `wires`",
      ])
  }

  @Test func unknownNamesListWhatThereIs() throws {
    #expect {
      _ = try ReferencePage.text(of: "hardwear")
    } throws: { error in
      let text = "\(error)"
      return text.hasPrefix(
        "'hardwear' is no page and no section of one; did you mean hardware? there are: experiment, "
          + "array, results, network, network.bindings, data, ")
        && text.contains(", hardware.converter.range, ")
        && !text.contains("<")
    }
    for name in ["", ".", "hardware.", "experiment.", "results.hardware"] {
      #expect(throws: ReferencePage.UnknownSection.self) { _ = try ReferencePage.text(of: name) }
    }
  }
}

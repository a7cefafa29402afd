import Foundation
import Testing

@testable import Configuration

@Suite struct ConfigurationReferenceTests {
  /// The page of the sample, whole: every key of every section and option, once.
  @Test func pageListsEveryKeyOfEveryOption() throws {
    let page = try ReferencePage(
      name: "sample", title: "Sample", introduction: "All keys.", ConfigurationSample.init
    ).markdown
    for key in [
      "version", "name", "note", "wires", "adc", "paths", "axes", "usesCache", "table", "seed",
      "extra", "bitLineOhms", "onOffRatio", "ends", "bits", "range", "percentile", "<layer name>",
      "key", "values", "gain",
    ] {
      #expect(page.contains("\n| `\(key)` |"), "no row for \(key)")
    }
    for row in [
      "| `version` | whole number = 1 | **required** | Version of the format |",
      "| `bitLineOhms` | number ≥ 0, Ω | `0` | One bit-line segment |",
      "| `onOffRatio` | number > 1 or .inf | `.inf` | G_on \\| G_off |",
      "| `ends` | list of: text | `[near]` | Driven ends |",
      "| `adc` | one of `ideal`, `uniform`, `cyclic` (planned) | `uniform` | The converter |",
      "| `cyclic` (planned) | Circuit-level cyclic converter |",
      "| `percentile` | number 0 < … 100, % | `99.9` | Share of values inside |",
      "| `values` | list of: number 0 … 100 | **required** | Its values |",
      "| `note` | text | `null` | Free text |",
      "| `extra` | section, see below | `null` | Extras |",
      "| `axes` | list of mappings, see below | `[]` | Swept keys |",
    ] {
      #expect(page.contains("\n\(row)\n"), "no row \(row)")
    }
    for heading in [
      "# Sample", "## `wires`", "## `adc`", "### `adc: {model: uniform, …}`", "## `adc.range`",
      "## `paths.<layer name>`",
    ] {
      #expect(page.split(separator: "\n").contains { $0 == heading }, "no heading \(heading)")
    }
  }

  /// The page and the reader know the same keys: each key of a fully resolved file has its row.
  @Test func everyResolvedKeyHasARow() throws {
    let page = try ReferencePage(
      name: "sample", title: "Sample", introduction: "", ConfigurationSample.init
    ).markdown
    let resolved = try ConfigurationSample.read(ConfigurationReadingTests.minimal).resolved
    let keys = resolved.split(separator: "\n").compactMap { line in
      line.split(separator: ":").first.map { $0.trimmingCharacters(in: .whitespaces) }
    }
    #expect(keys.count > 15)
    for key in keys where key != ConfigurationSection.discriminator {
      #expect(page.contains("| `\(key)` |"), "no row for \(key)")
    }
  }
}

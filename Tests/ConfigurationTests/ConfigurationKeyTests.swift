import Testing

@testable import Configuration

/// Keys as one text, as options and sweeps name them.
@Suite struct ConfigurationKeyTests {
  @Test(arguments: [
    ["seed"], ["hardware", "converter", "bits"], ["layers", "a.b", "path"], ["layers", "x=y"],
    ["layers", "/conv1/Conv", "path"],
  ])
  func textReadsBack(path: [String]) {
    #expect(ConfigurationKey.path(ConfigurationKey.text(path)) == path)
    let split = ConfigurationKey.split(assignment: ConfigurationKey.text(path) + "=a=b")
    #expect(split?.path == path && split?.value == "a=b")
  }

  @Test(arguments: ["", ".a", "a.", "a..b", "layers.\"a", "\"a\"b", "a=1"])
  func whatNamesNoKeyIsNone(text: String) {
    #expect(ConfigurationKey.path(text) == nil)
  }

  @Test(arguments: ["", "=1", "seed", "a.=1"])
  func whatAssignsNothingIsNone(text: String) {
    #expect(ConfigurationKey.split(assignment: text) == nil)
  }

  @Test func anEmptyValueIsAValue() {
    #expect(ConfigurationKey.split(assignment: "layers.a=")?.value == "")
  }
}

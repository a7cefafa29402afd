import Files
import TestSupport
import Testing

/// Arguments that were once taken in silence for something else.
@Suite struct RefusedArgumentTests {
  struct Refusal: CustomTestStringConvertible, Sendable {
    var arguments: [String]
    var message: String
    var testDescription: String { arguments.joined(separator: " ") }
  }

  @Test(arguments: [
    Refusal(
      arguments: ["compare", "E.yaml", "--layer", "conv1", "--tile", "7"],
      message: "layer conv1 has only tile 0, no tile 7"),
    Refusal(
      arguments: ["infer", "S.yaml", "--limit", "1"],
      message: "study.bitLineOhms: has the value 5.0 twice; every point is run once"),
    Refusal(
      arguments: ["inspect", "E.yaml", "--hardware", "empty.yaml"],
      message: "empty.yaml: holds no key of a hardware section"),
    Refusal(
      arguments: ["mvm", "A.yaml", "--inputs", "volts.npy", "--out", "g.npy"],
      message: "g.npy: is an input of this run and would be overwritten"),
    Refusal(
      arguments: ["mvm", "A.yaml", "--inputs", "volts.npy", "--out", "./volts.npy"],
      message: "./volts.npy: is an input of this run and would be overwritten"),
  ])
  func argumentIsRefusedAndNothingIsWritten(_ refusal: Refusal) throws {
    let folder = try Workspace.make()
    try folder.write("version: 1\nstudy: {bitLineOhms: [5, 1, 5]}\n", to: "S.yaml")
    try folder.write("# nothing\n", to: "empty.yaml")
    let (before, cells) = (folder.contents, try FileContents.read(folder.file("g.npy")))
    let outcome = try Program.run(refusal.arguments, in: folder)
    #expect(outcome.status == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains(refusal.message), "\(outcome.errors)")
    #expect(folder.contents == before)
    #expect(try FileContents.read(folder.file("g.npy")) == cells)
  }

  @Test func inspectCountsMultiplyAddsAndNamesWhereIntegersComeFrom() throws {
    let folder = try Workspace.make()
    let outcome = try Program.run(["inspect", "E.yaml"], in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n")
    let title = try #require(lines.first)
    let total = try #require(title.firstMatch(of: /([0-9]+) multiply-adds per image/))
    // The demonstration's network is real: nothing is kept, everything lies on arrays.
    var sum = 0
    for name in ["conv1", "conv2"] {
      let row = try #require(lines.first { $0.hasPrefix(name) })
      #expect(row.contains("quantized"))
    }
    for line in lines {
      guard let own = line.firstMatch(of: #/([0-9]+) × ([0-9]+) +([0-9]+) +([0-9]+)/#),
        let inputs = Int(own.output.1), let outputs = Int(own.output.2),
        let products = Int(own.output.3), let adds = Int(own.output.4)
      else { continue }
      #expect(adds == inputs * outputs * products)
      sum += adds
    }
    #expect(sum == Int(total.output.1))
  }
}

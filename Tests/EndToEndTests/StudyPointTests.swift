import Foundation
import TestSupport
import Testing

/// Which of a study's wire resistances a command means.
@Suite struct StudyPointTests {
  private static let netlist = [
    "netlist", "--experiment", "S.yaml", "--layer", "conv2", "--crop", "8", "--out", "deck",
  ]

  private func workspace(_ study: String) throws -> TemporaryFolder {
    let folder = try Workspace.make()
    try folder.write(
      "version: 1\nhardware: {wires: {bitLineOhms: 3}}\n\(study)\n", to: "S.yaml")
    return folder
  }

  /// How many resistors of the deck have each resistance below 10 kΩ: those of wires.
  private func wires(_ folder: TemporaryFolder) throws -> Set<Double> {
    let core = try String(contentsOfFile: folder.file("deck/core.sp"), encoding: .utf8)
    let ohms = core.split(separator: "\n").filter { $0.hasPrefix("r") || $0.hasPrefix("R") }
      .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
    return Set(ohms.filter { $0 < 10_000 })
  }

  /// The wires of the deck are those of the point; of several, none is taken silently.
  @Test(arguments: [
    ("", [], 3.0), ("study: {bitLineOhms: [700]}", [], 700.0),
    ("study: {bitLineOhms: [1, 700]}", ["--point", "700"], 700.0),
    ("study: {bitLineOhms: [0.5, 700]}", ["--point", "0.5"], 0.5),
  ])
  func deckHasTheWiresOfItsPoint(study: String, arguments: [String], ohms: Double) throws {
    let folder = try workspace(study)
    let outcome = try Program.run(Self.netlist + arguments, in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try wires(folder) == [ohms])
  }

  @Test(arguments: [
    (
      "study: {bitLineOhms: [1, 700]}", [],
      "Error: study.bitLineOhms has the points 1.0, 700.0 Ω; name one with --point\n"
    ),
    (
      "study: {bitLineOhms: [1, 700]}", ["--point", "2"],
      "Error: --point is 2.0 Ω; study.bitLineOhms has the points 1.0, 700.0 Ω\n"
    ),
    (
      "", ["--point", "3"],
      "Error: --point is 3.0 Ω, but the experiment has no study: leave it out\n"
    ),
  ])
  func openChoiceIsRefused(study: String, arguments: [String], message: String) throws {
    let folder = try workspace(study)
    let before = folder.contents
    let outcome = try Program.run(Self.netlist + arguments, in: folder)
    #expect(outcome.status == 1 && outcome.errors == message)
    #expect(folder.contents == before)
  }

  /// `compare` takes all points, or the one that is named, which then has files of its own.
  @Test func compareTakesOnePoint() throws {
    let folder = try workspace("study: {bitLineOhms: [50, 700]}")
    let compare = ["compare", "S.yaml", "--layer", "dense", "--dump", "d"]
    let open = try Program.run(compare, in: folder)
    #expect(open.status == 64 && open.errors.contains("in a study, its --point"))
    let named = try Program.run(compare + ["--point", "700"], in: folder)
    #expect(named.status == 0, "\(named.errors)")
    #expect(named.output.contains("dense, tile 0, 700.0 Ω") && !named.output.contains("50.0 Ω"))
    #expect(folder.contents.contains("d/circuit.npy"))
  }
}

import Files
import Foundation
import TestSupport
import Testing

/// Node voltages, figures, defects and rows of a batch, as a user asks for them.
@Suite struct ArrayCommandTests {
  private static let wires = "wires: {wordLineOhms: 1e-2, bitLineOhms: 2e-2}"

  private func succeed(_ arguments: [String], in folder: TemporaryFolder) throws -> String {
    let outcome = try Program.run(arguments, in: folder)
    #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
    return outcome.output
  }

  private func solve(
    _ yaml: String, _ more: [String] = [], inputs: String = "volts.npy", in folder: TemporaryFolder
  ) throws -> (amperes: [Double], output: String) {
    try folder.write(yaml, to: "T.yaml")
    let output = try succeed(
      ["mvm", "T.yaml", "--inputs", inputs, "--out", "I.npy"] + more, in: folder)
    return (try NPYFile(contentsOf: folder.file("I.npy")).doubles, output)
  }

  /// Ohm's law at every cell gives the sensed currents, and every wire segment carries what the
  /// cells before it delivered: the file alone proves the solution.
  @Test func voltagesProveTheCurrents() throws {
    let folder = try Workspace.make()
    let volts = (0..<12).map { Double(($0 * 7) % 12) / 12 }
    try folder.write(volts, shape: [2, 6], to: "two.npy")
    let (amperes, output) = try solve(
      Workspace.array("voltageDriven", Self.wires), ["--voltages", "V.npy"], inputs: "two.npy",
      in: folder)
    #expect(output.contains("power") && output.contains("voltages   V.npy"))
    let file = try NPYFile(contentsOf: folder.file("V.npy"))
    #expect(file.shape == [2, 2, 6, 5])
    let nodes = file.doubles
    for vector in 0..<2 {
      func node(_ line: Int, _ i: Int, _ j: Int) -> Double {
        nodes[((vector * 2 + line) * 6 + i) * 5 + j]
      }
      for j in 0..<5 {
        var carried = 0.0
        for i in 0..<6 {
          carried += (node(0, i, j) - node(1, i, j)) * Workspace.positive[i * 5 + j]
          let next = i == 5 ? 0 : node(1, i + 1, j)
          // A difference of node voltages below 0.1 V, over a segment of 0.02 Ω.
          #expect(((node(1, i, j) - next) / 2e-2 - carried).magnitude < 1e-13 / 2e-2)
        }
        #expect((amperes[vector * 5 + j] - carried).magnitude < 1e-9)
      }
      for i in 0..<6 {
        let (first, second) = (node(0, i, 0), node(0, i, 1))
        let drawn = (0..<5).map {
          (node(0, i, $0) - node(1, i, $0)) * Workspace.positive[i * 5 + $0]
        }
        #expect(
          ((volts[vector * 6 + i] - first) / 1e-2 - drawn.reduce(0, +)).magnitude < 1e-13 / 1e-2)
        #expect(
          ((first - second) / 1e-2 - drawn.dropFirst().reduce(0, +)).magnitude < 1e-13 / 1e-2)
      }
    }
  }

  @Test(.tags(.validation))
  func theFigureDrawsTheRowThatWasAskedFor() throws {
    let folder = try Workspace.make()
    try folder.write((0..<12).map { $0 < 6 ? 0.1 : 0.7 }, shape: [2, 6], to: "two.npy")
    let yaml = Workspace.array("voltageDriven", Self.wires)
    var figures: [String] = []
    for row in [0, 1] {
      _ = try solve(
        yaml, ["--figure", "F.svg", "--row", "\(row)"], inputs: "two.npy", in: folder)
      figures.append(try String(contentsOfFile: folder.file("F.svg"), encoding: .utf8))
    }
    #expect(figures.allSatisfy { $0.contains("<svg") } && figures[0] != figures[1])
    let beyond = try Program.run(
      [
        "mvm", "T.yaml", "--inputs", "two.npy", "--out", "new.npy", "--figure", "F.svg", "--row",
        "2",
      ], in: folder)
    #expect(beyond.status == 64 && beyond.errors.contains("input vectors 0 to 1"))
    #expect(!folder.contents.contains("new.npy"))
  }

  /// An open cell is a cell of no conductance; a cut wire leaves the structured solvers, and the
  /// result says so.
  @Test func defectsAreSolvedAndNamed() throws {
    let folder = try Workspace.make()
    var holed = Workspace.positive
    holed[2 * 5 + 3] = 0
    try folder.write(holed, shape: [6, 5], to: "holed.npy")
    let whole = Workspace.array("voltageDriven", Self.wires)
    let expected = try solve(
      whole.replacingOccurrences(of: "g.npy", with: "holed.npy"), in: folder
    ).amperes
    try folder.write("kind,wordLine,bitLine,value\nopenCell,2,3,\n", to: "open.csv")
    let open = try solve(whole + "defects: open.csv\n", in: folder).amperes
    for (a, b) in matched(open, expected) { #expect((a - b).magnitude < 1e-9) }

    // Beyond the cut the word line has no source: its cells sense nothing but what leaks back.
    try folder.write("kind,wordLine,bitLine,value\nopenWordLine,2,3,\n", to: "cut.csv")
    let cut = try solve(whole + "defects: cut.csv\n", in: folder)
    let uncut = try solve(whole, in: folder).amperes
    #expect(cut.output.contains("CHOLMOD ("), "no reason in \(cut.output)")
    #expect(cut.amperes[3] < uncut[3] && cut.amperes[4] < uncut[4])

    let misspelt = "kind,wordLine,bitLine,value\nopenWordline,2,3,\n"
    try folder.write(misspelt, to: "bad.csv")
    try folder.write(whole + "defects: bad.csv\n", to: "T.yaml")
    let refused = try Program.run(
      ["mvm", "T.yaml", "--inputs", "volts.npy", "--out", "none.npy"], in: folder)
    #expect(refused.status == 1)
    for part in ["bad.csv:2", "did you mean openWordLine"] {
      #expect(refused.errors.contains(part), "no \(part) in \(refused.errors)")
    }
  }

  /// Each row of a batch has its own deck, whose expected currents are that row's.
  @Test func netlistWritesTheRowThatWasAskedFor() throws {
    let folder = try Workspace.make()
    try folder.write([1, 0, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1], shape: [2, 6], to: "two.npy")
    let amperes = try NPYFile(
      contentsOf: {
        _ = try succeed(["mvm", "G.yaml", "--inputs", "two.npy", "--out", "I.npy"], in: folder)
        return folder.file("I.npy")
      }()
    ).doubles
    for row in [0, 1] {
      _ = try succeed(
        ["netlist", "G.yaml", "--input", "two.npy", "--row", "\(row)", "--out", "deck\(row)"],
        in: folder)
      let core = try String(contentsOfFile: folder.file("deck\(row)/core.sp"), encoding: .utf8)
      let expected = core.split(separator: "\n").filter { $0.hasPrefix("* expected ") }
        .compactMap { Double($0.split(separator: " ")[3]) }
      #expect(expected.count == 5)
      for (a, b) in matched(expected, amperes[row * 5..<row * 5 + 5]) {
        #expect((a - b).magnitude < 1e-6 * b.magnitude)
      }
      #expect(
        try succeed(["verify", "deck\(row)", "--with", "builtin"], in: folder).contains("agrees"))
    }
  }
}

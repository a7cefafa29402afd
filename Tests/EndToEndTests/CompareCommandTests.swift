import Files
import Foundation
import TestSupport
import Testing

/// `tilespice compare` as a modeller uses it: own vectors, own model, files to fit to.
@Suite struct CompareCommandTests {
  private func run(
    _ arguments: [String], in folder: TemporaryFolder, status: Int32 = 0
  ) throws -> Program.Outcome {
    let outcome = try Program.run(["compare"] + arguments, in: folder)
    #expect(outcome.status == status, "\(arguments): \(outcome.errors)")
    return outcome
  }

  private func rows(_ folder: TemporaryFolder) throws -> [[String]] {
    try String(contentsOfFile: folder.file("out/errors.csv"), encoding: .utf8)
      .split(separator: "\n").map {
        $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      }
  }

  /// Vectors of the user's judge, what is dumped comes back as a prediction without error, and the
  /// table holds numbers with their units in the heading.
  @Test func ownVectorsAndModelsAreJudged() throws {
    let folder = try Workspace.make()
    try folder.write(
      Workspace.array("gateDriven", "wires: {bitLineOhms: 0.05}") + "\nreadVolts: 0.2\n",
      to: "A.yaml")
    try folder.write([1, 0, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1.0], shape: [2, 6], to: "own.npy")
    let first = try run(
      ["A.yaml", "--inputs", "own.npy", "--dump", "d", "--out", "out"], in: folder)
    #expect(first.output.contains("judged on 2 given ones; cells are read at 0.2 V"))
    #expect(first.output.contains("columns of currents are bit lines 0 to 4"))
    #expect(try NPYFile(contentsOf: folder.file("d/vectors.npy")).shape == [2, 6])
    let fitted = try NPYFile(contentsOf: folder.file("d/fitting-vectors.npy")).shape
    #expect(fitted[1] == 6 && fitted[0] > 30)
    #expect(try NPYFile(contentsOf: folder.file("d/fitting-circuit.npy")).shape == [fitted[0], 5])
    let second = try run(
      ["A.yaml", "--inputs", "own.npy", "--predicted", "d/circuit.npy", "--out", "out"],
      in: folder)
    #expect(second.output.contains("circuit.npy"))
    let table = try rows(folder)
    #expect(table[0].contains("rms error (% of the output rms)"))
    #expect(table[0].contains("worst error (A)") && table[0].contains("time per vector (s)"))
    for row in table.dropFirst() {
      #expect(row.count == table[0].count)
      for (heading, field) in zip(table[0], row).dropFirst(3) {
        #expect(field.isEmpty || Double(field) != nil, "\(heading): \(field)")
      }
    }
    let own = try #require(table.first { $0[1] == "circuit.npy" })
    let column = try #require(table[0].firstIndex(of: "worst error (A)"))
    #expect(Double(own[column]) == 0)
  }

  /// A voltage-driven array says the voltage of the vectors that are drawn for it.
  @Test func fullScaleVoltagesAreSaid() throws {
    let folder = try Workspace.make()
    try folder.write(
      Workspace.array("voltageDriven", "wires: {wordLineOhms: 0.02, bitLineOhms: 0.05}"),
      to: "A.yaml")
    #expect(
      try run(["A.yaml"], in: folder).output.contains("drive word lines with 0 to 1.0 V"))
    _ = try run(["A.yaml", "--full-scale", "0.3", "--dump", "d"], in: folder)
    for name in ["vectors", "fitting-vectors"] {
      let largest = try NPYFile(contentsOf: folder.file("d/\(name).npy")).doubles.max() ?? 0
      #expect(largest > 0.15 && largest <= 0.3)
    }
  }

  /// What does not fit is refused with the file, the option and the array.
  @Test func misfitsAreRefused() throws {
    let folder = try Workspace.make()
    try folder.write(
      Workspace.array("gateDriven", "wires: {bitLineOhms: 0.05}"), to: "A.yaml")
    try folder.write([1, 0, 1], shape: [1, 3], to: "short.npy")
    #expect(
      try run(["A.yaml", "--inputs", "short.npy"], in: folder, status: 1).errors.contains(
        "short.npy: has 3 values per vector, the array 6 word lines (A.yaml)"))
    #expect(
      try run(["A.yaml", "--full-scale", "0.5"], in: folder, status: 1).errors.contains(
        "--full-scale is of word-line voltages; A.yaml is gate-driven"))
    #expect(
      try run(["A.yaml", "--full-scale", "0"], in: folder, status: 64).errors.contains(
        "--full-scale is 0.0; volts above 0"))
  }
}

import Experiments
import Foundation
import TestSupport
import Testing
import TileSpice

/// The library's face does what the commands do.
@Suite struct FacadeTests {
  private static let siemens: [[Double]] = (0..<6).map { i in
    (0..<5).map { j in
      let step = 1 + (7 * i + 3 * j) % 11
      return 1e-6 * Double(step)
    }
  }

  /// The currents of a vector without wires.
  private static func product(_ volts: [Double]) -> [Double] {
    (0..<5).map { j in
      var sum = 0.0
      for i in 0..<6 { sum += siemens[i][j] * volts[i] }
      return sum
    }
  }

  private static let inputs = [[0.1, 0.2, 0, 0.05, 0.15, 0.2], [0.2, 0, 0.2, 0, 0.2, 0]]

  /// Without wires the circuit is the dot product; with them every current is smaller.
  @Test func currentsAreThoseOfTheCircuit() throws {
    let ideal = try Crossbar(conductances: Self.siemens).currents(Self.inputs)
    let wired = try Crossbar(conductances: Self.siemens, wordLineOhms: 100, bitLineOhms: 100)
      .currents(Self.inputs)
    for (vector, volts) in Self.inputs.enumerated() {
      for (j, sum) in Self.product(volts).enumerated() {
        #expect(abs(ideal[vector][j] - sum) <= 1e-12 * sum)
        #expect(wired[vector][j] < sum)
      }
    }
  }

  /// The circuit's own currents are a model without error; no wires at all is one with the error of
  /// the model that comes with TileSpice.
  @Test func ownModelsAreJudgedBesideOthers() throws {
    let array = try Crossbar(conductances: Self.siemens, wordLineOhms: 100, bitLineOhms: 100)
    var validation = try ModelValidation(array)
    let exact = try validation.judge("circuit") { try array.currents([$0])[0] }
    #expect(exact.worst <= 1e-9)
    let mine = try validation.judge("mine", Self.product)
    let known = try #require(validation.verdicts.first { $0.name == "no wires" })
    #expect(known.rms > 0 && abs(mine.rms / known.rms - 1) <= 1e-5)
    #expect(validation.verdicts.suffix(2).map { $0.name } == ["circuit", "mine"])
    #expect(validation.inputs.count == validation.circuitAmperes.count)
    #expect(validation.fittingInputs.count == validation.fittingAmperes.count)
    #expect(
      throws: CrossbarShapeError(what: "currents of short", row: 0, count: 4, expected: 5)
    ) { try validation.judge("short") { _ in [0, 0, 0, 0] } }
  }

  @Test func badShapesAndValuesAreNamed() throws {
    #expect(throws: CrossbarShapeError(what: "conductances", row: 1, count: 1, expected: 2)) {
      try Crossbar(conductances: [[1, 2], [1]])
    }
    let array = try Crossbar(conductances: Self.siemens)
    #expect(throws: CrossbarShapeError(what: "inputs", row: 0, count: 2, expected: 6)) {
      try array.currents([[1, 2]])
    }
    #expect(throws: (any Error).self) { try Crossbar(conductances: [[-1]]) }
    #expect(throws: (any Error).self) { try Crossbar(conductances: []) }
    #expect(throws: (any Error).self) { try Crossbar(conductances: [[1]], bitLineOhms: .nan) }
  }

  @Test func decksAreWritten() throws {
    let folder = try TemporaryFolder()
    let array = try Crossbar(conductances: Self.siemens, bitLineOhms: 2)
    let files = try array.writeNetlist(input: Self.inputs[0], to: folder.file("deck"))
    #expect(files.contains("core.sp"))
    for file in files { #expect(folder.contents.contains("deck/\(file)")) }
  }

  /// Files that come with the program are taken from the folder that is given, and from no other.
  @Test func resourcesAreThoseOfTheFolderThatIsGiven() async throws {
    let folder = try TemporaryFolder()
    try folder.write("cell: {readVolts: 0.3}\n", to: "presets/mine.yaml")
    let yaml = "{version: 1, hardware: mine, path: ideal}"
    let experiment = try NetworkExperiment(yaml: yaml, resources: folder.path)
    let error = await #expect(throws: (any Error).self) { try await experiment.run(images: 1) }
    let text = String(describing: error)
    #expect(text.contains(folder.path), "\(text)")
    #expect(throws: (any Error).self) { try NetworkExperiment(yaml: yaml) }
    // The same files in another folder give the same run.
    let own = URL(fileURLWithPath: ProgramFiles.path("presets")).deletingLastPathComponent()
    let copy = folder.file("copy")
    try FileManager.default.copyItem(atPath: own.path, toPath: copy)
    let ideal = "{version: 1, path: ideal}"
    let here = try await NetworkExperiment(yaml: ideal).run(images: 2)
    let there = try await NetworkExperiment(yaml: ideal, resources: copy).run(images: 2)
    #expect(here.imageCount == 2 && here.points == there.points && here.integer == there.integer)
  }
}

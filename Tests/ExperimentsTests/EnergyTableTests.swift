import AnalogCore
import Energy
import Files
import Foundation
import Inference
import TestSupport
import Testing

@testable import Configuration
@testable import Experiments

/// The `energy` section of an experiment.
@Suite struct EnergyTableTests {
  private func spec(_ energy: String, file: String = "E.yaml") throws -> ExperimentSpec {
    try ExperimentSpec(yaml: "version: 1\n\(energy)\n", file: file)
  }

  @Test func leavesEnergyOutByDefault() throws {
    #expect(try spec("seed: 1").energy == nil)
    #expect(try spec("energy: null").energy == nil)
  }

  /// Every table that comes with the program reads, states its sources, and the resolved text spells
  /// it out.
  @Test(arguments: ["isaac", "xiao2022", "prime"]) func bundledTablesRead(name: String) throws {
    let own = try spec("energy: \(name)")
    let table = try #require(own.energy)
    #expect(!table.about.isEmpty && table.converters != nil)
    #expect(try ExperimentSpec(yaml: own.resolvedYAML, file: "E.yaml").energy == table)
    #expect(ComponentTable.presets.names == ["isaac", "prime", "xiao2022"])
  }

  /// Facts of the paper (p. 44): 10 ns per input bit, 256 ns per conversion.
  @Test func paperTableHasThePapersTimes() throws {
    let table = try #require(try spec("energy: xiao2022").energy)
    #expect(table.integration.seconds == 1e-8)
    guard case .ramp(_, let hertz)? = table.converters?.conversion else {
      Issue.record("no ramp")
      return
    }
    #expect(256 / hertz == 256e-9)
  }

  @Test func keysChangeATable() throws {
    let text = "energy: {components: xiao2022, converters: {linesPerConverter: 8}}"
    let table = try #require(try spec(text).energy)
    var expected = try #require(try spec("energy: xiao2022").energy)
    expected.converters?.linesPerConverter = 8
    #expect(table == expected)
    let one = ExperimentSpec.Change(
      ["energy", "integration", "seconds"], "2e-8", origin: "--set")
    let changed = try ExperimentSpec(
      yaml: "version: 1\nenergy: isaac\n", file: "E.yaml", changes: [one])
    #expect(changed.energy?.integration.seconds == 2e-8)
    #expect(changed.energy?.cells.read == .fixed(joules: 3e-11))
  }

  /// A table of one's own is a file, whose path starts from that of the experiment.
  @Test func tablesAreFiles() throws {
    let folder = try TemporaryFolder()
    let table = """
      integration: {seconds: 1e-9, integratorWatts: 1e-6, source: mine}
      cells: {source: mine}
      """
    try FileContents.write(table, to: folder.path + "/mine.yaml")
    let own = try spec("energy: mine.yaml", file: folder.path + "/E.yaml")
    #expect(own.energy?.integration.source == "mine")
    #expect(throws: ConfigurationError.self) {
      try spec("energy: other.yaml", file: folder.path + "/E.yaml")
    }
    // A file may start from a table that comes with the program, and no other.
    try FileContents.write(
      "components: isaac\nintegration: {seconds: 3e-8}\n", to: folder.path + "/more.yaml")
    var expected = try #require(try spec("energy: isaac").energy)
    expected.integration.seconds = 3e-8
    #expect(try spec("energy: more.yaml", file: folder.path + "/E.yaml").energy == expected)
    try FileContents.write("components: isac\n", to: folder.path + "/wrong.yaml")
    #expect(throws: ConfigurationError.self) {
      try spec("energy: wrong.yaml", file: folder.path + "/E.yaml")
    }
  }

  @Test(arguments: [
    (
      "energy: xiao2002",
      "E.yaml:2: energy.components: 'xiao2002' is no preset; did you mean xiao2022? presets: "
        + "isaac, prime, xiao2022"
    ),
    (
      "energy: {components: isaac, converter: {linesPerConverter: 8}}",
      "E.yaml:2: energy.converter: unknown key; did you mean converters? "
    ),
  ])
  func faultsNameTheNearestWord(text: String, fault: String) throws {
    do {
      _ = try spec(text)
      Issue.record("read")
    } catch {
      #expect("\(error)".hasPrefix(fault), "\(error)")
    }
  }

  /// A run counts the energy of its own path, averaged over its images; without a table it counts
  /// no power and gives the same results.
  @Test func runsCountTheirEnergy() async throws {
    let text =
      "path: exact\nhardware: {converter: {model: uniform, bits: 8, range: maximum}}\n"
      + "auditVectors: 0\ncompare: []\nselection: {limit: 3}\n"
    let plain = try await ExperimentRunner(spec(text), limit: nil, width: 2).run()
    let record = try await ExperimentRunner(
      spec(text + "energy: xiao2022"), limit: nil, width: 2
    ).run()
    #expect(plain.points[0].cost == nil)
    let (own, other) = (record.points[0].results[0], plain.points[0].results[0])
    #expect(own.predictions == other.predictions)
    #expect(own.activity.allSatisfy { $0.readWatts > 0 })
    #expect(other.activity.allSatisfy { $0.readWatts == 0 })
    let cost = try #require(record.points[0].cost)
    let watts = own.activity.reduce(0) { $0 + $1.readWatts }
    let expected = watts * 1e-8 / 3
    #expect((cost.joules(of: .array) - expected).magnitude <= 1e-12 * expected)
    #expect(cost.layers.map(\.name) == record.points[0].layers.map(\.name))
    // The digits network has 3 x 3 convolutions and a dense layer; MACs from its activity.
    #expect(cost.operations > 0 && cost.seconds > cost.intervalSeconds)
    #expect(cost.missing == [.buffers, .idle])
  }

  /// Hardware that the table cannot price is refused before anything runs.
  @Test func idealConvertersAreRefusedByLayer() async throws {
    let own = try spec("hardware: {converter: ideal}\nenergy: xiao2022")
    await #expect(throws: EnergyError.self) {
      _ = try await ExperimentRunner(own, limit: 1, width: 1)
    }
  }
}

import AnalogCore
import Configuration
import Foundation
import Testing

@testable import Experiments

@Suite struct PresetTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Sources/Experiments/Resources/presets")

  private func hardware(_ name: String) throws -> HardwareConfiguration {
    let file = Self.folder.appending(path: "\(name).yaml").path
    return try ConfigurationSection.read(file: file) {
      (section) throws(ConfigurationError) in try HardwareConfiguration(reading: &section)
    }
  }

  /// Every preset reads, and the paper's designs differ in what they are said to differ in.
  @Test func presetsAreTheDesigns() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    #expect(names.count == 8)
    for name in names { _ = try hardware(String(name.dropLast(5))) }
    let a = try hardware("paper-a")
    #expect(a.mapping == .differentialPair && a.inputs.accumulation == .analog)
    #expect(a.inputs.signs == .differential)
    #expect(a.converter == .uniform(bits: 8, range: .covering(percent: 99.98, on: .ideal)))
    var other = a
    other.cellBits = 1
    other.converter = .uniform(bits: 8, range: .anchored(percent: 99.98, on: .ideal))
    #expect(try hardware("paper-b") == other)
    other = a
    other.tile.wordLines = 144
    #expect(try hardware("paper-c") == other)
    other = a
    other.inputs.accumulation = .digital
    #expect(try hardware("paper-d") == other)
    other.mapping = .offset(.digital)
    other.cellBits = 2
    other.tile.wordLines = 72
    other.converter = .uniform(bits: 8, range: .anchored(percent: 100, on: .ideal))
    #expect(try hardware("paper-e") == other)
    var sonos = try hardware("sonos")
    #expect(sonos.readNoise != .none && sonos.programmingError != .none)
    (sonos.readNoise, sonos.programmingError) = (.none, .none)
    #expect(sonos == a)
  }

  /// Every preset runs the digits network and keeps most of its accuracy.
  @Test(arguments: [
    "isaac", "paper-a", "paper-b", "paper-c", "paper-d", "paper-e", "prime", "sonos",
  ])
  func presetsRun(name: String) async throws {
    let file = Self.folder.appending(path: "\(name).yaml")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    let spec = try ExperimentSpec(
      yaml: "version: 1\npath: ideal\nauditVectors: 0\nconverterImages: 4\nhardware:\n"
        + lines.map { "  \($0)\n" }.joined(), file: "\(name).yaml")
    let record = try await ExperimentRunner(spec, limit: 20, width: 2).run()
    let correct = try #require(record.points.first?.results.first?.correct)
    #expect(correct >= 17, "\(name): \(correct) of 20")
  }
}

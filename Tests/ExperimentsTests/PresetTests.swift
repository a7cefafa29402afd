import AnalogCore
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
    #expect(names.count == 7)
    for name in names { _ = try hardware(String(name.dropLast(5))) }
    let a = try hardware("paper-a")
    #expect(a.mapping == .differentialPair && a.inputs.accumulation == .analog)
    var other = a
    other.cellBits = 1
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
    #expect(try hardware("paper-e") == other)
  }
}

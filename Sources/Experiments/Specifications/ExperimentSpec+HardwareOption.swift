import AnalogCore
import Configuration
import Files
import Foundation

extension ExperimentSpec.Change {
  /// The change made by `--hardware`: the whole hardware section from a separate file, or a preset
  /// by its name. No change without the option.
  public static func hardware(_ fileOrPreset: String?) throws -> [ExperimentSpec.Change] {
    guard let name = fileOrPreset else { return [] }
    let text: String
    if FileManager.default.fileExists(atPath: name) || name.contains(where: { "./".contains($0) }) {
      var section = try ConfigurationSection(file: name)
      guard !section.isEmpty else {
        throw FileError(
          path: name,
          reason: "holds no key of a hardware section; leave out --hardware for the "
            + "experiment's own")
      }
      _ = try section.finishing { (section) throws(ConfigurationError) in
        try HardwareConfiguration(reading: &section)
      }
      // Its paths start from its own folder, those of a change from the experiment's.
      text = section.resolvedYAML(paths: .absolute)
    } else {
      text = "{\(PresetFolder.key): '\(name.replacingOccurrences(of: "'", with: "''"))'}"
    }
    return [ExperimentSpec.Change(["hardware"], text, origin: "--hardware \(name)")]
  }
}

import Foundation

/// Sections bundled with the program, one file each, by name.
package struct PresetFolder: Sendable {
  /// The key that names a preset, next to the keys that change it.
  package static let key = "preset"

  /// Path of the folder, ending with a slash.
  package var path: String

  /// The folder at `path`, which ends with a slash.
  package init(path: String) { self.path = path }

  /// Names of the presets.
  package var names: [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
  }

  /// The keys of the preset called `name`, which is one of `names`; faults name it, not its file.
  func entries(of name: String) throws(ConfigurationError) -> [ConfigurationNode.Entry] {
    let file = path + name + ".yaml"
    let origin = "\(Self.key) \(name)"
    let contents: String
    do {
      contents = try String(contentsOfFile: file, encoding: .utf8)
    } catch {
      throw ConfigurationError(
        file: origin, line: nil, path: "", problem: "cannot be read: \(error.localizedDescription)")
    }
    let root = try ConfigurationNode(yaml: contents, file: origin)
    guard case .mapping(let entries) = root.content else { return [] }
    return entries
  }
}

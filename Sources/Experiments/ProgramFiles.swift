import Foundation

/// Files bundled with the program: the digits network, devices, designs from the literature.
///
/// `Bundle.module` traps if the program has been moved out of its build folder; a path that is
/// missing is an error here like that of any other file.
package enum ProgramFiles {
  private static let bundle = "TileSpice_Experiments.resources"

  /// Path of the file or folder called `name`: "digits/digits.onnx".
  package static func path(_ name: String) -> String { "\(given ?? found)/\(name)" }

  /// Their folder, if the user of the library gives it; valid for the tasks of one call.
  @TaskLocal package static var given: String?

  private static let found: String = {
    let places = candidates(
      executable: Bundle.main.executableURL, bundle: Bundle.main.bundleURL)
    return places.first { FileManager.default.fileExists(atPath: $0) } ?? places.last ?? bundle
  }()

  /// Candidate places of the files: next to the program as built by `swift build`, or as installed
  /// by `make install`. Links to the program are resolved.
  static func candidates(executable: URL?, bundle main: URL) -> [String] {
    var beside = [main]
    var installed: [URL] = []
    if let executable {
      let folder = executable.resolvingSymlinksInPath().deletingLastPathComponent()
      beside.insert(folder, at: 0)
      installed.append(folder.deletingLastPathComponent().appendingPathComponent("share/tilespice"))
    }
    return (beside + installed).map {
      $0.appendingPathComponent(bundle).appendingPathComponent("Resources").path
    }
  }
}

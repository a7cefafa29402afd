import Foundation
import TestSupport

/// Package.swift as the package manager reads it.
struct PackageManifest: Decodable {
  struct Target: Decodable {
    var name: String
    var type: String
    var path: String?
    var dependencies: [Dependency]

    /// Where its files are, below the package's folder.
    var folder: String { path ?? (type == "test" ? "Tests/\(name)" : "Sources/\(name)") }
    /// Modules that it declares, by name.
    var declared: Set<String> { Set(dependencies.map(\.name)) }
  }

  /// Another target, or a library of another package, both of which come as a list whose first word is
  /// the name.
  struct Dependency: Decodable {
    var name: String

    init(from decoder: any Decoder) throws {
      let kinds = try decoder.container(keyedBy: AnyKey.self)
      var words = try kinds.nestedUnkeyedContainer(forKey: kinds.allKeys[0])
      name = try words.decode(String.self)
    }
  }

  private struct AnyKey: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  var targets: [Target]

  /// The text that `swift package dump-package` prints for the package in `folder`.
  static func dump(_ folder: String) throws -> String {
    // A scratch folder of its own: that of the package is locked while its tests run.
    let scratch = try TemporaryFolder()
    let outcome = try Program.shell(
      "swift package --package-path \"$PACKAGE\" --scratch-path \"$PWD/build\" dump-package",
      in: scratch,
      // As other packages see it.
      environment: ["PACKAGE": folder, "TILESPICE_UNOPTIMIZED_TESTS": ""])
    guard outcome.status == 0 else { throw NotRead(reason: outcome.errors) }
    return outcome.output
  }

  /// The package manager refuses the manifest.
  struct NotRead: Error { var reason: String }
}

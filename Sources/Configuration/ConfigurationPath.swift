import Foundation

/// A path of a configuration file: as written there, and relative to the working folder.
package struct ConfigurationPath: Equatable, Sendable {
  package var written: String
  package var resolved: String

  /// A known pair.
  package init(written: String, resolved: String) {
    self.written = written
    self.resolved = resolved
  }

  /// `written` starts from `folder`, which is empty or ends with a slash, unless it is absolute.
  package init(written: String, folder: String) {
    self.init(written: written, resolved: written.hasPrefix("/") ? written : folder + written)
  }

  package var exists: Bool { FileManager.default.fileExists(atPath: resolved) }

  /// The path from the root of the file system, without `.` and `..`.
  package var absolute: String { URL(fileURLWithPath: resolved).standardizedFileURL.path }
}

/// How paths appear in a resolved configuration.
public enum ConfigurationPathStyle: Sendable {
  /// As in the file: the same on every machine, readable from the same folder.
  case asWritten
  /// Absolute: readable from any folder of this machine.
  case absolute
}

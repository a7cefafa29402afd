import Foundation

/// The folder of real networks and images beside the checkout; tests that need it are skipped
/// where it is absent.
public enum SharedData {
  private static let folder: String? = {
    let package = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let candidates: [String?] = [
      ProcessInfo.processInfo.environment["TILESPICE_SHARED"],
      package.appendingPathComponent("../shared").standardizedFileURL.path,
    ]
    return candidates.compactMap { $0 }.first {
      FileManager.default.fileExists(atPath: $0 + "/data/networks")
    }
  }()

  /// Whether the folder is there.
  public static var isPresent: Bool { folder != nil }

  /// Path of a file under the folder's `data`.
  public static func path(_ relative: String) -> String {
    (folder ?? "../shared") + "/data/" + relative
  }
}

import Foundation

/// What Swift files import.
enum SourceImports {
  /// Modules that the files below `folder` import.
  static func modules(of folder: URL) throws -> Set<String> {
    guard let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    else { return [] }
    var found: Set<String> = []
    for case let file as URL in files where file.pathExtension == "swift" {
      let text = try String(contentsOf: file, encoding: .utf8)
      for line in text.split(separator: "\n") where line.contains("import ") {
        let pattern = #/^(?:@\w+ )*(?:(?:public|package|internal) )?import (?:[a-z]+ )?(\w+)/#
        if let match = line.prefixMatch(of: pattern) { found.insert(String(match.1)) }
      }
    }
    return found
  }
}

import Files
import Foundation

extension ExperimentRecord {
  /// The results in a file as `results.json`, or in the one of that name in a folder.
  ///
  /// Throws if the file cannot be read, is no such file, or is of a format of its own.
  public init(contentsOf path: String) throws(FileError) {
    var isFolder: ObjCBool = false
    let exists = unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    let file = exists && isFolder.boolValue ? "\(path)/results.json" : path
    let data = try FileContents.read(file)
    struct Version: Decodable { var formatVersion: Int }
    let decoder = JSONDecoder()
    guard let version = try? decoder.decode(Version.self, from: data) else {
      throw FileError(path: file, reason: "is no results.json: it has no formatVersion")
    }
    guard version.formatVersion == Self.formatVersion else {
      throw FileError(
        path: file,
        reason: "has format version \(version.formatVersion), this program reads "
          + "\(Self.formatVersion)")
    }
    do {
      self = try decoder.decode(ExperimentRecord.self, from: data)
    } catch let error as DecodingError {
      throw FileError(path: file, reason: "is no results.json: \(error.place)")
    } catch {
      throw FileError(path: file, reason: "is no results.json")
    }
  }
}

extension DecodingError {
  /// The field at fault and the problem.
  fileprivate var place: String {
    func path(_ context: Context) -> String {
      context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
        .joined(separator: ".")
    }
    return switch self {
    case .keyNotFound(let key, let context):
      "\((path(context).isEmpty ? "" : path(context) + ".") + key.stringValue) is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      "\(path(context)): \(context.debugDescription)"
    @unknown default: "\(self)"
    }
  }
}

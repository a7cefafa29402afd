import Files
import Foundation

/// A record of a run without what may differ between two runs of the same experiment.
enum Timeless {
  private static let keys: Set<String> = [
    "seconds", "preparationSeconds", "layerSeconds", "imagesTimed", "threads",
  ]

  /// The JSON text of `results.json` at `path` without times and the number of tasks.
  static func record(_ path: String) throws -> String {
    let object = try JSONSerialization.jsonObject(with: FileContents.read(path))
    return String(
      decoding: try JSONSerialization.data(
        withJSONObject: stripped(object), options: [.sortedKeys, .prettyPrinted]), as: UTF8.self)
  }

  private static func stripped(_ object: Any) -> Any {
    if let list = object as? [Any] { return list.map(stripped) }
    guard let dictionary = object as? [String: Any] else { return object }
    return dictionary.filter { !keys.contains($0.key) }.mapValues(stripped)
  }
}

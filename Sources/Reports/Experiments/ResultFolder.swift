import Experiments
import Files
import Foundation

/// A folder with the results of one experiment.
public struct ResultFolder: Sendable {
  /// Path of the folder.
  public let path: String

  /// The folder at `path`; made when something is written.
  public init(_ path: String) { self.path = path }

  /// Path of the file of partial results, which is there while a run goes on and after one that was
  /// interrupted.
  public var partialFile: String { "\(path)/partial.jsonl" }

  /// Throws if results could not be written; called before a long run, and creates nothing.
  public func checkWritable() throws(FileError) {
    try FileContents.checkWritable(folder: path)
  }

  /// Every file that results may have; others in the folder are the user's.
  private static let names = [
    "results.json", "images.csv", "confusion.csv", "report.html", "logits.csv",
  ]

  private var set: ResultSet { ResultSet(folder: path, names: Self.names) }

  /// Completes the writing of results that a killed process began; called by the process that has
  /// locked the folder.
  public func recover() throws(FileError) { try set.recover() }

  /// Writes `results.json`, `images.csv`, `confusion.csv` and `report.html`, and `logits.csv` if
  /// the record holds logits, replacing those of an earlier run; returns their paths. The folder
  /// holds either the old results or the new ones.
  public func write(_ record: ExperimentRecord, page: String) throws -> [String] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let tables = ImageTables(record)
    var names = Self.names
    try set.replace { folder in
      for (name, contents) in [
        ("results.json", try encoder.encode(record)), ("images.csv", Data(tables.images.utf8)),
        ("confusion.csv", Data(tables.confusion.utf8)), ("report.html", Data(page.utf8)),
      ] { try FileContents.write(contents, to: "\(folder)/\(name)") }
      guard let header = tables.logitsHeader else {
        names.removeAll { $0 == "logits.csv" }
        return
      }
      // Logits of many images and classes are written as they are turned into text.
      try FileContents.write(to: "\(folder)/logits.csv") { sink in
        try sink(Array(header.utf8))
        for image in record.labels.indices {
          try sink(Array(tables.logits(image: image).utf8))
        }
      }
    }
    return names.map { "\(path)/\($0)" }
  }
}

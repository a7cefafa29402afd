import Experiments
import Foundation
import NumericKernels

/// A folder with the results of one experiment.
public struct ResultFolder: Sendable {
  /// Path of the folder.
  public let path: String

  /// The folder at `path`; made when something is written.
  public init(_ path: String) { self.path = path }

  /// Path of the file of partial results, which is there while a run goes on and after one that was
  /// interrupted.
  public var partialFile: String { "\(path)/partial.jsonl" }

  /// Throws if results could not be written; asked before a long run, and makes nothing.
  public func checkWritable() throws(FileError) {
    var ancestor = URL(fileURLWithPath: path).standardizedFileURL
    while !FileManager.default.fileExists(atPath: ancestor.path), ancestor.path != "/" {
      ancestor.deleteLastPathComponent()
    }
    let values = try? ancestor.resolvingSymlinksInPath().resourceValues(forKeys: [.isDirectoryKey])
    guard values?.isDirectory == true else {
      throw FileError(path: path, reason: "cannot be made: \(ancestor.path) is a file")
    }
    guard FileManager.default.isWritableFile(atPath: ancestor.path) else {
      throw FileError(path: path, reason: "cannot be written: no permission for \(ancestor.path)")
    }
  }

  /// Writes `results.json`, `images.csv`, `confusion.csv` and `report.html`, and `logits.csv` where
  /// the record holds logits; returns their paths.
  public func write(_ record: ExperimentRecord, page: String) throws -> [String] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let tables = ImageTables(record)
    var files: [(String, Data)] = [
      ("results.json", try encoder.encode(record)), ("images.csv", Data(tables.images.utf8)),
      ("confusion.csv", Data(tables.confusion.utf8)), ("report.html", Data(page.utf8)),
    ]
    for (name, contents) in files { try FileContents.write(contents, to: "\(path)/\(name)") }
    if let header = tables.logitsHeader {
      files.append(("logits.csv", Data()))
      // Logits of many images and classes are written as they are turned into text.
      try FileContents.write(to: "\(path)/logits.csv") { sink in
        try sink(Array(header.utf8))
        for image in record.labels.indices {
          try sink(Array(tables.logits(image: image).utf8))
        }
      }
    }
    return files.map { "\(path)/\($0.0)" }
  }
}

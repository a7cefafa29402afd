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

  /// Files that results may have beside those of single runs.
  private static let names = [
    "results.json", "images.csv", "outputs.csv", "confusion.csv", "energy.csv", "report.html",
    "logits.csv",
  ]

  /// Every file that results may have, of those that are there; others in the folder are the user's.
  private func set(_ new: [String] = []) -> ResultSet {
    let present = ["", "/.results-complete"].flatMap {
      (try? FileManager.default.contentsOfDirectory(atPath: path + $0)) ?? []
    }
    let own = Set(present.filter { $0.wholeMatch(of: Self.arrayName) != nil } + new)
    return ResultSet(folder: path, names: Self.names + own.sorted())
  }

  /// Names of the outputs of one run; see `RunResult.run`.
  private static var arrayName: Regex<Substring> {
    /outputs-(?:float|int8|ideal|arrays)(?:-[0-9]+)?\.npy/
  }

  /// Completes the writing of results that a killed process began; called by the process that has
  /// locked the folder.
  public func recover() throws(FileError) { try set().recover() }

  /// Writes `results.json`, `images.csv`, `outputs.csv` and `report.html`; of classifiers
  /// `confusion.csv`, with costs `energy.csv`; if the record holds outputs, an array of those of each run and, where they are
  /// one list for each image, `logits.csv`. Replaces those of an earlier run; returns their paths.
  /// The folder holds either the old results or the new ones.
  public func write(_ record: ExperimentRecord, page: String) throws -> [String] {
    let tables = ImageTables(record)
    let arrays = tables.outputArrays
    var written: [String] = []
    try set(arrays.map(\.name)).replace { folder in
      func write(_ name: String, _ contents: Data) throws {
        try FileContents.write(contents, to: "\(folder)/\(name)")
        written.append(name)
      }
      try write("results.json", record.json())
      try write("images.csv", Data(tables.images.utf8))
      try write("outputs.csv", Data(tables.outputErrors.utf8))
      if let confusion = tables.confusion { try write("confusion.csv", Data(confusion.utf8)) }
      if let energy = tables.energy { try write("energy.csv", Data(energy.utf8)) }
      try write("report.html", Data(page.utf8))
      // Outputs of many images are written as they are turned into bytes.
      if let header = tables.logitsHeader {
        try FileContents.write(to: "\(folder)/logits.csv") { sink in
          try sink(Array(header.utf8))
          for image in record.names.indices { try sink(Array(tables.logits(image: image).utf8)) }
        }
        written.append("logits.csv")
      }
      for (name, shape, images) in arrays {
        try FileContents.write(to: "\(folder)/\(name)") { sink in
          try sink([UInt8](NPYFile.header(kind: .float32, shape: shape)))
          for outputs in images { try sink(NPYFile.bytes(outputs)) }
        }
        written.append(name)
      }
    }
    return written.map { "\(path)/\($0)" }
  }
}

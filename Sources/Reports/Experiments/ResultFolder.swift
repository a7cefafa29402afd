import Experiments
import Foundation
import NumericKernels

/// A folder with the results of one experiment.
public struct ResultFolder: Sendable {
  /// Path of the folder.
  public let path: String

  /// The folder at `path`; made when something is written.
  public init(_ path: String) { self.path = path }

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

  /// Writes `results.json`, `images.csv` and `report.html`; returns their paths.
  public func write(_ record: ExperimentRecord, page: String) throws -> [String] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let files: [(String, Data)] = [
      ("results.json", try encoder.encode(record)), ("images.csv", Data(images(record).utf8)),
      ("report.html", Data(page.utf8)),
    ]
    for (name, contents) in files { try FileContents.write(contents, to: "\(path)/\(name)") }
    return files.map { "\(path)/\($0.0)" }
  }

  /// One row per image: label and the prediction of every path.
  private func images(_ record: ExperimentRecord) -> String {
    var columns = ["image", "label", "float", "int8"]
    var results = [record.digitalFloat, record.digitalInteger]
    for point in record.points {
      for result in point.results {
        columns.append("\(result.path) \(point.bitLineOhms) Ω")
        results.append(result)
      }
    }
    var text = CSV.line(columns)
    for image in record.labels.indices {
      text += CSV.line(
        [record.names[image], "\(record.labels[image])"]
          + results.map { "\($0.predictions[image])" })
    }
    return text
  }
}

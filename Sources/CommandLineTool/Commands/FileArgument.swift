import ArgumentParser
import Foundation
import Reports

/// A file that a command writes. Its extension gives the format and is checked before any work is
/// done, so that a wrong extension does not surface only after a long run.
struct FileArgument: CustomStringConvertible, Equatable {
  enum Format: String, CaseIterable {
    case npy, csv, svg, png, raw, onnx
  }

  let path: String
  let format: Format

  var description: String { path }

  /// Numbers: `.npy` or `.csv`.
  static func numbers(_ path: String) throws -> FileArgument { try .init(path, [.npy, .csv]) }
  /// Numbers of more than two dimensions.
  static func npy(_ path: String) throws -> FileArgument { try .init(path, [.npy]) }
  /// A table.
  static func csv(_ path: String) throws -> FileArgument { try .init(path, [.csv]) }
  /// A drawing: `.svg` or `.png`.
  static func figure(_ path: String) throws -> FileArgument { try .init(path, [.svg, .png]) }
  /// The vectors of a simulation.
  static func raw(_ path: String) throws -> FileArgument { try .init(path, [.raw]) }

  /// A network.
  static func network(_ path: String) throws -> FileArgument { try .init(path, [.onnx]) }

  /// A folder; a new name that ends like a file's was meant for one. What is there already is
  /// judged when it is written to.
  static func folder(_ path: String) throws -> String {
    guard !FileManager.default.fileExists(atPath: path) else { return path }
    let ending = URL(fileURLWithPath: path).pathExtension.lowercased()
    guard !(Format.allCases.map(\.rawValue) + ["json", "html", "yaml"]).contains(ending) else {
      throw ValidationError("a folder is asked for, and .\(ending) is the name of a file")
    }
    return path
  }

  /// Draws a figure into the file.
  func draw(_ figure: Figure) throws {
    try DrawingFile().write(
      figure, to: path, as: format == .png ? .png : .svg)
  }

  /// The file at `path`, in the first of `formats` if its name has no extension.
  private init(_ path: String, _ formats: [Format]) throws {
    let ending = URL(fileURLWithPath: path).pathExtension.lowercased()
    guard let format = ending.isEmpty ? formats[0] : formats.first(where: { $0.rawValue == ending })
    else {
      let known = formats.map { ".\($0.rawValue)" }.joined(separator: " or ")
      throw ValidationError("the file has to be \(known), not .\(ending)")
    }
    self.path = path
    self.format = format
  }
}

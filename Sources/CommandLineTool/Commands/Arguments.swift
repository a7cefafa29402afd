import ArgumentParser
import Datasets
import Inference

/// A path as the command line names it.
struct SolutionPathArgument: ExpressibleByArgument {
  let value: SolutionPath

  static let exact = SolutionPathArgument(value: .exact)
  static var allValueStrings: [String] { SolutionPath.allCases.map(\.rawValue) }

  init(value: SolutionPath) { self.value = value }

  init?(argument: String) {
    guard let value = SolutionPath(rawValue: argument) else { return nil }
    self.value = value
  }

  var defaultValueDescription: String { value.rawValue }
}

/// `NAME=PATH` for one layer.
struct LayerPathArgument: ExpressibleByArgument {
  let name: String
  let path: SolutionPath

  init?(argument: String) {
    guard let split = argument.lastIndex(of: "="), split > argument.startIndex,
      let path = SolutionPath(rawValue: String(argument[argument.index(after: split)...]))
    else { return nil }
    name = String(argument[..<split])
    self.path = path
  }
}

/// Handling of damaged images, as named on the command line.
struct BadImagesArgument: ExpressibleByArgument {
  let value: ImageFiles.BadImages

  static let allValueStrings = ["stop", "skip"]

  init?(argument: String) {
    guard let value = ImageFiles.BadImages(rawValue: argument) else { return nil }
    self.value = value
  }
}

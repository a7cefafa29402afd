/// An ONNX file that cannot become a graph, with the place and the reason.
///
/// One value stands for all obstacles of the file: the first in the order of execution, followed by
/// the `others`. What follows from another obstacle, such as a node that reads what an unreadable
/// one writes, is none of its own.
public struct ONNXImportError: Error, CustomStringConvertible, Equatable, Sendable {
  /// Path of the file.
  public var path: String
  /// Name of the node at fault, if one is.
  public var node: String?
  /// ONNX name of that node's operator.
  public var operation: String?
  /// The problem.
  public var reason: String
  /// Further obstacles of the same file; they have no others of their own.
  public internal(set) var others: [ONNXImportError] = []

  /// Largest number of printed obstacles: a file may be of another kind throughout.
  static let mostPrinted = 20

  /// One obstacle on one line; several below their number, a line for each.
  public var description: String {
    guard !others.isEmpty else { return "\(path): \(text)" }
    let all = [text] + others.map(\.text)
    var lines = ["\(path): \(all.count) obstacles"] + all.prefix(Self.mostPrinted)
    if all.count > Self.mostPrinted { lines.append("and \(all.count - Self.mostPrinted) more") }
    return lines.joined(separator: "\n")
  }

  private var text: String {
    let kind = operation.map { " (\($0))" } ?? ""
    return (node.map { "node '\($0)'\(kind): " } ?? "") + reason
  }
}

/// The obstacles of a file in the order in which they are found.
struct ONNXObstacles {
  private var found: [ONNXImportError] = []

  mutating func add(_ error: ONNXImportError) { found.append(error) }

  /// The result of `body`; `nil` if it throws, which is one more obstacle.
  mutating func attempt<Result>(
    _ body: () throws(ONNXImportError) -> Result
  ) -> Result? {
    do throws(ONNXImportError) {
      return try body()
    } catch {
      add(error)
      return nil
    }
  }

  var isEmpty: Bool { found.isEmpty }

  /// All as one error, of which there is at least one.
  var error: ONNXImportError {
    precondition(!found.isEmpty, "an error has an obstacle")
    var first = found[0]
    first.others = Array(found.dropFirst())
    return first
  }
}

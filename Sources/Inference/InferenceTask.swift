/// What a network is for, which decides how its outputs are judged by labels.
public enum InferenceTask: Sendable, Equatable {
  /// The largest output is the class of the image.
  case classification
  /// The outputs are numbers.
  case regression
  /// The largest of the outputs at a position is its class; positions labelled `ignoring` do not
  /// count.
  case segmentation(ignoring: Int?)
  /// There are no labels: outputs are compared with those of the digital networks only.
  case none

  /// Its name in experiment files and results.
  public var name: String {
    switch self {
    case .classification: "classification"
    case .regression: "regression"
    case .segmentation: "segmentation"
    case .none: "none"
    }
  }
}

/// The axes of a network's result: outputs, each at all positions. In C order, outputs first.
public struct OutputAxes: Sendable, Equatable {
  /// Shape of the result for one image.
  public let shape: [Int]
  /// Number of outputs: extent of the first axis longer than 1.
  public let count: Int
  /// Values of each output.
  public let positions: Int
  /// Whether the largest output at a position has a meaning: there are several, and the axes behind
  /// them, if there are any, are those of an image. A matrix may have them either way.
  public let hasLargest: Bool

  /// The axes of a result of one image; a classifier's are its classes, whatever its shape.
  public init(_ shape: [Int], task: InferenceTask) {
    let long = shape.filter { $0 != 1 }
    let all = shape.reduce(1, *)
    self.shape = shape
    count = task == .classification ? all : long.first ?? 1
    positions = all / max(1, count)
    hasLargest = count > 1 && (positions == 1 || long.count > 2)
  }

  /// The largest output at each position; ties go to the lower one.
  func largest(_ values: [Float]) -> [Int32] {
    var best = Array(values[..<positions])
    var found = [Int32](repeating: 0, count: positions)
    for output in 1..<max(1, count) {
      for position in 0..<positions where values[output * positions + position] > best[position] {
        best[position] = values[output * positions + position]
        found[position] = Int32(output)
      }
    }
    return found
  }
}

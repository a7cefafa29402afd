import Experiments

/// Accuracy of a network on arrays, with that of the digital network on the same images.
public struct NetworkResult: Sendable {
  /// The network on one path.
  public struct Accuracy: Sendable, Equatable {
    /// `float`, `int8`, `ideal`, `exact`, `calibrated`, …
    public var path: String
    /// Correct predictions.
    public var correct: Int
    /// The same in per cent of the images.
    public var percent: Double
    /// Predicted class per image.
    public var predictions: [Int]
  }

  /// The network at one resistance of the wires.
  public struct Point: Sendable, Equatable {
    /// One bit-line segment, in ohms.
    public var bitLineOhms: Double
    /// On ideal arrays, then on the experiment's path; once if that is ideal.
    public var results: [Accuracy]
  }

  /// Images that were evaluated.
  public let imageCount: Int
  /// The network in floating point, and in 8-bit integers.
  public let float: Accuracy, integer: Accuracy
  /// One entry per wire resistance of the experiment.
  public let points: [Point]

  init(_ record: ExperimentRecord) {
    imageCount = record.imageCount
    float = Accuracy(record.digitalFloat)
    integer = Accuracy(record.digitalInteger)
    points = record.points.map {
      Point(bitLineOhms: $0.bitLineOhms, results: $0.results.map(Accuracy.init))
    }
  }
}

extension NetworkResult.Accuracy {
  init(_ result: ExperimentRecord.RunResult) {
    self.init(
      path: result.label, correct: result.correct, percent: result.accuracyPercent,
      predictions: result.predictions)
  }
}

import Experiments

/// What a network gives on arrays, with what the digital networks give on the same images.
public struct NetworkResult: Sendable {
  /// The network on one path.
  public struct Result: Sendable, Equatable {
    /// `float`, `int8`, `ideal`, `exact`, `calibrated`, …
    public var path: String
    /// Correct predictions; `nil` if the labels are no classes, or if there are none.
    public var correct: Int?
    /// The same in per cent of the images.
    public var percent: Double?
    /// Largest output per image, the predicted class of a classifier; empty if a result is more
    /// than a list of outputs.
    public var predictions: [Int]
    /// Mean square error against labels that are numbers.
    public var meanSquareError: Double?
    /// Mean intersection over union against labels that are maps of classes.
    public var meanIntersectionOverUnion: Double?
    /// Rms error of all outputs over the rms output of the float network, and of the network in
    /// 8-bit integers; `nil` for these networks themselves.
    public var errorToFloat: Double?, errorToInteger: Double?
  }

  /// The network at one resistance of the wires.
  public struct Point: Sendable, Equatable {
    /// One bit-line segment, in ohms.
    public var bitLineOhms: Double
    /// On ideal arrays, then on the experiment's path; once if that is ideal.
    public var results: [Result]
  }

  /// Images that were evaluated.
  public let imageCount: Int
  /// The network in floating point, and in 8-bit integers; `nil` if the experiment leaves them out.
  public let float: Result?, integer: Result?
  /// Both, as far as they were run.
  public var digital: [Result] { [float, integer].compactMap { $0 } }
  /// One entry per wire resistance of the experiment.
  public let points: [Point]

  init(_ record: ExperimentRecord) {
    imageCount = record.imageCount
    float = record.digitalFloat.map(Result.init)
    integer = record.digitalInteger.map(Result.init)
    points = record.points.map {
      Point(bitLineOhms: $0.bitLineOhms, results: $0.results.map(Result.init))
    }
  }
}

extension NetworkResult.Result {
  init(_ result: ExperimentRecord.RunResult) {
    self.init(
      path: result.label, correct: result.correct, percent: result.accuracyPercent,
      predictions: result.predictions, meanSquareError: result.regression?.meanSquareError,
      meanIntersectionOverUnion: result.segmentation?.meanIntersectionOverUnion,
      errorToFloat: result.errors(from: "float")?.relativeRMS,
      errorToInteger: result.outputErrors.last { $0.reference != "float" }?.relativeRMS)
  }
}

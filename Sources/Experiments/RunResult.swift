import AnalogCore
import Inference

extension ExperimentRecord {
  /// Results of one path over all images.
  public struct RunResult: Sendable, Equatable {
    /// The network that gave them: `float`, `int8`, `ideal`, `exact`, …
    public var label: String
    /// The evaluation of the images behind the result; points that change nothing it depends on
    /// share it.
    public var run: String
    /// The output that is largest, per image; empty where results are more than a list of outputs.
    public var predictions: [Int] = []
    /// Against labels that are classes; `nil` for other tasks, like the next two.
    public var classification: Classification?
    /// Against labels that are numbers.
    public var regression: RegressionResult?
    /// Against labels that are maps of classes.
    public var segmentation: SegmentationResult?
    /// Errors of the outputs against those of the digital networks that were run: none for float,
    /// float for int8, float and int8 for arrays.
    public var outputErrors: [OutputErrors] = []
    /// Wall-clock seconds of the images that this run timed: all, unless it went on with the
    /// results of another one.
    public var seconds: Double, imagesTimed: Int
    /// Activity per layer; empty for digital paths.
    public var activity: [ActivityCounts] = []
    /// Seconds that tasks spent in each layer, over the images timed; empty for digital paths.
    public var layerSeconds: [Double] = []
    /// The classes of the five largest outputs per image. Not in `results.json`: in `images.csv`.
    public var leading: [[Int]] = []
    /// For each of `outputErrors`, the rms error of each image over the rms output of the digital
    /// network; `nil` where that is zero. Not in `results.json`: in `images.csv`.
    public var imageErrors: [[Double?]] = []
    /// All outputs per image; empty unless requested. They go to files of their own, not
    /// `results.json`.
    public var outputs: [[Float]] = []

    /// Predictions against classes.
    public struct Classification: Sendable, Codable, Equatable {
      /// Correct predictions.
      public var correct: Int
      /// Images whose label is among the five largest outputs; `nil` if there are no more than five
      /// classes.
      public var correctInFive: Int?
      /// Place of the label among the outputs per image, from 1: 1 is a correct prediction.
      public var labelRanks: [Int]
      /// The same images through the digital 8-bit network; `nil` for digital paths, and if it was
      /// not run.
      public var comparison: DigitalComparison?
    }

    /// Correct predictions; `nil` without classes, like all that follows from them.
    public var correct: Int? { classification?.correct }
    /// Place of the label per image, from 1; empty without classes.
    public var labelRanks: [Int] { classification?.labelRanks ?? [] }
    /// The predictions against those of the digital network.
    public var comparison: DigitalComparison? { classification?.comparison }
    /// Correct predictions in percent.
    public var accuracyPercent: Double? {
      correct.map { 100 * Double($0) / Double(predictions.count) }
    }
    /// Images whose label is among the five largest outputs, in percent.
    public var topFivePercent: Double? {
      classification?.correctInFive.map { 100 * Double($0) / Double(predictions.count) }
    }
    /// Milliseconds per image with the threads of the run; `nil` if none was timed.
    public var millisecondsPerImage: Double? {
      imagesTimed > 0 ? 1000 * seconds / Double(imagesTimed) : nil
    }

    /// Images predicted differently from `other`.
    public func flips(from other: RunResult) -> Int {
      zip(predictions, other.predictions).count { $0 != $1 }
    }

    /// Errors against the float network (`float`) or the integer one (`int8`), if there are any.
    public func errors(from reference: String) -> OutputErrors? {
      outputErrors.first { $0.reference == reference }
    }
  }
}

/// What the results of a run are judged by.
struct JudgedImages {
  /// The images that count, in the order of the run.
  var images: [Int]
  var task: InferenceTask
  var axes: OutputAxes
  /// Their classes; empty if their labels are no classes.
  var classes: [Int]
  /// Sum of the squared distances of regression labels from their means; 0 for other tasks.
  var labelSpread: Double
}

extension ExperimentRecord.RunResult {
  /// Results of one path.
  ///
  /// - Parameters:
  ///   - judged: The images that count, all of which have an outcome.
  ///   - references: Evaluations and results of the digital networks that it is compared with:
  ///     float, then integers.
  ///   - integers: The network in the same integers, whose predictions those of arrays are compared
  ///     with; `nil` if it was not run, and for digital paths.
  init(
    _ label: String, run: String, _ evaluation: Evaluation, _ judged: JudgedImages,
    references: [(evaluation: Evaluation, result: Self)], integers: Self?
  ) {
    func outcomes(_ evaluation: Evaluation) -> [ImageOutcome] {
      let found = judged.images.compactMap { evaluation.outcomes[$0] }
      precondition(found.count == judged.images.count, "an image that counts has no outcome")
      return found
    }
    let own = outcomes(evaluation)
    self.label = label
    self.run = run
    predictions = own.compactMap(\.prediction)
    leading = own.compactMap { $0.leading.isEmpty ? nil : $0.leading }
    outputs = own.compactMap { $0.outputs.isEmpty ? nil : $0.outputs }
    seconds = evaluation.seconds
    imagesTimed = evaluation.imagesTimed
    layerSeconds = evaluation.layerSeconds
    var sum = own.first?.activity ?? []
    for outcome in own.dropFirst() {
      for layer in sum.indices { sum[layer].merge(outcome.activity[layer]) }
    }
    activity = sum
    for (position, reference) in references.enumerated() {
      let deviations = own.map { $0.deviations[position] }
      let signals = outcomes(reference.evaluation).map(\.signal)
      outputErrors.append(
        OutputErrors(reference.result.label, deviations, signals: signals, axes: judged.axes))
      imageErrors.append(
        zip(deviations, signals).map { error, signal in
          signal.squareSum > 0 ? (error.errors.squareSum / signal.squareSum).squareRoot() : nil
        })
    }
    switch judged.task {
    case .none: break
    case .classification:
      let ranks = own.compactMap(\.labelRank)
      classification = Classification(
        correct: ranks.count { $0 == 1 },
        correctInFive: judged.axes.count > 5 ? ranks.count { $0 <= 5 } : nil, labelRanks: ranks,
        comparison: integers.map {
          DigitalComparison(
            digital: $0.predictions, analog: predictions, labels: judged.classes)
        })
    case .regression:
      regression = RegressionResult(
        squaredErrors: own.map(\.squaredError), outputs: judged.axes.shape.reduce(1, *),
        labelSpread: judged.labelSpread, digital: integers?.regression)
    case .segmentation:
      segmentation = SegmentationResult(
        own.compactMap(\.overlap),
        digital: integers == nil
          ? nil : references.last.map { outcomes($0.evaluation).compactMap(\.overlap) })
    }
  }
}

extension ImageOutcome {
  fileprivate var squaredError: Double {
    guard case .squaredError(let sum) = score else { return 0 }
    return sum
  }

  fileprivate var overlap: SegmentationCounts? {
    guard case .overlap(let counts) = score else { return nil }
    return counts
  }
}

extension ExperimentRecord.RunResult: Codable {
  private enum CodingKeys: String, CodingKey {
    // The key has had this name since the first version of the format.
    case label = "path"
    case run, predictions, regression, segmentation, outputErrors, seconds, imagesTimed, activity
    case layerSeconds
  }

  // The fields of `classification` stand beside the others, where they have always been.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(label, forKey: .label)
    try container.encode(run, forKey: .run)
    if !predictions.isEmpty { try container.encode(predictions, forKey: .predictions) }
    try classification?.encode(to: encoder)
    try container.encodeIfPresent(regression, forKey: .regression)
    try container.encodeIfPresent(segmentation, forKey: .segmentation)
    try container.encode(outputErrors, forKey: .outputErrors)
    try container.encode(seconds, forKey: .seconds)
    try container.encode(imagesTimed, forKey: .imagesTimed)
    try container.encode(activity, forKey: .activity)
    try container.encode(layerSeconds, forKey: .layerSeconds)
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    label = try container.decode(String.self, forKey: .label)
    run = try container.decode(String.self, forKey: .run)
    predictions = try container.decodeIfPresent([Int].self, forKey: .predictions) ?? []
    regression = try container.decodeIfPresent(RegressionResult.self, forKey: .regression)
    segmentation = try container.decodeIfPresent(SegmentationResult.self, forKey: .segmentation)
    outputErrors = try container.decode([OutputErrors].self, forKey: .outputErrors)
    seconds = try container.decode(Double.self, forKey: .seconds)
    imagesTimed = try container.decode(Int.self, forKey: .imagesTimed)
    activity = try container.decode([ActivityCounts].self, forKey: .activity)
    layerSeconds = try container.decode([Double].self, forKey: .layerSeconds)
    let classes = try decoder.container(keyedBy: ClassificationKeys.self)
    classification =
      classes.contains(.correct) ? try Classification(from: decoder) : nil
  }

  private enum ClassificationKeys: String, CodingKey { case correct }
}

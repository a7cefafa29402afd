import AnalogCore
import Configuration
import Inference

/// All results of a run of an experiment, with the data needed to repeat it.
public struct ExperimentRecord: Sendable, Codable, Equatable {
  /// Version of this format.
  public var formatVersion = 3
  /// Version and build of the program.
  public var software: String
  /// The experiment's name.
  public var name: String
  /// The resolved configuration, every default filled in: its values, for programs.
  public var configuration: ConfigurationValue
  /// The same as the text of an experiment file, in its order, from which the run can be repeated.
  public var configurationYAML: String
  /// Seed of every random draw.
  public var seed: UInt64
  /// SHA-256 of the network file, of the selected images and labels, and of the calibration images.
  public var networkHash: String, imagesHash: String, calibrationHash: String
  /// Where the run was stopped, with the number of images reached; `nil` if it was not. Results are
  /// then those of the finished images.
  public var stoppedAt: String?
  /// Images that were selected and can be used.
  public var selectedCount: Int
  /// Images run and tasks used.
  public var imageCount: Int, threads: Int
  /// Labels of the images.
  public var labels: [Int]
  /// File names of the images, or their places in the data set.
  public var names: [String]
  /// Images that were selected or calibrated on but left out, with the reason.
  public var skipped: [String]
  /// The quantities in which the points differ or, without a study, those shown for the single
  /// point.
  public var study: [StudyQuantity]
  /// The float network.
  public var digitalFloat: RunResult
  /// The network in exact integer arithmetic, as the first point quantizes it.
  public var digitalInteger: RunResult
  /// One entry per point of the study.
  public var points: [Point]
  /// Layers whose stored integers do not fit the arrays and were requantized, with the reason.
  public var requantizedLayers: [String]
  /// Cell voltages of one tile at the last point; `nil` without an audit.
  public var voltageMap: VoltageMap?

  /// Predictions of one path over all images.
  public struct RunResult: Sendable, Codable, Equatable {
    /// The network that gave them: `float`, `int8` or `w4a8`, `ideal`, `exact`, …
    public var label: String
    /// The evaluation of the images behind the result; points that change nothing it depends on
    /// share it.
    public var run: String
    /// Correct predictions.
    public var correct: Int
    /// Images whose label is among the five largest logits; `nil` if there are no more than five
    /// classes.
    public var correctInFive: Int?
    /// Predicted class per image.
    public var predictions: [Int]
    /// Rank of the label among the logits per image, from 1: 1 is a correct prediction.
    public var labelRanks: [Int]
    /// Wall-clock seconds of the images that this run timed: all, unless it went on with the
    /// results of another one.
    public var seconds: Double, imagesTimed: Int
    /// Activity per layer; empty for digital paths.
    public var activity: [ActivityCounts]
    /// Seconds that tasks spent in each layer, over the images timed; empty for digital paths.
    public var layerSeconds: [Double]
    /// The same images through the digital network in integers; `nil` for digital paths.
    public var comparison: DigitalComparison?
    /// The classes of the five largest logits per image. Not in `results.json`: in `images.csv`.
    public var leading: [[Int]] = []
    /// Logits per image; empty unless requested. They go to `logits.csv`, not `results.json`.
    public var logits: [[Float]] = []

    private enum CodingKeys: String, CodingKey {
      // The key has had this name since the first version of the format.
      case label = "path"
      case run, correct, correctInFive, predictions, labelRanks, seconds, imagesTimed,
        activity
      case layerSeconds, comparison
    }

    /// Correct predictions in percent.
    public var accuracyPercent: Double { 100 * Double(correct) / Double(predictions.count) }
    /// Images whose label is among the five largest logits, in percent.
    public var topFivePercent: Double? {
      correctInFive.map { 100 * Double($0) / Double(predictions.count) }
    }
    /// Milliseconds per image with the threads of the run; `nil` if none was timed.
    public var millisecondsPerImage: Double? {
      imagesTimed > 0 ? 1000 * seconds / Double(imagesTimed) : nil
    }

    /// Images predicted differently from `other`.
    public func flips(from other: RunResult) -> Int {
      zip(predictions, other.predictions).count { $0 != $1 }
    }
  }

  /// The network at one point of the study.
  public struct Point: Sendable, Codable, Equatable {
    /// Its value of each quantity in `study`, in their order.
    public var values: [StudyReading]
    /// One bit-line segment in ohms, of the default hardware.
    public var bitLineOhms: Double
    /// The same over the smallest cell resistance: `R_segment G_on`.
    public var relativeResistance: Double
    /// The network in exact 8-bit integer arithmetic; `nil` if it is the record's own.
    public var digitalInteger: RunResult?
    /// One result per path that was run, the experiment's own path last.
    public var results: [RunResult]
    /// Accuracy and IR drop of each layer; empty without an audit.
    public var layers: [LayerAudit]
    /// Signal to error of each layer on the first calibration image; empty without an audit.
    public var fidelity: [LayerFidelity]
    /// Seconds to program the arrays and calibrate the converters.
    public var preparationSeconds: Double
  }

  /// The network in exact integers that a point's arrays are compared with.
  public func digitalInteger(of point: Point) -> RunResult {
    point.digitalInteger ?? digitalInteger
  }

  /// The word for the networks in exact integers at all points: `int8`, or `integer` if their widths
  /// differ.
  public var integerLabel: String {
    let labels = Set(points.map { digitalInteger(of: $0).label })
    return labels.count > 1 ? "integer" : labels.first ?? digitalInteger.label
  }
}

extension ExperimentRecord.RunResult {
  /// Results of one path.
  ///
  /// - Parameters:
  ///   - images: The images that count, all of which have an outcome.
  ///   - digital: The digital 8-bit network on the same images; `nil` for digital paths.
  ///   - labels: Their labels.
  init(
    _ label: String, run: String, _ evaluation: Evaluation, images: [Int], classes: Int,
    digital: Self?,
    labels: [Int]
  ) {
    let outcomes = images.compactMap { evaluation.outcomes[$0] }
    precondition(outcomes.count == labels.count, "an image that counts has no outcome")
    let predictions = outcomes.map(\.prediction)
    self.label = label
    self.run = run
    correct = outcomes.count { $0.labelRank == 1 }
    correctInFive = classes > 5 ? outcomes.count { $0.labelRank <= 5 } : nil
    self.predictions = predictions
    labelRanks = outcomes.map(\.labelRank)
    seconds = evaluation.seconds
    imagesTimed = evaluation.imagesTimed
    var sum = outcomes.first?.activity ?? []
    for outcome in outcomes.dropFirst() {
      for layer in sum.indices { sum[layer].merge(outcome.activity[layer]) }
    }
    activity = sum
    layerSeconds = evaluation.layerSeconds
    comparison = digital.map {
      DigitalComparison(digital: $0.predictions, analog: predictions, labels: labels)
    }
    leading = outcomes.map(\.leading)
    logits = outcomes.map(\.logits)
  }
}

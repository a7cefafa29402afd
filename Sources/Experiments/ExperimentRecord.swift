import AnalogCore
import Inference

/// Everything that a run of an experiment found, with what is needed to repeat it.
public struct ExperimentRecord: Sendable, Codable, Equatable {
  /// Version of this format.
  public var formatVersion = 2
  /// Version and build of the program.
  public var software: String
  /// The experiment's name.
  public var name: String
  /// The resolved configuration, every default filled in, as YAML.
  public var configuration: String
  /// Seed of every random draw.
  public var seed: UInt64
  /// SHA-256 of the network file and of the images and labels.
  public var networkHash: String, imagesHash: String
  /// Images run and tasks used.
  public var imageCount: Int, threads: Int
  /// Labels of the images.
  public var labels: [Int]
  /// File names of the images, or their places in the data set.
  public var names: [String]
  /// Images that were selected or calibrated on but left out, with the reason.
  public var skipped: [String]
  /// The float network.
  public var digitalFloat: PathResult
  /// The network in exact 8-bit integer arithmetic.
  public var digitalInteger: PathResult
  /// One entry per wire resistance.
  public var points: [WirePoint]
  /// Operators that stay digital, with the reason.
  public var digitalNodes: [String]
  /// Cell voltages of one tile at the last wire resistance; nil without an audit.
  public var voltageMap: VoltageMap?

  /// Predictions of one path over all images.
  public struct PathResult: Sendable, Codable, Equatable {
    /// `float`, `int8`, `ideal`, `exact`, …
    public var path: String
    /// Correct predictions.
    public var correct: Int
    /// Images whose label is among the five largest logits; nil where there are no more classes.
    public var correctInFive: Int?
    /// Predicted class per image.
    public var predictions: [Int]
    /// Place of the label among the logits per image, from 1: 1 is a correct prediction.
    public var labelRanks: [Int]
    /// Wall-clock seconds for all images.
    public var seconds: Double
    /// Activity per layer; empty for digital paths.
    public var activity: [ActivityCounts]
    /// The same images through the digital 8-bit network; nil for digital paths.
    public var comparison: DigitalComparison?
    /// The classes of the five largest logits per image. Not in `results.json`: in `images.csv`.
    public var leading: [[Int]] = []
    /// Logits per image; empty unless asked for. Not in `results.json`: in `logits.csv`.
    public var logits: [[Float]] = []

    private enum CodingKeys: String, CodingKey {
      case path, correct, correctInFive, predictions, labelRanks, seconds, activity, comparison
    }

    /// Correct predictions in per cent.
    public var accuracyPercent: Double { 100 * Double(correct) / Double(predictions.count) }
    /// Images whose label is among the five largest logits, in per cent.
    public var topFivePercent: Double? {
      correctInFive.map { 100 * Double($0) / Double(predictions.count) }
    }
    /// Milliseconds per image with the threads of the run.
    public var millisecondsPerImage: Double { 1000 * seconds / Double(predictions.count) }

    /// Images predicted differently from `other`.
    public func flips(from other: PathResult) -> Int {
      zip(predictions, other.predictions).count { $0 != $1 }
    }
  }

  /// Voltages across the positive cells of one tile for one input vector.
  public struct VoltageMap: Sendable, Codable, Equatable {
    /// Layer and tile.
    public var layer: String, tile: Int
    /// One bit-line segment in ohms, and the read voltage.
    public var bitLineOhms: Double, readVolts: Double
    /// Word lines that the input switches on.
    public var activeWordLines: Int
    /// Volts between source line and bit line, by word line, then bit line.
    public var cellVolts: [[Double]]
  }

  /// The network on arrays with one wire resistance.
  public struct WirePoint: Sendable, Codable, Equatable {
    /// One bit-line segment in ohms, of the default hardware.
    public var bitLineOhms: Double
    /// The same over the smallest cell resistance: `R_segment G_on`.
    public var relativeResistance: Double
    /// One result per path that was run, the experiment's own path last.
    public var results: [PathResult]
    /// How exact each layer is and what its wires do; empty without an audit.
    public var layers: [LayerAudit]
    /// Seconds to program the arrays and calibrate the converters.
    public var preparationSeconds: Double
  }
}

extension ExperimentRecord.PathResult {
  /// Results of one path.
  ///
  /// - Parameter digital: The digital 8-bit network on the same images; nil for digital paths.
  init(_ path: String, _ evaluation: Evaluation, classes: Int, digital: Self?, labels: [Int]) {
    let predictions = evaluation.predictions
    self.path = path
    correct = evaluation.correct
    correctInFive = classes > 5 ? evaluation.outcomes.count { $0.labelRank <= 5 } : nil
    self.predictions = predictions
    labelRanks = evaluation.outcomes.map(\.labelRank)
    seconds = evaluation.seconds
    activity = evaluation.activity
    comparison = digital.map {
      DigitalComparison(digital: $0.predictions, analog: predictions, labels: labels)
    }
    leading = evaluation.outcomes.map(\.leading)
    logits = evaluation.outcomes.map(\.logits)
  }
}

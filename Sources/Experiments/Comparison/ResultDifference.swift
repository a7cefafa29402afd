import Configuration
import Inference

/// Two results of the same images: the paired difference, the layers whose signal to error moved, the
/// keys in which the experiments differ.
public struct ResultDifference: Sendable, Codable, Equatable {
  /// Names of the results, as they were given.
  public var first: String, second: String
  /// Images that both were run on.
  public var imageCount: Int
  /// One for each point that both have.
  public var points: [Point]
  /// Keys of the experiments whose values differ, and software.
  public var configuration: [Key]

  /// A point of both.
  public struct Point: Sendable, Codable, Equatable {
    /// Its values, in words; empty if both results have one point.
    public var place: String
    /// The paths compared.
    public var firstPath: String, secondPath: String
    /// Images whose largest output differs; `nil` where there is none.
    public var changedPredictions: Int?
    /// Of classifiers.
    public var classification: Classification?
    /// Mean square errors, and that of the second less that of the first.
    public var firstMeanSquareError: Double?, secondMeanSquareError: Double?
    public var meanSquareError: PairedDifference?
    /// Errors of the outputs from the float network's, or from the integers' where that was not run:
    /// rms over the rms of its outputs.
    public var firstOutputError: Double?, secondOutputError: Double?
    /// The layers of both, with their signal to error.
    public var layers: [Layer]
  }

  /// Classifiers on the same images.
  public struct Classification: Sendable, Codable, Equatable {
    /// Accuracies in percent.
    public var firstPercent: Double, secondPercent: Double
    /// The second less the first in percentage points, with the half width of its 95 % interval from
    /// the paired variance.
    public var differencePoints: Double, halfWidthPoints: Double
    /// Images that both, only one or none classifies correctly.
    public var paired: PairedComparison
    /// Two-sided exact p-value of McNemar's test.
    public var mcNemarPValue: Double
  }

  /// Signal to error of a layer in decibels; `nil` without error.
  public struct Layer: Sendable, Codable, Equatable {
    /// Its name.
    public var name: String
    /// Of the layer's own arrays.
    public var firstOwnDecibels: Double?, secondOwnDecibels: Double?
    /// Behind all layers up to this one.
    public var firstReachedDecibels: Double?, secondReachedDecibels: Double?

    /// Change of the layer's own, the second less the first.
    public var moved: Double? {
      guard let firstOwnDecibels, let secondOwnDecibels else { return nil }
      return secondOwnDecibels - firstOwnDecibels
    }
  }

  /// A key with its values as texts; `nil` where an experiment does not have it.
  public struct Key: Sendable, Codable, Equatable {
    /// The key by its path.
    public var key: String
    /// Its values.
    public var first: String?, second: String?
  }

  /// Why two results cannot be compared.
  public struct Refusal: Error, Equatable, Sendable, CustomStringConvertible {
    /// The results and the reason.
    public let description: String
  }

  /// Compares two results; `names` stand for them in errors and in the comparison.
  ///
  /// Throws unless both are of the same images, in the same order.
  public init(
    _ first: ExperimentRecord, _ second: ExperimentRecord, names: (String, String)
  ) throws(Refusal) {
    func refusal(_ reason: String) -> Refusal {
      Refusal(description: "\(names.0) and \(names.1) cannot be compared: \(reason)")
    }
    guard first.imageCount == second.imageCount else {
      throw refusal("they are of \(first.imageCount) and \(second.imageCount) images")
    }
    if let k = first.names.indices.first(where: { first.names[$0] != second.names[$0] }) {
      throw refusal(
        "image \(k + 1) is \(first.names[k]) in one and \(second.names[k]) in the other")
    }
    guard first.imagesHash == second.imagesHash, first.labels == second.labels else {
      throw refusal("their images or labels have the same names but other contents")
    }
    guard first.task == second.task else {
      throw refusal("their tasks are \(first.task) and \(second.task)")
    }
    (self.first, self.second) = names
    imageCount = first.imageCount
    let pairs = Self.pairs(first, second)
    guard !pairs.isEmpty else {
      throw refusal("their studies have no point in common")
    }
    points = pairs.compactMap { place, a, b in
      a.results.last.flatMap { own in
        b.results.last.map { other in
          Point(place: place, own, other, labels: first.labels, fidelity: (a.fidelity, b.fidelity))
        }
      }
    }
    let (then, now) = (first.configuration.leaves, second.configuration.leaves)
    configuration = Set(then.keys).union(now.keys).sorted().filter {
      // Where results lie says nothing about them.
      then[$0] != now[$0] && !$0.hasPrefix("outputs.")
    }.map {
      Key(key: $0, first: then[$0], second: now[$0])
    }
    if first.software != second.software {
      configuration.append(Key(key: "software", first: first.software, second: second.software))
    }
    for (key, a, b) in [
      ("network file", first.networkHash, second.networkHash),
      ("calibration images", first.calibrationHash, second.calibrationHash),
    ] where a != b {
      configuration.append(Key(key: key, first: String(a.prefix(16)), second: String(b.prefix(16))))
    }
  }

  /// The points that both have: the only ones, or those of equal values.
  private static func pairs(
    _ first: ExperimentRecord, _ second: ExperimentRecord
  ) -> [(place: String, first: ExperimentRecord.Point, second: ExperimentRecord.Point)] {
    if first.points.count == 1, second.points.count == 1 {
      return [("", first.points[0], second.points[0])]
    }
    guard first.study == second.study else { return [] }
    return first.points.compactMap { own in
      second.points.first { $0.values == own.values }.map { other in
        let texts = zip(first.study, own.values).map { $0.text($1.value) }
        return (texts.joined(separator: ", "), own, other)
      }
    }
  }
}

extension ResultDifference.Point {
  fileprivate init(
    place: String, _ first: ExperimentRecord.RunResult, _ second: ExperimentRecord.RunResult,
    labels: [Int], fidelity: ([LayerFidelity], [LayerFidelity])
  ) {
    self.place = place
    (firstPath, secondPath) = (first.label, second.label)
    changedPredictions = first.predictions.isEmpty ? nil : second.flips(from: first)
    if let a = first.accuracyPercent, let b = second.accuracyPercent {
      let paired = PairedComparison(
        first: first.predictions, second: second.predictions, labels: labels)
      classification = ResultDifference.Classification(
        firstPercent: a, secondPercent: b, differencePoints: 100 * paired.difference.value,
        halfWidthPoints: 100 * paired.difference.halfWidth, paired: paired,
        mcNemarPValue: paired.exactPValue)
    }
    if let a = first.regression?.imageErrors, let b = second.regression?.imageErrors {
      meanSquareError = PairedDifference(zip(a, b).map { $1 - $0 })
      firstMeanSquareError = first.regression?.meanSquareError
      secondMeanSquareError = second.regression?.meanSquareError
    }
    let reference = first.outputErrors.first?.reference
    if let reference, let other = second.errors(from: reference) {
      firstOutputError = first.errors(from: reference)?.relativeRMS
      secondOutputError = other.relativeRMS
    }
    layers = fidelity.0.compactMap { own in
      fidelity.1.first { $0.name == own.name }.map { other in
        ResultDifference.Layer(
          name: own.name, firstOwnDecibels: own.ownDecibels, secondOwnDecibels: other.ownDecibels,
          firstReachedDecibels: own.reachedDecibels, secondReachedDecibels: other.reachedDecibels)
      }
    }
  }
}

extension ConfigurationValue {
  /// The values that are not mappings, as texts, by their dotted keys.
  fileprivate var leaves: [String: String] {
    guard case .mapping(let entries) = self, !entries.isEmpty else { return ["": text] }
    return entries.reduce(into: [:]) { found, entry in
      for (key, text) in entry.value.leaves {
        found[entry.key + (key.isEmpty ? "" : ".\(key)")] = text
      }
    }
  }
}

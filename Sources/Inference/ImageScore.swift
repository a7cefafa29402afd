import Datasets

/// How the outputs of one image are judged by its label.
public enum ImageScore: Sendable, Equatable, Codable {
  /// Of a classifier: the five classes with the largest outputs (all if there are fewer), largest
  /// first, ties to the lower class; and the place of the label in that order, from 1, or `nil`
  /// without a label.
  case ranking(leading: [Int], labelRank: Int?)
  /// Of numbers: the sum of the squared errors of all outputs.
  case squaredError(Double)
  /// Of a segmentation.
  case overlap(SegmentationCounts)
  /// Neither label nor a single largest output.
  case none

  /// The judgement of `outputs`; shapes fit.
  init(_ outputs: [Float], label: ImageLabel, settings: OutcomeSettings) {
    switch (settings.task, label) {
    case (.classification, .category(let label)):
      precondition(outputs.indices.contains(label), "the network has no class of that label")
      let own = outputs[label]
      let rank =
        1 + outputs.indices.count { outputs[$0] > own || (outputs[$0] == own && $0 < label) }
      self = .ranking(leading: Self.leading(outputs), labelRank: rank)
    case (.regression, .values(let values)):
      precondition(values.count == outputs.count, "one label for each output")
      self = .squaredError(
        zip(outputs, values).reduce(0) { sum, pair in
          let error = Double(pair.0) - Double(pair.1)
          return sum + error * error
        })
    case (.segmentation(let ignoring), .map(let classes)):
      self = .overlap(
        SegmentationCounts(
          settings.axes.largest(outputs), labels: classes, classes: settings.axes.count,
          ignoring: ignoring))
    case (.none, _):
      self =
        settings.axes.hasLargest && settings.axes.positions == 1
        ? .ranking(leading: Self.leading(outputs), labelRank: nil) : .none
    default: preconditionFailure("the labels are not those of the task")
    }
  }

  private static func leading(_ outputs: [Float]) -> [Int] {
    var leading: [Int] = []
    while leading.count < min(5, outputs.count) {
      var next: Int?
      for k in outputs.indices where !leading.contains(k) {
        if let best = next, outputs[k] <= outputs[best] { continue }
        next = k
      }
      // Every class is either leading or next.
      if let next { leading.append(next) }
    }
    return leading
  }
}

/// Positions of one image, or of several, by class.
public struct SegmentationCounts: Sendable, Equatable, Codable {
  /// Positions that count, and those of them that are classified correctly.
  public var counted: Int, correct: Int
  /// For each class: positions where it is both predicted and labelled, predicted, and labelled.
  public var both: [Int], predicted: [Int], labelled: [Int]

  /// No positions of `classes` classes.
  public init(classes: Int) {
    (counted, correct) = (0, 0)
    both = Array(repeating: 0, count: classes)
    (predicted, labelled) = (both, both)
  }

  /// Counts over the positions of one image; labels are below `classes`, or `ignoring`.
  init(_ predictions: [Int32], labels: [Int32], classes: Int, ignoring: Int?) {
    precondition(predictions.count == labels.count, "one label for each position")
    self.init(classes: classes)
    for (prediction, label) in zip(predictions, labels) where Int(label) != ignoring {
      counted += 1
      predicted[Int(prediction)] += 1
      labelled[Int(label)] += 1
      if prediction == label {
        correct += 1
        both[Int(label)] += 1
      }
    }
  }

  /// Adds the positions of another image, or takes them away.
  public mutating func add(_ other: SegmentationCounts, times sign: Int = 1) {
    counted += sign * other.counted
    correct += sign * other.correct
    for k in both.indices {
      both[k] += sign * other.both[k]
      predicted[k] += sign * other.predicted[k]
      labelled[k] += sign * other.labelled[k]
    }
  }

  /// Correct positions over those that count; `nil` if none counts.
  public var accuracy: Double? { counted > 0 ? Double(correct) / Double(counted) : nil }

  /// Intersection over union of each class; `nil` for a class that is neither predicted nor
  /// labelled.
  public var intersectionOverUnion: [Double?] {
    both.indices.map { k in
      let union = predicted[k] + labelled[k] - both[k]
      return union > 0 ? Double(both[k]) / Double(union) : nil
    }
  }

  /// Mean of the classes that occur; `nil` if none does.
  public var meanIntersectionOverUnion: Double? {
    let found = intersectionOverUnion.compactMap { $0 }
    return found.isEmpty ? nil : found.reduce(0, +) / Double(found.count)
  }
}

/// An analog path compared with the digital network of the same integers, on the same images.
public struct DigitalComparison: Sendable, Codable, Equatable {
  /// Images with one pair of predictions.
  public struct Cell: Sendable, Codable, Equatable {
    /// Predicted classes.
    public var digital: Int, analog: Int
    /// Images.
    public var images: Int
  }

  /// Images that the analog path predicts differently.
  public var flips: Int
  /// Images that each gets right: digital first, analog second.
  public var paired: PairedComparison
  /// Two-sided exact p-value of McNemar's test.
  public var mcNemarPValue: Double
  /// Accuracy of the analog path less that of the digital one, with the half width of its 95 %
  /// interval.
  public var accuracyDifference: Double, halfWidth: Double
  /// Confusion against the digital predictions: the pairs that occur, by digital, then analog
  /// class.
  public var confusion: [Cell]

  /// The pairs that differ, the most frequent first.
  public var changes: [Cell] {
    confusion.filter { $0.digital != $0.analog }.sorted {
      ($1.images, $0.digital, $0.analog) < ($0.images, $1.digital, $1.analog)
    }
  }

  /// Compares predictions on images of these labels, all in one order.
  public init(digital: [Int], analog: [Int], labels: [Int]) {
    precondition(
      digital.count == labels.count && analog.count == labels.count, "one prediction per label")
    struct Pair: Hashable { var digital: Int, analog: Int }
    var counts: [Pair: Int] = [:]
    for (first, second) in zip(digital, analog) {
      counts[Pair(digital: first, analog: second), default: 0] += 1
    }
    confusion = counts.map { Cell(digital: $0.digital, analog: $0.analog, images: $1) }
      .sorted { ($0.digital, $0.analog) < ($1.digital, $1.analog) }
    flips = zip(digital, analog).count { $0 != $1 }
    paired = PairedComparison(first: digital, second: analog, labels: labels)
    mcNemarPValue = paired.exactPValue
    (accuracyDifference, halfWidth) = paired.difference
  }
}

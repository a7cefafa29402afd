import Inference

/// Classes at the positions of images against labels that are maps of classes.
public struct SegmentationResult: Sendable, Codable, Equatable {
  /// Correct positions over those that count, of all images; `nil` if none counts.
  public var pixelAccuracy: Double?
  /// Mean over classes of intersection over union, of all images together; classes that are neither
  /// predicted nor labelled do not count.
  public var meanIntersectionOverUnion: Double?
  /// Intersection over union of each class; `nil` for a class that does not occur.
  public var intersectionOverUnion: [Double?]
  /// Correct positions of each image; `nil` for an image without positions that count.
  public var imageAccuracies: [Double?]
  /// Pixel accuracy of images less that of the digital 8-bit network, mean over images; `nil` for
  /// digital paths.
  public var accuracyDifference: PairedDifference?
  /// Mean intersection over union less that of the digital 8-bit network; `nil` for digital paths.
  public var intersectionDifference: PairedDifference?

  /// Results of images, in their order.
  ///
  /// - Parameter digital: The same images through the digital 8-bit network.
  init(_ images: [SegmentationCounts], digital: [SegmentationCounts]?) {
    let all = Self.sum(images)
    pixelAccuracy = all.accuracy
    meanIntersectionOverUnion = all.meanIntersectionOverUnion
    intersectionOverUnion = all.intersectionOverUnion
    imageAccuracies = images.map(\.accuracy)
    guard let digital else { return }
    accuracyDifference = PairedDifference(
      zip(images, digital).compactMap { own, other in
        own.accuracy.flatMap { accuracy in other.accuracy.map { accuracy - $0 } }
      })
    let other = Self.sum(digital)
    guard let (mean, reference) = Self.means(all, other) else { return }
    intersectionDifference = PairedDifference(
      mean - reference,
      without: images.indices.compactMap { k in
        var (left, right) = (all, other)
        left.add(images[k], times: -1)
        right.add(digital[k], times: -1)
        return Self.means(left, right).map { $0.0 - $0.1 }
      })
  }

  private static func sum(_ images: [SegmentationCounts]) -> SegmentationCounts {
    images.reduce(into: SegmentationCounts(classes: images.first?.both.count ?? 0)) { $0.add($1) }
  }

  private static func means(
    _ first: SegmentationCounts, _ second: SegmentationCounts
  ) -> (Double, Double)? {
    guard let own = first.meanIntersectionOverUnion, let other = second.meanIntersectionOverUnion
    else { return nil }
    return (own, other)
  }
}

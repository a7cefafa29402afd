/// Outputs of a path against labels that are numbers.
public struct RegressionResult: Sendable, Codable, Equatable {
  /// Mean of the squared errors over images and outputs.
  public var meanSquareError: Double
  /// Coefficient of determination: 1 less the squared errors over the squared distances of the
  /// labels from their means, output by output, all outputs together; `nil` if labels do not differ.
  public var rSquared: Double?
  /// Mean of the squared errors of each image.
  public var imageErrors: [Double]
  /// Mean square error less that of the digital 8-bit network; `nil` for digital paths.
  public var difference: PairedDifference?

  /// Results of images, in their order.
  ///
  /// - Parameters:
  ///   - squaredErrors: Sum of the squared errors of each image.
  ///   - outputs: Outputs of an image.
  ///   - labelSpread: Sum of the squared distances of all labels from their means.
  init(squaredErrors: [Double], outputs: Int, labelSpread: Double, digital: RegressionResult?) {
    let sum = squaredErrors.reduce(0, +)
    meanSquareError = sum / Double(max(1, squaredErrors.count * outputs))
    rSquared = labelSpread > 0 ? 1 - sum / labelSpread : nil
    imageErrors = squaredErrors.map { $0 / Double(outputs) }
    difference = digital.flatMap { digital in
      PairedDifference(zip(imageErrors, digital.imageErrors).map { $0 - $1 })
    }
  }

  /// Sum of the squared distances of labels, one list for each image, from the means of their
  /// outputs; 0 without labels.
  static func labelSpread(_ labels: [[Float]]) -> Double {
    guard let first = labels.first else { return 0 }
    let n = Double(labels.count)
    return first.indices.reduce(0) { sum, output in
      let mean = labels.reduce(0) { $0 + Double($1[output]) } / n
      return sum
        + labels.reduce(0) { $0 + (Double($1[output]) - mean) * (Double($1[output]) - mean) }
    }
  }
}

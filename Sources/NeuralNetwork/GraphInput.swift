/// The value that the images of a network enter.
public struct GraphInput: Sendable, Equatable {
  /// Its name.
  public let name: String
  /// Shape of the tensor of one image: an axis of extent 1 for the batch, then the image's own.
  public let tensorShape: [Int]
  /// The integers that it may hold; `nil` for real numbers.
  public let integers: ClosedRange<Int>?

  /// An input, by default of real numbers.
  public init(name: String, tensorShape: [Int], integers: ClosedRange<Int>? = nil) {
    self.name = name
    self.tensorShape = tensorShape
    self.integers = integers
  }

  /// Throws unless `image` is a tensor that the network takes.
  func check(_ image: Tensor) throws(GraphError) {
    guard image.shape == tensorShape else {
      throw GraphError(
        node: name, reason: "the network takes one image of shape \(tensorShape), got \(image.shape)")
    }
    guard let integers else { return }
    if let value = image.values.first(where: { value in
      Int(exactly: value).map { !integers.contains($0) } ?? true
    }) {
      throw GraphError(
        node: name,
        reason: "the network takes integers from \(integers.lowerBound) to "
          + "\(integers.upperBound), got \(value)")
    }
  }
}

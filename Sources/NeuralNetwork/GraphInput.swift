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
        node: name,
        reason: "the network takes one image of shape \(tensorShape), got \(image.shape)")
    }
    guard let integers else { return }
    do throws(OperatorError) {
      try image.checkIntegers(integers)
    } catch {
      throw GraphError(node: name, reason: "the network \(error)")
    }
  }
}

extension Tensor {
  /// Throws unless every value is an integer within `range`.
  func checkIntegers(_ range: ClosedRange<Int>) throws(OperatorError) {
    for value in values {
      guard let integer = Int(exactly: value), range.contains(integer) else {
        throw OperatorError(
          "takes integers from \(range.lowerBound) to \(range.upperBound), got \(value)")
      }
    }
  }
}

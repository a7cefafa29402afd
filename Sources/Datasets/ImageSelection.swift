import NumericKernels

/// Which images of a data set are run, and in which order.
public struct ImageSelection: Sendable, Equatable {
  /// Seed of a random order, drawn before anything is left out; `nil` keeps the data set's order.
  public var shuffleSeed: UInt64?
  /// Images left out at the beginning.
  public var offset: Int
  /// Images run at most; `nil` for all that follow.
  public var limit: Int?

  /// A selection; the default runs all images in order.
  public init(shuffleSeed: UInt64? = nil, offset: Int = 0, limit: Int? = nil) {
    self.shuffleSeed = shuffleSeed
    self.offset = offset
    self.limit = limit
  }

  /// Indices of the images that are run out of `count`, in the order of the run.
  public func indices(of count: Int) -> [Int] {
    var indices = Array(0..<count)
    if let shuffleSeed {
      // Fisher and Yates's shuffle with 64-bit draws: the bias of the remainder is below 1e-12.
      var random = RandomStream(seed: shuffleSeed, stream: 0)
      for k in stride(from: count - 1, to: 0, by: -1) {
        indices.swapAt(k, Int(random.next() % UInt64(k + 1)))
      }
    }
    let rest = indices.dropFirst(max(0, offset))
    return Array(limit.map { rest.prefix(max(0, $0)) } ?? rest)
  }
}

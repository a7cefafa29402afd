/// Values of a run less their mean, over the root of their variance plus ε: layer, group and
/// instance normalization without their factors (Ba et al. 2016, arXiv 1607.06450; Wu and He 2018,
/// arXiv 1803.08494).
public struct Standardization: Sendable, Equatable {
  /// The values that share a mean and a variance.
  public enum Run: Sendable, Equatable {
    /// All axes from this one on; negative ones count from the end.
    case axes(from: Int)
    /// The channels of a group and all axes behind them, of `[N, channels, …]`.
    case channelGroups(Int)
    /// Each channel by itself.
    case channels
  }

  public var run: Run
  public var epsilon: Float
  /// Whether the mean is taken off; otherwise values are divided by their root mean square
  /// (Zhang and Sennrich 2019, arXiv 1910.07467).
  public var subtractsMean: Bool

  public init(_ run: Run, epsilon: Float, subtractsMean: Bool = true) {
    self.run = run
    self.epsilon = epsilon
    self.subtractsMean = subtractsMean
  }

  /// The name of the operator in ONNX.
  var name: String {
    switch run {
    case .axes: subtractsMean ? "LayerNormalization" : "RMSNormalization"
    case .channelGroups: "GroupNormalization"
    case .channels: "InstanceNormalization"
    }
  }

  /// Values in a run; runs are contiguous.
  func runLength(_ shape: [Int]) throws(OperatorError) -> Int {
    func channels(_ groups: Int?) throws(OperatorError) -> Int {
      guard shape.count >= 3, shape[1] % max(groups ?? 1, 1) == 0, groups ?? 1 > 0 else {
        let text = groups.map { " in \($0) equal groups" } ?? ""
        throw OperatorError("takes [N, channels, …], its channels\(text)")
      }
      return shape[1...].reduce(1, *) / (groups ?? shape[1])
    }
    switch run {
    case .axes(let axis):
      return shape[try Operation.resolve(axis, in: shape)...].reduce(1, *)
    case .channelGroups(let groups): return try channels(groups)
    case .channels: return try channels(nil)
    }
  }

  func apply(_ x: Tensor) throws(OperatorError) -> Tensor {
    let length = try runLength(x.shape)
    var result = x
    for start in stride(from: 0, to: x.count, by: length) {
      // In double precision: a run may be a whole image.
      var mean = 0.0
      if subtractsMean {
        for k in start..<start + length { mean += Double(x.values[k]) }
        mean /= Double(length)
      }
      var squares = 0.0
      for k in start..<start + length {
        let difference = Double(x.values[k]) - mean
        squares += difference * difference
      }
      let factor = 1 / (squares / Double(length) + Double(epsilon)).squareRoot()
      for k in start..<start + length {
        result.values[k] = Float((Double(x.values[k]) - mean) * factor)
      }
    }
    return result
  }
}

import Foundation

/// Local response normalization over neighboring channels (Krizhevsky et al. 2012, section 3.3):
/// `x / (bias + alpha / size · Σ x²)^beta`.
public struct LocalResponse: Sendable, Equatable {
  /// Channels in a sum.
  public var size: Int
  public var alpha: Float, beta: Float, bias: Float

  public init(size: Int, alpha: Float, beta: Float, bias: Float) {
    self.size = size
    self.alpha = alpha
    self.beta = beta
    self.bias = bias
  }

  /// On `[N, channels, …]`.
  func apply(_ x: Tensor) -> Tensor {
    let channels = x.shape[1]
    let length = x.shape.dropFirst(2).reduce(1, *)
    var result = x
    for plane in 0..<x.shape[0] * channels {
      let channel = plane % channels
      let first = max(0, channel - (size - 1) / 2)
      let last = min(channels - 1, channel + min(size / 2, channels))
      let image = plane - channel
      for k in 0..<length {
        var sum: Float = 0
        for c in first...last {
          let value = x.values[(image + c) * length + k]
          sum += value * value
        }
        let at = plane * length + k
        result.values[at] /= pow(bias + alpha / Float(size) * sum, beta)
      }
    }
    return result
  }
}

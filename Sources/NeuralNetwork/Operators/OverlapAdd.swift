/// Windows laid over a plane, those that overlap added: the second half of a transposed
/// convolution, and the transpose of unrolling windows (ONNX `Col2Im`).
public struct OverlapAdd: Sendable, Equatable {
  /// The window, its steps and the positions cut off above and left; one window per input pixel.
  public var window: WindowShape
  /// Extents of the plane.
  public var height: Int, width: Int
  /// Added to every pixel of a channel; empty for none.
  public var bias: [Float]

  public init(window: WindowShape, height: Int, width: Int, bias: [Float] = []) {
    self.window = window
    self.height = height
    self.width = width
    self.bias = bias
  }

  /// `[N, channels · kernelHeight · kernelWidth, rows, columns]` as `[N, channels, height, width]`.
  func outputShape(_ input: [Int]) throws(OperatorError) -> [Int] {
    if let fault = window.fault { throw OperatorError(fault) }
    let taps = window.kernelHeight.multipliedReportingOverflow(by: window.kernelWidth)
    guard input.count == 4, !taps.overflow, input[1] % taps.partialValue == 0,
      input.allSatisfy({ (1...WindowShape.limit).contains($0) }),
      (1...WindowShape.limit).contains(height), (1...WindowShape.limit).contains(width)
    else {
      throw OperatorError(
        "takes [N, channels · \(window.kernelHeight) · \(window.kernelWidth), rows, columns]")
    }
    let channels = input[1] / taps.partialValue
    guard bias.isEmpty || bias.count == channels else {
      throw OperatorError("has \(bias.count) biases for \(channels) channels")
    }
    return [input[0], channels, height, width]
  }

  func apply(_ x: Tensor, to extents: [Int]) -> Tensor {
    let (channels, rows, columns) = (extents[1], x.shape[2], x.shape[3])
    var result = [Float](repeating: 0, count: extents.reduce(1, *))
    if !bias.isEmpty {
      for k in result.indices { result[k] = bias[k / (height * width) % channels] }
    }
    var out = result.mutableSpan
    let values = x.values.span
    var at = 0
    for plane in 0..<extents[0] * channels {
      for kernelRow in 0..<window.kernelHeight {
        for kernelColumn in 0..<window.kernelWidth {
          let left = kernelColumn * window.dilationWidth - window.padLeft
          for row in 0..<rows {
            let y = row * window.strideHeight - window.padTop + kernelRow * window.dilationHeight
            let source = at + row * columns
            guard y >= 0, y < height else { continue }
            let line = (plane * height + y) * width
            for column in 0..<columns {
              let place = left + column * window.strideWidth
              if place >= 0 && place < width { out[line + place] += values[source + column] }
            }
          }
          at += rows * columns
        }
      }
    }
    return Tensor(shape: extents, values: result)
  }
}

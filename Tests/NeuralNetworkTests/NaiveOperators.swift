import NumericKernels

@testable import NeuralNetwork

/// Operators as their definitions read, one output at a time, in double precision.
enum NaiveOperators {
  static func convolution(_ layer: Convolution, _ x: Tensor, outputs: (Int, Int)) -> [Double] {
    let (channels, height, width) = (x.shape[1], x.shape[2], x.shape[3])
    let perGroup = channels / layer.groups
    let outputsPerGroup = layer.weights.rows / layer.groups
    var result: [Double] = []
    for n in 0..<x.shape[0] {
      for o in 0..<layer.weights.rows {
        for r in 0..<outputs.0 {
          for c in 0..<outputs.1 {
            var sum = layer.bias.isEmpty ? 0 : Double(layer.bias[o])
            for k in 0..<perGroup {
              for i in 0..<layer.kernelHeight {
                for j in 0..<layer.kernelWidth {
                  let y = r * layer.strideHeight - layer.padTop + i * layer.dilationHeight
                  let z = c * layer.strideWidth - layer.padLeft + j * layer.dilationWidth
                  guard y >= 0, y < height, z >= 0, z < width else { continue }
                  let channel = o / outputsPerGroup * perGroup + k
                  let column = (k * layer.kernelHeight + i) * layer.kernelWidth + j
                  sum +=
                    Double(layer.weights[o, column])
                    * Double(x.values[((n * channels + channel) * height + y) * width + z])
                }
              }
            }
            result.append(sum)
          }
        }
      }
    }
    return result
  }

  /// Maxima and means over one plane as lists of windows, by ONNX's definition: a window is a list of
  /// positions, each in the image, in its padding, or in the overhang of a rounded-up last window.
  static func pooling(_ pooling: Pooling, _ x: Tensor) -> (maxima: [Double], means: [Double]) {
    let w = pooling.window
    let (height, width) = (x.shape[2], x.shape[3])
    func starts(_ extent: Int, _ before: Int, _ after: Int, _ reach: Int, _ stride: Int) -> [Int] {
      var starts: [Int] = []
      var start = -before
      while start + reach <= extent + after
        || (w.roundsUp && start < extent && start - stride + reach < extent + after)
      {
        starts.append(start)
        start += stride
      }
      return starts
    }
    let tops = starts(
      height, w.padTop, w.padBottom, (w.kernelHeight - 1) * w.dilationHeight + 1, w.strideHeight)
    let lefts = starts(
      width, w.padLeft, w.padRight, (w.kernelWidth - 1) * w.dilationWidth + 1, w.strideWidth)
    var (maxima, means): ([Double], [Double]) = ([], [])
    for plane in 0..<x.shape[0] * x.shape[1] {
      for top in tops {
        for left in lefts {
          var pixels: [Double] = []
          var paddedCount = 0
          for i in 0..<w.kernelHeight {
            for j in 0..<w.kernelWidth {
              let (y, z) = (top + i * w.dilationHeight, left + j * w.dilationWidth)
              if y < height + w.padBottom, z < width + w.padRight { paddedCount += 1 }
              if (0..<height).contains(y), (0..<width).contains(z) {
                pixels.append(Double(x.values[(plane * height + y) * width + z]))
              }
            }
          }
          maxima.append(pixels.max() ?? -.infinity)
          let divisor = pooling.countsPadding ? paddedCount : pixels.count
          means.append(divisor == 0 ? 0 : pixels.reduce(0, +) / Double(divisor))
        }
      }
    }
    return (maxima, means)
  }
}

/// A tensor of uniform numbers in −1…1.
func randomTensor(_ shape: [Int], _ random: inout RandomStream) -> Tensor {
  Tensor(
    shape: shape,
    values: (0..<shape.reduce(1, *)).map { _ in Float.random(in: -1...1, using: &random) })
}

/// The largest magnitude of a difference; infinite where the counts differ.
func worstDifference(_ a: [Float], _ b: [Double]) -> Double {
  a.count == b.count ? zip(a, b).map { abs(Double($0) - $1) }.max() ?? 0 : .infinity
}

/// A window with extents, strides, dilations and pads drawn at random.
func randomWindow(_ random: inout RandomStream, padsWithinKernel: Bool) -> WindowShape {
  func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
  var window = WindowShape(kernelHeight: draw(1...4), kernelWidth: draw(1...4))
  (window.strideHeight, window.strideWidth) = (draw(1...3), draw(1...3))
  (window.dilationHeight, window.dilationWidth) = (draw(1...3), draw(1...3))
  let reachY = padsWithinKernel ? min(3, (window.kernelHeight - 1) * window.dilationHeight) : 3
  let reachX = padsWithinKernel ? min(3, (window.kernelWidth - 1) * window.dilationWidth) : 3
  (window.padTop, window.padBottom) = (draw(0...reachY), draw(0...reachY))
  (window.padLeft, window.padRight) = (draw(0...reachX), draw(0...reachX))
  return window
}

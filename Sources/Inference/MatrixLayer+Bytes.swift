import NeuralNetwork
import NumericKernels

/// A convolution of the digital run by products of bytes, where the processor has them: the same
/// integers, hence the same bits, as by single-precision products.
struct ByteConvolution: Sendable {
  private let weights: ByteProduct.Weights
  private let convolution: Convolution
  /// Real value of one weight code per output.
  private let scales: [Float]
  private let bias: [Float]
  private let quantizer: ActivationQuantizer

  /// Sums of a block of rows of windows at most, for a core's cache.
  private static let largestBlock = 32_768

  /// `nil` for groups, for codes of more than 256 values and for weights beyond 8 bits.
  init?(
    _ convolution: Convolution, _ weights: QuantizedWeights, bias: [Float],
    quantizer: ActivationQuantizer
  ) {
    let codes = weights.codes
    let taps = convolution.window.kernelHeight * convolution.window.kernelWidth
    let channels = convolution.channelsPerGroup
    guard ByteProduct.isSupported, convolution.groups == 1, quantizer.codes.count <= 256,
      codes.rows > 0, codes.columns == channels * taps,
      (channels + 3) / 4 * taps <= ByteProduct.largestStepCount,
      weights.zeroPoints.allSatisfy({ $0 == 0 })
    else { return nil }
    self.convolution = convolution
    self.bias = bias
    self.quantizer = quantizer
    scales = weights.scales
    let values = codes.elements
    self.weights = CodeImage.weights(
      outputs: codes.rows, channels: channels, taps: taps
    ) { values[$0 * codes.columns + $1] }
  }

  /// The convolution of a batch; `nil` if products of bytes gain nothing on its windows.
  func run(_ input: Tensor) throws -> Tensor? {
    let geometry = try convolution.geometry(inputShape: input.shape)
    guard let image = CodeImage(geometry) else { return nil }
    let (images, outputs, windows) = (input.shape[0], weights.rows, geometry.windowCount)
    let length = input.values.count / max(images, 1)
    let rows = max(
      1,
      min(geometry.outputHeight, Self.largestBlock / max(outputs * image.pitch, 1)))
    let columns = (rows - 1) * image.pitch + geometry.outputWidth
    var sums = [Int32](repeating: 0, count: ByteProduct.sumCount(weights, columns: columns))
    var values = [Float](repeating: 0, count: images * outputs * windows)
    for number in 0..<images {
      let words = image.words(
        input.values.span.extracting(number * length..<(number + 1) * length), quantizer)
      for first in stride(from: 0, to: geometry.outputHeight, by: rows) {
        let own = first..<min(first + rows, geometry.outputHeight)
        let columns = (own.count - 1) * image.pitch + geometry.outputWidth
        var target = sums.mutableSpan
        ByteProduct.multiply(
          weights, shifts: image.shifts.span, words.span, start: first * image.pitch,
          columns: columns, into: &target)
        var all = values.mutableSpan
        for output in 0..<outputs {
          let place = (number * outputs + output) * windows
          write(
            sums.span, output: output, rows: own, width: geometry.outputWidth,
            pitch: image.pitch, stride: ByteProduct.stride(columns: columns), to: &all, from: place)
        }
      }
    }
    return Tensor(
      shape: [images, outputs, geometry.outputHeight, geometry.outputWidth], values: values)
  }

  /// Real values of one output's sums, rounded once, as `MatrixLayer.real` defines them.
  private func write(
    _ sums: Span<Int32>, output: Int, rows: Range<Int>, width: Int, pitch: Int, stride: Int,
    to values: inout MutableSpan<Float>, from place: Int
  ) {
    let (inputScale, scale, bias) = (Double(quantizer.scale), Double(scales[output]), bias[output])
    let excess = Int32(quantizer.codes.lowerBound) * weights.sums[output]
    for row in rows {
      let start = output * stride + (row - rows.lowerBound) * pitch
      let own = sums.extracting(start..<start + width)
      let first = place + row * width
      var line = values._mutatingExtracting(first..<first + width)
      for k in own.indices { line[k] = Float(Double(own[k] &+ excess) * inputScale * scale) + bias }
    }
  }
}

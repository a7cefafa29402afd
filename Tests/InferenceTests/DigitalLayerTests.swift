import NeuralNetwork
import NumericKernels
import Testing

@testable import Inference

@Suite struct DigitalLayerTests {
  /// The same layer summed in integers, window by window, by the definition that the arrays share.
  private func summed(_ layer: MatrixLayer, _ input: Tensor) throws -> Tensor {
    let (rows, columns) = (layer.weights.codes.rows, layer.weights.codes.columns)
    let perGroup = rows / layer.product.groups
    return try layer.run(input) { codes, _, vectors, sign, sums in
      for vector in 0..<vectors.count {
        for output in 0..<rows {
          var sum = 0
          let first = vector * layer.inputCount + output / perGroup * columns
          for k in 0..<columns {
            sum += Int(layer.weights.codes[output, k]) * Int(codes[first + k])
          }
          sums[vector * rows + output] += sign * Double(sum)
        }
      }
    }
  }

  private func codes(_ rows: Int, _ columns: Int, _ random: inout RandomStream) -> QuantizedWeights
  {
    // Mostly the largest weight: odd sums beyond 2²⁴ that single precision would round.
    QuantizedWeights(
      codes: Matrix(rows: rows, columns: columns) { _, _ in
        Int.random(in: 0..<10, using: &random) < 9
          ? 127 : Int8.random(in: -125...125, using: &random)
      }, scales: (0..<rows).map { 0.01 + Float($0) / 64 })
  }

  /// Sums of ten times 2²⁴ are exact to the bit, for one vector and for several.
  @Test(arguments: [1, 3]) func longSumsAreExact(vectors: Int) throws {
    var random = RandomStream(seed: 7)
    let stored = codes(5, 5000, &random)
    let layer = try MatrixLayer(
      name: "fc", index: 0,
      product: .dense(
        Dense(
          weights: Matrix(rows: 5, columns: 5000) { _, _ in 0 }, bias: [1, 2, 3, 4, 5],
          storedWeights: stored)),
      options: QuantizationOptions(), quantizer: ActivationQuantizer(range: 255, isSigned: false))
    let input = Tensor(
      shape: [vectors, 5000],
      values: (0..<vectors * 5000).map { _ in Int.random(in: 0..<10, using: &random) < 9 ? 255 : 254
      })
    #expect(layer.exactParts.count > 5)
    #expect(layer.exactParts.flatMap { $0 } == Array(0..<5000))
    #expect(try layer.runDigitally(input) == summed(layer, input))
  }

  /// Convolutions with signed inputs, padding, strides and spacing, over several blocks of windows.
  @Test(arguments: [(1, 1), (2, 1), (1, 2)])
  func convolutionsAreExact(stride: Int, dilation: Int) throws {
    var random = RandomStream(seed: 8)
    var window = WindowShape(kernelHeight: 3, kernelWidth: 3)
    (window.padTop, window.padLeft, window.padBottom, window.padRight) = (1, 2, 1, 0)
    (window.strideHeight, window.strideWidth) = (stride, stride)
    (window.dilationHeight, window.dilationWidth) = (dilation, dilation)
    let stored = codes(6, 130 * 9, &random)
    let layer = try MatrixLayer(
      name: "conv", index: 0,
      product: .convolution(
        Convolution(
          weights: Matrix(rows: 6, columns: 130 * 9) { _, _ in 0 }, bias: [], groups: 1,
          window: window,
          storedWeights: stored)),
      options: QuantizationOptions(), quantizer: ActivationQuantizer(range: 127, isSigned: true))
    let input = Tensor(
      shape: [2, 130, 21, 20],
      values: (0..<2 * 130 * 420).map { _ in Float.random(in: -100...300, using: &random) })
    #expect(layer.exactParts.count > 1)
    #expect(try layer.runDigitally(input) == summed(layer, input))
  }

  /// Groups, depthwise ones with multipliers among them, with random windows: the operator on codes,
  /// the sums of parts, and the sums of integers window by window.
  @Test(arguments: 0..<40) func groupsAreExact(seed: Int) throws {
    var random = RandomStream(seed: 41, stream: UInt64(seed))
    let layer = try GroupedLayer.layer(&random)
    let input = GroupedLayer.input(of: layer, &random)
    let definition = try summed(layer, input)
    #expect(layer.codeProduct != nil)
    #expect(try layer.runDigitally(input) == definition)
    let codes = Tensor(shape: input.shape, values: layer.quantizer.signedCodes(input.values))
    #expect(try layer.real(layer.sumsOfParts(codes)) == definition)
  }

  /// Convolutions by products of bytes: any windows, codes with and without signs, of few bits and
  /// with a zero point of the network, weights to −128.
  @Test(
    .enabled(if: ByteProduct.isSupported, "this processor has no products of bytes"),
    arguments: 0..<60)
  func bytesAreExact(seed: Int) throws {
    var random = RandomStream(seed: 43, stream: UInt64(seed))
    func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    let (channels, outputs) = (draw(1...9), draw(1...9))
    var convolution = GroupedLayer.convolution(
      groups: 1, channels: channels, outputs: outputs, &random)
    convolution.storedWeights = QuantizedWeights(
      codes: Matrix(rows: outputs, columns: convolution.weights.columns) { _, _ in
        Int8.random(in: -128...127, using: &random)
      }, scales: (0..<outputs).map { 0.01 + Float($0) / 64 })
    let quantizer: ActivationQuantizer
    if seed % 3 == 0 {
      quantizer = try #require(
        ActivationQuantizer(
          AffineQuantization(
            scales: [0.0078125], zeroPoints: [draw(1...254)], codes: 0...255)))
    } else {
      quantizer = ActivationQuantizer(range: 0.9, isSigned: seed % 3 == 1, bits: draw(2...8))
    }
    let layer = try MatrixLayer(
      name: "bytes", index: 0, product: .convolution(convolution), options: QuantizationOptions(),
      quantizer: quantizer)
    let shape = [2, channels, draw(9...20), draw(8...40)]
    let input = Tensor(
      shape: shape,
      values: (0..<shape.reduce(1, *)).map { _ in Float.random(in: -1.1...1.1, using: &random) })
    let bytes = try #require(layer.byteProduct)
    #expect(try bytes.run(input) == summed(layer, input))
    #expect(try layer.runDigitally(input) == summed(layer, input))
    let codes = Tensor(shape: shape, values: quantizer.signedCodes(input.values))
    #expect(try layer.real(layer.sumsOfParts(codes)) == summed(layer, input))
  }

  /// Sums beyond what single precision holds, in blocks of rows, and windows too few for vectors.
  @Test(
    .enabled(if: ByteProduct.isSupported, "this processor has no products of bytes"),
    arguments: [(600, 6, 64, 40), (3, 70, 90, 64), (40, 3, 3, 40)])
  func longSumsOfBytesAreExact(channels: Int, height: Int, width: Int, outputs: Int) throws {
    var random = RandomStream(seed: UInt64(channels))
    var window = WindowShape(kernelHeight: 3, kernelWidth: 3)
    window.padTop = 1
    window.padLeft = 1
    window.padBottom = 1
    window.padRight = 1
    let convolution = Convolution(
      weights: Matrix(rows: outputs, columns: 9 * channels) { _, _ in 0 }, bias: [],
      groups: 1, window: window, storedWeights: codes(outputs, 9 * channels, &random))
    let layer = try MatrixLayer(
      name: "bytes", index: 0, product: .convolution(convolution), options: QuantizationOptions(),
      quantizer: ActivationQuantizer(range: 255, isSigned: false))
    let input = Tensor(
      shape: [1, channels, height, width],
      values: (0..<channels * height * width).map { _ in
        Float.random(in: 200...255, using: &random)
      })
    #expect(try layer.byteProduct?.run(input) != nil || width == 3)
    #expect(try layer.runDigitally(input) == summed(layer, input))
  }

  /// Input codes of more than 8 bits, taken whole or byte by byte, with sums of any length.
  @Test(arguments: [9, 12, 16], [20, 700, 5000])
  func wideCodesAreExact(bits: Int, inputs: Int) throws {
    var random = RandomStream(seed: UInt64(bits * inputs))
    for isSigned in [false, true] {
      let layer = try MatrixLayer(
        name: "fc", index: 0,
        product: .dense(
          Dense(
            weights: Matrix(rows: 3, columns: inputs) { _, _ in 0 }, bias: [1, 2, 3],
            storedWeights: codes(3, inputs, &random))),
        options: QuantizationOptions(),
        quantizer: ActivationQuantizer(range: 1, isSigned: isSigned, bits: bits))
      let input = Tensor(
        shape: [2, inputs],
        values: (0..<2 * inputs).map { _ in
          Float.random(in: isSigned ? -1.1...1.1 : 0.7...1.1, using: &random)
        })
      let largest = layer.quantizer.codes.upperBound
      #expect(layer.takesBytes == (largest > 255 && inputs * 127 * largest > 1 << 24))
      #expect(try layer.runDigitally(input) == summed(layer, input))
    }
  }
}

import NeuralNetwork
import NumericKernels

/// The layer in exact integer arithmetic: the digital twin of the analog run.
///
/// Single precision holds every integer up to 2²⁴, so a product of codes is exact in any order of
/// summation as long as no partial sum can exceed that: the inputs are divided into parts in which
/// the weights' magnitudes times the largest code stay below it, and the sums of parts are added in
/// double precision. That runs at the speed of the single-precision matrix product.
extension MatrixLayer {
  /// The layer on a batch tensor.
  func runDigitally(_ input: Tensor) throws -> Tensor {
    guard input.values.allSatisfy(\.isFinite) else {
      throw InferenceError.notFinite(layer: name, what: "an input")
    }
    let codes = quantizer.signedCodes(input.values)
    switch product {
    case .dense: return digitalProducts(codes, shape: input.shape)
    case .convolution(let convolution):
      return try digitalConvolution(
        codes, images: input.shape[0], convolution.geometry(inputShape: input.shape))
    }
  }

  private func digitalProducts(_ codes: [Float], shape: [Int]) -> Tensor {
    let (outputs, inputs) = (weights.codes.rows, weights.codes.columns)
    let vectors = codes.count / inputs
    var columns = codes
    if vectors > 1 {
      for vector in 0..<vectors {
        for k in 0..<inputs { columns[k * vectors + vector] = codes[vector * inputs + k] }
      }
    }
    var product = IntegerProduct(self, columns: vectors)
    product.multiply(columns.span, columns: vectors)
    let values = (0..<vectors * outputs).map {
      real(product.sums[$0 % outputs * vectors + $0 / outputs], output: $0 % outputs)
    }
    return Tensor(shape: shape.dropLast() + [outputs], values: values)
  }

  private func digitalConvolution(
    _ codes: [Float], images: Int, _ geometry: WindowGeometry
  ) throws -> Tensor {
    let (outputs, windows) = (weights.codes.rows, geometry.windowCount)
    let imageLength = codes.count / max(images, 1)
    // Enough windows to amortize widening the weights, few enough for the cache.
    let block = min(windows, max(256, 262_144 / geometry.rowCount))
    var product = IntegerProduct(self, columns: block)
    var patches = [Float](repeating: 0, count: block * geometry.rowCount)
    var values = [Float](repeating: 0, count: images * outputs * windows)
    for image in 0..<images {
      let pixels = codes.span.extracting(image * imageLength..<(image + 1) * imageLength)
      for start in stride(from: 0, to: windows, by: block) {
        let count = min(block, windows - start)
        var unrolled = patches.mutableSpan
        geometry.unroll(
          pixels, channelOffset: 0, windows: start..<start + count, into: &unrolled)
        product.multiply(patches.span, columns: count)
        for output in 0..<outputs {
          let place = (image * outputs + output) * windows + start
          for k in 0..<count {
            values[place + k] = real(product.sums[output * count + k], output: output)
          }
        }
      }
    }
    return Tensor(
      shape: [images, outputs, geometry.outputHeight, geometry.outputWidth], values: values)
  }

  /// Ranges of inputs whose products cannot sum beyond 2²⁴ for any output, as long as possible.
  static func exactParts(_ codes: Matrix<Int8>, largestInput: Int) -> [Range<Int>] {
    let limit = 1 << 24
    var parts: [Range<Int>] = []
    var start = 0
    var sums = [Int](repeating: 0, count: codes.rows)
    for k in 0..<codes.columns {
      var peak = 0
      for output in sums.indices {
        sums[output] += Int(codes[output, k].magnitude) * largestInput
        peak = max(peak, sums[output])
      }
      guard peak > limit else { continue }
      parts.append(start..<k)
      start = k
      for output in sums.indices { sums[output] = Int(codes[output, k].magnitude) * largestInput }
    }
    return parts + [start..<codes.columns]
  }
}

/// Products of a layer's weight codes with columns of input codes, and the memory that they need.
private struct IntegerProduct {
  private let codes: Matrix<Int8>
  private let parts: [Range<Int>]
  private var wide: [Float]
  private var partial: [Float]
  /// The last product, `[outputs, columns]`.
  private(set) var sums: [Double]

  init(_ layer: MatrixLayer, columns: Int) {
    codes = layer.weights.codes
    parts = layer.exactParts
    let longest = parts.reduce(0) { max($0, $1.count) }
    wide = [Float](repeating: 0, count: codes.rows * longest)
    partial = [Float](repeating: 0, count: codes.rows * columns)
    sums = [Double](repeating: 0, count: codes.rows * columns)
  }

  /// Multiplies the weight codes with `inputs` of shape `[inputs, columns]`.
  mutating func multiply(_ inputs: Span<Float>, columns: Int) {
    let outputs = codes.rows
    let count = outputs * columns
    for (index, part) in parts.enumerated() {
      Self.widen(codes, part, into: &wide)
      Self.multiply(
        wide, inputs.extracting(part.lowerBound * columns..<part.upperBound * columns),
        into: &partial, m: outputs, n: columns, k: part.count)
      if index == 0 {
        for k in 0..<count { sums[k] = Double(partial[k]) }
      } else {
        for k in 0..<count { sums[k] += Double(partial[k]) }
      }
    }
  }

  private static func multiply(
    _ weights: [Float], _ inputs: Span<Float>, into products: inout [Float], m: Int, n: Int, k: Int
  ) {
    for index in 0..<m * n { products[index] = 0 }
    var target = products.mutableSpan
    MatrixProduct.add(
      weights.span, inputs, strideB: n, into: &target, offset: 0, strideC: n, m: m, n: n, k: k)
  }

  private static func widen(
    _ codes: Matrix<Int8>, _ part: Range<Int>, into wide: inout [Float]
  ) {
    let source = codes.elements.span
    var target = wide.mutableSpan
    for output in 0..<codes.rows {
      let row = source.extracting(
        output * codes.columns + part.lowerBound..<output * codes.columns + part.upperBound)
      var line = target._mutatingExtracting(output * part.count..<(output + 1) * part.count)
      for k in row.indices { line[k] = Float(row[k]) }
    }
  }
}

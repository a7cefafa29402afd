import NeuralNetwork
import NumericKernels

/// The layer in exact integer arithmetic: the digital twin of the analog run.
///
/// Single precision holds every integer up to 2²⁴, so a product of codes is exact in any order of
/// summation as long as no partial sum can exceed that. Most layers stay below it as a whole: they
/// are the operator itself, with codes in place of real numbers. For the others, the inputs are
/// divided into parts in which the weights' magnitudes times the largest code stay below it, and the
/// sums of parts are added in double precision. Codes of more than 8 bits are taken byte by byte
/// before parts become short. Convolutions on codes of 8 bits are summed in 32-bit integers instead
/// where the processor multiplies bytes (`ByteConvolution`); integers being exact, bits are the same.
extension MatrixLayer {
  /// The layer on a batch tensor.
  func runDigitally(_ input: Tensor) throws -> Tensor {
    guard input.values.span.areFinite else {
      throw InferenceError.notFinite(layer: name, what: "an input")
    }
    if let result = try byteProduct?.run(input) { return result }
    let codes = Tensor(shape: input.shape, values: quantizer.signedCodes(input.values))
    if let codeProduct, !takesBytes { return scaled(try codeProduct.apply(codes)) }
    guard takesBytes else { return real(try sumsOfParts(codes)) }
    let high = Tensor(
      shape: codes.shape, values: codes.values.map { ($0 / 256).rounded(.towardZero) })
    let low = Tensor(
      shape: codes.shape, values: zip(codes.values, high.values).map { $0 - 256 * $1 })
    var sums = try byteSums(high)
    let lowSums = try byteSums(low)
    for k in sums.values.indices { sums.values[k] = 256 * sums.values[k] + lowSums.values[k] }
    return real(sums)
  }

  /// Exact sums, in the order of the layer's outputs.
  struct Sums {
    var shape: [Int]
    var values: [Double]
  }

  private func byteSums(_ codes: Tensor) throws -> Sums {
    guard let codeProduct else { return try sumsOfParts(codes) }
    let sums = try codeProduct.apply(codes)
    return Sums(shape: sums.shape, values: sums.values.map { Double($0) })
  }

  /// Real outputs of sums of any length.
  func real(_ sums: Sums) -> Tensor {
    let outputs = weights.codes.rows
    let length =
      switch product {
      case .convolution: sums.shape[2] * sums.shape[3]
      case .dense: 1
      }
    return Tensor(
      shape: sums.shape,
      values: sums.values.indices.map { real(sums.values[$0], output: $0 / length % outputs) })
  }

  /// Weights above which the operator on codes is not kept: it would hold all of a large network a
  /// third time, in four bytes each, to save a widening that is small beside the product.
  private static let largestKept = 1 << 18

  /// The operator on codes; `nil` if single precision cannot hold its sums, or for large layers.
  static func codeProduct(
    _ product: MatrixOperator, _ weights: QuantizedWeights, parts: [Range<Int>]
  ) -> MatrixOperator? {
    guard parts.count == 1, weights.codes.elements.count <= largestKept else { return nil }
    let weights = Matrix(rows: weights.codes.rows, columns: weights.codes.columns) {
      Float(weights.integer(output: $0, input: $1))
    }
    switch product {
    case .convolution(let convolution):
      return .convolution(
        Convolution(
          weights: weights, bias: [], groups: convolution.groups, window: convolution.window))
    case .dense: return .dense(Dense(weights: weights, bias: []))
    }
  }

  /// Real outputs of sums below 2²⁴. Both scales and their product are exact in double precision, so
  /// the result is rounded once, like that of `real`.
  private func scaled(_ sums: Tensor) -> Tensor {
    var result = sums
    var values = result.values.mutableSpan
    let outputs = weights.codes.rows
    let factors = weights.scales.map { Double(quantizer.scale) * Double($0) }
    switch product {
    case .convolution:
      let windows = sums.shape[2] * sums.shape[3]
      for plane in 0..<sums.shape[0] * outputs {
        let (factor, bias) = (factors[plane % outputs], bias[plane % outputs])
        var line = values._mutatingExtracting(plane * windows..<(plane + 1) * windows)
        for k in line.indices { line[k] = Float(Double(line[k]) * factor) + bias }
      }
    case .dense:
      for vector in 0..<values.count / max(outputs, 1) {
        var line = values._mutatingExtracting(vector * outputs..<(vector + 1) * outputs)
        for k in line.indices { line[k] = Float(Double(line[k]) * factors[k]) + bias[k] }
      }
    }
    return result
  }

  /// Sums of any length, with the inputs divided: also the reference for the layers that are not
  /// divided.
  func sumsOfParts(_ codes: Tensor) throws -> Sums {
    switch product {
    case .dense: return denseInParts(codes)
    case .convolution(let convolution): return try convolutionInParts(codes, convolution)
    }
  }

  private func denseInParts(_ input: Tensor) -> Sums {
    let codes = input.values
    let (outputs, inputs) = (weights.codes.rows, weights.codes.columns)
    let vectors = codes.count / inputs
    var columns = codes
    if vectors > 1 {
      for vector in 0..<vectors {
        for k in 0..<inputs { columns[k * vectors + vector] = codes[vector * inputs + k] }
      }
    }
    var product = PartedProduct(self, outputs: outputs, columns: vectors)
    product.multiply(columns.span, outputs: 0..<outputs, columns: vectors)
    let values = (0..<vectors * outputs).map {
      product.sums[$0 % outputs * vectors + $0 / outputs]
    }
    return Sums(shape: input.shape.dropLast() + [outputs], values: values)
  }

  private func convolutionInParts(
    _ input: Tensor, _ convolution: Convolution
  ) throws -> Sums {
    let geometry = try convolution.geometry(inputShape: input.shape)
    let (images, outputs, windows) = (input.shape[0], weights.codes.rows, geometry.windowCount)
    let perGroup = outputs / convolution.groups
    let imageLength = input.values.count / max(images, 1)
    // Enough windows to amortize widening the weights, few enough for the cache.
    let block = min(windows, max(256, 262_144 / geometry.rowCount))
    var product = PartedProduct(self, outputs: perGroup, columns: block)
    var patches = [Float](repeating: 0, count: block * geometry.rowCount)
    var values = [Double](repeating: 0, count: images * outputs * windows)
    for image in 0..<images {
      let pixels = input.values.span.extracting(image * imageLength..<(image + 1) * imageLength)
      for group in 0..<convolution.groups {
        let own = group * perGroup..<(group + 1) * perGroup
        for start in stride(from: 0, to: windows, by: block) {
          let count = min(block, windows - start)
          var unrolled = patches.mutableSpan
          geometry.unroll(
            pixels, channelOffset: group * convolution.channelsPerGroup,
            windows: start..<start + count, into: &unrolled)
          product.multiply(patches.span, outputs: own, columns: count)
          for output in own {
            let place = (image * outputs + output) * windows + start
            let line = (output - own.lowerBound) * count
            for k in 0..<count { values[place + k] = product.sums[line + k] }
          }
        }
      }
    }
    return Sums(
      shape: [images, outputs, geometry.outputHeight, geometry.outputWidth], values: values)
  }

  /// Ranges of inputs whose products cannot sum beyond 2²⁴ for any output, as long as possible.
  static func exactParts(_ weights: QuantizedWeights, largestInput: Int) -> [Range<Int>] {
    let limit = 1 << 24
    let codes = weights.codes
    var parts: [Range<Int>] = []
    var start = 0
    let largest = UInt(largestInput)
    var sums = [UInt](repeating: 0, count: codes.rows)
    for k in 0..<codes.columns {
      var peak: UInt = 0
      for output in sums.indices {
        sums[output] += weights.integer(output: output, input: k).magnitude * largest
        peak = max(peak, sums[output])
      }
      guard peak > limit else { continue }
      parts.append(start..<k)
      start = k
      for output in sums.indices {
        sums[output] = weights.integer(output: output, input: k).magnitude * largest
      }
    }
    return parts + [start..<codes.columns]
  }
}

/// Products of some of a layer's weight codes with columns of input codes, part by part, and the
/// memory that they need.
private struct PartedProduct {
  private let weights: QuantizedWeights
  private let parts: [Range<Int>]
  private var wide: [Float]
  private var partial: [Float]
  /// The last product, `[outputs, columns]`.
  private(set) var sums: [Double]

  /// - Parameters:
  ///   - outputs: Outputs of one product at most.
  ///   - columns: Columns of one product at most.
  init(_ layer: MatrixLayer, outputs: Int, columns: Int) {
    weights = layer.weights
    parts = layer.exactParts
    let longest = parts.reduce(0) { max($0, $1.count) }
    wide = [Float](repeating: 0, count: outputs * longest)
    partial = [Float](repeating: 0, count: outputs * columns)
    sums = [Double](repeating: 0, count: outputs * columns)
  }

  /// Multiplies the weight codes of `outputs` with `inputs` of shape `[inputs, columns]`.
  mutating func multiply(_ inputs: Span<Float>, outputs: Range<Int>, columns: Int) {
    let count = outputs.count * columns
    for (index, part) in parts.enumerated() {
      Self.widen(weights, outputs, part, into: &wide)
      Self.multiply(
        wide, inputs.extracting(part.lowerBound * columns..<part.upperBound * columns),
        into: &partial, m: outputs.count, n: columns, k: part.count)
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
      weights.span, strideA: k, inputs, strideB: n, into: &target, offset: 0, strideC: n, m: m,
      n: n,
      k: k)
  }

  private static func widen(
    _ weights: QuantizedWeights, _ outputs: Range<Int>, _ part: Range<Int>, into wide: inout [Float]
  ) {
    let codes = weights.codes
    let source = codes.elements.span
    var target = wide.mutableSpan
    for (place, output) in outputs.enumerated() {
      let row = source.extracting(
        output * codes.columns + part.lowerBound..<output * codes.columns + part.upperBound)
      var line = target._mutatingExtracting(place * part.count..<(place + 1) * part.count)
      let zero = weights.zeroPoints.isEmpty ? 0 : Float(weights.zeroPoints[output])
      for k in row.indices { line[k] = Float(row[k]) - zero }
    }
  }
}

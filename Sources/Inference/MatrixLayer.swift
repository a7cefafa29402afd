import AnalogCore
import CrossbarArray
import NeuralNetwork
import NumericKernels

/// A convolution or dense layer in integers, common to digital and analog runs.
public struct MatrixLayer: Sendable {
  /// Name of the graph node, with the part of an operation of several products.
  public let name: String
  /// Index among the mapped layers, in the order of execution.
  public let index: Int
  /// Weight codes and scales.
  public let weights: QuantizedWeights
  /// Quantization of its inputs.
  public let quantizer: ActivationQuantizer
  /// How the range of its input codes follows from activations; `nil` if the network brings their
  /// scale.
  let activationRange: ActivationRange?
  let product: MatrixOperator
  let bias: [Float]
  /// Ranges of a group's inputs whose products single precision sums exactly.
  let exactParts: [Range<Int>]
  /// Whether the digital run takes the two bytes of input codes one by one.
  let takesBytes: Bool
  /// The operator on codes, or on their bytes, exact in single precision; `nil` if there are several parts.
  let codeProduct: MatrixOperator?
  /// The convolution on bytes; `nil` where the processor or the layer has none.
  let byteProduct: ByteConvolution?

  /// Input vectors per block: enough to share a tile's conductances, few enough for the cache.
  private static let blockLength = 32

  /// Values of an input vector: a window over the channels of all groups.
  var inputCount: Int { weights.codes.columns * product.groups }
  /// The weights for the arrays.
  public var weightCodes: WeightCodes {
    WeightCodes(weights.codes, groups: product.groups, bits: weights.bits)
  }

  /// The weights on arrays of `hardware`.
  func matrix(
    on hardware: HardwareConfiguration, seed: UInt64, cells: ProgrammedCells? = nil,
    makeModel: @escaping SampledReads.ModelMaker
  ) throws(ArrayError) -> AnalogMatrix {
    try AnalogMatrix(
      codes: weightCodes, hardware: hardware, inputBits: quantizer.bitCount,
      hasSignedInputs: quantizer.isSigned, layer: index, seed: seed, cells: cells,
      makeModel: makeModel)
  }

  /// The operator, for reports.
  public var operatorName: String { product.operatorName }

  init(
    name: String, index: Int, product: MatrixOperator, options: QuantizationOptions,
    quantizer: ActivationQuantizer, activationRange: ActivationRange? = nil
  ) throws(InferenceError) {
    let weights = try options.weights(of: product, layer: name)
    self.init(
      name: name, index: index, product: product, weights: weights,
      bias: product.bias.isEmpty
        ? Array(repeating: 0, count: weights.codes.rows) : product.bias,
      quantizer: quantizer, activationRange: activationRange)
  }

  private init(
    name: String, index: Int, product: MatrixOperator, weights: QuantizedWeights, bias: [Float],
    quantizer: ActivationQuantizer, activationRange: ActivationRange?
  ) {
    self.name = name
    self.index = index
    self.product = product
    self.quantizer = quantizer
    self.activationRange = activationRange
    self.weights = weights
    self.bias = bias
    let largest = max(quantizer.codes.upperBound, -quantizer.codes.lowerBound)
    let parts = Self.exactParts(weights, largestInput: largest)
    takesBytes = parts.count > 1 && largest > 255
    exactParts = takesBytes ? Self.exactParts(weights, largestInput: 255) : parts
    byteProduct =
      switch product {
      case .convolution(let convolution):
        ByteConvolution(convolution, weights, bias: bias, quantizer: quantizer)
      case .dense: nil
      }
    // Kept as bytes, weights are not kept as numbers too.
    codeProduct =
      byteProduct == nil ? Self.codeProduct(product, weights, parts: exactParts) : nil
  }

  /// The layer with other weights, biases or input codes.
  func with(
    weights: QuantizedWeights? = nil, bias: [Float]? = nil, quantizer: ActivationQuantizer? = nil
  ) -> MatrixLayer {
    MatrixLayer(
      name: name, index: index, product: product, weights: weights ?? self.weights,
      bias: bias ?? self.bias, quantizer: quantizer ?? self.quantizer,
      activationRange: activationRange)
  }

  /// Computes the layer on a batch tensor through `multiply`, which adds `sign · W x` for a block of
  /// unsigned input codes `[count, inputs]` to results `[count, outputs]`; it also gets their range
  /// among the layer's vectors. For a differential drive it also gets the magnitudes of negative
  /// codes, otherwise an empty span.
  func run(
    _ input: Tensor, signs: InputDrive.Signs = .split,
    multiply: (Span<UInt16>, Span<UInt16>, Range<Int>, Double, inout [Double]) throws -> Void
  ) throws -> Tensor {
    guard input.values.span.areFinite else {
      throw InferenceError.notFinite(layer: name, what: "an input")
    }
    let (positive, negative) = quantizer.codes(input.values)
    let none: [UInt16] = []
    let parts: [(codes: [UInt16], opposite: [UInt16], sign: Double)] =
      if !negative.contains(where: { $0 != 0 }) {
        [(positive, none, 1)]
      } else if signs == .differential {
        [(positive, negative, 1)]
      } else {
        [(positive, none, 1), (negative, none, -1)]
      }
    let outputs = weights.codes.rows
    let images = input.shape[0]
    switch product {
    case .dense:
      let vectors = input.values.count / inputCount
      var sums = [Double](repeating: 0, count: vectors * outputs)
      for part in parts {
        try multiply(part.codes.span, part.opposite.span, 0..<vectors, part.sign, &sums)
        removeZeroPoints(part.codes.span, part.opposite.span, vectors, part.sign, &sums)
      }
      let values = sums.indices.map { real(sums[$0], output: $0 % outputs) }
      return Tensor(shape: input.shape.dropLast() + [outputs], values: values)
    case .convolution(let convolution):
      let geometry = try convolution.geometryOfAllGroups(inputShape: input.shape)
      let windows = geometry.windowCount
      let imageLength = input.values.count / max(images, 1)
      var values = [Float](repeating: 0, count: images * outputs * windows)
      var rows = parts.map { _ in WindowRows(geometry) }
      var oppositeRows = parts[0].opposite.isEmpty ? nil : WindowRows(geometry)
      let length = min(windows, Self.blockLength) * geometry.rowCount + WindowRows.slack
      var patches = [UInt16](repeating: 0, count: length)
      var opposite = oppositeRows == nil ? none : patches
      for image in 0..<images {
        let pixels = image * imageLength..<(image + 1) * imageLength
        for (k, part) in parts.enumerated() {
          rows[k].take(part.codes.span.extracting(pixels))
          if !part.opposite.isEmpty { oppositeRows?.take(part.opposite.span.extracting(pixels)) }
        }
        for start in stride(from: 0, to: windows, by: Self.blockLength) {
          let range = start..<min(start + Self.blockLength, windows)
          var sums = [Double](repeating: 0, count: range.count * outputs)
          let first = image * windows
          let vectors = first + range.lowerBound..<first + range.upperBound
          for (k, part) in parts.enumerated() {
            var target = patches.mutableSpan
            rows[k].copy(range, into: &target)
            if let oppositeRows {
              var target = opposite.mutableSpan
              oppositeRows.copy(range, into: &target)
            }
            try multiply(patches.span, opposite.span, vectors, part.sign, &sums)
            removeZeroPoints(patches.span, opposite.span, vectors.count, part.sign, &sums)
          }
          let own = sums.span
          var all = values.mutableSpan
          for output in 0..<outputs {
            let place = (image * outputs + output) * windows + start
            var line = all._mutatingExtracting(place..<place + range.count)
            for k in line.indices { line[k] = real(own[k * outputs + output], output: output) }
          }
        }
      }
      return Tensor(
        shape: [images, outputs, geometry.outputHeight, geometry.outputWidth], values: values)
    }
  }

  /// Subtracts the zero points of the weights times the sums of their inputs, from results
  /// `[count, outputs]` of a block of codes: an adder tree per group beside the arrays, which no
  /// activity count includes.
  func removeZeroPoints(
    _ codes: Span<UInt16>, _ opposite: Span<UInt16>, _ count: Int, _ sign: Double,
    _ sums: inout [Double]
  ) {
    guard !weights.zeroPoints.isEmpty else { return }
    let (outputs, inputs) = (weights.codes.rows, weights.codes.columns)
    let perGroup = outputs / product.groups
    for vector in 0..<count {
      for group in 0..<product.groups {
        let first = vector * inputCount + group * inputs
        var sum = 0
        for k in first..<first + inputs { sum += Int(codes[k]) }
        if !opposite.isEmpty { for k in first..<first + inputs { sum -= Int(opposite[k]) } }
        for output in group * perGroup..<(group + 1) * perGroup {
          sums[vector * outputs + output] -= sign * Double(weights.zeroPoints[output] * sum)
        }
      }
    }
  }

  /// The integer sum, exact, times both scales in double precision, rounded once, plus the bias:
  /// the definition of the digital run, which the analog run shares.
  func real(_ sum: Double, output: Int) -> Float {
    Float(sum * Double(quantizer.scale) * Double(weights.scales[output])) + bias[output]
  }
}

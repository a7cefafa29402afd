import AnalogCore
import CrossbarArray
import NeuralNetwork
import NumericKernels

/// One matrix layer on its arrays without a network around it: whoever holds it runs what comes before
/// and after.
///
/// It is prepared in the steps of `AnalogNetwork`, and then gives what a layer of it gives: it observes
/// the float network's inputs, is quantized and programmed, measures the ranges of its converters on the
/// way of calibration data through layers on ideal arrays, and runs.
public struct SingleLayer: Sendable {
  /// What a layer is, apart from its weights.
  public struct Settings: Sendable {
    /// Its name, and its place in its network, which addresses random draws.
    public var name: String, index: Int
    /// How it becomes integers.
    public var quantization: QuantizationOptions
    /// Its arrays and how they are solved.
    public var choice: AnalogNetwork.LayerChoice
    /// How fitted models are made.
    public var models: ModelCalibration
    /// Seed of every random draw.
    public var seed: UInt64

    /// The settings of a layer.
    public init(
      name: String, index: Int, quantization: QuantizationOptions,
      choice: AnalogNetwork.LayerChoice, models: ModelCalibration, seed: UInt64
    ) {
      self.name = name
      self.index = index
      self.quantization = quantization
      self.choice = choice
      self.models = models
      self.seed = seed
    }
  }

  /// A step that comes too early or too late.
  public struct StepError: Error, CustomStringConvertible, Sendable {
    public let description: String
  }

  /// What it is.
  public let settings: Settings
  /// The float layer that it stands for.
  public private(set) var product: MatrixOperator
  private var activations = ActivationRecord()
  private var layer: AnalogNetwork.Layer?
  /// The arrays on which converter ranges are measured; `nil` once they are set.
  private var stand: AnalogNetwork.Layer?
  private var magnitudes: [MagnitudeHistogram] = []
  /// What drove the arrays, image by image, for fitted models.
  private var recorded: [DrivenCodes] = []

  /// A layer that has seen nothing yet.
  public init(_ product: MatrixOperator, _ settings: Settings) throws {
    self.product = product
    self.settings = settings
    if let reason = settings.choice.conflict {
      throw InferenceError.array(layer: settings.name, .unsupported(reason))
    }
  }

  // MARK: Preparation

  /// Notes inputs `[N, …]` of the float network, from which the range of input codes follows.
  public mutating func observe(_ input: Tensor) throws {
    guard layer == nil else {
      throw StepError(description: "\(settings.name) is programmed already")
    }
    _ = try outputShape(input.shape)
    guard input.values.span.areFinite else {
      throw InferenceError.notFinite(layer: settings.name, what: "an input")
    }
    activations.add(input.values)
  }

  /// Quantizes and programs.
  public mutating func program() throws {
    guard layer == nil else {
      throw StepError(description: "\(settings.name) is programmed already")
    }
    guard activations.magnitudes.maximum > 0 else {
      throw StepError(
        description: "\(settings.name): no input other than zero was observed, so the range of "
          + "its input codes is unknown")
    }
    let options = settings.quantization
    let quantizer = activations.quantizer(
      options.activationRange, bits: options.precision(of: settings.name).activationBits)
    try quantizer.check(options.activationRange, layer: settings.name)
    let own = try AnalogNetwork.programmed(
      integer(quantizer), on: settings.choice, seed: settings.seed)
    layer = own
    // Nothing on ideal arrays is random.
    var choice = settings.choice.withoutFactorization
    var seed = settings.seed
    if choice.hardware.converter.measuredOn == .programmed {
      choice.hardware.converter = .ideal
    } else {
      choice = .init(hardware: choice.hardware.ofIdealArrays, path: .ideal)
      seed = 0
    }
    let measured = try AnalogNetwork.programmed(own.integer, on: choice, seed: seed)
    magnitudes = Array(
      repeating: MagnitudeHistogram(), count: measured.matrix.coding.sliceCount)
    stand = measured
  }

  private func integer(_ quantizer: ActivationQuantizer) throws(InferenceError) -> MatrixLayer {
    try MatrixLayer(
      name: settings.name, index: settings.index, product: product,
      options: settings.quantization, quantizer: quantizer,
      activationRange: settings.quantization.activationRange)
  }

  /// Runs `[N, …]` on the arrays on which ranges are measured, with ideal converters.
  public mutating func calibrate(_ input: Tensor) throws -> Tensor {
    guard let stand else {
      throw StepError(description: "\(settings.name) is to be programmed first")
    }
    let shape = try outputShape(input.shape)
    var values: [Float] = []
    for image in images(of: input) {
      var reads = ReadNumbers(of: image)
      var counts = ActivityCounts()
      var seen = magnitudes
      let output = try stand.run(image, reads: &reads, counts: &counts) { seen[$0].add($1) }
      magnitudes = seen
      values += output.values
      if settings.choice.path.isFitted, recorded.count < settings.models.imageCount {
        recorded.append(
          try stand.integer.drivenCodes(
            image, signs: settings.choice.hardware.inputs.signsOfRead))
      }
    }
    return Tensor(shape: shape, values: values)
  }

  /// Sets the converters by what was seen, and fits models where the path asks for them, to the inputs
  /// that `calibrate` was given: those of a whole network are recorded behind the converters of the
  /// layers before. Then it can run.
  public mutating func finish() throws {
    guard var own = layer, stand != nil else {
      throw StepError(description: "\(settings.name) is to be programmed first")
    }
    if settings.choice.hardware.converter.isMeasured {
      guard magnitudes.contains(where: { $0.maximum > 0 }) else {
        throw StepError(
          description: "\(settings.name): its converters saw nothing but zeros on the "
            + "calibration data, so their range is unknown")
      }
      try own.setConverterRanges(recorded: magnitudes)
    }
    try fitModels(to: &own)
    (layer, stand, magnitudes) = (own, nil, [])
  }

  private func fitModels(to own: inout AnalogNetwork.Layer) throws {
    guard own.path.isFitted else { return }
    let inputs = own.matrix.inputCount
    let bits = own.integer.quantizer.bitCount
    var codes = DrivenCodes()
    for (image, all) in recorded.enumerated() {
      let count = all.codes.count / inputs
      let chosen = settings.models.recordedWindows(of: count * recorded.count, bitCount: bits)
        .filter { $0 / max(count, 1) == image }.map { $0 - image * count }
      codes.append(all.windows(chosen, length: inputs))
    }
    let windows = codes.codes.count / inputs
    let units = Double(own.matrix.unitsPerAmpere)
    own.choices = []
    for (k, tile) in own.matrix.tiles.enumerated() {
      let step = Double(tile.converter.step)
      do throws(ArrayError) {
        let choice = try settings.models.choice(
          from: tile.model, path: own.path,
          recorded: windows > 0
            ? own.matrix.drive(
              of: tile, codes: codes.codes.span, negative: codes.negative.span, batch: windows,
              bitCount: bits) : nil,
          lsbAmperes: step > 0 ? step / units : nil, seed: settings.seed)
        try own.matrix.setModel(choice.model, ofTile: k) { (array) throws(ArrayError) in
          try SolutionPath.exact.model(of: array)
        }
        own.choices.append(choice)
      } catch {
        throw InferenceError.array(layer: settings.name, error)
      }
    }
  }

  /// Programs other weights, with the same input codes and converter ranges.
  ///
  /// - Parameters:
  ///   - weights: `[outputs, inputs of a group]`.
  ///   - bias: One per output; empty for none.
  public mutating func update(weights: Matrix<Float>, bias: [Float]) throws {
    guard weights.rows == product.weights.rows, weights.columns == product.weights.columns,
      bias.isEmpty || bias.count == weights.rows
    else { throw StepError(description: "\(settings.name): weights of another shape") }
    switch product {
    case .convolution(var own):
      (own.weights, own.bias) = (weights, bias)
      product = .convolution(own)
    case .dense(var own):
      (own.weights, own.bias) = (weights, bias)
      product = .dense(own)
    }
    guard let old = layer else { return }
    var new = try AnalogNetwork.programmed(
      integer(old.integer.quantizer), on: settings.choice, seed: settings.seed)
    if let ranges = old.converterRanges { new.setConverterRanges(ranges) }
    layer = new
    if stand == nil { try fitModels(to: &new) }
    layer = new
  }

  // MARK: Use

  /// The layer on its arrays; throws before `finish`.
  public var programmed: AnalogNetwork.Layer {
    get throws {
      guard let layer, stand == nil else {
        throw StepError(description: "\(settings.name) is not calibrated yet")
      }
      return layer
    }
  }

  /// Shape of the output for `[N, …]`; throws for inputs that the layer does not take.
  public func outputShape(_ input: [Int]) throws -> [Int] {
    do {
      guard input.first != 0 else { throw StepError(description: "there are no images") }
      return try product.outputShape(input)
    } catch {
      throw StepError(description: "\(settings.name), inputs of shape \(input): \(error)")
    }
  }

  /// Rows of a batch that go through a dense layer together; results do not depend on it.
  private static let rows = 64

  /// Parts of a batch of `count` that can be run by themselves, in any order.
  public func parts(of count: Int) -> [Range<Int>] {
    var length = 1
    if case .dense = product, !isKeyedByImage { length = Self.rows }
    return stride(from: 0, to: count, by: length).map { $0..<min($0 + length, count) }
  }

  /// Whether reads or conversions are noisy: their noise follows from the image.
  private var isKeyedByImage: Bool {
    let hardware = settings.choice.hardware
    guard hardware.readNoise == .none else { return true }
    return switch hardware.converter {
    case .ideal, .fullPrecision, .uniform(_, _, .nearest): false
    default: true
    }
  }

  /// Outputs of one of the `parts`, in order.
  public func run(_ input: Tensor, part: Range<Int>) throws -> (
    values: [Float], counts: ActivityCounts
  ) {
    let length = input.count / input.shape[0]
    let image = Tensor(
      shape: [part.count] + input.shape.dropFirst(),
      values: Array(input.values[part.lowerBound * length..<part.upperBound * length]))
    var reads = ReadNumbers(of: image)
    var counts = ActivityCounts()
    return (try programmed.run(image, reads: &reads, counts: &counts).values, counts)
  }

  private func images(of input: Tensor) -> [Tensor] {
    let length = input.count / input.shape[0]
    return (0..<input.shape[0]).map {
      Tensor(
        shape: [1] + input.shape.dropFirst(),
        values: Array(input.values[$0 * length..<($0 + 1) * length]))
    }
  }
}

// Weights and their derivatives.
extension SingleLayer {
  /// Weights as cells hold them, `[outputs, inputs of a group]`: quantized, with errors, without wires.
  public func heldWeights() throws -> Matrix<Float> {
    let own = try programmed
    return weights(own.matrix.heldCodes, of: own)
  }

  /// The same as the circuit weighs them on average over inputs `[N, …]`: each cell with the part of
  /// its ideal current that it delivers.
  public func effectiveWeights(over input: Tensor) throws -> Matrix<Float> {
    let own = try programmed
    _ = try outputShape(input.shape)
    var codes = DrivenCodes()
    for image in images(of: input) {
      codes.append(
        try own.integer.drivenCodes(image, signs: own.matrix.hardware.inputs.signsOfRead))
    }
    let windows = codes.codes.count / own.matrix.inputCount
    let chosen = codes.windows(
      stratifiedIndices(min(windows, 512), of: windows), length: own.matrix.inputCount)
    do throws(ArrayError) {
      let shares = try own.matrix.tiles.indices.map { tile throws(ArrayError) in
        try own.matrix.cellShares(
          ofTile: tile, codes: chosen.codes.span, negative: chosen.negative.span,
          batch: min(windows, 512), bitCount: own.integer.quantizer.bitCount)
      }
      return weights(own.matrix.heldCodes(delivering: shares), of: own)
    } catch {
      throw InferenceError.array(layer: settings.name, error)
    }
  }

  /// Codes `[outputs, inputs of all groups]` as real weights of each output's own group.
  private func weights(_ codes: Matrix<Double>, of own: AnalogNetwork.Layer) -> Matrix<Float> {
    let (integer, inputs) = (own.integer, own.matrix.groupInputCount)
    let perGroup = codes.rows / (own.matrix.inputCount / inputs)
    return Matrix(rows: codes.rows, columns: inputs) { output, input in
      let zero = integer.weights.zeroPoints.isEmpty ? 0 : integer.weights.zeroPoints[output]
      let code = codes[output, output / perGroup * inputs + input] - Double(zero)
      return Float(code * Double(integer.weights.scales[output]))
    }
  }
}

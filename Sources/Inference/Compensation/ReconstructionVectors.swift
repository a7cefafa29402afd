import NeuralNetwork
import NumericKernels

/// Input vectors of a layer and what the float network has for them: those that conductances are
/// fitted to, then those of other images that tell whether a fit holds beyond them.
struct ReconstructionVectors: Sendable {
  /// Codes `[count, inputs]`: of what is positive, and magnitudes of what is negative; the latter empty
  /// if nothing is.
  private(set) var codes: [UInt16] = [], negative: [UInt16] = []
  /// Outputs of the float network, bias included, `[count, outputs]`.
  private(set) var targets: [Double] = []
  private(set) var count = 0
  /// Number of vectors that are fitted to, the first ones.
  private(set) var fittedCount = 0

  /// One image in so many is held out.
  private static let heldOut = 4

  /// Vectors that decide: those held out, or all if there are none.
  var judging: Range<Int> { fittedCount < count ? fittedCount..<count : 0..<count }

  /// Some windows of every image, as many of each as `vectors` asks for.
  init(
    _ integer: MatrixLayer, inputs: [[Tensor]], targets: [[Tensor]], vectors: Int, width: Int
  ) async throws {
    let perImage = max(1, vectors / inputs.count)
    let all = try await concurrentMap(inputs.count, width: width) { image in
      var own = ReconstructionVectors()
      for (input, target) in zip(inputs[image], targets[image]) {
        try own.add(integer, input, target)
      }
      return own.windows(
        stratifiedIndices(perImage, of: own.count), inputs: integer.inputCount,
        outputs: integer.weights.codes.rows)
    }
    let isHeldOut = { $0 % Self.heldOut == Self.heldOut - 1 }
    for image in all.indices where !isHeldOut(image) { append(all[image]) }
    fittedCount = count
    for image in all.indices where isHeldOut(image) { append(all[image]) }
  }

  private init() {}

  /// Some vectors, for tasks that share them.
  func part(_ range: Range<Int>, inputs: Int) -> (
    codes: ArraySlice<UInt16>, negative: ArraySlice<UInt16>
  ) {
    let own = range.lowerBound * inputs..<range.upperBound * inputs
    return (codes[own], negative.isEmpty ? [] : negative[own])
  }

  /// What some inputs of every vector stand for, `[count, inputs]`, with the value of every code.
  func inputs(_ range: Range<Int>, of inputs: Int, as values: [Float]) -> [Float] {
    var all: [Float] = []
    all.reserveCapacity(count * range.count)
    for first in stride(from: 0, to: count * inputs, by: inputs) {
      for k in range {
        let below = negative.isEmpty ? 0 : values[Int(negative[first + k])]
        all.append(values[Int(codes[first + k])] - below)
      }
    }
    return all
  }

  /// Codes that drive arrays of some of the vectors that are fitted to, and how many: what is negative
  /// drives them by itself.
  func driving(_ vectors: Int, inputs: Int) -> (codes: [UInt16], count: Int) {
    let chosen = stratifiedIndices(vectors, of: fittedCount)
    let parts = negative.isEmpty ? [codes] : [codes, negative]
    let driving = parts.flatMap { part in
      chosen.flatMap { part[$0 * inputs..<($0 + 1) * inputs] }
    }
    return (driving, driving.count / inputs)
  }

  private mutating func add(_ integer: MatrixLayer, _ input: Tensor, _ target: Tensor) throws {
    let (length, outputs) = (integer.inputCount, integer.weights.codes.rows)
    let vectors = target.values.count / outputs
    var own = [[UInt16](repeating: 0, count: vectors * length), []]
    _ = try integer.run(input) { codes, _, range, sign, _ in
      let part = sign > 0 ? 0 : 1
      if own[part].isEmpty { own[part] = Array(repeating: 0, count: vectors * length) }
      for k in 0..<range.count * length { own[part][range.lowerBound * length + k] = codes[k] }
    }
    if own[1].isEmpty, !negative.isEmpty { own[1] = Array(repeating: 0, count: own[0].count) }
    if !own[1].isEmpty, negative.isEmpty { negative = Array(repeating: 0, count: codes.count) }
    codes += own[0]
    negative += own[1]
    count += vectors
    switch integer.product {
    case .dense: targets += target.values.map { Double($0) }
    case .convolution:
      for vector in 0..<vectors {
        for output in 0..<outputs {
          targets.append(Double(target.values[output * vectors + vector]))
        }
      }
    }
  }

  private func windows(_ chosen: [Int], inputs: Int, outputs: Int) -> ReconstructionVectors {
    func part<T>(_ all: [T], _ length: Int) -> [T] {
      all.isEmpty ? [] : chosen.flatMap { all[$0 * length..<($0 + 1) * length] }
    }
    var own = ReconstructionVectors()
    (own.codes, own.negative) = (part(codes, inputs), part(negative, inputs))
    (own.targets, own.count) = (part(targets, outputs), chosen.count)
    return own
  }

  private mutating func append(_ other: ReconstructionVectors) {
    if !negative.isEmpty || !other.negative.isEmpty {
      if negative.isEmpty { negative = Array(repeating: 0, count: codes.count) }
      negative +=
        other.negative.isEmpty ? Array(repeating: 0, count: other.codes.count) : other.negative
    }
    codes += other.codes
    targets += other.targets
    count += other.count
  }
}

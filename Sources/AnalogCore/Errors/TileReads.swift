import CrossbarArray
import NumericKernels

/// How the reads of a tile see its cells.
public enum TileReads: Sendable {
  /// As they are.
  case noiseless
  /// With noise added to the currents, which is exact for the tile's model.
  case outputNoise(OutputNoise)
  /// With noise added to the currents, to first order in the noise of the cells.
  case firstOrder(FirstOrderReads)
  /// With noise of every cell, solved anew for each read.
  case sampled(SampledReads, reason: String)

  /// The cheapest form that is exact, or within `FirstOrderReads.limit`, for a tile of `array` solved
  /// by `model`.
  init(
    _ hardware: HardwareConfiguration, array: ArrayDescription, model: any ArrayModel,
    seed: UInt64, layer: Int, weightSlice: Int, inputBlock: Int, inputs: Range<Int>,
    outputs: Range<Int>,
    makeModel: @escaping SampledReads.ModelMaker
  ) throws(ArrayError) {
    let noise = hardware.readNoise
    let isUnwired =
      model.method.kind == .ideal
      || array.wires == WireParasitics() && array.terminals == TerminalResistances()
    if noise == .none {
      self = .noiseless
    } else if isUnwired && array.law.isLinear {
      self = .outputNoise(
        OutputNoise(
          noise, array: array, cell: hardware.cell, seed: seed, layer: layer,
          weightSlice: weightSlice, inputBlock: inputBlock, outputs: outputs))
    } else {
      var reason = CurrentDeviations.refusal(array)
      if reason == nil {
        let reads = try FirstOrderReads(
          noise, array: array, cell: hardware.cell, seed: seed, layer: layer,
          weightSlice: weightSlice, inputBlock: inputBlock, outputs: outputs, makeModel: makeModel)
        guard reads.secondOrderBound > FirstOrderReads.limit else {
          self = .firstOrder(reads)
          return
        }
        reason = "noise and wires are so large that currents do not follow in proportion"
      }
      self = .sampled(
        SampledReads(
          noise, array: array, cell: hardware.cell, seed: seed, layer: layer,
          weightSlice: weightSlice, inputs: inputs, outputs: outputs, makeModel: makeModel),
        reason: reason ?? "")
    }
  }

  /// Whether reads differ.
  var isNoisy: Bool {
    if case .noiseless = self { false } else { true }
  }

  /// Sensed currents of every row of `bits`; `reads` numbers the rows' reads.
  func currents(
    _ bits: BitMatrix, model: any ArrayModel, reads: @autoclosure () -> [UInt64],
    into amperes: inout [Float]
  ) throws(ArrayError) {
    switch self {
    case .noiseless: try model.currents(bits, into: &amperes)
    case .outputNoise(let noise):
      try model.currents(bits, into: &amperes)
      noise.add(to: &amperes, bits: bits, reads: reads())
    case .firstOrder(let noisy):
      try noisy.currents(bits, model: model, reads: reads(), into: &amperes)
    case .sampled(let sampled, _): try sampled.currents(bits, reads: reads(), into: &amperes)
    }
  }

  /// Numbers of the reads of a batch: every vector, pass of a sign, and input slice its own.
  static func numbers(
    firstVector: UInt64, batch: Int, slices: Int, sign: Double
  ) -> [UInt64] {
    (0..<batch).flatMap { vector in
      (0..<slices).map { number(firstVector &+ UInt64(vector), slice: $0, sign: sign) }
    }
  }

  /// Number of one read.
  static func number(_ vector: UInt64, slice: Int, sign: Double) -> UInt64 {
    precondition(slice < 32, "an input has at most 32 slices")
    return vector << 6 | (sign < 0 ? 32 : 0) | UInt64(slice)
  }
}

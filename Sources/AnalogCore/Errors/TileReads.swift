import CrossbarArray
import NumericKernels

/// How the reads of a tile see its cells.
public enum TileReads: Sendable {
  /// Without noise.
  case noiseless
  /// With noise added to the currents, which is exact for the tile's model.
  case outputNoise(OutputNoise)
  /// With noise added to the currents, to first order in the noise of the cells.
  case firstOrder(FirstOrderReads)
  /// With noise of every cell, solved anew for each read.
  case sampled(SampledReads, reason: String)

  /// The cheapest form that is exact, or within `FirstOrderReads.limit`, for a tile whose array
  /// `model` solves.
  fileprivate init(
    _ model: any ArrayModel, of place: MatrixGeometry.Tile, hardware: HardwareConfiguration,
    seed: UInt64, layer: Int, makeModel: @escaping SampledReads.ModelMaker
  ) throws(ArrayError) {
    let noise = hardware.readNoise
    let array = model.description
    let isUnwired =
      model.method.kind == .ideal
      || array.wires == WireParasitics() && array.terminals == TerminalResistances()
    if noise == .none {
      self = .noiseless
    } else if isUnwired && array.law.isLinear {
      self = .outputNoise(
        OutputNoise(
          noise, array: array, cell: hardware.cellOfErrors, seed: seed, layer: layer,
          weightSlice: place.weightSlice, inputBlock: place.inputBlock, outputs: place.outputs))
    } else {
      var reason = CurrentDeviations.refusal(array)
      if reason == nil {
        let reads = try FirstOrderReads(
          noise, array: array, cell: hardware.cellOfErrors, seed: seed, layer: layer,
          weightSlice: place.weightSlice, inputBlock: place.inputBlock, outputs: place.outputs,
          makeModel: makeModel)
        guard reads.secondOrderBound > FirstOrderReads.limit else {
          self = .firstOrder(reads)
          return
        }
        reason = "noise and wires are so large that currents do not follow in proportion"
      }
      self = .sampled(
        SampledReads(
          noise, array: array, cell: hardware.cellOfErrors, seed: seed, layer: layer,
          weightSlice: place.weightSlice, inputs: place.inputs, outputs: place.outputs,
          makeModel: makeModel),
        reason: reason ?? "")
    }
  }

  /// Whether reads differ.
  fileprivate var isNoisy: Bool {
    if case .noiseless = self { false } else { true }
  }

  /// Sensed currents of every row of `bits`; `reads` holds the read number of each row.
  fileprivate func currents(
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

  /// Read numbers of a batch: one per vector, sign pass and input slice.
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

/// The array of a tile with its model and its reads.
///
/// The form of the reads follows from the model, so both are made and replaced together.
struct SolvedTile: Sendable {
  /// The model that computes the currents of noiseless reads.
  let model: any ArrayModel
  /// How reads see the cells.
  let reads: TileReads

  /// The tile at `place`; `model` solves its array.
  ///
  /// - Parameter makeModel: Makes models of arrays with mean or sampled read noise, if reads need
  ///   them.
  init(
    _ model: any ArrayModel, of place: MatrixGeometry.Tile, hardware: HardwareConfiguration,
    seed: UInt64, layer: Int, makeModel: @escaping SampledReads.ModelMaker
  ) throws(ArrayError) {
    self.model = model
    reads = try TileReads(
      model, of: place, hardware: hardware, seed: seed, layer: layer, makeModel: makeModel)
  }

  /// Whether reads differ.
  var isNoisy: Bool { reads.isNoisy }

  /// Sensed currents of every row of `bits`; `reads` holds the read number of each row.
  func currents(
    _ bits: BitMatrix, reads numbers: @autoclosure () -> [UInt64], into amperes: inout [Float]
  ) throws(ArrayError) {
    try reads.currents(bits, model: model, reads: numbers(), into: &amperes)
  }
}

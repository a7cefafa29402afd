import AnalogCore
import CrossbarArray
import NeuralNetwork
import NumericKernels

/// Reconstruction of a layer: its conductances, factors and addends fitted to what the float network
/// has for the inputs that the compensated layers before deliver.
///
/// Every step is one of Gauss and Newton, output by output: the exact circuit gives the outputs, its
/// adjoint their derivatives by the codes (`MeanSensitivities`), and least squares the change of the
/// codes. Factors and addends follow as `GainFit` has them. An output keeps its codes where a step does
/// not bring it closer on images that are held out: the circuit decides, derivatives only propose.
///
/// It knows the targets of the cells, not what errors make of them, and converters that tell every
/// value apart.
struct LayerReconstruction {
  private let losses: LossProgramming
  private let gains: LayerCompensation.Gains
  private let steps: Int
  private let vectors: ReconstructionVectors

  /// Outputs that a task takes at a time, and vectors that it takes through the circuit.
  private static let block = 32, batch = 64
  /// Vectors on which derivatives are averaged.
  private static let derived = 128
  /// What a step may take of the range: codes farther beyond end at it.
  private static let leastFactor = 0.5

  init(
    _ losses: LossProgramming, _ compensation: LayerCompensation, _ vectors: ReconstructionVectors
  ) {
    self.losses = losses
    gains = compensation.gains
    steps = compensation.reconstruction.steps
    self.vectors = vectors
  }

  /// Codes of a layer, and how far what they give is from the float network.
  private struct State {
    var integer: MatrixLayer
    var beyond: [Int], farthest: [Double]
    /// Sums in units, without bias, `[vectors, outputs]`.
    var sums: [Double] = []
    var fit = GainFit(.none, [], biases: [])
    /// Mean square difference over the vectors that decide, per output.
    var errors: [Double] = []
  }

  /// The layer with conductances that were fitted in as many steps as help.
  ///
  /// - Parameter found: Receives what it comes to.
  func reconstructed(
    _ integer: MatrixLayer, found: inout CompensatedLayer, width: Int
  ) async throws -> MatrixLayer {
    let outputs = integer.weights.codes.rows
    // Outputs with one scale change together.
    let isShared = gains != .column && Set(integer.weights.scales).count == 1
    var best = State(
      integer: integer, beyond: Array(repeating: 0, count: outputs),
      farthest: Array(repeating: 0, count: outputs))
    var matrix = try matrix(of: integer)
    try await evaluate(&best, matrix, width: width)
    var open = Set(0..<outputs)
    let proposals = try await proposals(integer, matrix, width: width)
    found.reconstructionErrorBefore = relativeError(best)
    found.reconstructionVectors = vectors.count
    var taken = 0
    while taken < steps, !open.isEmpty {
      let changes = try await changes(best, proposals, open, width: width)
      var next = stepped(best, by: changes, range: matrix.coding.codes, isShared: isShared)
      let stepped = try self.matrix(of: next.integer)
      try await evaluate(&next, stepped, width: width)
      taken += 1
      if isShared {
        guard next.errors.reduce(0, +) < best.errors.reduce(0, +) else { break }
        (best, matrix) = (next, stepped)
      } else {
        open = open.filter { next.errors[$0] < best.errors[$0] }
        best = merged(best, next, taking: open)
        let codings = [matrix.coding, stepped.coding]
        matrix = try self.matrix(of: best.integer)
        // No column depends on another, except by what a level stands for.
        if codings.allSatisfy({ $0 == matrix.coding }) {
          judge(&best)
        } else {
          try await evaluate(&best, matrix, width: width)
        }
      }
    }
    found.reconstructionSteps = taken
    found.reconstructionErrorAfter = relativeError(best)
    found.siemensAfter = matrix.meanSiemens
    found.cellsBeyondRange = (found.cellsBeyondRange ?? 0) + best.beyond.reduce(0, +)
    found.farthestBeyondRange = max(found.farthestBeyondRange ?? 0, best.farthest.max() ?? 0)
    return best.integer
  }

  /// The arrays of a state's codes, whose cells hold their targets.
  private func matrix(of integer: MatrixLayer) throws -> AnalogMatrix {
    try losses.matrix(integer) { (array) throws(ArrayError) in
      try SolutionPath.exact.model(of: array)
    }
  }

  /// Computes what the codes of a state give on the exact circuit.
  private func evaluate(
    _ state: inout State, _ matrix: AnalogMatrix, width: Int
  ) async throws {
    let integer = state.integer
    let inputs = integer.inputCount
    let vectors = vectors
    let batches = (vectors.count + Self.batch - 1) / Self.batch
    let parts = try await concurrentMap(batches, width: width) { part in
      let range = part * Self.batch..<min((part + 1) * Self.batch, vectors.count)
      let own = vectors.part(range, inputs: inputs)
      return try integer.sums(
        matrix, Array(own.codes), negative: Array(own.negative), count: range.count)
    }
    state.sums = parts.flatMap { $0 }
    judge(&state)
  }

  /// Fits factors and addends to the sums of a state, and finds how far the outputs are then.
  private func judge(_ state: inout State) {
    let integer = state.integer
    let outputs = integer.weights.codes.rows
    var moments = [PairedMoments](repeating: PairedMoments(), count: outputs)
    let scales = integer.realScales
    for vector in 0..<vectors.fittedCount {
      for output in 0..<outputs {
        let place = vector * outputs + output
        moments[output].add(state.sums[place] * scales[output], vectors.targets[place])
      }
    }
    state.fit = GainFit(gains, moments, biases: integer.bias)
    state.errors = Array(repeating: 0, count: outputs)
    for vector in vectors.judging {
      for output in 0..<outputs {
        let missing = missing(state, vector, output, scales)
        state.errors[output] += missing * missing / Double(vectors.judging.count)
      }
    }
  }

  /// What the float network has more than an output.
  private func missing(_ state: State, _ vector: Int, _ output: Int, _ scales: [Double]) -> Double {
    let place = vector * scales.count + output
    return vectors.targets[place] - state.fit.biases[output]
      - state.fit.gains[output] * scales[output] * state.sums[place]
  }

  /// Root mean square difference to the float network over that of its outputs to their means.
  private func relativeError(_ state: State) -> Double {
    let outputs = state.errors.count
    var variance = 0.0
    for output in 0..<outputs {
      let own = vectors.judging.map { vectors.targets[$0 * outputs + output] }
      let mean = own.reduce(0, +) / Double(own.count)
      variance += own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(own.count)
    }
    return variance > 0 ? (state.errors.reduce(0, +) / variance).squareRoot() : 0
  }

  /// What proposes changes of codes: derivatives, and least squares by them for every group.
  private struct Proposals {
    var sensitivities: MeanSensitivities
    var solvers: [TruncatedLeastSquares]
  }

  /// Proposals by the derivatives at the codes of a layer. They serve all steps: where codes move by a
  /// few percent of their range, derivatives change less than they differ from vector to vector.
  private func proposals(
    _ integer: MatrixLayer, _ matrix: AnalogMatrix, width: Int
  ) async throws -> Proposals {
    let sensitivities = try await sensitivities(integer, matrix, width: width)
    let (effective, length) = (sensitivities.effectiveInputs, integer.weights.codes.columns)
    return Proposals(
      sensitivities: sensitivities,
      solvers: (0..<integer.product.groups).map { group in
        TruncatedLeastSquares(
          vectors.inputs(
            group * length..<(group + 1) * length, of: integer.inputCount, as: effective),
          rows: vectors.count, fitted: vectors.fittedCount)
      })
  }

  /// The changes of the codes of the outputs `open`, not whole, `[inputs]` each; empty for others.
  private func changes(
    _ state: State, _ proposals: Proposals, _ open: Set<Int>, width: Int
  ) async throws -> [[Float]] {
    let (integer, vectors) = (state.integer, vectors)
    let scales = integer.realScales
    let (outputs, length) = (integer.weights.codes.rows, integer.weights.codes.columns)
    let perGroup = outputs / integer.product.groups
    let blocks = (0..<integer.product.groups).flatMap { group in
      let own = (group * perGroup..<(group + 1) * perGroup).filter {
        open.contains($0) && state.fit.gains[$0] * scales[$0] != 0
      }
      return stride(from: 0, to: own.count, by: Self.block).map {
        Array(own[$0..<min($0 + Self.block, own.count)])
      }
    }
    let found = try await concurrentMap(blocks.count, width: width) { index in
      let block = blocks[index]
      let values = proposals.sensitivities.values
      var (weights, residuals) = ([Float](), [Float]())
      weights.reserveCapacity(length * block.count)
      residuals.reserveCapacity(vectors.count * block.count)
      for input in 0..<length {
        for output in block { weights.append(Float(values[output, input])) }
      }
      let units = block.map { state.fit.gains[$0] * scales[$0] }
      for vector in 0..<vectors.count {
        for (output, unit) in zip(block, units) {
          residuals.append(Float(missing(state, vector, output, scales) / unit))
        }
      }
      return proposals.solvers[block[0] / perGroup].steps(
        weights, to: residuals, count: block.count)
    }
    var changes = [[Float]](repeating: [], count: outputs)
    for (block, steps) in zip(blocks, found) {
      for (place, output) in block.enumerated() {
        changes[output] = (0..<length).map { steps[$0 * block.count + place] }
      }
    }
    return changes
  }

  /// Mean derivatives by the codes, over some of the vectors that are fitted to.
  private func sensitivities(
    _ integer: MatrixLayer, _ matrix: AnalogMatrix, width: Int
  ) async throws -> MeanSensitivities {
    let (codes, count) = vectors.driving(Self.derived, inputs: integer.inputCount)
    let squares = try await concurrentMap(matrix.tiles.count, width: width) { tile in
      do throws(ArrayError) {
        return try MeanSensitivities.squares(
          ofTile: tile, of: matrix, codes: codes.span, batch: count,
          bitCount: integer.quantizer.bitCount)
      } catch {
        throw InferenceError.array(layer: integer.name, error)
      }
    }
    return MeanSensitivities(
      matrix, of: integer.weights.codes, over: codes.span, squares: squares)
  }

  /// The codes of a state changed: where they leave the range, all of their output, or of the layer,
  /// become smaller.
  private func stepped(
    _ state: State, by changes: [[Float]], range: ClosedRange<Int>, isShared: Bool
  ) -> State {
    let weights = state.integer.weights
    let (low, high) = (Double(range.lowerBound), Double(range.upperBound))
    func code(_ output: Int, _ input: Int) -> Double {
      Double(weights.codes[output, input])
        + (changes[output].isEmpty ? 0 : Double(changes[output][input]))
    }
    var factors = (0..<weights.codes.rows).map { output in
      (0..<weights.codes.columns).reduce(1.0) { least, input in
        let code = code(output, input)
        // Roundings to the end are no reason to change all others.
        let end = code > high + 0.5 ? high / code : code < low - 0.5 ? low / code : 1
        return max(min(least, end), Self.leastFactor)
      }
    }
    if isShared, let least = factors.min() { factors = factors.map { _ in least } }
    var next = state
    let codes = Matrix(rows: weights.codes.rows, columns: weights.codes.columns) { output, input in
      let wanted = factors[output] * code(output, input)
      let end = min(max(wanted, low), high)
      return Int8(end.rounded(.toNearestOrEven))
    }
    for output in factors.indices where !changes[output].isEmpty {
      let beyond = (0..<weights.codes.columns).map { input in
        let wanted = factors[output] * code(output, input)
        return max(wanted - high, low - wanted) - 0.5
      }.filter { $0 > 0 }
      next.beyond[output] = beyond.count
      next.farthest[output] = (beyond.max() ?? 0) / max(high, 1)
    }
    next.integer = state.integer.with(
      weights: QuantizedWeights(
        codes: codes, scales: zip(weights.scales, factors).map { Float(Double($0) / $1) },
        zeroPoints: weights.zeroPoints, bits: weights.bits))
    return next
  }

  /// A state with the outputs `taken` of another.
  private func merged(_ state: State, _ other: State, taking taken: Set<Int>) -> State {
    var merged = state
    let (old, new) = (state.integer.weights, other.integer.weights)
    for output in taken {
      merged.beyond[output] = other.beyond[output]
      merged.farthest[output] = other.farthest[output]
      for place in stride(from: output, to: state.sums.count, by: state.errors.count) {
        merged.sums[place] = other.sums[place]
      }
    }
    merged.integer = state.integer.with(
      weights: QuantizedWeights(
        codes: Matrix(rows: old.codes.rows, columns: old.codes.columns) {
          (taken.contains($0) ? new : old).codes[$0, $1]
        },
        scales: old.scales.indices.map { (taken.contains($0) ? new : old).scales[$0] },
        zeroPoints: old.zeroPoints, bits: old.bits))
    return merged
  }
}

extension MatrixLayer {
  /// Real value of a unit of the sum of each output.
  fileprivate var realScales: [Double] {
    weights.scales.map { Double(quantizer.scale) * Double($0) }
  }

  /// Sums of vectors in units, zero points removed, `[count, outputs]`.
  fileprivate func sums(
    _ matrix: AnalogMatrix, _ codes: [UInt16], negative: [UInt16], count: Int
  ) throws(InferenceError) -> [Double] {
    var sums = [Double](repeating: 0, count: count * weights.codes.rows)
    var counts = ActivityCounts()
    do throws(ArrayError) {
      for (part, sign) in [(codes, 1.0), (negative, -1.0)] where !part.isEmpty {
        try matrix.multiply(
          part.span, batch: count, bitCount: quantizer.bitCount, sign: sign, into: &sums,
          counts: &counts)
        removeZeroPoints(part.span, Span(), count, sign, &sums)
      }
    } catch {
      throw .array(layer: name, error)
    }
    return sums
  }
}

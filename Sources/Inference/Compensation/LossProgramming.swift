import AnalogCore
import CrossbarArray
import NeuralNetwork
import NumericKernels

/// Programming of a layer against its own voltage loss: weights over the part of their currents that
/// cells deliver behind their wires.
///
/// It knows the targets of the cells, not what errors make of them.
struct LossProgramming {
  private let hardware: HardwareConfiguration
  private let seed: UInt64
  /// One window in so many serves the passes before the last one, which finds the codes.
  private static let least = 4

  /// Programming on the arrays of a choice.
  init(_ choice: AnalogNetwork.LayerChoice, seed: UInt64) {
    hardware = choice.hardware.holdingTargets
    self.seed = seed
  }

  /// The layer in cells that hold their targets. Where no currents are needed, models without wires
  /// cost nothing.
  func matrix(
    _ integer: MatrixLayer,
    makeModel: @escaping SampledReads.ModelMaker = { (array) throws(ArrayError) in
      try SolutionPath.ideal.model(of: array)
    }
  ) throws(InferenceError) -> AnalogMatrix {
    do throws(ArrayError) {
      return try integer.matrix(on: hardware, seed: seed, makeModel: makeModel)
    } catch {
      throw .array(layer: integer.name, error)
    }
  }

  /// Whether shares of the layer's cells take about as long as reads.
  func hasFastShares(_ integer: MatrixLayer) throws(InferenceError) -> Bool {
    try matrix(integer).hasFastShares
  }

  /// The layer with weights `w′ = w / u(w′)`, in `passes` passes.
  ///
  /// - Parameters:
  ///   - codes: What drives its arrays.
  ///   - found: Receives what it comes to.
  func compensated(
    _ integer: MatrixLayer, passes: Int, on codes: DrivenCodes, found: inout CompensatedLayer,
    width: Int
  ) async throws -> MatrixLayer {
    let (weights, scales) = integer.realCodes
    let bits = integer.weights.bits
    let isShared = Set(integer.weights.scales).count == 1
    var own = integer
    var matrix = try matrix(own)
    found.passes = passes
    found.siemensBefore = matrix.meanSiemens
    let windows = codes.codes.count / integer.inputCount
    let few = codes.windows(
      stratifiedIndices(max(1, windows / Self.least), of: windows), length: integer.inputCount)
    for pass in 0..<passes {
      let shares = try await shares(
        own, matrix, pass < passes - 1 ? few : codes, width: width)
      if pass == 0 { found.meanShare = shares.mean }
      let next = CompensatedCodes(
        weights, delivering: shares, on: matrix, bits: bits, sharesFactor: isShared)
      own = own.with(
        weights: QuantizedWeights(
          codes: next.codes, scales: zip(scales, next.factors).map { Float(Double($0) / $1) },
          zeroPoints: next.zeroPoints, bits: bits))
      found.cellsBeyondRange = next.beyondRange
      found.farthestBeyondRange = next.farthest
      matrix = try self.matrix(own)
    }
    found.siemensAfter = matrix.meanSiemens
    return own
  }

  private func shares(
    _ integer: MatrixLayer, _ matrix: AnalogMatrix, _ codes: DrivenCodes, width: Int
  ) async throws -> WeightShares {
    let batch = codes.codes.count / integer.inputCount
    let cells = try await concurrentMap(matrix.tiles.count, width: width) { tile in
      do throws(ArrayError) {
        return try matrix.cellShares(
          ofTile: tile, codes: codes.codes.span, negative: codes.negative.span, batch: batch,
          bitCount: integer.quantizer.bitCount)
      } catch {
        throw InferenceError.array(layer: integer.name, error)
      }
    }
    return matrix.weightShares(cells)
  }
}

extension MatrixLayer {
  /// The weights in units of a code, not rounded, and the real value of a unit, per output. What the
  /// range of the codes clips is clipped.
  fileprivate var realCodes: (codes: Matrix<Double>, scales: [Float]) {
    guard product.storedWeights == nil else {
      return (
        Matrix(rows: weights.codes.rows, columns: weights.codes.columns) {
          Double(weights.integer(output: $0, input: $1))
        }, weights.scales
      )
    }
    let real = product.weights
    let highest = Double(1 << (weights.bits - 1) - 1)
    return (
      Matrix(rows: real.rows, columns: real.columns) { output, input in
        let code = Double(real[output, input]) / Double(weights.scales[output])
        return min(max(code, -highest), highest)
      }, weights.scales
    )
  }
}

extension WeightShares {
  /// The mean over all weights, of both cells of pairs.
  fileprivate var mean: Double {
    let planes = [positive] + [negative].compactMap { $0 }
    let count = planes.reduce(0) { $0 + $1.elements.count }
    return planes.reduce(0) { $0 + $1.elements.reduce(0, +) } / Double(count)
  }
}

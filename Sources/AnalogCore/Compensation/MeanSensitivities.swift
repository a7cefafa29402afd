import CrossbarArray
import NumericKernels

/// Derivatives of what outputs sum up by the weight codes of their cells, from means over a few vectors.
///
/// `CodeSensitivities` has those of every vector, at the price of a walk for each. But the share of the
/// voltage that a cell gets follows mostly from its place and from how many cells draw current beside
/// it, which the bits of input codes tell: high ones are rare. So, with the bits `x_b` of an input,
///
///     ∂y / ∂c = Σ_b 2^b x_b s_b ≈ d Σ_b 2^b τ_b x_b,  s = a₊ u₊² + a₋ u₋²
///
/// `τ_b` is the mean of `s` over all cells that a read of bit `b` drives, over that of all bits by their
/// significance, and `d` the mean of `s` over the reads of a cell, with weights `2^b τ_b` and in units of
/// `τ_b`. Without wires all are 1, and the derivative is exact.
public struct MeanSensitivities: Sendable {
  /// `d`, `[outputs, inputs of a group]`.
  public private(set) var values: Matrix<Double>
  /// `τ`, from the lowest bit on.
  public let transmittances: [Double]

  /// Mean squares of the shares of the cells of a tile over the reads of each bit: `[bit][polarity]`.
  ///
  /// - Parameters:
  ///   - matrix: The weights on gate-driven arrays of linear cells that `LadderSensitivities` does not
  ///     refuse, without errors.
  ///   - codes: Input codes `[batch, inputs]`; magnitudes of negative ones are further vectors.
  ///   - bitCount: Bits of an input code.
  public static func squares(
    ofTile index: Int, of matrix: AnalogMatrix, codes: Span<UInt16>, batch: Int, bitCount: Int
  ) throws(ArrayError) -> [[Matrix<Double>]] {
    let tile = matrix.tiles[index]
    guard
      case .bits(let all) = matrix.drive(of: tile, codes: codes, batch: batch, bitCount: bitCount)
    else { preconditionFailure("gates drive the arrays") }
    let ladder = try LadderSensitivities(tile.model.description)
    return (0..<bitCount).map { bit in
      let own = all.vectors(stride(from: bit, to: batch * bitCount, by: bitCount).map { $0 })
      return ladder.meanSquares(own, weights: Array(repeating: 1, count: batch))
    }
  }

  /// The derivatives at the weights that an array matrix holds.
  ///
  /// - Parameters:
  ///   - weights: Their codes.
  ///   - codes: The input codes, `[batch, inputs]`, over which the squares are means.
  ///   - squares: Those of every tile.
  public init(
    _ matrix: AnalogMatrix, of weights: Matrix<Int8>, over codes: Span<UInt16>,
    squares: [[[Matrix<Double>]]]
  ) {
    precondition(squares.count == matrix.tiles.count, "squares of every tile")
    let inputs = matrix.inputCount
    let bits = squares.first?.count ?? 0
    var drives = [[Double]](repeating: [Double](repeating: 0, count: inputs), count: bits)
    for k in codes.indices {
      for bit in 0..<bits where codes[k] >> bit & 1 == 1 { drives[bit][k % inputs] += 1 }
    }
    let means = (0..<bits).map { bit in
      Self.pooled(squares.map { $0[bit] }, matrix, weights)
    }
    let perGroup = matrix.outputCount / (inputs / matrix.groupInputCount)
    func drive(_ bit: Int, _ output: Int, _ input: Int) -> Double {
      drives[bit][output / perGroup * matrix.groupInputCount + input]
    }
    // Sums over all driven cells, and over them by their significance.
    var found: [Double] = []
    var (sum, all) = (0.0, 0.0)
    for (bit, own) in means.enumerated() {
      var (delivered, count) = (0.0, 0.0)
      for output in 0..<own.rows {
        for input in 0..<own.columns {
          delivered += drive(bit, output, input) * own[output, input]
          count += drive(bit, output, input)
        }
      }
      // A bit that no vector has is taken for the one below.
      found.append(count > 0 ? delivered / count : found.last ?? 1)
      sum += Double(1 << bit) * delivered
      all += Double(1 << bit) * count
    }
    let mean = sum > 0 ? sum / all : 1
    let transmittances = found.map { sum > 0 ? $0 / mean : 1 }
    self.transmittances = transmittances
    values = Matrix(rows: weights.rows, columns: weights.columns) { output, input in
      var (delivered, weight, plain) = (0.0, 0.0, 0.0)
      for (bit, transmittance) in transmittances.enumerated() {
        let own = Double(1 << bit) * transmittance * drive(bit, output, input)
        delivered += own * means[bit][output, input]
        weight += own * transmittance
        plain += means[bit][output, input] / transmittance / Double(bits)
      }
      return weight > 0 ? delivered / weight : plain
    }
  }

  /// `Σ_b 2^b τ_b x_b` of every input code.
  public var effectiveInputs: [Float] {
    (0..<1 << transmittances.count).map { code in
      transmittances.enumerated().reduce(Float(0)) { sum, own in
        code >> own.offset & 1 == 1 ? sum + Float(Double(1 << own.offset) * own.element) : sum
      }
    }
  }

  /// `s` of the cells of every weight, slices and polarities taken together.
  private static func pooled(
    _ squares: [[Matrix<Double>]], _ matrix: AnalogMatrix, _ weights: Matrix<Int8>
  ) -> Matrix<Double> {
    var values = weights.map { _ in 0.0 }
    let inputCount = matrix.groupInputCount
    let perGroup = matrix.outputCount / (matrix.inputCount / inputCount)
    for (tile, own) in zip(matrix.tiles, squares) {
      let part = matrix.coding.part(ofSlice: tile.weightSlice)
      for (column, output) in tile.outputs.enumerated() {
        let group = output / perGroup
        let inputs = tile.inputs.clamped(to: group * inputCount..<(group + 1) * inputCount)
        for line in inputs {
          let input = line - group * inputCount
          let (a, b) = matrix.coding.scheme.moves(Int(weights[output, input]))
          let row = line - tile.inputs.lowerBound
          values[output, input] += part * Double(a) * own[0][row, column]
          if own.count > 1 {
            values[output, input] += part * Double(b) * own[1][row, column]
          }
        }
      }
    }
    return values
  }
}

extension WeightCoding {
  /// How much of a code the cells of a slice are taken to move with it: as far as their significances
  /// make a code of them.
  func part(ofSlice slice: Int) -> Double {
    let all = (0..<sliceCount).reduce(0) { $0 + significance(ofSlice: $1) }
    return significance(ofSlice: slice) / all
  }
}

extension SignedWeightScheme {
  /// How far the positive and the negative cell of a code move with it, in levels.
  func moves(_ code: Int) -> (Float, Float) {
    switch self {
    case .pair(.oneSided, _): code > 0 ? (1, 0) : code < 0 ? (0, 1) : (0.5, 0.5)
    case .pair(.twoSided, _): (0.5, 0.5)
    case .offset: (1, 0)
    }
  }
}

import CrossbarArray
import NumericKernels

/// Derivatives of what outputs sum up by the weight codes of their cells, over the input code that
/// drives them: means over some vectors.
///
/// `CodeSensitivities` has the derivatives of every vector. The shares of the voltage hardly depend on
/// it, the input does, so that with the input codes `x` and without a walk for each vector
///
///     ∂y / ∂c ≈ x d,  d = Σ_b 2^b x_b (a₊ u₊² + a₋ u₋²) / Σ x,
///
/// sums over the vectors on which `d` is found. It is exact without wires, and for a single vector.
public struct MeanSensitivities: Sendable {
  /// `d`, `[outputs, inputs of a group]`.
  public private(set) var values: Matrix<Double>

  /// Mean squares of the shares of the cells of a tile, each polarity.
  ///
  /// - Parameters:
  ///   - matrix: The weights on gate-driven arrays of linear cells that `LadderSensitivities` does not
  ///     refuse, without errors.
  ///   - codes: Input codes `[batch, inputs]`; magnitudes of negative ones are further vectors.
  ///   - bitCount: Bits of an input code.
  public static func squares(
    ofTile index: Int, of matrix: AnalogMatrix, codes: Span<UInt16>, batch: Int, bitCount: Int
  ) throws(ArrayError) -> [Matrix<Double>] {
    let tile = matrix.tiles[index]
    guard
      case .bits(let bits) = matrix.drive(of: tile, codes: codes, batch: batch, bitCount: bitCount)
    else { preconditionFailure("gates drive the arrays") }
    return try LadderSensitivities(tile.model.description).meanSquares(
      bits, weights: (0..<bits.rows).map { Double(1 << ($0 % bitCount)) })
  }

  /// The derivatives at the weights that an array matrix holds.
  ///
  /// - Parameters:
  ///   - weights: Their codes.
  ///   - squares: Those of every tile.
  public init(_ matrix: AnalogMatrix, of weights: Matrix<Int8>, squares: [[Matrix<Double>]]) {
    precondition(squares.count == matrix.tiles.count, "squares of every tile")
    values = weights.map { _ in 0 }
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

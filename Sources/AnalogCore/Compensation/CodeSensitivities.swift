import CrossbarArray
import NumericKernels

/// Derivatives of what outputs sum up by the weight codes of their cells, vector by vector.
///
/// A code moves its cells as its mapping says, and each of them the current by `V x u²`
/// (`LadderSensitivities`). In units of the integer dot product, with the input slices `x_b`,
///
///     ∂y / ∂c = Σ_b 2^b x_b (a₊ u₊² + a₋ u₋²)
///
/// | mapping          | a₊                              | a₋          |
/// | ---------------- | ------------------------------- | ----------- |
/// | pair, one-sided  | 1 for c > 0, ½ for c = 0, or 0  | 1 − a₊      |
/// | pair, two-sided  | ½                               | ½           |
/// | offset           | 1                               | –           |
///
/// The digits of sliced weights jump; their cells are taken to move together, as far as their
/// significances make a code of them.
public struct CodeSensitivities: Sendable {
  /// Outputs whose derivatives these are.
  public let outputs: Range<Int>
  /// Vectors and inputs of a group.
  public let vectorCount: Int, inputCount: Int
  /// `[outputs, vectors, inputs of a group]`.
  public private(set) var values: [Float]

  /// The derivatives at the weights that an array matrix holds.
  ///
  /// - Parameters:
  ///   - matrix: The weights on gate-driven arrays of linear cells that `LadderSensitivities` does not
  ///     refuse, without errors.
  ///   - weights: Their codes.
  ///   - codes: Input codes `[batch, inputs]`.
  ///   - negative: Magnitudes of negative inputs; empty without.
  ///   - bitCount: Bits of an input code.
  public init(
    _ matrix: AnalogMatrix, of weights: Matrix<Int8>, outputs: Range<Int>, codes: Span<UInt16>,
    negative: Span<UInt16>, batch: Int, bitCount: Int
  ) throws(ArrayError) {
    precondition(matrix.hardware.inputs.lines == .gates, "gates drive the arrays")
    self.outputs = outputs
    vectorCount = batch
    inputCount = matrix.groupInputCount
    values = Array(repeating: 0, count: outputs.count * batch * inputCount)
    for tile in matrix.tiles where tile.outputs.overlaps(outputs) {
      try add(tile, of: matrix, weights, codes, batch, bitCount, sign: 1)
      if !negative.isEmpty {
        try add(tile, of: matrix, weights, negative, batch, bitCount, sign: -1)
      }
    }
  }

  /// The derivatives of one output, `[vectors, inputs of a group]`.
  public func rows(ofOutput output: Int) -> ArraySlice<Float> {
    let length = vectorCount * inputCount
    let first = (output - outputs.lowerBound) * length
    return values[first..<first + length]
  }

  private mutating func add(
    _ tile: AnalogMatrix.Tile, of matrix: AnalogMatrix, _ weights: Matrix<Int8>,
    _ codes: Span<UInt16>, _ batch: Int, _ bitCount: Int, sign: Float
  ) throws(ArrayError) {
    let coding = matrix.coding
    let part = sign * Float(coding.part(ofSlice: tile.weightSlice))
    guard
      case .bits(let bits) = matrix.drive(of: tile, codes: codes, batch: batch, bitCount: bitCount)
    else { preconditionFailure("gates take bits") }
    // No column depends on another.
    let own = tile.outputs.clamped(to: outputs)
    let columns =
      own.lowerBound - tile.outputs.lowerBound..<own.upperBound - tile.outputs.lowerBound
    var array = tile.model.description
    let lines = 0..<array.wordLineCount
    array.conductances = array.conductances.block(rows: lines, columns: columns)
    array.negativeConductances = array.negativeConductances?.block(rows: lines, columns: columns)
    let squares = try LadderSensitivities(array).squares(
      bits, weights: (0..<bitCount).map { Double(1 << $0) })
    let perGroup = matrix.outputCount / (matrix.inputCount / inputCount)
    let (n, m) = (columns.count, lines.count)
    for (column, output) in own.enumerated() {
      let group = output / perGroup
      let inputs = tile.inputs.clamped(to: group * inputCount..<(group + 1) * inputCount)
      guard !inputs.isEmpty else { continue }
      let line = inputs.lowerBound - tile.inputs.lowerBound
      let input = inputs.lowerBound - group * inputCount
      var (positive, negative): ([Float], [Float]) = ([], [])
      for k in 0..<inputs.count {
        let (a, b) = coding.scheme.moves(Int(weights[output, input + k]))
        positive.append(part * a)
        negative.append(part * b)
      }
      let hasPairs = array.negativeConductances != nil
      let lanes = hasPairs ? 2 * n : n
      let first = (output - outputs.lowerBound) * batch * inputCount + input
      for vector in 0..<batch {
        let source = (vector * lanes + column) * m + line
        let target = first + vector * inputCount
        for k in positive.indices { values[target + k] += positive[k] * squares[source + k] }
        guard hasPairs else { continue }
        for k in negative.indices {
          values[target + k] += negative[k] * squares[source + n * m + k]
        }
      }
    }
  }
}

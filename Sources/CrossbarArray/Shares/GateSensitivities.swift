import NumericKernels
import Units

/// Derivatives of the currents sensed on the columns of a gate-driven array by what drives its gates.
///
/// A cell whose gate lets the part `x` of its conductance through adds, by reciprocity, `V g u²` for every
/// change of `x`, with the share `u` of the voltage that is across it; that holds for an open gate as
/// well, with the voltage across its switch. All word lines are nodes of the walk here, those that are off
/// with nothing to add:
///
///     f = 1 / (1 + r y),   y ← f y + g x
///
/// `ShareWalk`, which skips what is off, is the fast twin for cells that are on.
public struct GateSensitivities: Sendable {
  private let array: ArrayDescription
  private let planes: [Matrix<Double>]
  private let isReversed: Bool
  private let ohms: Double, endOhms: Double

  /// Prepares an array that `LadderSensitivities` does not refuse.
  public init(_ array: ArrayDescription) throws(ArrayError) {
    if let reason = LadderSensitivities.refusal(of: array) { throw .unsupported(reason) }
    self.array = array
    planes = array.effectiveConductances
    isReversed = array.ends.bitLineSense == .near
    ohms = array.wires.bitLineSegment.value + array.wires.sourceLineSegment.value
    let unused = UnusedWire(array)
    endOhms =
      ohms * Double(1 + (isReversed ? unused.before : unused.after))
      + array.terminals.bitLineSense.value + array.terminals.sourceLineDriver.value
  }

  /// Squares of the shares of all cells, `Σ u²` over the reads of each vector, `[vectors, outputs,
  /// wordLines]`, outputs as in `ArrayCurrents`.
  ///
  /// - Parameters:
  ///   - bits: The reads of the vectors, one vector after the other.
  ///   - reads: Reads of each vector.
  public func squares(_ bits: BitMatrix, reads: Int) -> [Float] {
    precondition(reads > 0 && bits.rows % reads == 0, "every vector has as many reads")
    precondition(bits.columns == array.wordLineCount, "a bit for every word line")
    let (m, n) = (array.wordLineCount, array.bitLineCount)
    let outputs = n * planes.count
    var result = [Float](repeating: 0, count: bits.rows / reads * outputs * m)
    var behind = [[Double]](repeating: [Double](repeating: 0, count: n), count: planes.count)
    var factors = [[Double]](repeating: [Double](repeating: 0, count: m * n), count: planes.count)
    for row in 0..<bits.rows {
      let vector = row / reads
      for (polarity, cells) in planes.enumerated() {
        for j in 0..<n { behind[polarity][j] = 0 }
        for step in 0..<m {
          let line = isReversed ? m - 1 - step : step
          let isOn = bits[row, line]
          for j in 0..<n {
            let y = behind[polarity][j]
            let factor = 1 / (1 + ohms * y)
            factors[polarity][step * n + j] = factor
            behind[polarity][j] = factor * y + (isOn ? cells[line, j] : 0)
          }
        }
        for j in 0..<n {
          var share = 1 / (1 + endOhms * behind[polarity][j])
          let place = (vector * outputs + polarity * n + j) * m
          for step in stride(from: m - 1, through: 0, by: -1) {
            result[place + (isReversed ? m - 1 - step : step)] += Float(share * share)
            share *= factors[polarity][step * n + j]
          }
        }
      }
    }
    return result
  }
}

import CrossbarArray
import NumericKernels

extension CrossingLadder {
  /// Prepares an array with the corrections that fit `exact` best.
  ///
  /// Currents are affine in both corrections, nearly so where cells are no resistors, so that three runs
  /// of the model give the least squares.
  ///
  /// - Parameters:
  ///   - inputs: Vectors for the fit.
  ///   - exact: The circuit's currents for them, `[vectors, outputs]`.
  public init(
    _ description: ArrayDescription, mesh: CoarseMesh, fittedTo inputs: BitMatrix,
    exact: Matrix<Double>
  ) throws(ArrayError) {
    precondition(
      exact.rows == inputs.rows && exact.columns == description.outputCount,
      "currents of every vector")
    try self.init(description, mesh: mesh)
    func currents(_ gain: Double, _ bend: Double) throws(ArrayError) -> [Double] {
      try corrected(gain: gain, bend: bend).inferredCurrents(.bits(inputs))
    }
    let step = description.law.isLinear ? 1 : 0.25
    let (plain, gained, bent) = (
      try currents(0, 0), try currents(step, 0), try currents(0, step)
    )
    var (gg, gb, bb, ge, be) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for k in plain.indices {
      let (g, b) = ((gained[k] - plain[k]) / step, (bent[k] - plain[k]) / step)
      let error = exact.elements[k] - plain[k]
      (gg, gb, bb) = (gg + g * g, gb + g * b, bb + b * b)
      (ge, be) = (ge + g * error, be + b * error)
    }
    var (gain, bend) = (0.0, 0.0)
    // Without vectors, or drops that single precision tells, there is nothing to correct; where `Q`
    // hardly varies, both corrections are one.
    let determinant = gg * bb - gb * gb
    if gg > 0, bb > 0, determinant > 1e-6 * gg * bb {
      gain = (ge * bb - be * gb) / determinant
      bend = (be * gg - ge * gb) / determinant
    } else if gg > 0 {
      gain = ge / gg
    }
    // Corrections are some hundredths; larger ones are fits to rounding.
    if !(gain.magnitude < 0.5 && bend.magnitude < 50) { (gain, bend) = (0, 0) }
    self = corrected(gain: gain, bend: bend)
  }

  /// Weights of the word lines in the imbalance of this model's segments: their share of the current
  /// times their distance from the middle of their segment.
  var imbalanceWeights: [Double] {
    let m = layout.wordLineCount
    var weights = [Double](repeating: 0, count: m)
    var total = 0.0
    let means = (0..<m).map { i in planes.reduce(0) { $0 + $1.currents.row(i).reduce(0, +) } }
    for mean in means { total += mean }
    guard total > 0 else { return weights }
    for rows in layout.segments {
      let middle = Double(rows.lowerBound + rows.upperBound - 1) / 2
      for i in rows { weights[layout.wordLine(i)] = means[i] / total * (Double(i) - middle) }
    }
    return weights
  }
}

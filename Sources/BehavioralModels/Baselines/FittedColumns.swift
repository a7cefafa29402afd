import CrossbarArray
import NumericKernels

/// A cheap operator corrected column by column: `I_j = Σ_t c_tj φ_t`, fitted by ridge regression.
///
/// The terms `φ` are products of the operator's signals for the vector; a fit that finds nothing to
/// correct keeps the operator.
public struct FittedColumns: Sendable, Equatable, Codable {
  /// Products that serve as terms.
  public enum Terms: String, Sendable, Codable, CaseIterable {
    /// The operator's current alone: one gain per column.
    case gain
    /// Products with the column's unsigned current and its first moment along the line, up to the
    /// third power.
    case moments
    /// These and products with the mean and the moment of all columns, for the drop on lines that
    /// columns share.
    case coupled
  }

  /// The terms.
  public let terms: Terms
  /// Current in amperes that scales terms to comparable size.
  public let scaleAmperes: Double
  /// Coefficients, `[outputs, terms]`.
  public let coefficients: [Double]
  /// Number of fitted columns.
  public let outputCount: Int

  /// Signals of an operator for a batch of vectors, `[vectors, outputs]` each.
  ///
  /// Signed and unsigned currents differ if interleaved pairs subtract on the line: the unsigned
  /// current is the sum of both polarities, which loads the lines.
  struct Signals {
    /// Currents, and currents weighted by position along the line, 0 … 1.
    var signed: Matrix<Double>, signedMoments: Matrix<Double>
    /// The same without signs.
    var unsigned: Matrix<Double>, unsignedMoments: Matrix<Double>
  }

  /// Fits columns to exact currents.
  ///
  /// - Parameters:
  ///   - signals: The operator's signals for the vectors.
  ///   - exact: The circuit's currents, `[vectors, outputs]`.
  ///   - ridge: Weight of the penalty on the correction, relative to the mean square of a term.
  init(_ terms: Terms, _ signals: Signals, exact: Matrix<Double>, ridge: Double = 1e-6) {
    self.terms = terms
    let (vectors, outputs) = (exact.rows, exact.columns)
    let power = exact.elements.reduce(0) { $0 + $1 * $1 } / Double(max(exact.elements.count, 1))
    let scale = power > 0 ? power.squareRoot() : 1
    scaleAmperes = scale
    let shared = (0..<vectors).map { Self.shared(signals, $0, scale: scale) }
    var found: [Double] = []
    for j in 0..<outputs {
      let rows = (0..<vectors).map { Self.terms(terms, signals, $0, j, shared[$0], scale: scale) }
      // The fit target is the correction to the operator, so that the ridge draws it to zero.
      let targets = (0..<vectors).map { (exact[$0, j] - signals.signed[$0, j]) / scale }
      var correction = RidgeRegression.coefficients(rows, targets, ridge: ridge)
      correction[0] += 1
      found += correction
    }
    coefficients = found
    outputCount = outputs
  }

  /// The corrected currents of every vector.
  func currents(_ signals: Signals) -> Matrix<Double> {
    precondition(signals.signed.columns == outputCount, "as many columns as were fitted")
    var result = signals.signed
    for vector in 0..<result.rows {
      let shared = Self.shared(signals, vector, scale: scaleAmperes)
      for j in 0..<outputCount {
        let row = Self.terms(terms, signals, vector, j, shared, scale: scaleAmperes)
        var sum = 0.0
        for t in row.indices { sum += coefficients[j * row.count + t] * row[t] }
        result[vector, j] = scaleAmperes * sum
      }
    }
    return result
  }

  /// Mean unsigned current and mean moment of all columns of one vector.
  private static func shared(
    _ signals: Signals, _ vector: Int, scale: Double
  ) -> (mean: Double, moment: Double) {
    let n = Double(max(signals.unsigned.columns, 1)) * scale
    return (
      signals.unsigned.row(vector).reduce(0, +) / n,
      signals.unsignedMoments.row(vector).reduce(0, +) / n
    )
  }

  /// The terms of one column; the first is the operator's current.
  private static func terms(
    _ terms: Terms, _ signals: Signals, _ vector: Int, _ j: Int,
    _ shared: (mean: Double, moment: Double), scale: Double
  ) -> [Double] {
    let (u, w) = shared
    let (b, f) = (signals.signed[vector, j] / scale, signals.signedMoments[vector, j] / scale)
    let (s, g) = (signals.unsigned[vector, j] / scale, signals.unsignedMoments[vector, j] / scale)
    switch terms {
    case .gain: return [b]
    case .moments: return [b, b * s, b * g, f * s, b * s * s, b * s * g, b * g * g]
    case .coupled:
      return [
        b, b * s, b * u, b * w, f * u, f * w, b * g, f * s, b * s * s, b * s * u, b * u * u,
        b * u * w, b * w * w, f * u * u, f * s * u,
      ]
    }
  }
}

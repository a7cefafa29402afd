import CrossbarArray
import NumericKernels

/// A cheap operator corrected column by column: `I_j = Σ_t c_tj φ_t`, fitted by ridge regression.
///
/// The terms `φ` are products of what the operator gives for the vector, so a fit that finds nothing to
/// correct keeps the operator.
public struct FittedColumns: Sendable, Equatable, Codable {
  /// The products that columns are fitted in.
  public enum Terms: String, Sendable, Codable, CaseIterable {
    /// The operator's current alone: one gain per column.
    case gain
    /// Products with the column's unsigned current and its first moment along the line, up to the
    /// third power.
    case moments
    /// The same and products with the mean and the moment of all columns: what lines that cross
    /// columns share.
    case coupled
  }

  /// The terms.
  public let terms: Terms
  /// Scale of the currents in amperes that makes terms comparable.
  public let scaleAmperes: Double
  /// Coefficients, `[outputs, terms]`.
  public let coefficients: [Double]
  /// Columns that are fitted.
  public let outputCount: Int

  /// What an operator gives for a batch of vectors, `[vectors, outputs]` each.
  ///
  /// Signed and unsigned differ where interleaved pairs subtract on the line: the unsigned current is
  /// the sum of both polarities, which is what loads the lines.
  struct Signals {
    /// Currents, and currents weighted by their place along the line, 0 … 1.
    var signed: Matrix<Double>, signedMoments: Matrix<Double>
    /// The same without signs.
    var unsigned: Matrix<Double>, unsignedMoments: Matrix<Double>
  }

  /// Fits columns to exact currents.
  ///
  /// - Parameters:
  ///   - signals: What the operator gives for the vectors.
  ///   - exact: The circuit's currents, `[vectors, outputs]`.
  ///   - ridge: Weight that draws the correction to zero, relative to the mean square of a term.
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
      // The correction to the operator is what is fitted, so that the ridge draws towards it.
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

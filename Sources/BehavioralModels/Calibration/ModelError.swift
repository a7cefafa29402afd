import CrossbarArray

/// Deviation of a model's currents from the circuit's, over vectors and outputs.
public struct ModelError: Sendable, Equatable, Codable {
  /// Currents compared.
  public var count = 0
  /// Root mean square of the circuit's currents in amperes, the reference for relative errors.
  public var outputRMSAmperes = 0.0
  /// Root mean square error in amperes.
  public var rmsAmperes = 0.0
  /// Error in amperes that 99.9 % of the currents do not exceed.
  public var percentile999Amperes = 0.0
  /// Largest error in amperes.
  public var worstAmperes = 0.0
  /// Mean error in amperes, model less circuit.
  public var biasAmperes = 0.0

  /// Compares `[vectors · outputs]` currents; none gives zeros.
  public init(_ model: [Double], exact: [Double]) {
    precondition(model.count == exact.count, "as many currents of the model as of the circuit")
    guard !exact.isEmpty else { return }
    count = exact.count
    var (square, power, sum) = (0.0, 0.0, 0.0)
    var errors: [Double] = []
    errors.reserveCapacity(count)
    for (a, b) in zip(model, exact) {
      let error = a - b
      square += error * error
      power += b * b
      sum += error
      errors.append(error.magnitude)
    }
    errors.sort()
    rmsAmperes = (square / Double(count)).squareRoot()
    outputRMSAmperes = (power / Double(count)).squareRoot()
    biasAmperes = sum / Double(count)
    // The smallest error that at least 99.9 % of all do not exceed.
    percentile999Amperes = errors[max(0, (count * 999 + 999) / 1000 - 1)]
    worstAmperes = errors[count - 1]
  }

  /// `rmsAmperes` over the output rms; 0 if the circuit gives no current.
  public var relativeRMS: Double { relative(rmsAmperes) }
  /// `percentile999Amperes` over the output rms.
  public var relativePercentile999: Double { relative(percentile999Amperes) }
  /// `worstAmperes` over the output rms.
  public var relativeWorst: Double { relative(worstAmperes) }
  /// `biasAmperes` over the output rms.
  public var relativeBias: Double { relative(biasAmperes) }

  /// The error of a model that is `factor` times worse.
  func enlarged(by factor: Double) -> ModelError {
    var larger = self
    larger.rmsAmperes *= factor
    larger.percentile999Amperes *= factor
    larger.worstAmperes *= factor
    larger.biasAmperes *= factor
    return larger
  }

  private func relative(_ amperes: Double) -> Double {
    outputRMSAmperes > 0 ? amperes / outputRMSAmperes : (amperes == 0 ? 0 : .infinity)
  }
}

extension ModelError {
  /// The rms error in amperes that another sample of such vectors stays below with 99 % confidence:
  /// the upper bound of the mean square per vector (currents of one vector are not independent),
  /// from its standard error.
  ///
  /// - Parameter n: Currents per vector.
  static func upperRMSAmperes(_ model: [Double], exact: [Double], perVector n: Int) -> Double {
    precondition(n > 0 && model.count == exact.count && model.count % n == 0, "whole vectors")
    let vectors = model.count / n
    guard vectors > 1 else { return ModelError(model, exact: exact).rmsAmperes }
    let squares = (0..<vectors).map { (vector: Int) -> Double in
      var sum = 0.0
      for k in vector * n..<(vector + 1) * n {
        let error = model[k] - exact[k]
        sum += error * error
      }
      return sum / Double(n)
    }
    let mean = squares.reduce(0, +) / Double(vectors)
    let deviations = squares.map { ($0 - mean) * ($0 - mean) }
    let variance = deviations.reduce(0, +) / Double(vectors - 1)
    let quantile = 2.326_347_874_040_841
    return (mean + quantile * (variance / Double(vectors)).squareRoot()).squareRoot()
  }
}

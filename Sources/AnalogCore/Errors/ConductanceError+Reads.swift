import Foundation

extension ConductanceError {
  /// Mean and standard deviation in siemens of the conductance read from a cell of `siemens`:
  /// normal noise, clipped at zero because no passive cell conducts less.
  ///
  /// With `t = μ / σ`, density φ and distribution Φ of the standard normal law, the mean is
  /// `μ Φ(t) + σ φ(t)` and the mean square `(μ² + σ²) Φ(t) + μ σ φ(t)`.
  func readMoments(
    of siemens: Double, cell: CellSpecification
  ) -> (mean: Double, deviation: Double) {
    let (shift, sigma) = statistics(of: siemens, cell: cell)
    let center = siemens + shift
    // At five deviations from zero, clipping moves the mean by 6e-8 σ, below single precision.
    guard sigma > 0, center < 5 * sigma else { return (max(center, 0), sigma) }
    let t = center / sigma
    let density = exp(-t * t / 2) / (2 * Double.pi).squareRoot()
    let above = erfc(-t / 2.0.squareRoot()) / 2
    let mean = center * above + sigma * density
    let square = (center * center + sigma * sigma) * above + center * sigma * density
    return (mean, max(square - mean * mean, 0).squareRoot())
  }
}

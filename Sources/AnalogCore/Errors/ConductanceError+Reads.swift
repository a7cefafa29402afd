import Foundation

extension ConductanceError {
  /// Mean and standard deviation in siemens of what reads find in a cell of conductance `siemens`:
  /// normal noise, cut at zero, because no passive cell conducts less.
  ///
  /// With `t = μ / σ`, density φ and distribution Φ of the standard normal law, the mean is
  /// `μ Φ(t) + σ φ(t)` and the mean square `(μ² + σ²) Φ(t) + μ σ φ(t)`.
  func readMoments(
    of siemens: Double, cell: CellSpecification
  ) -> (mean: Double, deviation: Double) {
    let (shift, sigma) = statistics(of: siemens, cell: cell)
    let center = siemens + shift
    // At five deviations from zero the cut moves the mean by 6e-8 σ: less than single precision sees.
    guard sigma > 0, center < 5 * sigma else { return (max(center, 0), sigma) }
    let t = center / sigma
    let density = exp(-t * t / 2) / (2 * Double.pi).squareRoot()
    let above = erfc(-t / 2.0.squareRoot()) / 2
    let mean = center * above + sigma * density
    let square = (center * center + sigma * sigma) * above + center * sigma * density
    return (mean, max(square - mean * mean, 0).squareRoot())
  }
}

import Foundation

/// Change of conductances between programming and use.
public enum Drift: Sendable, Equatable {
  /// No change.
  case none
  /// `G(t) = G(t₀) (t/t₀)^−ν` with one `ν ~ N(mean, deviation²)` per cell, at least zero.
  case powerLaw(exponent: Exponent, seconds: Double, referenceSeconds: Double)

  /// The exponent `ν` of a cell.
  public enum Exponent: Sendable, Equatable {
    /// The same law for all cells.
    case constant(mean: Double, deviation: Double)
    /// Mean and deviation as a function of the state at `t₀`, dimensionless.
    case table(StateTable)
  }

  /// The same law at another time; no change stays none.
  public func at(seconds: Double) -> Drift {
    guard case .powerLaw(let exponent, _, let reference) = self else { return self }
    return .powerLaw(exponent: exponent, seconds: seconds, referenceSeconds: reference)
  }

  /// The conductance at time `t` of a cell that had `conductance` at `t₀` and draws `normal`.
  func drifted(_ conductance: Double, cell: CellSpecification, normal: Double) -> Double {
    guard case .powerLaw(let exponent, let seconds, let reference) = self else {
      return conductance
    }
    let (mean, deviation): (Double, Double) =
      switch exponent {
      case .constant(let mean, let deviation): (mean, deviation)
      case .table(let table): table.statistics(at: conductance * table.scale(for: cell))
      }
    let nu = max(mean + deviation * normal, 0)
    let rest = conductance * exp(-nu * log(seconds / reference))
    return rest.magnitude < Self.smallestConductance ? 0 : rest
  }

  /// Cells that drift below this conductance in siemens are open: 1 V then moves an electron in
  /// thousands of years, and arrays accept no smaller conductance.
  private static let smallestConductance = 1e-30
}

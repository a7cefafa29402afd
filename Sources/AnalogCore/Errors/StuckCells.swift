import Units

/// Fractions of cells that hold a fixed conductance regardless of their targets.
public struct StuckCells: Sendable, Equatable {
  /// Fraction stuck at the largest conductance.
  public var onRate: Double
  /// Fraction stuck at the smallest conductance.
  public var offRate: Double
  /// Fraction that do not conduct at all.
  public var openRate: Double

  /// Fractions between 0 and 1 whose sum is at most 1.
  public init(onRate: Double = 0, offRate: Double = 0, openRate: Double = 0) {
    precondition(min(onRate, offRate, openRate) >= 0, "a rate is negative")
    precondition(onRate + offRate + openRate <= 1 + 1e-12, "rates add up to more than 1")
    self.onRate = onRate
    self.offRate = offRate
    self.openRate = openRate
  }

  /// Whether every cell works.
  public var isNone: Bool { onRate == 0 && offRate == 0 && openRate == 0 }

  /// The conductance in siemens of a cell that draws `uniform` from (0, 1); `nil` if it works.
  func conductance(cell: CellSpecification, uniform: Double) -> Double? {
    if uniform < onRate { return cell.onConductance.value }
    if uniform < onRate + offRate { return cell.offConductance.value }
    if uniform < onRate + offRate + openRate { return 0 }
    return nil
  }
}

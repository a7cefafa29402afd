import Units

/// The range of conductances that cells can hold, and the voltage that reads them.
public struct CellSpecification: Sendable, Equatable {
  /// Largest conductance; `1 / R_min`.
  public var onConductance: Siemens
  /// Largest over smallest conductance, above 1; infinite if cells can be off entirely.
  public var onOffRatio: Double
  /// Source-line voltage of a read.
  public var readVoltage: Volts

  /// Cells of 16 µS read at 0.1 V carry the 1.6 µA of Xiao et al. 2022 (p. 42).
  public init(
    onConductance: Siemens = 16e-6.siemens, onOffRatio: Double = .infinity,
    readVoltage: Volts = 0.1.volts
  ) {
    self.onConductance = onConductance
    self.onOffRatio = onOffRatio
    self.readVoltage = readVoltage
  }

  /// Smallest conductance.
  public var offConductance: Siemens { (onConductance.value / onOffRatio).siemens }

  /// The conductance that stores `level` of `levels`: proportional, 0 at `offConductance`
  /// (Xiao et al. 2022, p. 33).
  public func conductance(level: Int, of levels: Int) -> Double {
    let off = offConductance.value
    return off + (onConductance.value - off) * Double(level) / Double(levels)
  }
}

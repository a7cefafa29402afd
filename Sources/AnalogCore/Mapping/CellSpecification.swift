import Units

/// The conductance range of cells and the voltage that reads them.
public struct CellSpecification: Sendable, Equatable {
  /// Largest conductance; `1 / R_min`.
  public var onConductance: Siemens
  /// Largest over smallest conductance, above 1; infinite if cells can be fully off.
  public var onOffRatio: Double
  /// Source-line voltage of a read.
  public var readVoltage: Volts
  /// Number of programmable conductances, evenly spaced from off to on, at least 2; `nil` for a
  /// continuous range.
  public var stateCount: Int?
  /// What levels divide evenly.
  public var levels = LevelSpacing.current

  /// Cells of 16 µS read at 0.1 V carry the 1.6 µA of Xiao et al. 2022 (p. 42).
  public init(
    onConductance: Siemens = 16e-6.siemens, onOffRatio: Double = .infinity,
    readVoltage: Volts = 0.1.volts, stateCount: Int? = nil
  ) {
    self.onConductance = onConductance
    self.onOffRatio = onOffRatio
    self.readVoltage = readVoltage
    self.stateCount = stateCount
  }

  /// Smallest conductance.
  public var offConductance: Siemens { (onConductance.value / onOffRatio).siemens }

  /// Largest conductance over the range that levels divide: 1 if cells can be fully off, 1e7 at an
  /// on/off ratio of 1.0000001. Its decimal logarithm is the number of digits that currents lose in
  /// resolving levels.
  public var commonMode: Double {
    onConductance.value / (onConductance.value - offConductance.value)
  }

  /// The conductance that stores `level` of `levels`: linear in the level, from `offConductance` at
  /// level 0 (Xiao et al. 2022, p. 33).
  public func conductance(level: Int, of levels: Int) -> Double {
    let off = offConductance.value
    return off + (onConductance.value - off) * Double(level) / Double(levels)
  }

  /// The programming target for `level` of `levels`: the programmable conductance nearest to it, at
  /// the distance from that of weight zero.
  ///
  /// Weights outnumber all other errors by far where they are zero, so zero is a state exactly, the
  /// one nearest to its level, and the other levels keep their distances from it.
  ///
  /// - Parameter zero: The level of weight zero.
  public func target(level: Int, of levels: Int, zero: Int = 0) -> Double {
    let (state, states) = state(level: level, of: levels, zero: zero)
    return conductance(level: state, of: states)
  }

  /// The number of the state that stores `level` of `levels`, and of the highest one; the level itself
  /// if the range is continuous.
  func state(level: Int, of levels: Int, zero: Int) -> (state: Int, of: Int) {
    guard let stateCount else { return (level, levels) }
    let steps = stateCount - 1
    let state = self.state(zero, of: levels) + self.state(level - zero, of: levels)
    return (min(max(state, 0), steps), steps)
  }

  /// The level that cells of weight zero hold, in levels: `zero` itself if cells hold any.
  func heldLevel(zero: Int, of levels: Int) -> Double {
    guard let stateCount else { return Double(zero) }
    return Double(state(zero, of: levels)) / Double(stateCount - 1) * Double(levels)
  }

  /// The number of states nearest to a difference of levels.
  private func state(_ level: Int, of levels: Int) -> Int {
    let steps = Double((stateCount ?? 2) - 1)
    return Int((Double(level) / Double(levels) * steps).rounded(.toNearestOrEven))
  }
}

import CrossbarArray
import NumericKernels
import Units

/// What the levels of a cell divide evenly between off and on.
public enum LevelSpacing: String, Sendable, Equatable, Codable, CaseIterable {
  /// The current of a cell at the read voltage, access device included.
  case current
  /// The conductance of its memory element. The two differ where an element shares its voltage with a
  /// selector or a transistor.
  case conductance
}

/// The levels of cells with an I–V law: the conductance that stores a level, and the level that a
/// conductance holds.
public struct CellLevels: Sendable {
  /// Conductance range, states and read voltage.
  public let cell: CellSpecification
  private let law: CellLaw

  /// The levels of the cells of `hardware`.
  public init(_ hardware: HardwareConfiguration) {
    (cell, law) = (hardware.cell, hardware.law)
  }

  /// Whether levels divide the conductance, because the current follows it or because they are to.
  private var divideConductance: Bool { law.isProportional || cell.levels == .conductance }

  /// Whether a cell's current is linear in its level: not if levels divide the conductance of an
  /// element whose share of the voltage depends on it.
  public var areLinear: Bool { law.isProportional || cell.levels == .current }

  private func amperes(_ siemens: Double) -> Double {
    law.amperes(cell.readVoltage.value, siemens: siemens)
  }

  /// Current of a cell that is off, in amperes at the read voltage.
  var offAmperes: Double { amperes(cell.offConductance.value) }

  /// Increase of a cell's current from off to on, in amperes at the read voltage.
  var fullScaleAmperes: Double {
    law.amperes(
      cell.readVoltage.value, from: cell.offConductance.value, to: cell.onConductance.value)
  }

  /// See `CellSpecification.commonMode`; of currents.
  public var commonMode: Double {
    law.isProportional ? cell.commonMode : amperes(cell.onConductance.value) / fullScaleAmperes
  }

  /// What the current of a cell is measured by: its conductance, where the current follows it, or the
  /// current itself.
  func signal(_ siemens: Double) -> Double { law.isProportional ? siemens : amperes(siemens) }

  /// The signals of many cells.
  func signals(_ siemens: Matrix<Double>) -> Matrix<Double> {
    law.isProportional ? siemens : siemens.map { amperes($0) }
  }

  /// Increase of the signal from off to on, which levels divide.
  var range: Double {
    law.isProportional
      ? cell.onConductance.value - cell.offConductance.value : fullScaleAmperes
  }

  /// The programming target for `level` of `levels`; see `CellSpecification.target`.
  ///
  /// - Parameter zero: The level of weight zero.
  public func target(level: Int, of levels: Int, zero: Int = 0) -> Double {
    guard !divideConductance else { return cell.target(level: level, of: levels, zero: zero) }
    let (state, states) = cell.state(level: level, of: levels, zero: zero)
    return conductance(level: state, of: states)
  }

  /// The conductance in siemens whose current stores `level` of `levels`.
  private func conductance(level: Int, of levels: Int) -> Double {
    // The ends of the range have no rounding.
    if level <= 0 { return cell.offConductance.value }
    if level >= levels { return cell.onConductance.value }
    return law.siemens(
      cell.readVoltage.value,
      amperes: offAmperes + fullScaleAmperes * Double(level) / Double(levels))
  }

  /// The level that cells of weight zero hold, in levels of current: `zero` itself if cells hold any
  /// level exactly.
  func heldLevel(zero: Int, of levels: Int) -> Double {
    guard !areLinear else { return cell.heldLevel(zero: zero, of: levels) }
    let siemens = cell.target(level: zero, of: levels, zero: zero)
    return (signal(siemens) - signal(cell.offConductance.value)) / range * Double(levels)
  }
}

extension HardwareConfiguration {
  /// The levels of its cells.
  public var levels: CellLevels { CellLevels(self) }
}

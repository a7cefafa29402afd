import Units

/// `Vt = k T / q`, the voltage that carries one thermal energy.
public enum ThermalVoltage {
  /// The temperature at which SPICE's model parameters hold: 27 °C.
  public static let nominalKelvin = 300.15
  /// Boltzmann's constant in J/K, exact (SI 2019; CODATA 2018).
  public static let boltzmann = 1.380649e-23
  /// Elementary charge in coulombs, exact (SI 2019; CODATA 2018).
  public static let elementaryCharge = 1.602176634e-19

  /// The thermal voltage at `kelvin`.
  public static func at(kelvin: Double) -> Volts {
    Volts(boltzmann * kelvin / elementaryCharge)
  }

  /// The thermal voltage at 27 °C, about 25.9 mV.
  public static let nominal = at(kelvin: nominalKelvin)
}

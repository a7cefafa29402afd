import Foundation
import Units

/// How silicon parameters move from the temperature at which they were measured to another one, as
/// SPICE has it (Vladimirescu, The SPICE Book, 1994, appendix A; Berkeley SPICE3f5 `diotemp.c`,
/// `mos1temp.c`).
public struct SemiconductorTemperature: Sendable {
  /// Absolute temperatures of the circuit and of the parameters.
  public let kelvin: Double, nominalKelvin: Double

  /// Temperatures in degrees Celsius; at 27 °C both ways nothing changes.
  public init(celsius: Double, nominalCelsius: Double) {
    kelvin = celsius + 273.15
    nominalKelvin = nominalCelsius + 273.15
  }

  /// `k T / q` in volts.
  public var thermalVolts: Double { ThermalVoltage.at(kelvin: kelvin).value }
  var nominalThermalVolts: Double { ThermalVoltage.at(kelvin: nominalKelvin).value }
  var ratio: Double { kelvin / nominalKelvin }
  /// Kelvins above the temperature of the parameters.
  public var rise: Double { kelvin - nominalKelvin }

  /// Energy gap of silicon in electronvolts (Varshni 1967).
  private static func gap(_ kelvin: Double) -> Double {
    1.16 - 7.02e-4 * kelvin * kelvin / (kelvin + 1108)
  }

  /// Shift of built-in potentials against 27 °C, in volts.
  private static func shift(_ kelvin: Double) -> Double {
    let reference = ThermalVoltage.nominalKelvin
    let volts = ThermalVoltage.at(kelvin: kelvin).value
    let perKelvin = ThermalVoltage.boltzmann / ThermalVoltage.elementaryCharge
    let argument =
      -gap(kelvin) / (2 * perKelvin * kelvin) + 1.1150877 / (2 * perKelvin * reference)
    return -2 * volts * (1.5 * log(kelvin / reference) + argument)
  }

  /// A built-in potential in volts at the circuit's temperature.
  public func potential(_ nominal: Double) -> Double {
    if kelvin == nominalKelvin { return nominal }
    let reference = ThermalVoltage.nominalKelvin
    let atReference = (nominal - Self.shift(nominalKelvin)) / (nominalKelvin / reference)
    return Self.shift(kelvin) + kelvin / reference * atReference
  }

  /// Factor of a depletion capacitance with this built-in potential and grading.
  public func capacitanceFactor(potential nominal: Double, grading: Double) -> Double {
    if kelvin == nominalKelvin { return 1 }
    let reference = ThermalVoltage.nominalKelvin
    let atReference = (nominal - Self.shift(nominalKelvin)) / (nominalKelvin / reference)
    func factor(_ kelvin: Double, _ potential: Double) -> Double {
      1 + grading * (400e-6 * (kelvin - reference) - (potential - atReference) / atReference)
    }
    return factor(kelvin, potential(nominal)) / factor(nominalKelvin, nominal)
  }

  /// Factor of a diode's saturation current.
  public func saturationFactor(gap: Double, exponent: Double, emission: Double) -> Double {
    if kelvin == nominalKelvin { return 1 }
    let scale = emission * thermalVolts
    return exp((ratio - 1) * gap / scale + exponent / emission * log(ratio))
  }

  /// Factor of the saturation current of a transistor's bulk junctions.
  public var bulkSaturationFactor: Double {
    exp(Self.gap(nominalKelvin) / nominalThermalVolts - Self.gap(kelvin) / thermalVolts)
  }

  /// Change of a threshold for the shift of the energy gap, in volts, before the signs of channels.
  var halfGapChange: Double { 0.5 * (Self.gap(nominalKelvin) - Self.gap(kelvin)) }
}

import DeviceModels
import Netlist

/// The temperatures of a circuit's devices, where the circuit is at `celsius`.
struct DeviceTemperatures: Sendable {
  let circuit: Circuit
  /// Degrees Celsius of the circuit, and those at which parameters were measured.
  let celsius: Double, nominalCelsius: Double

  /// The temperature of a device whose model may have a nominal temperature of its own.
  func of(_ device: ElementCurrent, nominal: Double?) -> SemiconductorTemperature {
    let own = circuit.deviceTemperatures.isEmpty ? nil : circuit.deviceTemperatures[device]
    return SemiconductorTemperature(
      celsius: own?.celsius(in: celsius) ?? celsius, nominalCelsius: nominal ?? nominalCelsius)
  }

  func ofDiode(_ index: Int) -> SemiconductorTemperature {
    let model = circuit.diodeModels[circuit.diodes[index].model]
    return of(.diode(index), nominal: model.extras.nominalCelsius)
  }

  func ofMOSFET(_ index: Int) -> SemiconductorTemperature {
    let model = circuit.mosfetModels[circuit.mosfets[index].model]
    return of(.mosfet(index), nominal: model.extras.nominalCelsius)
  }

  /// Siemens in series with a diode, of its whole area; zero without.
  func seriesSiemens(ofDiode index: Int) -> Double {
    let diode = circuit.diodes[index]
    let extras = circuit.diodeModels[diode.model].extras
    guard extras.seriesOhms > 0 else { return 0 }
    let rise = ofDiode(index).rise
    let factor = 1 + rise * (extras.seriesFirst + rise * extras.seriesSecond)
    return diode.area / (extras.seriesOhms * factor)
  }

  func diode(_ index: Int) -> JunctionDiode {
    let diode = circuit.diodes[index]
    return JunctionDiode(
      circuit.diodeModels[diode.model], area: diode.area, at: ofDiode(index))
  }

  func mosfet(_ index: Int) -> LevelOneMOSFET {
    let mosfet = circuit.mosfets[index]
    return LevelOneMOSFET(
      circuit.mosfetModels[mosfet.model], width: mosfet.totalWidthMeters,
      length: mosfet.lengthMeters, multiplier: mosfet.multiplier, at: ofMOSFET(index))
  }
}

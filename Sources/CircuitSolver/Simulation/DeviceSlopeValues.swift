import CompactModels
import DeviceModels
import Netlist

/// Values of devices at a solution, computed anew for outputs that ask for them.
struct DeviceSlopeValues {
  let layout: SimulationLayout
  let options: SimulationOptions
  /// Whether states move, as in a transient.
  var isDynamic = false

  func value(_ slope: DeviceSlope, at x: [Double], celsius: Double) -> Double {
    let circuit = layout.circuit
    let temperatures = DeviceTemperatures(
      circuit: circuit, celsius: celsius, nominalCelsius: options.nominalCelsius)
    switch slope {
    case .channel(let value, let index):
      let mosfet = circuit.mosfets[index]
      let device = temperatures.mosfet(index)
      let source = x[layout.channelSources[index]]
      let tangent = device.linearize(
        gate: x[layout.place(mosfet.gate)] - source, drain: x[layout.channelDrains[index]] - source,
        bulk: x[layout.place(mosfet.bulk)] - source)
      switch value {
      case .gm: return tangent.gateSiemens
      case .gds: return tangent.drainSiemens
      case .gmbs: return tangent.bulkSiemens
      case .vth: return device.sign * tangent.threshold
      case .vdsat: return device.sign * tangent.saturation
      }
    case .variable(let id, let device):
      // The conditions of an operating point; a module's own time plays no part in results.
      let conditions = SimulationConditions(
        time: nil, junctionSiemens: options.junctionSiemens, celsius: celsius)
      return layout.compact.variable(
        id, of: device, at: x, conditions.compact(limiting: false, isDynamic: isDynamic)) ?? .nan
    case .junction(let index):
      let diode = circuit.diodes[index]
      let junction = temperatures.diode(index)
      let volts = x[layout.junctionAnodes[index]] - x[layout.place(diode.cathode)]
      return junction.linearize(at: volts, gmin: options.junctionSiemens).siemens
    }
  }
}

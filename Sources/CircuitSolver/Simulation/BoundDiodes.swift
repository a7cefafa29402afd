import DeviceModels
import Netlist

/// The diodes of a circuit.
struct BoundDiodes: Sendable {
  private var junctions: [JunctionDiode]
  private let pairs: [Footprint.Pair]
  private let series: [(pair: Footprint.Pair, siemens: Double)]
  /// Junction voltages of the last evaluation.
  private var volts: [Double]

  init(
    _ layout: SimulationLayout, _ footprint: inout Footprint,
    _ temperature: SemiconductorTemperature
  ) {
    let circuit = layout.circuit
    var series: [(pair: Footprint.Pair, siemens: Double)] = []
    pairs = circuit.diodes.indices.map { k in
      let (diode, anode) = (circuit.diodes[k], layout.junctionAnodes[k])
      let ohms = circuit.diodeModels[diode.model].extras.seriesOhms
      if ohms > 0 {
        let terminal = layout.terminal(.diode(k), diode.anode)
        series.append((footprint.pair(terminal, anode), diode.area / ohms))
      }
      return footprint.pair(anode, layout.place(diode.cathode))
    }
    self.series = series
    junctions = Self.junctions(circuit, temperature)
    volts = [Double](repeating: 0, count: pairs.count)
  }

  private static func junctions(
    _ circuit: Circuit, _ temperature: SemiconductorTemperature
  ) -> [JunctionDiode] {
    circuit.diodes.map {
      JunctionDiode(circuit.diodeModels[$0.model], area: $0.area, at: temperature)
    }
  }

  var count: Int { pairs.count }

  /// The first diode beyond the range of its exponentials at the last evaluation.
  var firstBeyond: Int? { junctions.indices.first { junctions[$0].isBeyond(volts[$0]) } }

  mutating func setTemperature(_ temperature: SemiconductorTemperature, _ circuit: Circuit) {
    junctions = Self.junctions(circuit, temperature)
  }

  func loadLinear(_ matrix: inout SimulationMatrix) {
    for (pair, siemens) in series { matrix.addConductance(pair, siemens) }
  }

  mutating func load(
    _ x: [Double], _ conditions: SimulationConditions, limiting: Bool,
    into matrix: inout SimulationMatrix
  ) -> Int {
    var held = 0
    for k in pairs.indices {
      let pair = pairs[k]
      let wanted = x[pair.a] - x[pair.b]
      let v = limiting ? junctions[k].limited(wanted, from: volts[k]) : wanted
      if v != wanted { held += 1 }
      volts[k] = v
      let tangent = junctions[k].linearize(at: v, gmin: conditions.junctionSiemens)
      let beyond = wanted - v
      matrix.add(
        pair, amperes: tangent.amperes + tangent.siemens * beyond, siemens: tangent.siemens)
      if junctions[k].storesCharge {
        matrix.add(
          pair, coulombs: tangent.coulombs + tangent.farads * beyond, farads: tangent.farads)
      }
    }
    return held
  }
}

import DeviceModels
import Netlist

/// The diodes of a circuit.
struct BoundDiodes: Sendable {
  private var junctions: [JunctionDiode]
  private let pairs: [Footprint.Pair]
  private var series: [(pair: Footprint.Pair, diode: Int, siemens: Double)]
  /// Junction voltages of the last evaluation.
  private var volts: [Double]

  init(
    _ layout: SimulationLayout, _ footprint: inout Footprint,
    _ temperatures: DeviceTemperatures
  ) {
    let circuit = layout.circuit
    var series: [(pair: Footprint.Pair, diode: Int, siemens: Double)] = []
    pairs = circuit.diodes.indices.map { k in
      let (diode, anode) = (circuit.diodes[k], layout.junctionAnodes[k])
      let ohms = circuit.diodeModels[diode.model].extras.seriesOhms
      if ohms > 0 {
        let terminal = layout.terminal(.diode(k), diode.anode)
        series.append(
          (footprint.pair(terminal, anode), k, temperatures.seriesSiemens(ofDiode: k)))
      }
      return footprint.pair(anode, layout.place(diode.cathode))
    }
    self.series = series
    junctions = circuit.diodes.indices.map(temperatures.diode)
    volts = [Double](repeating: 0, count: pairs.count)
  }

  var count: Int { pairs.count }

  /// The first diode beyond the range of its exponentials at the last evaluation.
  var firstBeyond: Int? { junctions.indices.first { junctions[$0].isBeyond(volts[$0]) } }

  /// Moves the junctions, and the resistances in series with them in `linear`.
  mutating func setTemperature(
    _ temperatures: DeviceTemperatures, _ linear: inout SimulationMatrix
  ) {
    junctions = junctions.indices.map(temperatures.diode)
    for k in series.indices {
      let siemens = temperatures.seriesSiemens(ofDiode: series[k].diode)
      linear.addConductance(series[k].pair, siemens - series[k].siemens)
      series[k].siemens = siemens
    }
  }

  func loadLinear(_ matrix: inout SimulationMatrix) {
    for (pair, _, siemens) in series { matrix.addConductance(pair, siemens) }
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

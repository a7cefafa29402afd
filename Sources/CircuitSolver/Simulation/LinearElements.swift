import CompactModels
import Netlist

/// Sources that set a voltage, and sources that linear voltages and currents control.
struct LinearSources {
  private struct Entry {
    var coordinate: Int32
    var value: Double
  }
  private var entries: [Entry] = []

  init(_ layout: SimulationLayout, _ footprint: inout Footprint) {
    let circuit = layout.circuit
    for (source, branch) in zip(circuit.voltageSources, layout.sourceBranches) {
      addBranch(layout, source.plus, source.minus, branch, &footprint)
    }
    // Meters: 0 V between a node and the terminal of an element.
    for current in layout.metered {
      let node = circuit.origin(of: current)
      addBranch(
        layout.place(node), layout.terminal(current, node), layout.place(of: current), &footprint)
    }
    for (short, branch) in zip(layout.shorts, layout.compactShorts) {
      let places = layout.compactPlaces[short.device]
      addBranch(
        places[short.terminal], short.other.map { places[$0] } ?? layout.order, branch, &footprint)
    }
    for (k, branch) in layout.voltageControlledBranches.enumerated() {
      let source = circuit.voltageControlledSources[k]
      let plus = layout.terminal(.voltageControlledSource(k), source.plus)
      let minus = layout.place(source.minus)
      let controls = [
        (layout.place(source.controlPlus), source.gain),
        (layout.place(source.controlMinus), -source.gain),
      ]
      if let branch {
        addBranch(layout, source.plus, source.minus, branch, &footprint)
        for (column, gain) in controls { add(branch, column, -gain, &footprint) }
      } else {
        for (column, gain) in controls {
          add(plus, column, gain, &footprint)
          add(minus, column, -gain, &footprint)
        }
      }
    }
    for (k, branch) in layout.currentControlledBranches.enumerated() {
      let source = circuit.currentControlledSources[k]
      let control = layout.sourceBranches[source.control]
      if let branch {
        addBranch(layout, source.plus, source.minus, branch, &footprint)
        add(branch, control, -source.gain, &footprint)
      } else {
        let plus = layout.terminal(.currentControlledSource(k), source.plus)
        add(plus, control, source.gain, &footprint)
        add(layout.place(source.minus), control, -source.gain, &footprint)
      }
    }
    for (source, branch) in zip(circuit.behavioralSources, layout.formulaBranches) {
      if let branch { addBranch(layout, source.plus, source.minus, branch, &footprint) }
    }
  }

  private mutating func add(
    _ row: Int, _ column: Int, _ value: Double, _ footprint: inout Footprint
  ) {
    entries.append(Entry(coordinate: footprint.coordinate(row, column), value: value))
  }

  /// A current from plus to minus, and `v(plus) − v(minus)` in its own row.
  private mutating func addBranch(
    _ layout: SimulationLayout, _ plus: Node, _ minus: Node, _ branch: Int,
    _ footprint: inout Footprint
  ) {
    addBranch(layout.place(plus), layout.place(minus), branch, &footprint)
  }

  private mutating func addBranch(
    _ plus: Int, _ minus: Int, _ branch: Int, _ footprint: inout Footprint
  ) {
    for (place, sign) in [(plus, 1.0), (minus, -1.0)] {
      add(place, branch, sign, &footprint)
      add(branch, place, sign, &footprint)
    }
  }

  func load(_ matrix: inout SimulationMatrix) {
    for entry in entries { matrix.add(entry.value, at: entry.coordinate) }
  }
}

/// Capacitors, inductors and their couplings.
struct LinearReactances {
  private var capacitors: [(pair: Footprint.Pair, farads: Double)] = []
  private var conductances: [(coordinate: Int32, value: Double)] = []
  private var inductances: [(coordinate: Int32, henries: Double)] = []

  init(
    _ layout: SimulationLayout, _ footprint: inout Footprint, _ options: SimulationOptions
  ) {
    let circuit = layout.circuit
    let (celsius, nominal) = (options.celsius, options.nominalCelsius)
    func henries(_ index: Int) -> Double {
      circuit.henries(ofInductor: index, at: celsius, nominal: nominal)
    }
    for (k, capacitor) in circuit.capacitors.enumerated() {
      let pair = footprint.pair(
        layout.terminal(.capacitor(k), capacitor.a), layout.place(capacitor.b))
      let farads = circuit.farads(ofCapacitor: k, at: celsius, nominal: nominal)
      capacitors.append((pair, farads))
    }
    for (k, branch) in layout.inductorBranches.enumerated() {
      let inductor = circuit.inductors[k]
      for (place, sign) in [(layout.place(inductor.a), 1.0), (layout.place(inductor.b), -1.0)] {
        conductances.append((footprint.coordinate(place, branch), sign))
        conductances.append((footprint.coordinate(branch, place), sign))
      }
      inductances.append((footprint.coordinate(branch, branch), henries(k)))
    }
    for coupling in circuit.couplings {
      let mutual =
        coupling.coefficient
        * (henries(coupling.first) * henries(coupling.second)).squareRoot()
      let first = layout.inductorBranches[coupling.first]
      let second = layout.inductorBranches[coupling.second]
      inductances.append((footprint.coordinate(first, second), mutual))
      inductances.append((footprint.coordinate(second, first), mutual))
    }
  }

  /// The voltage across an inductor is the rate of its flux: `v − d(L i)/dt = 0`.
  func load(_ matrix: inout SimulationMatrix) {
    for (pair, farads) in capacitors { matrix.addCapacitance(pair, farads) }
    for (coordinate, value) in conductances { matrix.add(value, at: coordinate) }
    for (coordinate, henries) in inductances {
      matrix.addCapacitance(-henries, at: coordinate)
    }
  }
}

import Netlist

/// What `uic` and `ic=` say about time zero.
extension TransientRun {
  func initialVoltages(_ layout: SimulationLayout) -> [Double] {
    var x = [Double](repeating: 0, count: layout.order + 1)
    for voltage in deck.initialConditions where voltage.node != .ground {
      x[layout.place(voltage.node)] = voltage.volts
    }
    for current in layout.metered {
      let node = deck.circuit.origin(of: current)
      x[layout.terminal(current, node)] = x[layout.place(node)]
    }
    for (inductor, branch) in zip(deck.circuit.inductors, layout.inductorBranches) {
      x[branch] = inductor.initialAmperes ?? 0
    }
    for (term, place) in zip(deck.circuit.dynamicTerms, layout.dynamicPlaces) {
      if case .integral(let initial) = term.kind { x[place] = initial }
    }
    return x
  }

  /// Charges of capacitors with a voltage of their own.
  func give(
    _ charge: inout [Double], initialVolts x: [Double], _ layout: SimulationLayout
  ) {
    for (k, capacitor) in deck.circuit.capacitors.enumerated() {
      guard let volts = capacitor.initialVolts else { continue }
      let a = layout.terminal(.capacitor(k), capacitor.a)
      let b = layout.place(capacitor.b)
      let farads = deck.circuit.farads(
        ofCapacitor: k, at: deck.options.celsius, nominal: deck.options.nominalCelsius)
      let change = farads * (volts - (x[a] - x[b]))
      charge[a] += change
      charge[b] -= change
    }
    charge[layout.order] = 0
  }
}

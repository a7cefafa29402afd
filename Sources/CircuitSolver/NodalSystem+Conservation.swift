import Netlist

extension NodalSystem {
  /// Residuals of Kirchhoff's laws at a candidate solution.
  struct Balance {
    /// Sum of the currents into each node: zero at unknown nodes of a solution, and at known ones
    /// the current that the grounded sources sink.
    var inflowAmperes: [Double]
    /// `V − (v₊ − v₋)` of each floating source.
    var missingVolts: [Double]
    /// See `OperatingPoint.relativeResidual`.
    var relativeResidual = 0.0
    /// Sum over the unknown nodes of the magnitudes of `inflowAmperes`.
    var strayAmperes = 0.0
  }

  /// Currents and slopes of a circuit's devices at a candidate solution, empty where it has none.
  struct DeviceCurrents {
    var diodeAmperes: [Double] = []
    var diodeSiemens: [Double] = []
    var drainAmperes: [Double] = []
    /// gds and gm of each MOSFET; gm is not used for sums of currents.
    var drainSiemens: [Double] = []
    var gateSiemens: [Double] = []
    /// Scale of the current sources, and conductance from every unknown node to ground: one and
    /// zero except during continuation.
    var sourceScale = 1.0
    var groundSiemens = 0.0
  }

  /// Adds up the currents `g (v_a − v_b)` of node voltages that are `nodeVolts + corrections`.
  ///
  /// The sum is not rounded to one number: through a good conductor, half an ulp of a node's
  /// voltage is a current that matters. The difference of two close numbers is exact (Sterbenz
  /// 1974).
  func balance(
    _ siemens: [Double], _ sourceVolts: ArraySlice<Double>, nodeVolts: [Double],
    corrections: [Double], branchAmperes: [Double], devices: DeviceCurrents = DeviceCurrents()
  ) -> Balance {
    var inflow = [Double](repeating: 0, count: nodeVolts.count)
    // `g |v|`: rounding a node's voltage changes a current by an ulp of this.
    var (largest, largestTerm) = (0.0, 0.0)
    func drop(_ a: Int, _ b: Int) -> Double {
      (nodeVolts[a] - nodeVolts[b]) + (corrections[a] - corrections[b])
    }
    for (index, resistor) in circuit.resistors.enumerated() {
      let (a, b) = (Int(resistor.a.index), Int(resistor.b.index))
      let g = siemens[index]
      let amperes = g * drop(a, b)
      inflow[a] -= amperes
      inflow[b] += amperes
      largest = max(largest, abs(amperes))
      largestTerm = max(largestTerm, g * max(abs(nodeVolts[a]), abs(nodeVolts[b])))
    }
    for source in circuit.currentSources {
      let amperes = devices.sourceScale * source.amperes
      inflow[Int(source.from.index)] -= amperes
      inflow[Int(source.to.index)] += amperes
      largest = max(largest, abs(amperes))
    }
    func flow(_ from: Node, _ to: Node, _ amperes: Double, _ siemens: Double) {
      let (a, b) = (Int(from.index), Int(to.index))
      inflow[a] -= amperes
      inflow[b] += amperes
      largest = max(largest, abs(amperes))
      largestTerm = max(largestTerm, siemens * max(abs(nodeVolts[a]), abs(nodeVolts[b])))
    }
    for (diode, k) in zip(circuit.diodes, devices.diodeAmperes.indices) {
      flow(diode.anode, diode.cathode, devices.diodeAmperes[k], devices.diodeSiemens[k])
    }
    for (mosfet, k) in zip(circuit.mosfets, devices.drainAmperes.indices) {
      flow(mosfet.drain, mosfet.source, devices.drainAmperes[k], devices.drainSiemens[k])
    }
    if devices.groundSiemens > 0 {
      for node in nodes {
        let volts = nodeVolts[Int(node)] + corrections[Int(node)]
        inflow[Int(node)] -= devices.groundSiemens * volts
        largest = max(largest, abs(devices.groundSiemens * volts))
      }
    }
    var missing = branchAmperes
    var largestVolts = 0.0
    for (branch, index) in floatingSources.enumerated() {
      let source = circuit.voltageSources[index]
      let (plus, minus) = (Int(source.plus.index), Int(source.minus.index))
      inflow[plus] -= branchAmperes[branch]
      inflow[minus] += branchAmperes[branch]
      largest = max(largest, abs(branchAmperes[branch]))
      missing[branch] =
        sourceVolts[sourceVolts.startIndex + index] - drop(plus, minus)
      largestVolts = max(largestVolts, abs(nodeVolts[plus]), abs(nodeVolts[minus]))
    }
    var balance = Balance(inflowAmperes: inflow, missingVolts: missing)
    var worstInflow = 0.0
    for node in nodes {
      let amperes = abs(inflow[Int(node)])
      worstInflow = max(worstInflow, amperes)
      balance.strayAmperes += amperes
    }
    // Grounded sources carry the remaining current at their nodes.
    for grounded in groundedSources { largest = max(largest, abs(inflow[grounded.node])) }
    // A circuit that carries no current has only rounding errors to compare with each other.
    let scale = max(largest, .ulpOfOne * largestTerm)
    let worstMiss = missing.reduce(0) { max($0, abs($1)) }
    balance.relativeResidual = max(
      scale > 0 ? worstInflow / scale : 0,
      largestVolts > 0 ? worstMiss / largestVolts : 0)
    return balance
  }

  /// Currents of all voltage sources: the remaining current at the nodes of the grounded ones, and
  /// the unknowns of the others.
  func sourceAmperes(_ balance: Balance, _ branchAmperes: [Double]) -> [Double] {
    var amperes = [Double](repeating: 0, count: circuit.voltageSources.count)
    for grounded in groundedSources {
      amperes[grounded.source] =
        grounded.sign * balance.inflowAmperes[grounded.node] / grounded.sharers
    }
    for (branch, source) in floatingSources.enumerated() { amperes[source] = branchAmperes[branch] }
    return amperes
  }

  /// The residual `b − A x` of a candidate solution, written from `start` on.
  func loadResidual(_ balance: Balance, into rightHandSides: inout [Double], start: Int) {
    for unknown in 0..<unknownNodeCount {
      rightHandSides[start + unknown] = balance.inflowAmperes[Int(nodes[unknown])]
    }
    for branch in balance.missingVolts.indices {
      rightHandSides[start + unknownNodeCount + branch] = balance.missingVolts[branch]
    }
  }
}

import Netlist

extension NodalSystem {
  /// What Kirchhoff's laws say about a candidate solution.
  struct Balance {
    /// Sum of the currents into each node: zero at unknown nodes of a solution, and at known ones
    /// what the grounded sources take away.
    var inflowAmperes: [Double]
    /// `V − (v₊ − v₋)` of each floating source.
    var missingVolts: [Double]
    /// See `OperatingPoint.relativeResidual`.
    var relativeResidual = 0.0
    /// Whether rounding the node voltages explains all that is left over.
    var isAtRoundingLevel = true
  }

  /// Adds up the currents `g (v_a − v_b)`, differences first, so that small ones keep their digits.
  func balance(
    _ siemens: [Double], _ sourceVolts: ArraySlice<Double>, nodeVolts: [Double],
    branchAmperes: [Double]
  ) -> Balance {
    var inflow = [Double](repeating: 0, count: nodeVolts.count)
    // `g |v|`: its ulp is what rounding a node's voltage does to a current.
    var (largest, largestTerm) = (0.0, 0.0)
    for (index, resistor) in circuit.resistors.enumerated() {
      let (a, b) = (Int(resistor.a.index), Int(resistor.b.index))
      let g = siemens[index]
      let amperes = g * (nodeVolts[a] - nodeVolts[b])
      inflow[a] -= amperes
      inflow[b] += amperes
      largest = max(largest, abs(amperes))
      largestTerm = max(largestTerm, g * max(abs(nodeVolts[a]), abs(nodeVolts[b])))
    }
    for source in circuit.currentSources {
      inflow[Int(source.from.index)] -= source.amperes
      inflow[Int(source.to.index)] += source.amperes
      largest = max(largest, abs(source.amperes))
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
        sourceVolts[sourceVolts.startIndex + index] - (nodeVolts[plus] - nodeVolts[minus])
      largestVolts = max(largestVolts, abs(nodeVolts[plus]), abs(nodeVolts[minus]))
    }
    var balance = Balance(inflowAmperes: inflow, missingVolts: missing)
    let worstInflow = nodes.reduce(0) { max($0, abs(inflow[Int($1)])) }
    // Grounded sources carry what is left at their nodes.
    for grounded in groundedSources { largest = max(largest, abs(inflow[grounded.node])) }
    let worstMiss = missing.reduce(0) { max($0, abs($1)) }
    balance.relativeResidual = max(
      largest > 0 ? worstInflow / largest : 0,
      largestVolts > 0 ? worstMiss / largestVolts : 0)
    // Half an ulp of v at both ends of each conductance at the node, with some room.
    balance.isAtRoundingLevel =
      worstInflow <= 16 * .ulpOfOne * largestTerm && worstMiss <= 4 * .ulpOfOne * largestVolts
    return balance
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

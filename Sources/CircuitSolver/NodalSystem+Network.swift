import Netlist
import SparseLinearAlgebra

/// The circuit as a network of conductances and known voltages: what bounds errors of currents.
///
/// A current that enters a node leaves through the grounded sources and ground, in shares `t` from
/// 0 to 1 that add up to 1. A solution that misses Kirchhoff's law by `r` is therefore off by
/// `Σ t_i r_i` in the current of a source: at most by `Σ |r_i|`, and by what the network makes of
/// currents `|r_i|`, which one more solution gives for all sources at once.
extension NodalSystem {
  /// Elimination without subtractions of all unknown nodes. Isolated parts are tied to ground at
  /// `tied`, as in `tie`.
  func elimination(
    _ siemens: [Double], tied: [Int]
  ) throws(SparseError) -> ConductanceElimination {
    precondition(floatingSources.isEmpty, "a floating source is no conductance")
    var edges = ConductanceElimination.Edges()
    var excess = [Double](repeating: 0, count: unknownNodeCount)
    for (resistor, g) in zip(circuit.resistors, siemens) where g > 0 && resistor.a != resistor.b {
      let (a, b) = (unknowns[Int(resistor.a.index)], unknowns[Int(resistor.b.index)])
      switch (a >= 0, b >= 0) {
      case (true, true):
        edges.first.append(a)
        edges.second.append(b)
        edges.siemens.append(g)
      case (true, false): excess[Int(a)] += g
      case (false, true): excess[Int(b)] += g
      case (false, false): continue
      }
    }
    // No current flows in an isolated part: any conductance holds it at zero volts.
    for node in tied { excess[Int(unknowns[node])] += 1 }
    return try ConductanceElimination(edges, excess: excess)
  }

  /// What unknown voltages give the known nodes with all sources at zero, and what the currents
  /// `amperes` into the unknown nodes, in amperes by node, leave over there.
  func response(
    _ siemens: [Double], volts: [Double], amperes: [Double]
  ) -> (inflow: [Double], strayAmperes: Double) {
    var inflow = [Double](repeating: 0, count: circuit.nodeCount)
    func volt(_ node: Int) -> Double {
      unknowns[node] >= 0 ? volts[Int(unknowns[node])] : 0
    }
    for (resistor, g) in zip(circuit.resistors, siemens) {
      let (a, b) = (Int(resistor.a.index), Int(resistor.b.index))
      let current = g * (volt(a) - volt(b))
      inflow[a] -= current
      inflow[b] += current
    }
    var stray = 0.0
    for (unknown, node) in nodes.enumerated() {
      stray += abs(inflow[Int(node)] + amperes[unknown])
    }
    return (inflow, stray)
  }

  /// Sum of the magnitudes of the currents of all resistors and current sources at each node.
  func throughput(
    _ siemens: [Double], nodeVolts: [Double], corrections: [Double]
  ) -> [Double] {
    var sums = [Double](repeating: 0, count: nodeVolts.count)
    for (resistor, g) in zip(circuit.resistors, siemens) {
      let (a, b) = (Int(resistor.a.index), Int(resistor.b.index))
      let amperes =
        g * abs((nodeVolts[a] - nodeVolts[b]) + (corrections[a] - corrections[b]))
      sums[a] += amperes
      sums[b] += amperes
    }
    for source in circuit.currentSources {
      sums[Int(source.from.index)] += abs(source.amperes)
      sums[Int(source.to.index)] += abs(source.amperes)
    }
    return sums
  }

  /// Currents into the unknown nodes with every source at its magnitude and all known nodes taken as
  /// zero, by unknown.
  func magnitudes(_ siemens: [Double], nodeVolts: [Double]) -> [Double] {
    var amperes = [Double](repeating: 0, count: order)
    for (resistor, g) in zip(circuit.resistors, siemens) {
      let (a, b) = (Int(resistor.a.index), Int(resistor.b.index))
      if unknowns[a] >= 0, unknowns[b] < 0 { amperes[Int(unknowns[a])] += g * abs(nodeVolts[b]) }
      if unknowns[b] >= 0, unknowns[a] < 0 { amperes[Int(unknowns[b])] += g * abs(nodeVolts[a]) }
    }
    for source in circuit.currentSources {
      for node in [source.from, source.to] where unknowns[Int(node.index)] >= 0 {
        amperes[Int(unknowns[Int(node.index)])] += abs(source.amperes)
      }
    }
    return amperes
  }

  /// What each known node would carry if no two contributions canceled: for `volts` that belong to
  /// `magnitudes`, `Σ g (v + |V|)` over its resistors. Zero at unknown nodes.
  func uncanceled(_ siemens: [Double], volts: [Double], nodeVolts: [Double]) -> [Double] {
    var sums = [Double](repeating: 0, count: circuit.nodeCount)
    for (resistor, g) in zip(circuit.resistors, siemens) {
      for (node, other) in [(resistor.a, resistor.b), (resistor.b, resistor.a)] {
        let (here, there) = (Int(node.index), Int(other.index))
        guard unknowns[here] < 0, here != there else { continue }
        let magnitude =
          unknowns[there] >= 0 ? volts[Int(unknowns[there])] : abs(nodeVolts[there])
        sums[here] += g * (magnitude + abs(nodeVolts[here]))
      }
    }
    return sums
  }
}

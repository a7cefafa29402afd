import Netlist
import SparseLinearAlgebra

/// Error bounds for currents from the network of conductances and known voltages.
///
/// A current that enters a node leaves through the grounded sources and ground, in shares `t` from
/// 0 to 1 that add up to 1. A solution that violates Kirchhoff's current law by `r` is therefore
/// off by `Σ t_i r_i` in the current of a source: at most by `Σ |r_i|`, and at most by the response
/// of the network to currents `|r_i|`, which one more solve gives for all sources at once. Between
/// a candidate and the solution, the tangents of rising laws change, but the shares remain shares.
extension NodalSystem {
  /// Elimination without subtractions of all unknown nodes. Isolated parts are tied to ground at
  /// `tied`, as in `tie`.
  func elimination(
    _ network: ConductanceNetwork, tied: [Int]
  ) throws(SparseError) -> ConductanceElimination {
    precondition(network.isReciprocal, "elimination is for conductances")
    var edges = ConductanceElimination.Edges()
    var excess = [Double](repeating: 0, count: unknownNodeCount)
    for branch in network.branches where branch.forward > 0 && branch.a != branch.b {
      let (a, b, g) = (unknowns[branch.a], unknowns[branch.b], branch.forward)
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

  /// Currents that known voltages and constants drive into the unknown nodes, by unknown.
  func driven(
    _ network: ConductanceNetwork, nodeVolts: [Double], corrections: [Double]
  ) -> [Double] {
    var amperes = [Double](repeating: 0, count: order)
    for branch in network.branches {
      let constant = branch.constantAmperes(nodeVolts, corrections)
      let (a, b) = (Int(unknowns[branch.a]), Int(unknowns[branch.b]))
      if a >= 0 {
        amperes[a] += (b < 0 ? branch.backward * nodeVolts[branch.b] : 0) - constant
      }
      if b >= 0 {
        amperes[b] += (a < 0 ? branch.forward * nodeVolts[branch.a] : 0) + constant
      }
    }
    return amperes
  }

  /// Currents into every node, in amperes by node, due to the unknown voltages with all sources at
  /// zero, and the sum of the residuals at the unknown nodes for the currents `amperes` into them.
  func response(
    _ network: ConductanceNetwork, volts: [Double], amperes: [Double]
  ) -> (inflow: [Double], strayAmperes: Double) {
    var inflow = [Double](repeating: 0, count: circuit.nodeCount)
    func volt(_ node: Int) -> Double {
      unknowns[node] >= 0 ? volts[Int(unknowns[node])] : 0
    }
    for branch in network.branches {
      let current = branch.conducted(volt)
      inflow[branch.a] -= current
      inflow[branch.b] += current
    }
    var stray = 0.0
    for (unknown, node) in nodes.enumerated() {
      stray += abs(inflow[Int(node)] + amperes[unknown])
    }
    return (inflow, stray)
  }

  /// Sum of the magnitudes of the currents of all branches at each node.
  func throughput(
    _ network: ConductanceNetwork, nodeVolts: [Double], corrections: [Double]
  ) -> [Double] {
    var sums = [Double](repeating: 0, count: nodeVolts.count)
    for branch in network.branches {
      let (a, b) = (branch.a, branch.b)
      let amperes =
        branch.amperes.map { abs($0) } ?? branch.forward
        * abs((nodeVolts[a] - nodeVolts[b]) + (corrections[a] - corrections[b]))
      sums[a] += amperes
      sums[b] += amperes
    }
    return sums
  }

  /// Currents into the unknown nodes with every source at its magnitude and all known nodes taken
  /// as zero, by unknown.
  func magnitudes(
    _ network: ConductanceNetwork, nodeVolts: [Double], corrections: [Double]
  ) -> [Double] {
    var amperes = [Double](repeating: 0, count: order)
    for branch in network.branches {
      let constant = abs(branch.constantAmperes(nodeVolts, corrections))
      let (a, b) = (Int(unknowns[branch.a]), Int(unknowns[branch.b]))
      if a >= 0 {
        amperes[a] += (b < 0 ? branch.backward * abs(nodeVolts[branch.b]) : 0) + constant
      }
      if b >= 0 {
        amperes[b] += (a < 0 ? branch.forward * abs(nodeVolts[branch.a]) : 0) + constant
      }
    }
    return amperes
  }

  /// The current of each known node if no two contributions canceled: for `volts` that belong to
  /// `magnitudes`, `Σ g (v + |V|)` over its branches. Zero at unknown nodes.
  func uncanceled(
    _ network: ConductanceNetwork, volts: [Double], nodeVolts: [Double], corrections: [Double]
  ) -> [Double] {
    var sums = [Double](repeating: 0, count: circuit.nodeCount)
    func magnitude(_ node: Int) -> Double {
      unknowns[node] >= 0 ? volts[Int(unknowns[node])] : abs(nodeVolts[node])
    }
    for branch in network.branches where branch.a != branch.b {
      // Current sources drive no conductance: their share of a source's current is in the volts.
      let constant =
        branch.forward > 0 || branch.backward > 0
        ? abs(branch.constantAmperes(nodeVolts, corrections)) : 0
      let sum =
        branch.forward == branch.backward
        ? branch.forward * (magnitude(branch.a) + magnitude(branch.b))
        : branch.forward * magnitude(branch.a) + branch.backward * magnitude(branch.b)
      for node in [branch.a, branch.b] where unknowns[node] < 0 { sums[node] += sum + constant }
    }
    return sums
  }
}

import Netlist
import SparseLinearAlgebra

extension NodalSystem {
  /// Voltage sources with one grounded terminal, and the others; throws if sources form loops.
  static func sortedSources(
    _ circuit: Circuit
  ) throws(CircuitError) -> (grounded: [GroundedSource], floating: [Int]) {
    var grounded: [GroundedSource] = []
    var floating: [Int] = []
    var sharers: [Int: Double] = [:]
    var joined = DisjointSets(count: circuit.nodeCount)
    for (index, source) in circuit.voltageSources.enumerated() {
      guard source.plus != source.minus else {
        throw .shortedSource(circuit.name(of: source.label))
      }
      if source.minus == .ground || source.plus == .ground {
        let isPlus = source.minus == .ground
        let node = Int((isPlus ? source.plus : source.minus).index)
        grounded.append(.init(source: index, node: node, sign: isPlus ? 1 : -1))
        sharers[node, default: 0] += 1
        joined.join(Int32(node), 0)
      } else {
        floating.append(index)
      }
    }
    for index in grounded.indices { grounded[index].sharers = sharers[grounded[index].node] ?? 1 }
    for index in floating {
      let source = circuit.voltageSources[index]
      guard joined.join(source.plus.index, source.minus.index) else {
        throw .sourceLoop(circuit.name(of: source.label))
      }
    }
    return (grounded, floating)
  }

  /// Which elements conduct, by index.
  struct Conduction {
    var resistor: (Int) -> Bool
    var diode: (Int) -> Bool = { _ in true }
    var mosfet: (Int) -> Bool = { _ in true }

    static var all: Conduction { Conduction(resistor: { _ in true }) }
  }

  /// The parts of the circuit that conducting elements and voltage sources hold together; ground's
  /// is zero. Current sources connect nothing, nor do gates and bulks.
  private static func parts(_ circuit: Circuit, _ conducts: Conduction) -> DisjointSets {
    var parts = DisjointSets(count: circuit.nodeCount)
    for source in circuit.voltageSources { parts.join(source.plus.index, source.minus.index) }
    for (index, resistor) in circuit.resistors.enumerated() where conducts.resistor(index) {
      parts.join(resistor.a.index, resistor.b.index)
    }
    for (index, diode) in circuit.diodes.enumerated() where conducts.diode(index) {
      parts.join(diode.anode.index, diode.cathode.index)
    }
    for (index, mosfet) in circuit.mosfets.enumerated() where conducts.mosfet(index) {
      parts.join(mosfet.drain.index, mosfet.source.index)
    }
    for device in circuit.compactDevices {
      for (terminal, other) in circuit.compactModels[device.model].directPaths.enumerated()
      where terminal < device.nodes.count && other < device.nodes.count {
        parts.join(device.nodes[terminal].index, device.nodes[other].index)
      }
    }
    return parts
  }

  /// Throws unless conducting elements and voltage sources connect every node to ground.
  static func requirePathsToGround(
    _ circuit: Circuit, _ conducts: Conduction
  ) throws(CircuitError) {
    var parts = parts(circuit, conducts)
    for node in circuit.nodes where parts.find(node.index) != 0 {
      throw .floatingNode(circuit.name(of: node))
    }
  }

  /// Nodes that have no path to ground, and the first node of their part, in the order of nodes.
  static func isolatedNodes(
    _ circuit: Circuit, _ conducts: Conduction
  ) -> [(node: Int, part: Int)] {
    var parts = parts(circuit, conducts)
    var isolated: [(node: Int, part: Int)] = []
    for node in 0..<Int32(circuit.nodeCount) {
      let part = parts.find(node)
      if part != 0 { isolated.append((Int(node), Int(part))) }
    }
    return isolated
  }

  /// Throws if current sources put a current into an isolated part, which it cannot leave.
  static func requireUnfed(
    _ isolated: [(node: Int, part: Int)], _ circuit: Circuit
  ) throws(CircuitError) {
    guard !isolated.isEmpty, !circuit.currentSources.isEmpty else { return }
    let parts = Dictionary(uniqueKeysWithValues: isolated.map { ($0.node, $0.part) })
    var sums: [Int: (sum: Double, magnitude: Double)] = [:]
    for source in circuit.currentSources {
      for (node, amperes) in [(source.from, -source.amperes), (source.to, source.amperes)] {
        guard let part = parts[Int(node.index)] else { continue }
        sums[part, default: (0, 0)].sum += amperes
        sums[part, default: (0, 0)].magnitude += abs(amperes)
      }
    }
    for (node, part) in isolated where node == part {
      guard let (sum, magnitude) = sums[part] else { continue }
      // Currents within a part cancel, up to the rounding of their sum.
      if abs(sum) > 1e-14 * magnitude { throw .floatingNode(circuit.name(of: circuit.node(part))) }
    }
  }

  /// A factorization's failure, with the unknown's name in place of its number.
  func located(_ error: SparseError) -> CircuitError {
    switch error {
    case .notPositiveDefinite(let unknown), .singular(let unknown), .notFinite(let unknown):
      .singular(name(ofUnknown: unknown))
    case .outOfMemory, .tooLarge, .library: .factorization(error)
    }
  }
}

import Netlist

/// Where the unknowns of a circuit's modified nodal analysis are (Ho, Ruehli and Brennan, IEEE Trans.
/// Circuits Syst. 22(6), 1975): node voltages, nodes inside devices with series resistance, and the
/// currents of everything that sets a voltage.
///
/// Ground is the place behind the last unknown, so that vectors have one value more and no element
/// needs to know whether it is grounded.
struct SimulationLayout: Sendable {
  let circuit: Circuit
  /// Number of unknowns; also the place of ground.
  let order: Int
  /// The number of unknowns that are voltages of nodes, which come first.
  let voltageCount: Int
  /// Anode of each diode's junction; drain and source of each MOSFET's channel.
  let junctionAnodes: [Int], channelDrains: [Int], channelSources: [Int]
  /// Current through each voltage source and inductor, from plus to minus.
  let sourceBranches: [Int], inductorBranches: [Int]
  /// Current through controlled and behavioral sources; nil where they put out a current.
  let voltageControlledBranches: [Int?], currentControlledBranches: [Int?], formulaBranches: [Int?]

  init(_ circuit: Circuit) {
    self.circuit = circuit
    var next = circuit.nodeCount - 1
    func add() -> Int {
      defer { next += 1 }
      return next
    }
    let ground = Self.lastPlace(circuit)
    func place(_ node: Node) -> Int { node == .ground ? ground : Int(node.index) - 1 }
    junctionAnodes = circuit.diodes.map {
      circuit.diodeModels[$0.model].extras.seriesOhms > 0 ? add() : place($0.anode)
    }
    channelDrains = circuit.mosfets.map {
      circuit.mosfetModels[$0.model].extras.drainOhms > 0 ? add() : place($0.drain)
    }
    channelSources = circuit.mosfets.map {
      circuit.mosfetModels[$0.model].extras.sourceOhms > 0 ? add() : place($0.source)
    }
    voltageCount = next
    sourceBranches = circuit.voltageSources.map { _ in add() }
    inductorBranches = circuit.inductors.map { _ in add() }
    voltageControlledBranches = circuit.voltageControlledSources.map {
      $0.output == .voltage ? add() : nil
    }
    currentControlledBranches = circuit.currentControlledSources.map {
      $0.output == .voltage ? add() : nil
    }
    formulaBranches = circuit.behavioralSources.map { $0.output == .voltage ? add() : nil }
    order = next
    precondition(order == ground, "ground comes last")
  }

  private static func lastPlace(_ circuit: Circuit) -> Int {
    let inner =
      circuit.diodes.count { circuit.diodeModels[$0.model].extras.seriesOhms > 0 }
      + circuit.mosfets.reduce(0) { sum, mosfet in
        let extras = circuit.mosfetModels[mosfet.model].extras
        return sum + (extras.drainOhms > 0 ? 1 : 0) + (extras.sourceOhms > 0 ? 1 : 0)
      }
    return circuit.nodeCount - 1 + inner + circuit.voltageSources.count + circuit.inductors.count
      + circuit.voltageControlledSources.count { $0.output == .voltage }
      + circuit.currentControlledSources.count { $0.output == .voltage }
      + circuit.behavioralSources.count { $0.output == .voltage }
  }

  /// Place of a node's voltage.
  func place(_ node: Node) -> Int { node == .ground ? order : Int(node.index) - 1 }

  /// What to call an unknown in an error: its node, device or branch.
  func name(of unknown: Int) -> String {
    if unknown < circuit.nodeCount - 1 { return circuit.name(of: circuit.node(unknown + 1)) }
    func name(_ places: [Int], _ label: (Int) -> Label) -> String? {
      places.firstIndex(of: unknown).map { circuit.name(of: label($0)) }
    }
    func name(_ places: [Int?], _ label: (Int) -> Label) -> String? {
      places.firstIndex(of: unknown).map { circuit.name(of: label($0)) }
    }
    let devices =
      name(junctionAnodes) { circuit.diodes[$0].label }
      ?? name(channelDrains) { circuit.mosfets[$0].label }
      ?? name(channelSources) { circuit.mosfets[$0].label }
    if let devices { return devices }
    let branches =
      name(sourceBranches) { circuit.voltageSources[$0].label }
      ?? name(inductorBranches) { circuit.inductors[$0].label }
      ?? name(voltageControlledBranches) { circuit.voltageControlledSources[$0].label }
    if let branches { return branches }
    return name(currentControlledBranches) { circuit.currentControlledSources[$0].label }
      ?? name(formulaBranches) { circuit.behavioralSources[$0].label } ?? "ground"
  }
}

import CompactModels
import Netlist

/// Where the unknowns of a circuit's modified nodal analysis are (Ho, Ruehli and Brennan, IEEE
/// Trans. Circuits Syst. 22(6), 1975): node voltages, nodes inside devices with series resistance,
/// and the currents of everything that sets a voltage.
///
/// Ground is the place behind the last unknown, so that vectors have one value more and no element
/// needs to know whether it is grounded.
struct SimulationLayout: Sendable {
  let circuit: Circuit
  /// Number of unknowns; also the place of ground.
  let order: Int
  /// The number of unknowns that are voltages of nodes, which come first.
  let voltageCount: Int
  /// The number of unknowns that are voltages or currents, which come before all others.
  let circuitCount: Int
  /// Anode of each diode's junction; drain and source of each MOSFET's channel.
  let junctionAnodes: [Int], channelDrains: [Int], channelSources: [Int]
  /// Current through each voltage source and inductor, from plus to minus.
  let sourceBranches: [Int], inductorBranches: [Int]
  /// Current through controlled and behavioral sources; `nil` if the output is a current.
  let voltageControlledBranches: [Int?], currentControlledBranches: [Int?], formulaBranches: [Int?]
  /// The compact devices, and the places of their nodes, by device and node.
  let compact: CompactDevices
  let compactPlaces: [[Int]]
  /// The terminals that compact models make one, without what others make one already: two paths
  /// without a voltage share their current as they like.
  let shorts: [CompactDevices.Short]
  /// Currents between terminals that compact models make one, in the order of `shorts`.
  let compactShorts: [Int]
  /// Currents into each transmission line: at its near end, by conductor, then at its far end.
  let lineBranches: [[Int]]
  /// Voltages inside compact devices come last of all voltages, from here to `voltageCount`; states
  /// and other quantities of theirs come last of all unknowns. Both may be of any size.
  let firstInner: Int, firstOther: Int
  /// Rates of charges inside compact devices, in amperes; they follow from the rest.
  let compactRates: Range<Int>
  /// Values of `ddt` and `idt`, the last unknowns: neither volts nor amperes.
  let dynamicPlaces: [Int]
  /// Requested currents that are not unknowns already. A meter, a 0 V source between the node and
  /// an internal terminal, makes each of them an unknown, whatever the element.
  let metered: [ElementCurrent]
  private let meters: [ElementCurrent: (terminal: Int, branch: Int)]

  /// The unknowns of a circuit, with the currents that its formulas and `currents` ask for.
  init(
    _ circuit: Circuit, showing currents: [ElementCurrent] = [], compact: CompactDevices
  ) {
    self.compact = compact
    self.circuit = circuit
    let metered = Self.metered(circuit, currents)
    self.metered = metered
    var joined = DisjointSets(count: circuit.nodeCount)
    shorts = compact.shorts.filter { short in
      let nodes = circuit.compactDevices[short.device].nodes
      return joined.join(
        nodes[short.terminal].index, short.other.map { nodes[$0].index } ?? Node.ground.index)
    }
    var next = circuit.nodeCount - 1
    func add() -> Int {
      defer { next += 1 }
      return next
    }
    let ground =
      Self.lastPlace(circuit) + 2 * metered.count + compact.unknowns.count + shorts.count
    func place(_ node: Node) -> Int { node == .ground ? ground : Int(node.index) - 1 }
    var terminals: [ElementCurrent: Int] = [:]
    for current in metered { terminals[current] = add() }
    func terminal(_ current: ElementCurrent, _ node: Node) -> Int {
      terminals.isEmpty ? place(node) : terminals[current] ?? place(node)
    }
    junctionAnodes = circuit.diodes.indices.map { k in
      let diode = circuit.diodes[k]
      return circuit.diodeModels[diode.model].extras.seriesOhms > 0
        ? add() : terminal(.diode(k), diode.anode)
    }
    channelDrains = circuit.mosfets.indices.map { k in
      let mosfet = circuit.mosfets[k]
      return circuit.mosfetModels[mosfet.model].extras.drainOhms > 0
        ? add() : terminal(.mosfet(k), mosfet.drain)
    }
    channelSources = circuit.mosfets.map {
      circuit.mosfetModels[$0.model].extras.sourceOhms > 0 ? add() : place($0.source)
    }
    var own = [Int](repeating: ground, count: compact.unknowns.count)
    func place(_ quantity: CompactModule.Node.Quantity) {
      for (k, unknown) in compact.unknowns.enumerated() where unknown.quantity == quantity {
        own[k] = add()
      }
    }
    firstInner = next
    place(.voltage)
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
    var meters: [ElementCurrent: (terminal: Int, branch: Int)] = [:]
    for current in metered { meters[current] = (terminals[current] ?? ground, add()) }
    self.meters = meters
    compactShorts = shorts.map { _ in add() }
    lineBranches = circuit.lines.map { $0.near.map { _ in add() } + $0.far.map { _ in add() } }
    place(.current)
    firstOther = next
    place(.other)
    circuitCount = next
    place(.rate)
    compactRates = circuitCount..<next
    compactPlaces = compact.places.enumerated().map { device, places in
      let nodes = circuit.compactDevices[device].nodes
      return places.map { node in
        switch node {
        case .ground: ground
        case .own(let number): own[number]
        case .terminal(0): terminal(.compactDevice(device), nodes[0])
        case .terminal(let number): place(nodes[number])
        }
      }
    }
    dynamicPlaces = circuit.dynamicTerms.map { _ in add() }
    order = next
    precondition(order == ground, "ground comes last")
  }

  /// Those of the currents in formulas and of `shown` that are no unknowns yet, each once.
  private static func metered(
    _ circuit: Circuit, _ shown: [ElementCurrent]
  ) -> [ElementCurrent] {
    var (found, seen): ([ElementCurrent], Set<ElementCurrent>) = ([], [])
    func add(_ current: ElementCurrent) {
      let isUnknown =
        switch current {
        case .voltageSource, .inductor: true
        case .voltageControlledSource(let index):
          circuit.voltageControlledSources[index].output == .voltage
        case .currentControlledSource(let index):
          circuit.currentControlledSources[index].output == .voltage
        case .behavioralSource(let index): circuit.behavioralSources[index].output == .voltage
        case .resistor, .capacitor, .currentSource, .diode, .mosfet, .voltageSwitch,
          .compactDevice:
          false
        }
      if !isUnknown, seen.insert(current).inserted { found.append(current) }
    }
    let formulas = circuit.behavioralSources.map(\.expression)
    for formula in formulas + circuit.dynamicTerms.map(\.operand) {
      for case .current(let current) in formula.controls { add(current) }
    }
    for current in shown { add(current) }
    return found
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
      + circuit.behavioralSources.count { $0.output == .voltage } + circuit.dynamicTerms.count
      + circuit.lines.reduce(0) { $0 + 2 * $1.near.count }
  }

  /// Whether an unknown is inside a compact device and may be of any size.
  func isOfAnySize(_ unknown: Int) -> Bool {
    unknown >= firstOther || (unknown >= firstInner && unknown < voltageCount)
  }

  /// Place of a node's voltage.
  func place(_ node: Node) -> Int { node == .ground ? order : Int(node.index) - 1 }

  /// Where an element's first terminal is: at its node or, with a meter, behind that.
  func terminal(_ current: ElementCurrent, _ node: Node) -> Int {
    meters.isEmpty ? place(node) : meters[current]?.terminal ?? place(node)
  }

  /// Place of a current, which the circuit's formulas or the analysis ask for.
  func place(of current: ElementCurrent) -> Int {
    let own: Int? =
      switch current {
      case .voltageSource(let index): sourceBranches[index]
      case .inductor(let index): inductorBranches[index]
      case .voltageControlledSource(let index): voltageControlledBranches[index]
      case .currentControlledSource(let index): currentControlledBranches[index]
      case .behavioralSource(let index): formulaBranches[index]
      case .resistor, .capacitor, .currentSource, .diode, .mosfet, .voltageSwitch,
        .compactDevice:
        nil
      }
    guard let place = own ?? meters[current]?.branch else {
      preconditionFailure("the layout was not asked for this current")
    }
    return place
  }

  /// The name of an unknown in an error: its node, device or branch.
  func name(of unknown: Int) -> String {
    if unknown < circuit.nodeCount - 1 { return circuit.name(of: circuit.node(unknown + 1)) }
    if let (current, _) = meters.first(where: {
      $0.value.terminal == unknown || $0.value.branch == unknown
    }) {
      return circuit.name(of: circuit.label(of: current))
    }
    let wanted = unknown
    for unknown in compact.unknowns
    where compactPlaces[unknown.device][unknown.node] == wanted {
      return compact.name(of: unknown.device, node: unknown.node)
    }
    if let short = compactShorts.firstIndex(of: wanted) {
      return compact.name(of: shorts[short].device)
    }
    func name(_ places: [Int], _ label: (Int) -> Label) -> String? {
      places.firstIndex(of: unknown).map { circuit.name(of: label($0)) }
    }
    func name(_ places: [Int?], _ label: (Int) -> Label) -> String? {
      places.firstIndex(of: unknown).map { circuit.name(of: label($0)) }
    }
    if let line = lineBranches.firstIndex(where: { $0.contains(wanted) }) {
      return circuit.name(of: circuit.lines[line].label)
    }
    if let term = dynamicPlaces.firstIndex(of: unknown) {
      return circuit.name(of: circuit.dynamicTerms[term].label)
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

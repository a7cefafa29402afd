import DeviceModels
import Netlist
import SparseLinearAlgebra

/// The equations of a circuit, bound to the slots of a matrix.
///
/// Nodal analysis: the currents that leave a node through conductances equal those put into it,
/// `Σ g (v − v′) = Σ i`. A source with one grounded terminal makes its node's voltage known, which
/// moves to the right-hand side and keeps the matrix symmetric positive definite. Other voltage
/// sources add their current as an unknown and `v₊ − v₋ = V` as an equation (Ho, Ruehli, Brennan,
/// IEEE TCAS 22(6), 1975), which makes it indefinite.
struct NodalSystem: Sendable {
  /// A voltage source with one grounded terminal.
  struct GroundedSource: Sendable {
    var source: Int
    var node: Int
    /// +1 where its plus terminal is the node, −1 where it is ground.
    var sign: Double
    /// Number of grounded sources on that node.
    var sharers = 1.0
  }

  /// A resistor between an unknown and a known node other than ground.
  private struct BoundaryResistor: Sendable {
    var resistor: Int32
    var unknown: Int32
    var knownNode: Int32
  }

  let circuit: Circuit
  let pattern: SparsePattern
  /// Number of nodes whose voltage is unknown; source currents follow them.
  let unknownNodeCount: Int
  private(set) var groundedSources: [GroundedSource]
  /// Indices of the voltage sources whose current is an unknown, in the order of those unknowns.
  let floatingSources: [Int]

  /// Unknown of each node, or -1 where it is known.
  let unknowns: [Int32]
  /// Node of each unknown voltage.
  let nodes: [Int32]
  /// Slots of each resistor's entries (a,a), (b,b), (a,b), (b,a); absent ones name the spare slot.
  private let stamps: [SIMD4<Int32>]
  /// The same for each diode.
  private let diodeStamps: [SIMD4<Int32>]
  /// Slots of each MOSFET's entries (d,d), (d,g), (d,s), (s,d), (s,g), (s,s) and two spare ones.
  private let mosfetStamps: [SIMD8<Int32>]
  /// Slots and values of the entries that do not depend on conductances.
  private let constants: [(slot: Int32, value: Double)]
  private let boundary: [BoundaryResistor]
  /// Current from the current sources into each unknown node.
  private let injectedAmperes: [Double]

  /// Number of unknowns.
  var order: Int { unknownNodeCount + floatingSources.count }
  /// Entries of the matrix and one spare, a sink for contributions of known nodes.
  var valueCount: Int { pattern.entryCount + 1 }

  /// Numbers the unknowns of `circuit`; `wantsGeneralPattern` keeps both triangles also where the
  /// matrix is symmetric positive definite.
  init(_ circuit: Circuit, wantsGeneralPattern: Bool) throws(CircuitError) {
    if let label = circuit.firstBeyondResistive {
      throw .beyondResistive(circuit.name(of: label))
    }
    self.circuit = circuit
    (groundedSources, floatingSources) = try Self.sortedSources(circuit)
    try Self.requirePathsToGround(circuit, .all)

    var unknowns = [Int32](repeating: 0, count: circuit.nodeCount)
    unknowns[0] = -1
    for source in groundedSources { unknowns[source.node] = -1 }
    var nodes: [Int32] = []
    for node in unknowns.indices where unknowns[node] == 0 {
      unknowns[node] = Int32(nodes.count)
      nodes.append(Int32(node))
    }

    // Coordinates: the diagonal, then the coupling of each resistor, diode and MOSFET, then the
    // floating sources' ones.
    let isGeneral =
      wantsGeneralPattern || !floatingSources.isEmpty || !circuit.mosfets.isEmpty
    let count = Int32(nodes.count)
    var (rows, columns) = ((0..<count).map { $0 }, (0..<count).map { $0 })
    rows.reserveCapacity(nodes.count + circuit.resistors.count * (isGeneral ? 2 : 1))
    columns.reserveCapacity(rows.capacity)
    func add(_ row: Int32, _ column: Int32) {
      rows.append(row)
      columns.append(column)
    }
    var boundary: [BoundaryResistor] = []
    for (index, resistor) in circuit.resistors.enumerated() {
      let (a, b) = (unknowns[Int(resistor.a.index)], unknowns[Int(resistor.b.index)])
      if a >= 0, b >= 0, a != b {
        add(a, b)
        if isGeneral { add(b, a) }
      } else if a >= 0, b < 0, resistor.b != .ground {
        boundary.append(.init(resistor: Int32(index), unknown: a, knownNode: resistor.b.index))
      } else if b >= 0, a < 0, resistor.a != .ground {
        boundary.append(.init(resistor: Int32(index), unknown: b, knownNode: resistor.a.index))
      }
    }
    for diode in circuit.diodes {
      let (a, b) = (unknowns[Int(diode.anode.index)], unknowns[Int(diode.cathode.index)])
      guard a >= 0, b >= 0, a != b else { continue }
      add(a, b)
      if isGeneral { add(b, a) }
    }
    // Six places per MOSFET, of which known nodes and a channel from a node to itself have fewer.
    func places(_ mosfet: MOSFET) -> [(place: Int, row: Int32, column: Int32)] {
      guard mosfet.drain != mosfet.source else { return [] }
      let columns = [mosfet.drain, mosfet.gate, mosfet.source].map { unknowns[Int($0.index)] }
      var places: [(Int, Int32, Int32)] = []
      for (first, row) in [(0, columns[0]), (3, columns[2])] where row >= 0 {
        for k in 0..<3 where columns[k] >= 0 { places.append((first + k, row, columns[k])) }
      }
      return places
    }
    for mosfet in circuit.mosfets {
      for place in places(mosfet) { add(place.row, place.column) }
    }
    let firstConstant = rows.count
    var constantValues: [Double] = []
    for (branch, source) in floatingSources.enumerated() {
      let (row, source) = (count + Int32(branch), circuit.voltageSources[source])
      for (node, sign) in [(source.plus, 1.0), (source.minus, -1.0)] {
        let unknown = unknowns[Int(node.index)]
        guard unknown >= 0 else { continue }
        add(unknown, row)
        add(row, unknown)
        constantValues += [sign, sign]
      }
    }
    let pattern = SparsePattern(
      order: nodes.count + floatingSources.count, symmetry: isGeneral ? .general : .symmetric,
      rows: rows, columns: columns)

    let spare = Int32(pattern.entryCount)
    var next = nodes.count
    func stamp(_ first: Node, _ second: Node) -> SIMD4<Int32> {
      let (a, b) = (unknowns[Int(first.index)], unknowns[Int(second.index)])
      var stamp = SIMD4(repeating: spare)
      // An element with both ends on one node carries no current.
      guard first != second else { return stamp }
      if a >= 0 { stamp[0] = pattern.slots[Int(a)] }
      if b >= 0 { stamp[1] = pattern.slots[Int(b)] }
      if a >= 0, b >= 0 {
        stamp[2] = pattern.slots[next]
        if isGeneral { stamp[3] = pattern.slots[next + 1] }
        next += isGeneral ? 2 : 1
      }
      return stamp
    }
    stamps = circuit.resistors.map { stamp($0.a, $0.b) }
    diodeStamps = circuit.diodes.map { stamp($0.anode, $0.cathode) }
    mosfetStamps = circuit.mosfets.map { mosfet in
      var stamp = SIMD8(repeating: spare)
      for place in places(mosfet) {
        stamp[place.place] = pattern.slots[next]
        next += 1
      }
      return stamp
    }
    constants = constantValues.enumerated().map { (pattern.slots[firstConstant + $0], $1) }

    var injected = [Double](repeating: 0, count: nodes.count)
    for source in circuit.currentSources {
      let (from, to) = (unknowns[Int(source.from.index)], unknowns[Int(source.to.index)])
      if from >= 0 { injected[Int(from)] -= source.amperes }
      if to >= 0 { injected[Int(to)] += source.amperes }
    }
    injectedAmperes = injected
    self.pattern = pattern
    self.unknowns = unknowns
    self.nodes = nodes
    self.boundary = boundary
    unknownNodeCount = nodes.count
  }

  /// The name of the node or source that an unknown belongs to.
  func name(ofUnknown unknown: Int) -> String {
    if unknown >= unknownNodeCount {
      return circuit.name(
        of: circuit.voltageSources[floatingSources[unknown - unknownNodeCount]].label)
    }
    return name(ofNode: Int(nodes[unknown]))
  }

  func isUnknown(_ node: Node) -> Bool { unknowns[Int(node.index)] >= 0 }

  func name(ofNode node: Int) -> String { circuit.name(of: circuit.node(node)) }

  // MARK: Values

  /// Overwrites `values` with the matrix entries for these conductances in siemens.
  func load(_ siemens: [Double], into values: inout [Double]) {
    precondition(siemens.count == stamps.count, "one conductance per resistor")
    precondition(values.count == valueCount, "values do not match the pattern")
    for slot in values.indices { values[slot] = 0 }
    for (slot, value) in constants { values[Int(slot)] += value }
    for (g, slots) in zip(siemens, stamps) {
      values[Int(slots[0])] += g
      values[Int(slots[1])] += g
      values[Int(slots[2])] -= g
      values[Int(slots[3])] -= g
    }
  }

  /// Adds the slopes of the diodes to the matrix entries.
  func addDiodes(_ siemens: [Double], to values: inout [Double]) {
    for (g, slots) in zip(siemens, diodeStamps) {
      values[Int(slots[0])] += g
      values[Int(slots[1])] += g
      values[Int(slots[2])] -= g
      values[Int(slots[3])] -= g
    }
  }

  /// Adds the slopes of the MOSFETs: `i = gm (vg − vs) + gds (vd − vs)` leaves the drain.
  func addMOSFETs(_ tangents: [ChannelEquation.Tangent], to values: inout [Double]) {
    for (tangent, slots) in zip(tangents, mosfetStamps) {
      let (gm, gds) = (tangent.gateSiemens, tangent.drainSiemens)
      values[Int(slots[0])] += gds
      values[Int(slots[1])] += gm
      values[Int(slots[2])] -= gm + gds
      values[Int(slots[3])] -= gds
      values[Int(slots[4])] -= gm
      values[Int(slots[5])] += gm + gds
    }
  }

  /// Adds a conductance to ground at every unknown node.
  func addToDiagonal(_ siemens: Double, to values: inout [Double]) {
    for unknown in 0..<unknownNodeCount { values[Int(pattern.slots[unknown])] += siemens }
  }

  /// Ties nodes to ground by a conductance of the size of their others. A node that no current
  /// enters is then at zero volts.
  func tie(_ nodes: [Int], in values: inout [Double]) {
    for node in nodes {
      let slot = Int(pattern.slots[Int(unknowns[node])])
      values[slot] += values[slot] > 0 ? values[slot] : 1
    }
  }

  /// Sets the known entries of `nodeVolts` from the voltages of the sources.
  func setKnownVolts(
    _ sourceVolts: ArraySlice<Double>, _ nodeVolts: inout [Double]
  ) throws(CircuitError) {
    precondition(sourceVolts.count == circuit.voltageSources.count, "one voltage per source")
    for (index, volts) in sourceVolts.enumerated() where !volts.isFinite {
      throw .sourceNotFinite(circuit.name(of: circuit.voltageSources[index].label))
    }
    let first = sourceVolts.startIndex
    for grounded in groundedSources {
      nodeVolts[grounded.node] = grounded.sign * sourceVolts[first + grounded.source]
    }
    for grounded in groundedSources where grounded.sharers > 1 {
      guard nodeVolts[grounded.node] != grounded.sign * sourceVolts[first + grounded.source]
      else { continue }
      throw conflict(at: grounded, sourceVolts)
    }
  }

  private func conflict(
    at grounded: GroundedSource, _ sourceVolts: ArraySlice<Double>
  ) -> CircuitError {
    let last = groundedSources.last { $0.node == grounded.node } ?? grounded
    return .conflictingSources(
      node: name(ofNode: grounded.node),
      first: circuit.name(of: circuit.voltageSources[grounded.source].label),
      second: circuit.name(of: circuit.voltageSources[last.source].label))
  }

  /// The right-hand side for these known voltages, written from `start` on.
  func loadRightHandSide(
    _ siemens: [Double], _ sourceVolts: ArraySlice<Double>, nodeVolts: [Double],
    into rightHandSides: inout [Double], start: Int
  ) {
    for unknown in 0..<unknownNodeCount {
      rightHandSides[start + unknown] = injectedAmperes[unknown]
    }
    for edge in boundary {
      rightHandSides[start + Int(edge.unknown)] +=
        siemens[Int(edge.resistor)] * nodeVolts[Int(edge.knownNode)]
    }
    for (branch, index) in floatingSources.enumerated() {
      let source = circuit.voltageSources[index]
      // Known terminals hold their voltage here, unknown ones zero.
      rightHandSides[start + unknownNodeCount + branch] =
        sourceVolts[sourceVolts.startIndex + index]
        - (nodeVolts[Int(source.plus.index)] - nodeVolts[Int(source.minus.index)])
    }
  }

  /// Adds the unknowns stored from `start` on to node voltages and floating source currents.
  func add(
    _ unknownValues: [Double], start: Int, to nodeVolts: inout [Double],
    _ branchAmperes: inout [Double]
  ) {
    for unknown in 0..<unknownNodeCount {
      nodeVolts[Int(nodes[unknown])] += unknownValues[start + unknown]
    }
    for branch in branchAmperes.indices {
      branchAmperes[branch] += unknownValues[start + unknownNodeCount + branch]
    }
  }
}

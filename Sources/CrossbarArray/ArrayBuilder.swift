import CircuitSolver
import Netlist
import NumericKernels
import Units

/// Emits an array as a circuit: the only code that turns lines and cells into nodes and elements.
///
/// Names carry positions in the physical array. Nodes: `w_i_j`, `b_i_j`, `s_i_j` on word, bit and
/// source lines, `m_i_j` between a memory element and its access device, `g_i` on gates. Elements:
/// resistors `rw`, `rb`, `rs` (segments), `rt` (terminals), `rc` (cells), `rx` (shorts); capacitors
/// `cw`, `cb`, `cs` (lines to ground); diodes `da`, `db` of nonlinear cells; transistors `mc`;
/// sources `vin_i`, `vs_j`, `vo_j`, `vx` (held lines), `vg_i` (gates). The second array or line of
/// pairs has an `n` after the letter, the second terminal of a line driven or sensed at both ends
/// an `f`. An ideal line is a single node: no element has zero ohms.
struct ArrayBuilder {
  let array: ArrayDescription
  let law: any CurrentVoltageLaw
  let layout: ArrayLayout
  var circuit: Circuit
  var result: ArrayNetlist.Meaning
  /// Whether the cells of each word line conduct; `nil` if all do.
  let gates: [Bool]?
  let volts: [Double]
  /// Whether lines get their capacitances.
  let isDynamic: Bool

  /// The circuit of a valid array. Gate-driven cells whose bit in `gates` is 0 are left out (their
  /// transistors, if any, get 0 V at the gate); `nil` emits every cell, so that solvers can switch
  /// them by value. Word lines of voltage-driven arrays are driven with `volts`, or with 0 V if
  /// `nil`. Capacitances are included only if the circuit is `dynamic`: at DC they are open.
  static func circuit(
    of array: ArrayDescription, title: String = "array", gates: [Bool]? = nil,
    volts: [Double]? = nil, dynamic isDynamic: Bool = false
  ) throws(ArrayError) -> ArrayNetlist {
    try array.validate()
    // Two nodes and three resistors per cell, with their names, places in the layout and slots.
    try array.requireMemory(bytesPerCell: 256)
    if let reason = array.law.law.circuitRefusal { throw .unsupported(reason) }
    precondition(gates.map { $0.count == array.wordLineCount } ?? true, "gates do not fit")
    precondition(volts.map { $0.count == array.wordLineCount } ?? true, "voltages do not fit")
    var builder = ArrayBuilder(
      array: array, law: array.law.law, layout: ArrayLayout(array), circuit: Circuit(title: title),
      result: ArrayNetlist.Meaning(
        inputs: array.wordLineCount, outputs: array.outputCount), gates: gates,
      volts: volts ?? Array(repeating: 0, count: array.wordLineCount), isDynamic: isDynamic)
    builder.emit()
    if gates == nil, let isolated = NodeConnectivity.isolatedParts(of: builder.circuit).first {
      throw .circuit(.floatingNode(builder.circuit.name(of: isolated)))
    }
    return ArrayNetlist(circuit: builder.circuit, meaning: builder.result)
  }

  private mutating func emit() {
    emitGates()
    var sense = Lines(layout)
    for plane in layout.planes {
      let suffix = plane.isNegative ? "n" : ""
      let drive = driveLines(plane, suffix: suffix)
      if !(plane.isNegative && layout.sharesBitLines) { sense = bitLines(plane, suffix: suffix) }
      emitCells(plane, suffix: suffix, from: drive, to: sense)
      emitShorts(plane, suffix: suffix, drive: drive.nodes, sense: sense.nodes)
    }
    if gates != nil { tieIsolatedParts() }
  }

  /// Gate nodes of 1T1R arrays, and the bulk that all their transistors share: at the law's voltage or
  /// at the lowest of the array, so that no junction to it conducts.
  private mutating func emitGates() {
    guard let gateVolts = law.gateVolts else { return }
    for p in 0..<layout.wordLineCount {
      guard layout.usedWordLines.contains(p) else {
        result.gateNodes.append(nil)
        continue
      }
      let input = p - layout.usedWordLines.lowerBound
      let node = circuit.addNode(circuit.label("g", p))
      let volts = gates?[input] ?? true ? gateVolts : array.lowestVolts
      result.gateSources.append(
        circuit.addVoltageSource(
          circuit.label("vg", p), plus: node, minus: .ground, volts: volts))
      result.gateNodes.append(node)
    }
    let bulkVolts = law.bulkVolts ?? array.lowestVolts
    if layout.sharesBitLines || bulkVolts != 0 {
      let bulk = circuit.addNode(circuit.label("bulk"))
      circuit.addVoltageSource(
        circuit.label("vbulk"), plus: bulk, minus: .ground, volts: bulkVolts)
      result.bulk = bulk
    }
  }

  // MARK: Lines

  /// Lines of one kind as emitted.
  struct Lines {
    /// Nodes by place, `[wordLines, bitLines]`; `nil` for a line that is left out.
    var nodes: Matrix<Node?>
    /// Terminal sources by line.
    var sources: [ArrayNetlist.LineSources] = []

    init(_ layout: ArrayLayout) {
      nodes = Matrix(rows: layout.wordLineCount, columns: layout.bitLineCount, repeating: nil)
    }
  }

  /// The lines that feed the cells of a plane.
  private mutating func driveLines(_ plane: ArrayLayout.Plane, suffix: String) -> Lines {
    emit(
      plane.driveLines, array.topology == .voltageDriven ? .wordLine : .sourceLine,
      suffix: suffix, alongWordLines: layout.drivesAlongWordLines)
  }

  private mutating func bitLines(_ plane: ArrayLayout.Plane, suffix: String) -> Lines {
    emit(plane.bitLines, .bitLine, suffix: suffix, alongWordLines: false)
  }

  private mutating func emit(
    _ lines: [WiredLine?], _ kind: LineKind, suffix: String, alongWordLines: Bool
  ) -> Lines {
    var emitted = Lines(layout)
    for (index, line) in lines.enumerated() {
      var sources = ArrayNetlist.LineSources()
      if let line {
        let nodes = emit(
          line, kind, suffix: suffix, index: index, alongWordLines: alongWordLines,
          sources: &sources)
        for (place, node) in nodes.enumerated() {
          if alongWordLines {
            emitted.nodes[index, place] = node
          } else {
            emitted.nodes[place, index] = node
          }
        }
      }
      emitted.sources.append(sources)
    }
    return emitted
  }

  /// Emits a line with its terminals; returns its node at each place.
  private mutating func emit(
    _ line: WiredLine, _ kind: LineKind, suffix: String, index: Int, alongWordLines: Bool,
    sources: inout ArrayNetlist.LineSources
  ) -> [Node] {
    let letter = kind.letter + suffix
    func label(_ prefix: String, _ place: Int) -> Label {
      alongWordLines ? circuit.label(prefix, index, place) : circuit.label(prefix, place, index)
    }
    var nodes: [Node] = []
    nodes.reserveCapacity(line.length)
    for place in 0..<line.length {
      let ohms = place == 0 ? .infinity : line.ohms(ofSegment: place)
      if ohms == 0 {
        nodes.append(nodes[place - 1])
        continue
      }
      let name = label(letter, place)
      nodes.append(circuit.addNode(name))
      if ohms.isFinite {
        let name = label("r" + letter, place)
        circuit.addResistor(name, nodes[place - 1], nodes[place], ohms: ohms)
      }
    }
    if isDynamic, line.segmentFarads > 0 {
      for place in 0..<line.length {
        let name = label("c" + letter, place)
        circuit.addCapacitor(name, nodes[place], .ground, farads: line.segmentFarads)
      }
    }
    for terminal in line.terminals {
      let end = line.ends == .both && terminal.isFar ? "f" : ""
      let attached = nodes[terminal.isFar ? line.length - 1 : 0]
      var node = attached
      if terminal.ohms > 0 {
        let name = circuit.label("t" + letter + end, index)
        node = circuit.addNode(name)
        let resistor = circuit.label("rt" + letter + end, index)
        circuit.addResistor(resistor, node, attached, ohms: terminal.ohms)
      }
      let added = addSource(line.source, of: kind, suffix: suffix + end, index: index, at: node)
      if terminal.isFar { sources.far = added } else { sources.near = added }
    }
    return nodes
  }

  private mutating func addSource(
    _ source: WiredLine.Source, of kind: LineKind, suffix: String, index: Int, at node: Node
  ) -> Int {
    let value: Double
    var isHeld = false
    switch source {
    case .input(let input, let sign): value = sign * volts[input]
    case .sense: value = 0
    case .fixed(let volts):
      value = volts
      isHeld = true
    }
    let label = circuit.label(kind.sourceName(isHeld: isHeld) + suffix, index)
    let added = circuit.addVoltageSource(label, plus: node, minus: .ground, volts: value)
    switch source {
    case .input(let input, let sign): result.inputSources[input].append((added, sign))
    case .sense(let output): result.senseSources[output].append(added)
    case .fixed: break
    }
    return added
  }

  // MARK: Shorts and isolated parts

  private mutating func emitShorts(
    _ plane: ArrayLayout.Plane, suffix: String, drive: Matrix<Node?>, sense: Matrix<Node?>
  ) {
    for short in plane.shortedCells {
      addShort(
        "rx" + suffix, short.wordLine, short.bitLine, drive[short.wordLine, short.bitLine],
        sense[short.wordLine, short.bitLine], short.ohms)
    }
    for short in plane.shortedLines {
      let (i, j) = (short.wordLine, short.bitLine)
      let nodes = short.isBitLine ? sense : drive
      let isStep = short.isBitLine || !layout.drivesAlongWordLines
      addShort(
        (short.isBitLine ? "rxb" : "rxd") + suffix, i, j, nodes[i, j],
        isStep ? nodes[i, j + 1] : nodes[i + 1, j], short.ohms)
    }
  }

  private mutating func addShort(
    _ prefix: String, _ i: Int, _ j: Int, _ a: Node?, _ b: Node?, _ ohms: Double
  ) {
    guard let a, let b, a != b else { return }
    let label = circuit.label(prefix, i, j)
    circuit.addResistor(label, a, b, ohms: ohms)
  }

  /// Ties parts that switched-off cells leave without any source to ground: no current can flow,
  /// but every simulator wants a path to ground.
  private mutating func tieIsolatedParts() {
    for (k, node) in NodeConnectivity.isolatedParts(of: circuit).enumerated() {
      let label = circuit.label("rtie", k)
      circuit.addResistor(label, node, .ground, ohms: 1)
    }
  }
}

extension ArrayDescription {
  /// The lowest voltage of a gate-driven array, at which unselected gates and bulks are held.
  var lowestVolts: Double { pairing == .interleaved ? -self.readVoltage.value : 0 }
}

/// A circuit as data: integer nodes, element arrays by kind, and names made on demand, so that an
/// array of a million cells stores no text per node or element.
public struct Circuit: Sendable {
  /// A one-line description of the circuit.
  public let title: String
  /// Resistors in the order of their addition.
  public private(set) var resistors: [Resistor] = []
  /// How resistances change with temperature, by the resistor's index; those without one do not.
  /// `ohms` is at the nominal temperature of the solver.
  public internal(set) var temperatureLaws: [Int: TemperatureLaw] = [:]
  /// Voltage sources in the order of their addition.
  public internal(set) var voltageSources: [VoltageSource] = []
  /// Current sources in the order of their addition.
  public internal(set) var currentSources: [CurrentSource] = []
  /// Diode models in the order of their addition.
  public package(set) var diodeModels: [DiodeModel] = []
  /// Diodes in the order of their addition.
  public package(set) var diodes: [Diode] = []
  /// MOSFET models in the order of their addition.
  public package(set) var mosfetModels: [MOSFETModel] = []
  /// MOSFETs in the order of their addition.
  public internal(set) var mosfets: [MOSFET] = []
  /// Capacitors in the order of their addition.
  public internal(set) var capacitors: [Capacitor] = []
  /// Inductors in the order of their addition.
  public internal(set) var inductors: [Inductor] = []
  /// Couplings of inductors in the order of their addition.
  public internal(set) var couplings: [InductorCoupling] = []
  /// Sources controlled by voltages, E and G, in the order of their addition.
  public internal(set) var voltageControlledSources: [VoltageControlledSource] = []
  /// Sources controlled by currents, H and F, in the order of their addition.
  public internal(set) var currentControlledSources: [CurrentControlledSource] = []
  /// Sources with formulas, B, E and G, in the order of their addition.
  public internal(set) var behavioralSources: [BehavioralSource] = []
  /// `ddt` and `idt` of their formulas, in the order of their addition.
  public internal(set) var dynamicTerms: [DynamicTerm] = []
  /// How capacitances and inductances change with temperature, by index; their values are at the
  /// nominal temperature of the solver.
  public internal(set) var capacitorLaws: [Int: TemperatureLaw] = [:]
  public internal(set) var inductorLaws: [Int: TemperatureLaw] = [:]
  /// Resistances in small-signal analyses that are not those at DC, in ohms, by the resistor's index.
  public internal(set) var smallSignalOhms: [Int: Double] = [:]
  /// Resistors without thermal noise, by index.
  public internal(set) var noiselessResistors: Set<Int> = []
  /// Temperatures of resistors, for their noise, of diodes and of MOSFETs that are not the circuit's.
  public internal(set) var deviceTemperatures: [ElementCurrent: DeviceTemperature] = [:]
  /// Switch models in the order of their addition.
  public internal(set) var switchModels: [SwitchModel] = []
  /// Switches in the order of their addition.
  public internal(set) var switches: [Switch] = []
  /// Transmission lines in the order of their addition.
  public internal(set) var lines: [TransmissionLine] = []
  /// Models of compiled Verilog-A in the order of their addition.
  public internal(set) var compactModels: [CompactModel] = []
  /// Devices of such models in the order of their addition.
  public internal(set) var compactDevices: [CompactDevice] = []
  /// Digital nodes, those of real numbers, and the elements at them.
  public package(set) var events = EventCircuit()

  package private(set) var prefixes = PrefixTable()
  package private(set) var nodeLabels: [Label] = []

  /// A circuit of ground alone. A title is one line: line ends and other controls become spaces.
  public init(title: String) {
    let line = title.onOneLine
    self.title = line.isEmpty ? "untitled" : line
    nodeLabels.append(Label(prefix: prefixes.intern("0")))
  }

  /// Number of nodes, ground included.
  public var nodeCount: Int { nodeLabels.count }

  /// All nodes, ground first.
  public var nodes: some RandomAccessCollection<Node> {
    (0..<Int32(nodeLabels.count)).lazy.map { Node(index: $0) }
  }

  /// The node numbered `index`, ground being zero.
  public func node(_ index: Int) -> Node {
    precondition(index >= 0 && index < nodeCount, "no node has that number")
    return Node(index: Int32(index))
  }

  // MARK: Labels

  /// The label `prefix`, of letters, digits and underscores in any case.
  public mutating func label(_ prefix: String) -> Label {
    Label(prefix: completePrefix(prefix))
  }

  /// The label `prefix_i`.
  public mutating func label(_ prefix: String, _ i: Int) -> Label {
    Label(prefix: completePrefix(prefix), i: Label.index(i))
  }

  /// The label `prefix_i_j`.
  public mutating func label(_ prefix: String, _ i: Int, _ j: Int) -> Label {
    Label(prefix: prefixes.intern(prefix), i: Label.index(i), j: Label.index(j))
  }

  private mutating func completePrefix(_ prefix: String) -> Int32 {
    let number = prefixes.intern(prefix)
    precondition(
      !prefixes.endsLikeIndex[Int(number)],
      "a prefix that ends in an index takes two more, or two labels would share one text")
    return number
  }

  /// The label whose text is a name of another program's deck, such as `x1.net-3` or `b[0]`; `nil`
  /// if it is empty or has blanks, parentheses, commas, quotes, braces, `=` or `;` in it.
  public mutating func label(foreign text: String) -> Label? {
    let bytes = Array(text.utf8)
    return label(foreign: bytes.span)
  }

  /// The same for a name in UTF-8.
  package mutating func label(foreign text: Span<UInt8>) -> Label? {
    let split = LabelText(text)
    guard let number = prefixes.intern(foreign: text, count: split.prefixCount) else { return nil }
    return Label(prefix: number, i: split.i, j: split.j)
  }

  /// Whether a label is a name in every simulator: letters, digits and underscores.
  public func isPortable(_ label: Label) -> Bool { !prefixes.isForeign[Int(label.prefix)] }

  // MARK: Nodes and elements

  /// Makes room for `count` resistors and as many nodes: what most large decks are made of.
  package mutating func reserveCapacity(_ count: Int) {
    resistors.reserveCapacity(count)
    nodeLabels.reserveCapacity(count)
  }

  /// A new node. Labels of nodes must differ; `checkNames` finds repeated ones.
  public mutating func addNode(_ label: Label) -> Node {
    precondition(nodeLabels.count < Int(Int32.max), "more nodes than can be numbered")
    nodeLabels.append(label)
    return Node(index: Int32(nodeLabels.count - 1))
  }

  /// Adds a resistor, whose label starts with `r`, and returns its index among the resistors.
  @discardableResult
  public mutating func addResistor(_ label: Label, _ a: Node, _ b: Node, ohms: Double) -> Int {
    precondition(ohms != 0 && ohms.isFinite, "a resistance is finite and not zero; merge nodes")
    check(label, letter: UInt8(ascii: "r"), a, b)
    resistors.append(Resistor(label: label, a: a, b: b, ohms: ohms))
    return resistors.count - 1
  }

  /// Adds a voltage source, whose label starts with `v`, and returns its index among them.
  @discardableResult
  public mutating func addVoltageSource(
    _ label: Label, plus: Node, minus: Node, volts: Double
  ) -> Int {
    precondition(volts.isFinite, "a source voltage is finite")
    check(label, letter: UInt8(ascii: "v"), plus, minus)
    voltageSources.append(VoltageSource(label: label, plus: plus, minus: minus, volts: volts))
    return voltageSources.count - 1
  }

  /// Adds a current source, whose label starts with `i`, and returns its index among them.
  @discardableResult
  public mutating func addCurrentSource(
    _ label: Label, from: Node, to: Node, amperes: Double
  ) -> Int {
    precondition(amperes.isFinite, "a source current is finite")
    check(label, letter: UInt8(ascii: "i"), from, to)
    currentSources.append(CurrentSource(label: label, from: from, to: to, amperes: amperes))
    return currentSources.count - 1
  }

  /// Changes the voltage of one source.
  public mutating func setVolts(_ volts: Double, ofSource index: Int) {
    precondition(volts.isFinite, "a source voltage is finite")
    voltageSources[index].volts = volts
  }

  /// Changes the current of one source.
  public mutating func setAmperes(_ amperes: Double, ofSource index: Int) {
    precondition(amperes.isFinite, "a source current is finite")
    currentSources[index].amperes = amperes
  }

  /// Changes one resistance.
  public mutating func setOhms(_ ohms: Double, ofResistor index: Int) {
    precondition(ohms != 0 && ohms.isFinite, "a resistance is finite and not zero; merge nodes")
    resistors[index].ohms = ohms
  }

  /// The first letter of a label's text, in lower case.
  package func firstLetter(of label: Label) -> UInt8 { prefixes.firstByte(of: label.prefix) }

  func check(_ label: Label, letter: UInt8, _ a: Node, _ b: Node) {
    precondition(firstLetter(of: label) == letter, "an element's name starts with its letter")
    precondition(max(a.index, b.index) < nodeLabels.count, "a node of another circuit")
  }
}

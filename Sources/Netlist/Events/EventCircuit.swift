/// The part of a circuit whose values change at events: digital nodes and those of real numbers, the
/// elements between them, and the bridges to the rest.
public struct EventCircuit: Sendable {
  /// A node of events.
  public struct Node: Hashable, Sendable {
    /// Its name.
    public let label: Label
    /// Whether its value is a real number; digital if not.
    public let isReal: Bool
  }

  /// In the order of the deck.
  public package(set) var nodes: [Node] = []
  /// In the order of the deck.
  public package(set) var elements: [EventElement] = []

  /// A circuit without events.
  public init() {}

  /// Whether nothing in it changes at events.
  public var isEmpty: Bool { elements.isEmpty }

  /// Adds a node and returns its index.
  public mutating func addNode(_ label: Label, isReal: Bool) -> Int {
    nodes.append(Node(label: label, isReal: isReal))
    return nodes.count - 1
  }

  /// Adds an element and returns its index.
  @discardableResult
  public mutating func add(_ element: EventElement) -> Int {
    for pin in (element.inputs + element.outputs).compactMap({ $0 }) {
      precondition(nodes.indices.contains(pin.node), "a node of another circuit")
    }
    elements.append(element)
    return elements.count - 1
  }
}

/// One end of an element at a node of events.
public struct EventPin: Hashable, Sendable {
  /// By index.
  public var node: Int
  /// Whether an inverter stands between them.
  public var isInverted: Bool

  /// An end at the node of this index.
  public init(node: Int, isInverted: Bool = false) {
    self.node = node
    self.isInverted = isInverted
  }
}

/// An element whose outputs change at events.
public struct EventElement: Sendable {
  /// Its name.
  public var label: Label
  /// What it does.
  public var model: EventModel
  /// In the order of the model; `nil` for one that is left open, which is taken for a zero.
  public var inputs: [EventPin?]
  /// In the order of the model; `nil` for one that leads nowhere.
  public var outputs: [EventPin?]
  /// What it senses of the rest of the circuit: voltages and currents.
  public var probes: [Expression]
  /// Indices of the voltage sources that it drives.
  public var sources: [Int]

  /// An element between nodes that the circuit has.
  public init(
    _ label: Label, _ model: EventModel, inputs: [EventPin?] = [], outputs: [EventPin?] = [],
    probes: [Expression] = [], sources: [Int] = []
  ) {
    self.label = label
    self.model = model
    self.inputs = inputs
    self.outputs = outputs
    self.probes = probes
    self.sources = sources
  }
}

/// A point of a circuit, by number; its name is made on demand.
public struct Node: Hashable, Sendable {
  /// Position among the circuit's nodes; ground is zero.
  public let index: Int32

  /// The reference of all potentials, `0` in SPICE.
  public static let ground = Node(index: 0)

  /// A node of events, by its index among them, while a deck is read: no other element takes it.
  package static func event(_ index: Int) -> Node { Node(index: -1 - Int32(index)) }

  /// The index of a node of events.
  package var eventIndex: Int? { index < 0 ? -1 - Int(index) : nil }
}

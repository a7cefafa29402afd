/// A point of a circuit, by number; its name is made on demand.
public struct Node: Hashable, Sendable {
  /// Position among the circuit's nodes; ground is zero.
  public let index: Int32

  /// The reference of all potentials, `0` in SPICE.
  public static let ground = Node(index: 0)
}

/// Events without an end. Nodes are indices among those of events.
public enum EventError: Error, Hashable, Sendable {
  /// At rest these nodes change without end, each for the others.
  case unsettled(nodes: [Int])
  /// At this time likewise, since their elements have no delay.
  case endless(seconds: Double, nodes: [Int])
  /// A transient has come to more events than this at this time.
  case tooMany(Int, seconds: Double)
  /// At this time these nodes, or a source that they drive, would have no number.
  case notFinite(nodes: [Int], seconds: Double)
}

/// Treatment of a part of a circuit that open switches have cut off from ground.
public enum IsolatedParts: String, Sendable {
  /// Throw `CircuitError.floatingNode`.
  case refuse
  /// Hold one node of the part at zero volts. No current can flow there, so all currents stay
  /// exact; a part that a current source feeds is still refused.
  case ground
}

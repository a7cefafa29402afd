/// How a signed weight is stored in cells that only have positive conductances.
public enum SignedWeightScheme: String, Sendable, Equatable, Codable, CaseIterable {
  /// Two cells on separate bit lines; the magnitude is in one of them, the other stays at the off
  /// conductance, and the currents subtract before conversion (Xiao et al. 2022, p. 33).
  case differentialPair

  /// Bit lines that one output takes.
  public var bitLinesPerOutput: Int { 2 }
}

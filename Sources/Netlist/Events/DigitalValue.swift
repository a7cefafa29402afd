/// The value of a digital node: a state, and how strongly something drives the node to it.
///
/// The twelve values of XSPICE (Cox and others, "Code-level modeling in XSPICE", ISCAS 1992).
public struct DigitalValue: Hashable, Sendable {
  /// What the value is.
  public enum State: UInt8, Hashable, Sendable, CaseIterable {
    case zero, one, unknown

    /// What an inverter makes of it.
    public var inverted: State {
      switch self {
      case .zero: .one
      case .one: .zero
      case .unknown: .unknown
      }
    }
  }

  /// How strongly something drives the node to it.
  public enum Strength: UInt8, Hashable, Sendable, CaseIterable {
    case strong, resistive, highImpedance, undetermined
  }

  /// What the value is.
  public var state: State
  /// How strongly something drives the node to it.
  public var strength: Strength

  /// A value of this state and strength.
  public init(_ state: State, _ strength: Strength = .strong) {
    self.state = state
    self.strength = strength
  }

  /// As files of stimuli and states spell it: `0s`, `1r`, `Uz`, `0u`; `nil` for anything else.
  public init?(_ text: some StringProtocol) {
    let letters = Array(text.lowercased())
    guard letters.count == 2,
      let state = ["0": State.zero, "1": .one, "u": .unknown][letters[0]],
      let strength = [
        "s": Strength.strong, "r": .resistive, "z": .highImpedance, "u": .undetermined,
      ][letters[1]]
    else { return nil }
    self.init(state, strength)
  }

  /// The same driven through an inverter of its state.
  public var inverted: DigitalValue { DigitalValue(state.inverted, strength) }
}

extension DigitalValue: CustomStringConvertible {
  public var description: String {
    let state = ["0", "1", "U"][Int(state.rawValue)]
    return state + ["s", "r", "z", "u"][Int(strength.rawValue)]
  }
}

/// The value of a node that events change.
public enum EventValue: Hashable, Sendable {
  case digital(DigitalValue)
  /// XSPICE's user-defined node of the type `real`.
  case real(Double)

  /// As plots show it: zero, one, or halfway between them while it is unknown.
  public var number: Double {
    switch self {
    case .digital(let value):
      switch value.state {
      case .zero: 0
      case .one: 1
      case .unknown: 0.5
      }
    case .real(let value): value
    }
  }
}

import Netlist

extension DigitalValue {
  /// What two drivers make of the node that both drive.
  ///
  /// The stronger wins; equally strong ones that disagree make an unknown of their strength. A
  /// driver of undetermined strength may win or lose, unless both have one state.
  func resolved(with other: DigitalValue) -> DigitalValue {
    let agree = state == other.state
    if strength == .undetermined || other.strength == .undetermined {
      let isStrong = strength == .strong || other.strength == .strong
      return DigitalValue(agree ? state : .unknown, isStrong ? .strong : .undetermined)
    }
    if strength != other.strength {
      return strength.rawValue < other.strength.rawValue ? self : other
    }
    return DigitalValue(agree ? state : .unknown, strength)
  }
}

extension EventValue {
  /// What two drivers make of one node: real numbers add.
  func resolved(with other: EventValue) -> EventValue {
    switch (self, other) {
    case (.digital(let a), .digital(let b)): .digital(a.resolved(with: b))
    case (.real(let a), .real(let b)): .real(a + b)
    default: preconditionFailure("drivers of one node have one type")
    }
  }
}

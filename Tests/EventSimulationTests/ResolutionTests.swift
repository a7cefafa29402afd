import Netlist
import Testing

@testable import EventSimulation

@Suite struct ResolutionTests {
  static let values = DigitalValue.State.allCases.flatMap { state in
    DigitalValue.Strength.allCases.map { DigitalValue(state, $0) }
  }

  /// The order of drivers means nothing, and one more of the same changes nothing.
  @Test func resolutionIsSymmetric() {
    for a in Self.values {
      #expect(a.resolved(with: a) == a)
      for b in Self.values { #expect(a.resolved(with: b) == b.resolved(with: a)) }
    }
  }

  /// What ngspice 39 showed of nodes with these drivers (`eprint` of `d_source` outputs).
  @Test(arguments: [
    ("0s", "1u", "Us"), ("1s", "1u", "1s"), ("1r", "0z", "1r"), ("1r", "0s", "0s"),
    ("1r", "0u", "Uu"), ("0s", "0u", "0s"), ("0s", "1s", "Us"), ("1r", "1u", "1u"),
  ])
  func driversMakeOfANode(_ a: String, _ b: String, _ node: String) throws {
    let (first, second) = (try #require(DigitalValue(a)), try #require(DigitalValue(b)))
    #expect(first.resolved(with: second).description == node)
  }

  /// Nothing stronger than strong, nothing weaker than high impedance, of known strengths.
  @Test func theStrongerWins() {
    let order: [DigitalValue.Strength] = [.strong, .resistive, .highImpedance]
    for (k, stronger) in order.enumerated() {
      for weaker in order.dropFirst(k + 1) {
        for state in DigitalValue.State.allCases {
          for other in DigitalValue.State.allCases {
            let value = DigitalValue(state, stronger)
            #expect(value.resolved(with: DigitalValue(other, weaker)) == value)
          }
        }
      }
    }
  }
}

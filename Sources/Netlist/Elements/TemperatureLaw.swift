import Foundation

/// By which factor a resistance changes with temperature.
public enum TemperatureLaw: Hashable, Sendable {
  /// TC1 and TC2: `1 + TC1 ΔT + TC2 ΔT²`, in 1/K and 1/K².
  case polynomial(first: Double, second: Double)
  /// TCE: `1.01^(TCE ΔT)`, in percent per kelvin.
  case exponential(percent: Double)

  /// The factor at `kelvin` above the temperature at which the resistance was measured.
  public func factor(_ kelvin: Double) -> Double {
    switch self {
    case .polynomial(let first, let second): (second * kelvin + first) * kelvin + 1
    case .exponential(let percent): pow(1.01, percent * kelvin)
    }
  }

  /// The same resistance as measured `kelvin` higher: its factor there, and the law from there on.
  /// Meaningless where the factor is zero.
  package func shifted(by kelvin: Double) -> (factor: Double, law: TemperatureLaw) {
    guard kelvin != 0 else { return (1, self) }
    let factor = factor(kelvin)
    switch self {
    case .polynomial(let first, let second):
      let slope = first + 2 * second * kelvin
      return (factor, .polynomial(first: slope / factor, second: second / factor))
    case .exponential: return (factor, self)
    }
  }
}

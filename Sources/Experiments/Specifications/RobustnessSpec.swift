import Configuration
import Inference

/// Changes of the arrays under which a compensated network runs again, as it was compensated.
public struct RobustnessSpec: Sendable, Equatable {
  /// Change of all resistances of wires and terminals in percent, in both directions; 0 for none.
  public var resistancePercent: Double
  /// Numbers of further draws of errors.
  public var seeds: Int
  /// Other times after programming, in seconds, of cells that drift.
  public var driftSeconds: [Double]

  /// No changes by default.
  public init(resistancePercent: Double = 0, seeds: Int = 0, driftSeconds: [Double] = []) {
    self.resistancePercent = resistancePercent
    self.seeds = seeds
    self.driftSeconds = driftSeconds
  }

  init(reading section: inout ConfigurationSection) throws(ConfigurationError) {
    self.init(
      resistancePercent: try section.double(
        "resistancePercent", unit: "%", default: 0, range: 0..<100,
        meaning: "Change of all resistances of wires and terminals, in both directions; 0 for none"),
      seeds: try section.integer(
        "seeds", default: 0, range: 0...1000, meaning: "Further draws of all errors"),
      driftSeconds: try section.doubles(
        "driftSeconds", unit: "s", default: [], range: 1e-9...1e12,
        meaning: "Other times after programming, where cells drift"))
  }

  /// The changes, each with the draws that follow those of `seed`.
  public func variations(seed: UInt64) -> [ArrayVariation] {
    let part = resistancePercent / 100
    let resistances: [ArrayVariation] =
      part == 0 ? [] : [.resistance(factor: 1 - part), .resistance(factor: 1 + part)]
    return resistances + (0..<UInt64(seeds)).map { .seed(seed &+ 1 &+ $0) }
      + driftSeconds.map { .driftSeconds($0) }
  }
}

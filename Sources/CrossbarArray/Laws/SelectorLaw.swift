import DeviceModels
import Files
import Foundation
import Netlist
import Units

/// A resistor of conductance `G` in series with a two-way selector (1S1R), two antiparallel
/// exponential junctions: `i = G (v − s) = 2 I_S sinh(s / v_T)`. The voltage `s` of the junctions
/// is eliminated cell by cell.
public struct SelectorLaw: Sendable, Equatable {
  /// `I_S`, of each junction.
  public var saturation: Amperes
  /// `v_T`, the voltage over which the current grows e-fold.
  public var slope: Volts

  /// A selector with these junctions; both values are positive.
  public init(saturation: Amperes, slope: Volts) {
    self.saturation = saturation
    self.slope = slope
  }
}

extension SelectorLaw: CurrentVoltageLaw {
  static let keyword = "selector"
  var isProportional: Bool { false }

  func encode(into encoding: inout CanonicalEncoding) {
    encoding.add("saturationAmperes", saturation.value)
    encoding.add("slopeVolts", slope.value)
  }

  func validate(_ topology: CellTopology) throws(ArrayError) {
    try requirePositive("saturationAmperes", saturation.value)
    try requirePositive("slopeVolts", slope.value)
  }

  func amperes(_ volts: Double, siemens: Double) -> Double {
    solve(volts: volts, siemens: siemens).amperes
  }

  /// The junctions take the voltage that the current asks for; the resistor has the rest. Infinite
  /// if nothing is left for it.
  func siemens(_ volts: Double, amperes: Double) -> Double {
    guard amperes > 0 else { return 0 }
    let rest = volts - slope.value * asinh(amperes / (2 * saturation.value))
    return rest > 0 ? amperes / rest : .infinity
  }

  func addModel(to circuit: inout Circuit, suffix: String) -> Int? {
    let label = circuit.label("dsel" + suffix)
    return circuit.addDiodeModel(
      label, saturationAmperes: saturation.value,
      emissionCoefficient: slope.value / ThermalVoltage.nominal.value)
  }

  func emit(_ site: CellSite, model: Int?, to circuit: inout Circuit) -> CellElements {
    guard let model else { preconditionFailure("junctions have a model") }
    let inner = site.addMiddle(to: &circuit)
    let diode = site.addDiodes(site.from, inner, model: model, area: 1, to: &circuit)
    return CellElements(
      resistor: site.addResistor(inner, site.to, to: &circuit), diode: diode)
  }
}

extension SelectorLaw: LaneLaw {
  @inline(__always)
  func amperes<V: LineLanes>(_ volts: V, bitLine: V, siemens: V) -> (amperes: V, siemens: V) {
    var (current, slope) = (V.none, V.none)
    for lane in 0..<V.width {
      let cell = solve(volts: volts[lane: lane], siemens: siemens[lane: lane])
      current[lane: lane] = cell.amperes
      slope[lane: lane] = cell.siemens
    }
    return (current, slope)
  }

  /// Halley's method on `f(s) = 2 I_S sinh(s / v_T) + g s − g v`, which rises and is convex for
  /// `s > 0`. Both terms of `f` bound `s` from above, where it starts.
  func solve(volts: Double, siemens g: Double) -> (amperes: Double, siemens: Double) {
    guard g > 0 else { return (0, 0) }
    let v = volts.magnitude
    let slopeVolts = slope.value
    let scale = 2 * saturation.value
    var s = min(v, slopeVolts * asinh(g * v / scale))
    for _ in 0..<60 {
      let (sinh, cosh) = hyperbolicFunctions(s / slopeVolts)
      let value = scale * sinh + g * (s - v)
      let slope = scale / slopeVolts * cosh + g
      let bend = scale / (slopeVolts * slopeVolts) * sinh
      let step = value * slope / (slope * slope - 0.5 * value * bend)
      s = max(0, s - step)
      // Derivatives of f over f' are at most powers of 1 / v_T: what is left after a step is at most
      // its cube over 2 v_T².
      guard step.magnitude * step * step > 2 * slopeVolts * slopeVolts * s.ulp else { break }
    }
    // Of the two forms of the current, the one that keeps its digits: the difference loses them
    // where s is close to v, the exponential where s is large.
    let current = s > 0.5 * v ? scale * sinh(s / slopeVolts) : g * (v - s)
    let junction = (current * current + scale * scale).squareRoot() / slopeVolts
    return (volts < 0 ? -current : current, g * junction / (g + junction))
  }
}

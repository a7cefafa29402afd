import DeviceModels
import Files
import Foundation
import Netlist
import Units

/// `i = G v₀ sinh(v / v₀)`: hopping and tunneling cells, `G v` for small `v`; at `v₀` the current
/// is 1.18 times its linear extrapolation.
public struct SinhLaw: Sendable, Equatable {
  /// `v₀`, the voltage scale of the nonlinearity.
  public var scale: Volts

  /// A law with voltage scale `scale`, positive.
  public init(scale: Volts) { self.scale = scale }
}

extension SinhLaw: CurrentVoltageLaw {
  static let keyword = "sinh"

  func encode(into encoding: inout CanonicalEncoding) {
    encoding.add("scaleVolts", scale.value)
  }

  func validate(_ topology: CellTopology) throws(ArrayError) {
    try requirePositive("scaleVolts", scale.value)
  }

  func amperes(_ volts: Double, siemens: Double) -> Double {
    siemens * scale.value * sinh(volts / scale.value)
  }

  /// Conductance represented by a junction of area 1.
  private static let unitSiemens = 1e-6

  /// `G v₀ sinh(v / v₀)` is two antiparallel junctions of `I_S = G v₀ / 2`: the area carries `G`.
  func addModel(to circuit: inout Circuit, suffix: String) -> Int? {
    let label = circuit.label("dsinh" + suffix)
    return circuit.addDiodeModel(
      label, saturationAmperes: Self.unitSiemens * scale.value / 2,
      emissionCoefficient: scale.value / ThermalVoltage.nominal.value)
  }

  func emit(_ site: CellSite, model: Int?, to circuit: inout Circuit) -> CellElements {
    guard let model else { preconditionFailure("junctions have a model") }
    return CellElements(
      diode: site.addDiodes(
        site.from, site.to, model: model, area: site.siemens / Self.unitSiemens, to: &circuit))
  }
}

extension SinhLaw: LaneLaw {
  @inline(__always)
  func amperes<V: LineLanes>(_ volts: V, bitLine: V, siemens: V) -> (amperes: V, siemens: V) {
    let (scaleVolts, perVolt) = (scale.value, 1 / scale.value)
    var (hyperbolic, slope) = (V.none, V.none)
    for lane in 0..<V.width {
      let x = volts[lane: lane] * perVolt
      let (sinh, cosh) = hyperbolicFunctions(x.magnitude)
      hyperbolic[lane: lane] = x < 0 ? -sinh : sinh
      slope[lane: lane] = cosh
    }
    return (siemens * .all(scaleVolts) * hyperbolic, siemens * slope)
  }
}

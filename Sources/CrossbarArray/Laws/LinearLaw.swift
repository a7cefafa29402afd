import Files
import Netlist

/// A resistor: `i = G v`.
struct LinearLaw: CurrentVoltageLaw {
  static let keyword = "linear"
  var kind: CellLawKind { .linear }
  /// Linear arrays have solvers of their own, which take conductances directly.
  var lanes: (any LaneLaw)? { nil }

  func encode(into encoding: inout CanonicalEncoding) {}

  func validate(_ topology: CellTopology) throws(ArrayError) {}

  func amperes(_ volts: Double, siemens: Double) -> Double { siemens * volts }

  /// Takes the difference of the conductances first, which keeps digits that products would lose.
  func amperes(_ volts: Double, from off: Double, to on: Double) -> Double { volts * (on - off) }

  func tangent(_ volts: Double, bitLine: Double, siemens: Double) -> CellTangent {
    CellTangent(amperes: siemens * volts, siemens: siemens)
  }

  func emit(_ site: CellSite, model: Int?, to circuit: inout Circuit) -> CellElements {
    CellElements(resistor: site.addResistor(site.from, site.to, to: &circuit))
  }
}

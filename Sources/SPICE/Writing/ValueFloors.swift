import Foundation
import Netlist

/// The smallest values of a circuit, of the kinds that simulators silently raise to a floor: a deck
/// for another simulator sets each floor below them.
struct ValueFloors {
  /// The smallest saturation current of a diode in amperes, area included; infinite without one.
  private(set) var saturationAmperes = Double.infinity
  /// The smallest resistance in ohms; infinite without one.
  private(set) var ohms = Double.infinity

  /// The floors that simulators have by default: ngspice's and HSPICE's EPSMIN, to which both raise
  /// the saturation current of a diode, and HSPICE's RESMIN (HSPICE Reference Manual, control
  /// options). Resistances of Xyce and Spectre have no floor unless one is set.
  private static let defaultEpsilon = 1e-28
  private static let defaultOhms = 1e-5
  /// RESMIN takes nothing smaller.
  private static let leastOhms = 1e-15

  init(_ circuit: Circuit) {
    for diode in circuit.diodes {
      let amperes = circuit.diodeModels[diode.model].saturationAmperes * diode.area
      saturationAmperes = min(saturationAmperes, amperes)
    }
    for resistor in circuit.resistors { ohms = min(ohms, resistor.ohms.magnitude) }
  }

  /// A conductance across junctions that adds at most a thousandth of the smallest saturation
  /// current per volt; never above 1e-18 S.
  var junctionSiemens: Double { min(1e-18, Self.below(saturationAmperes)) }

  /// Settings of `simulator` that keep every value unchanged, such as `epsmin=1e-34`; empty where
  /// its defaults do.
  func options(for simulator: Simulator) -> String {
    var options: [String] = []
    switch simulator {
    case .ngspice, .hspice:
      // At a floor, rounding decides.
      if saturationAmperes < 2 * Self.defaultEpsilon {
        options.append("epsmin=\(Self.below(saturationAmperes).description)")
      }
    case .xyce, .spectre, .gnucap: break
    }
    if simulator == .hspice, ohms < 2 * Self.defaultOhms {
      options.append("resmin=\(max(Self.leastOhms, Self.below(ohms)).description)")
    }
    return options.joined(separator: " ")
  }

  /// The power of ten about a thousandth of a value, still a number that every simulator reads.
  private static func below(_ value: Double) -> Double {
    guard value.isFinite else { return value }
    let exponent = max((log10(value) + 1e-9).rounded(.down) - 3, -300)
    return Double("1e\(Int(exponent))") ?? value
  }
}

import Netlist
import Units

/// The diodes of a circuit, linearized together.
public struct DiodeBatch: Sendable {
  /// One equation per diode, its area included.
  public private(set) var junctions: [JunctionEquation]
  /// Voltages of the last linearization, limited where a step was too long.
  public private(set) var volts: [Double]
  /// Currents in amperes at those voltages.
  public private(set) var amperes: [Double]
  /// Slopes in siemens at those voltages.
  public private(set) var siemens: [Double]

  private let saturationAmperes: [Double]

  /// The diodes of `circuit` at 27 °C, at zero volts.
  public init(_ circuit: Circuit) {
    let thermalVolts = ThermalVoltage.nominal.value
    saturationAmperes = circuit.diodes.map { circuit.diodeModels[$0.model].saturationAmperes }
    junctions = circuit.diodes.map { diode in
      let model = circuit.diodeModels[diode.model]
      return JunctionEquation(
        saturationAmperes: model.saturationAmperes * diode.area,
        scaleVolts: model.emissionCoefficient * thermalVolts)
    }
    volts = [Double](repeating: 0, count: junctions.count)
    (amperes, siemens) = (volts, volts)
    linearize(at: volts, limiting: false)
  }

  /// Number of diodes.
  public var count: Int { junctions.count }

  /// Multiplies the model's saturation current; zero switches the diode off.
  public mutating func setArea(_ area: Double, of index: Int) {
    let saturation = saturationAmperes[index] * area
    precondition(area >= 0 && saturation.isFinite, "an area is finite and not negative")
    junctions[index] = JunctionEquation(
      saturationAmperes: saturation, scaleVolts: junctions[index].scaleVolts)
  }

  /// Linearizes every diode at its new voltage or, `limiting`, as far toward it as its exponential
  /// allows; returns how many were held back.
  @discardableResult
  public mutating func linearize(at newVolts: [Double], limiting: Bool) -> Int {
    precondition(newVolts.count == junctions.count, "one voltage per diode")
    var held = 0
    for k in junctions.indices {
      var v = newVolts[k]
      if limiting, junctions[k].saturationAmperes > 0 {
        v = junctions[k].limited(v, from: volts[k])
        if v != newVolts[k] { held += 1 }
      }
      volts[k] = v
      (amperes[k], siemens[k]) = junctions[k].linearize(at: v)
    }
    return held
  }

  /// The first diode beyond the range of its exponential at the last linearization.
  public var firstBeyond: Int? {
    junctions.indices.first { junctions[$0].isBeyond(volts[$0]) }
  }

  /// The current that the linearization gives one diode at `volts`.
  @inline(__always)
  public func tangentAmperes(_ index: Int, at newVolts: Double) -> Double {
    amperes[index] + siemens[index] * (newVolts - volts[index])
  }
}

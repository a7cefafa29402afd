import AnalogCore

extension ComponentTable {
  /// Throws if the table does not say what the converters of a layer's hardware cost.
  public func check(
    _ hardware: HardwareConfiguration, layer: String
  ) throws(EnergyError) {
    let conversion: String
    switch converters?.conversion {
    case nil, .fixed: return
    case .ramp: conversion = "ramp"
    case .bitwise: conversion = "bitwise"
    }
    switch hardware.converter {
    case .uniform, .fullPrecision: return
    case .ideal: throw .converterWithoutBits(layer: layer)
    case .circuit(let circuit, _):
      let (architecture, own) =
        switch circuit.architecture {
        case .ramp: ("ramp", "ramp")
        case .successiveApproximation: ("sar", "bitwise")
        case .pipeline: ("pipeline", "fixed")
        case .cyclic: ("cyclic", "bitwise")
        }
      if own != conversion {
        throw .otherConverter(layer: layer, architecture: architecture, conversion: conversion)
      }
    }
  }
}

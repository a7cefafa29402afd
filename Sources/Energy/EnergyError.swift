/// A table that does not say what the hardware of a layer costs.
public enum EnergyError: Error, Equatable, CustomStringConvertible, Sendable {
  /// The energy of a conversion follows from its bits, and the converter has no number of them.
  case converterWithoutBits(layer: String)
  /// The energy of a conversion is that of another kind of converter.
  case otherConverter(layer: String, architecture: String, conversion: String)

  public var description: String {
    switch self {
    case .converterWithoutBits(let layer):
      "layer \(layer): energy.converters.conversion: the energy of a conversion takes its bits, and "
        + "an ideal converter has no number of them; take conversion fixed, or a uniform converter"
    case .otherConverter(let layer, let architecture, let conversion):
      "layer \(layer): energy.converters.conversion: \(conversion) is not how a converter of "
        + "architecture \(architecture) works; take conversion fixed with its energy and time"
    }
  }
}

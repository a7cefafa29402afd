import Foundation
import NumericKernels

/// How analog outputs become codes.
public enum ConverterSpecification: Sendable, Equatable {
  /// No quantisation: the analog value itself.
  case ideal
  /// A uniform converter with a code at zero, symmetric around it.
  case uniform(bits: Int, range: ConverterRange)
  /// As many bits as the full-precision guarantee asks for: one code per unit of the integer dot
  /// product over the whole range (Xiao et al. 2022, section 2.4).
  case fullPrecision

  /// Whether the range must be measured before the converter can be built.
  public var needsCalibration: Bool {
    switch self {
    case .uniform(_, .calibrated), .uniform(_, .leastError): true
    case .uniform(_, .maximum), .uniform(_, .granular), .ideal, .fullPrecision: false
    }
  }

  /// Bits that convert every value of a dot product without loss (Xiao et al. 2022, p. 30):
  /// `B_W + B_in + log₂ N`, one less where either has a single bit. Not an integer in general.
  public static func guaranteedBits(weightBits: Int, inputBits: Int, rows: Int) -> Double {
    let sum = Double(weightBits + inputBits) + log2(Double(rows))
    return weightBits > 1 && inputBits > 1 ? sum : sum - 1
  }
}

/// The input range of a uniform converter.
public enum ConverterRange: Sendable, Equatable {
  /// Covers `percent` per cent of the magnitudes recorded on calibration inputs, one range per layer
  /// and weight slice, which differ by powers of two (Xiao et al. 2022, p. 39: 99.98 %).
  case calibrated(percent: Double)
  /// The range of least mean absolute error of conversion on what was recorded, clipping included;
  /// one per layer and weight slice, which differ by powers of two.
  case leastError
  /// Covers every value that the tile can deliver.
  case maximum
  /// One code per unit of the integer dot product, as far as the bits reach.
  case granular
}

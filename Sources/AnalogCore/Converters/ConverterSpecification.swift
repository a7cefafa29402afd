import Foundation

/// Conversion of analog outputs to codes.
public enum ConverterSpecification: Sendable, Equatable {
  /// No quantization: the analog value itself.
  case ideal
  /// A uniform converter with a code at zero, symmetric around it. Bits count its codes, as in the
  /// full-precision guarantee, and need not be whole: `⌊2^(bits-1)⌋ - 1` codes on each side of
  /// zero, or `⌊2^bits⌋ - 1` above it if values have one sign.
  case uniform(bits: Double, range: ConverterRange, rounding: ConverterRounding = .nearest)
  /// A converter with circuit errors, drawn for each converter of the network; its codes are those
  /// of the uniform one, without the topmost if values have one sign.
  case circuit(CircuitConverterSpecification, range: ConverterRange)
  /// As many bits as the full-precision guarantee requires: one code per unit of the integer dot
  /// product over the whole range (Xiao et al. 2022, section 2.4).
  case fullPrecision

  /// Whether the range must be measured before the converter can be built.
  public var isMeasured: Bool { measuredOn != nil }

  /// The arrays on which the range is measured; `nil` if it is not measured.
  public var measuredOn: ConverterRange.Arrays? {
    switch range {
    case .covering(_, let arrays), .leastError(let arrays), .anchored(_, let arrays): arrays
    case .maximum, .granular, .limits, nil: nil
    }
  }

  /// The input range; `nil` if the values themselves determine it.
  public var range: ConverterRange? {
    switch self {
    case .uniform(_, let range, _), .circuit(_, let range): range
    case .ideal, .fullPrecision: nil
    }
  }

  /// The highest code; `nil` if the values themselves determine it.
  func codes(isBipolar: Bool) -> Double? {
    switch self {
    case .uniform(let bits, _, _): Self.wholeCodes(bits: isBipolar ? bits - 1 : bits) - 1
    case .circuit(let circuit, _): (isBipolar ? 1 : 2) * Double(1 << (circuit.bits - 1) - 1)
    case .ideal, .fullPrecision: nil
    }
  }

  /// Supported resolutions of a uniform converter in bits. Single-precision currents resolve no
  /// more.
  public static let uniformBits = 2.0...24

  /// `⌊2^bits⌋`; bits that are the rounded logarithm of an integer give that integer.
  static func wholeCodes(bits: Double) -> Double {
    // The rounding of `log₂ n`, up to 24, moves n by less than 24 ulp.
    (exp2(bits) * (1 + 32 * Double.ulpOfOne)).rounded(.down)
  }

  /// Bits that convert every value of a dot product without loss (Xiao et al. 2022, p. 30):
  /// `B_W + B_in + log₂ N`, one less if either has a single bit. Not an integer in general.
  public static func guaranteedBits(weightBits: Int, inputBits: Int, rows: Int) -> Double {
    let sum = Double(weightBits + inputBits) + log2(Double(rows))
    return weightBits > 1 && inputBits > 1 ? sum : sum - 1
  }
}

/// How a uniform converter turns a value between two codes into one of them.
public enum ConverterRounding: String, Sendable, Equatable, Codable, CaseIterable {
  /// To the nearer code, ties to the even one.
  case nearest
  /// To the upper code with the probability of the distance from the lower one, so that the mean of
  /// many conversions is the value. Drawn for every conversion, by its number.
  case stochastic
}

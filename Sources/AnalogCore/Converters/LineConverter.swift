/// The converter of one line, where conversions differ from line to line.
enum LineConverter: Sendable {
  /// A circuit with mismatched parts.
  case circuit(CircuitConverter)
  /// A uniform converter that rounds by chance.
  case stochastic(StochasticConverter)

  /// The code of an input of `y` codes.
  ///
  /// - Parameters:
  ///   - conversion: Number of the conversion; addresses its draws.
  ///   - lowest: The lowest code of the tile's converters.
  func code(_ y: Double, conversion: UInt64, lowest: Double) -> Double {
    switch self {
    case .circuit(let converter): converter.code(y, conversion: conversion, lowest: lowest)
    case .stochastic(let converter): converter.code(y, conversion: conversion)
    }
  }
}

/// A uniform converter that takes the upper of two neighboring codes with the probability of the
/// distance from the lower one: `⌊y + u⌋` with `u` uniform in [0, 1), a function of the seed, the
/// converter's address and the number of the conversion.
struct StochasticConverter: Sendable {
  private let converter: Converter
  private let draws: ConverterDraws

  /// The converter at `address` with the codes of `converter`.
  init(_ converter: Converter, seed: UInt64, address: ConverterAddress) {
    self.converter = converter
    draws = ConverterDraws(seed: seed, purpose: .converterRounding, address: address)
  }

  func code(_ y: Double, conversion: UInt64) -> Double {
    guard !y.isNaN else { return y }
    let code = (y + draws.uniform(conversion: conversion)).rounded(.down)
    return min(max(code, converter.minimumCode), converter.maximumCode)
  }
}

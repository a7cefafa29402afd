import NumericKernels

/// One converter with its drawn errors: a pure function of input and conversion number.
///
/// Inputs and outputs are in codes (the input over the step). Without errors, `code(y)` is `y`
/// rounded to the nearest code, ties to even, and limited to the range.
public struct CircuitConverter: Sendable {
  /// Parts of the architecture, with their errors.
  enum Parts: Sendable, Equatable {
    /// Inputs at which the staircase reaches each code, from the lowest code up.
    case ramp(thresholds: [Double])
    /// Contribution of each bit of the capacitor array, least significant first.
    case successiveApproximation(bitWeights: [Double])
    /// The stages in signal order.
    case stages([AmplifyingStage])
  }

  /// Resolution.
  public let bits: Int
  let parts: Parts
  private let offset: Double
  private let gain: Double
  private let inputNoise: Double
  private let comparatorNoise: Double
  private let noise: ConverterDraws

  /// The converter at `address`.
  public init(
    _ specification: CircuitConverterSpecification, seed: UInt64, address: ConverterAddress
  ) {
    let draws = ConverterDraws(seed: seed, purpose: .converterMismatch, address: address)
    let common = draws.normals(index: 0)
    self.init(
      specification, parts: Parts(specification, draws: draws),
      offset: specification.offset * common[0], gain: 1 + specification.gain * common[1],
      noise: ConverterDraws(seed: seed, purpose: .converterNoise, address: address))
  }

  /// A converter with given parts; noise as specified.
  init(
    _ specification: CircuitConverterSpecification, parts: Parts, offset: Double = 0,
    gain: Double = 1, noise: ConverterDraws
  ) {
    bits = specification.bits
    self.parts = parts
    self.offset = offset
    self.gain = gain
    inputNoise = specification.inputNoise
    comparatorNoise = specification.comparatorNoise
    self.noise = noise
  }

  /// The largest code; the smallest is its negative.
  public var maximumCode: Double { Double(1 << (bits - 1) - 1) }

  /// The code of an input of `y` codes.
  ///
  /// - Parameters:
  ///   - conversion: Number of the conversion; addresses the noise.
  ///   - lowest: The lowest code: the negative of the highest one if values have both signs, zero
  ///     if they have one.
  public func code(_ y: Double, conversion: UInt64 = 0, lowest: Double? = nil) -> Double {
    guard !y.isNaN else { return y }
    let middle = lowest.map { $0 + maximumCode } ?? 0
    var input = y * gain + offset - middle
    if inputNoise > 0 {
      input += inputNoise * noise.normals(index: 0, conversion: conversion)[0]
    }
    let found: Double =
      switch parts {
      case .ramp(let thresholds): Self.staircase(thresholds, input + decision(0, conversion))
      case .successiveApproximation(let weights): approximate(weights, input, conversion)
      case .stages(let stages): amplify(stages, input, conversion)
      }
    return min(max(found, -maximumCode), maximumCode) + middle
  }

  /// Noise of decision `index`, in codes.
  private func decision(_ index: Int, _ conversion: UInt64) -> Double {
    guard comparatorNoise > 0 else { return 0 }
    let pair = noise.normals(index: 1 + index / 2, conversion: conversion)
    return comparatorNoise * pair[index % 2]
  }

  /// Number of the ascending `thresholds` that the input reaches, as a signed code.
  private static func staircase(_ thresholds: [Double], _ input: Double) -> Double {
    var (low, high) = (0, thresholds.count)
    while low < high {
      let middle = (low + high) / 2
      // Threshold k lies below code -M + 1 + k with odd M: even codes, which take ties, have even
      // k.
      if input > thresholds[middle] || input == thresholds[middle] && middle % 2 == 0 {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return Double(low - thresholds.count / 2)
  }

  /// Sets bits from the most significant one down, as long as the array's level less half a code
  /// stays below the input.
  private func approximate(_ weights: [Double], _ input: Double, _ conversion: UInt64) -> Double {
    let zero = maximumCode
    let level = input + zero + 0.5
    var sum = 0.0
    var code = 0.0
    for bit in weights.indices.reversed() {
      let trial = sum + weights[bit] + decision(weights.count - 1 - bit, conversion)
      // A tie lies between two neighboring codes; the signed even one is odd counted from -M.
      guard level > trial || level == trial && bit == 0 else { continue }
      sum += weights[bit]
      code += Double(1 << bit)
    }
    return code - zero
  }

  /// Passes the residue through the stages; their digits and the rounded last residue form the
  /// code.
  private func amplify(
    _ stages: [AmplifyingStage], _ input: Double, _ conversion: UInt64
  ) -> Double {
    let fullScale = Double(1 << (bits - 1))
    var residue = min(max(input / fullScale, -1), 1)
    var sum = 0.0
    var weight = fullScale
    for (k, stage) in stages.enumerated() {
      weight /= 2
      let digit = stage.digit(
        residue,
        noise: (
          decision(2 * k, conversion) / fullScale, decision(2 * k + 1, conversion) / fullScale
        ))
      residue = stage.residue(residue, digit: digit)
      sum += digit * weight
    }
    let last = residue * weight + decision(2 * stages.count, conversion) * weight / fullScale
    return (sum + min(max(last, -weight), weight)).rounded(.toNearestOrEven)
  }
}

/// A 1.5-bit stage with a flip-around amplifier (Abo and Gray 1999, doi 10.1109/4.760369): it
/// compares its input with ±1/4 of the reference and passes on `v ← (2 + δ) v − (1 + δ) d`.
struct AmplifyingStage: Sendable, Equatable {
  /// Relative error of the capacitor ratio, δ.
  var mismatch = 0.0
  /// Errors of the lower and the upper threshold, over the reference.
  var offsets = SIMD2(0.0, 0)

  /// The digit −1, 0 or 1. Threshold errors below 1/4 leave the residue within ±1, where later
  /// stages correct them.
  func digit(_ v: Double, noise: (Double, Double)) -> Double {
    if v < -0.25 + offsets[0] + noise.0 { return -1 }
    return v > 0.25 + offsets[1] + noise.1 ? 1 : 0
  }

  /// The residue passed to the next stage.
  func residue(_ v: Double, digit: Double) -> Double {
    2 * v - digit + mismatch * (v - digit)
  }
}

/// Random draws of one converter for one purpose.
struct ConverterDraws: Sendable {
  private let key: SIMD2<UInt32>

  init(seed: UInt64, purpose: DrawPurpose, address: ConverterAddress) {
    let layer = CellDraws(
      seed: seed, purpose: purpose, layer: address.layer, weightSlice: address.weightSlice)
    let block = layer.words(address.inputBlock, address.output, address.isNegative ? 1 : 0)
    key = SIMD2(block[0], block[1])
  }

  /// A number uniform in [0, 1).
  func uniform(conversion: UInt64) -> Double {
    let counter = SIMD4<UInt32>(
      0, 0, UInt32(truncatingIfNeeded: conversion), UInt32(truncatingIfNeeded: conversion >> 32))
    let block = RandomStream.block(counter: counter, key: key)
    return Double(UInt64(block[0]) << 21 ^ UInt64(block[1]) >> 11) / 9_007_199_254_740_992
  }

  func normals(index: Int, conversion: UInt64 = 0) -> SIMD2<Double> {
    let counter = SIMD4<UInt32>(
      UInt32(truncatingIfNeeded: index), 0, UInt32(truncatingIfNeeded: conversion),
      UInt32(truncatingIfNeeded: conversion >> 32))
    return CellDraws.normals(RandomStream.block(counter: counter, key: key))
  }
}

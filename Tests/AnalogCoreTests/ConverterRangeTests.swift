import NumericKernels
import Testing

@testable import AnalogCore

/// Anchored ranges, limits, and rounding by chance.
@Suite struct ConverterRangeTests {
  private func histogram(_ values: [Float]) -> MagnitudeHistogram {
    var histogram = MagnitudeHistogram()
    for value in values { histogram.add(value) }
    return histogram
  }

  private func anchored(_ recorded: [[Float]], percent: Double = 100) throws -> [Float] {
    try #require(
      MeasuredRanges.ranges(
        .uniform(bits: 8, range: .anchored(percent: percent)), isBipolar: true,
        recorded: recorded.map(histogram)))
  }

  /// The range is a power of two times the number of codes, the smallest that clips nothing of what
  /// it covers: the last code takes up to half a step more.
  @Test(arguments: [
    (1, 0x1p-6), (1.9, 0x1p-6), (126.9, 1), (127, 1), (127.4, 1), (128, 2), (254, 2), (300, 4),
    (0.001, 0x1p-16),
  ])
  func codesArePowersOfTwo(peak: Double, step: Double) throws {
    #expect(try anchored([[0, Float(peak)]]) == [Float(127 * step)])
    // As the reference: twice the range covers it, half of it does not.
    #expect(peak <= 127.5 * step && peak > 127.5 * step / 2)
  }

  /// Slices differ by powers of two; one without signal takes the largest range, one with less than
  /// is left out covers all of it.
  @Test func slicesShareTheAnchor() throws {
    #expect(try anchored([[100], [51], [7], [0]]) == [127, 63.5, 7.9375, 127])
    let rare = [Float](repeating: 0, count: 99_999) + [5]
    #expect(try anchored([[100], rare], percent: 99.98) == [127, 7.9375])
    #expect(try anchored([rare], percent: 99.98) == [0])
    // 0.01 % of the values lie beyond.
    let few = [Float](repeating: 40, count: 9999) + [900]
    #expect(try anchored([few], percent: 99.98) == [63.5])
    #expect(try anchored([few]) == [127 * 8])
  }

  /// Without a recorded signal the peak decides.
  @Test func silentTilesFallBackToThePeak() {
    for range in [Float?.none, 0] {
      let converter = Converter(
        .uniform(bits: 8, range: .anchored(percent: 99)), peak: 216, isBipolar: false,
        calibratedRange: range)
      #expect(converter.step == 1 && converter.maximumCode == 255)
    }
  }

  private func converter(
    _ low: Double, _ high: Double, bits: Double = 8
  ) -> Converter {
    Converter(
      .uniform(bits: bits, range: .limits(low: low, high: high)), peak: 1e6, calibratedRange: nil)
  }

  @Test func limitsSpanTheCodes() {
    let symmetric = converter(-254, 254)
    #expect(symmetric.step == 2 && symmetric.minimumCode == -127 && symmetric.maximumCode == 127)
    let single = converter(0, 510)
    #expect(single.step == 2 && single.minimumCode == 0 && single.maximumCode == 255)
    // 254 steps of 1/2; zero is a code.
    let skewed = converter(-27, 100)
    #expect(skewed.step == 0.5 && skewed.minimumCode == -54 && skewed.maximumCode == 200)
    // The limits move by less than half a step.
    let moved = converter(-1, 3, bits: 3)
    let step = Double(moved.step)
    #expect(step == Double(Float(4.0 / 6)) && moved.minimumCode == -2 && moved.maximumCode == 4)
    // The step is a single-precision number.
    #expect((moved.minimumCode * step + 1).magnitude <= step / 2 * (1 + 1e-6))
    // A range that does not hold zero.
    let raised = converter(51, 306)
    #expect(raised.step == 1 && raised.minimumCode == 51 && raised.maximumCode == 306)
    // All codes where zero is one of them.
    let whole = converter(-128, 127)
    #expect(whole.step == 1 && whole.minimumCode == -128 && whole.maximumCode == 127)
    let few = converter(-1, 2, bits: 2)
    #expect(few.step == 1 && few.minimumCode == -1 && few.maximumCode == 2)
    let negative = converter(-306, -51)
    #expect(negative.step == 1 && negative.minimumCode == -306 && negative.maximumCode == -51)
    let circuit = Converter(
      .circuit(
        CircuitConverterSpecification(.ramp(stepMismatch: 0), bits: 8),
        range: .limits(low: -27, high: 100)), peak: 1, calibratedRange: nil)
    #expect(circuit.step == 0.5 && circuit.minimumCode == -54 && circuit.maximumCode == 200)
  }

  /// A code is the value rounded down or up, up as often as the value lies above the lower code; a
  /// function of the conversion's number and of the converter alone.
  @Test(arguments: [-3.25, 0, 0.5, 2.875, 126.5])
  func stochasticRoundingKeepsTheMean(y: Double) {
    let converter = converter(-127, 127)
    func make(_ output: Int, seed: UInt64 = 4) -> StochasticConverter {
      StochasticConverter(
        converter, seed: seed, address: ConverterAddress(layer: 0, inputBlock: 0, output: output))
    }
    let codes = (0..<20_000).map { make(1).code(y, conversion: UInt64($0) << 6) }
    #expect(codes.allSatisfy { $0 == y.rounded(.down) || $0 == y.rounded(.up) })
    let mean = codes.reduce(0, +) / 20_000
    let part = y - y.rounded(.down)
    #expect((mean - y).magnitude <= 5 * (part * (1 - part) / 20_000).squareRoot())
    guard part > 0 else { return }
    #expect(codes == (0..<20_000).map { make(1).code(y, conversion: UInt64($0) << 6) })
    for other in [make(2), make(1, seed: 5)] {
      #expect(
        (0..<64).contains { other.code(y, conversion: $0) != make(1).code(y, conversion: $0) })
    }
  }

  @Test func stochasticRoundingEndsAtTheRange() {
    let converter = converter(-127, 127)
    let own = StochasticConverter(
      converter, seed: 1, address: ConverterAddress(layer: 0, inputBlock: 0, output: 0))
    for conversion in 0..<64 as Range<UInt64> {
      #expect(own.code(127.9, conversion: conversion) == 127)
      #expect(own.code(-500, conversion: conversion) == -127)
    }
    #expect(own.code(.nan, conversion: 0).isNaN)
  }
}

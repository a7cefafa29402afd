import Foundation
import NumericKernels
import Testing

@testable import AnalogCore

@Suite struct CircuitConverterTests {
  typealias Specification = CircuitConverterSpecification

  private static let address = ConverterAddress(layer: 1, inputBlock: 2, output: 3)
  private static let ideal: [Specification.Architecture] = [
    .ramp(stepMismatch: 0), .successiveApproximation(capacitorMismatch: 0),
    .pipeline(capacitorMismatch: 0, comparatorOffset: 0),
    .cyclic(capacitorMismatch: 0, comparatorOffset: 0),
  ]
  private static let real: [Specification.Architecture] = [
    .ramp(stepMismatch: 0.05), .successiveApproximation(capacitorMismatch: 0.05),
    .pipeline(capacitorMismatch: 0.01, comparatorOffset: 0.1),
    .cyclic(capacitorMismatch: 0.01, comparatorOffset: 0.1),
  ]

  private func made(
    _ specification: Specification, seed: UInt64 = 1, output: Int = 3
  ) -> CircuitConverter {
    CircuitConverter(
      specification, seed: seed,
      address: ConverterAddress(layer: 1, inputBlock: 2, output: output))
  }

  private func made(_ parts: CircuitConverter.Parts, bits: Int) -> CircuitConverter {
    CircuitConverter(
      Specification(.ramp(stepMismatch: 0), bits: bits), parts: parts,
      noise: ConverterDraws(seed: 1, purpose: .converterNoise, address: Self.address))
  }

  private func uniform(_ y: Double, bits: Int) -> Double {
    let limit = Double(1 << (bits - 1) - 1)
    return min(max(y.rounded(.toNearestOrEven), -limit), limit)
  }

  /// Ideal parts are the uniform quantizer, to the bit, over a dense sweep that includes every tie
  /// and what lies beyond the range, and at values without a pattern.
  @Test(arguments: ideal.indices, [2, 3, 4, 7, 8, 10, 12, 16])
  func idealPartsQuantizeUniformly(architecture: Int, bits: Int) {
    let converter = made(Specification(Self.ideal[architecture], bits: bits))
    let codes = 1 << bits
    let grid = max(8, 4096 / codes)
    var wrong = 0
    for k in -(codes / 2 + 2) * grid...(codes / 2 + 2) * grid {
      let y = Double(k) / Double(grid)
      wrong += converter.code(y) == uniform(y, bits: bits) ? 0 : 1
    }
    var random = RandomStream(seed: 6)
    for _ in 0..<5000 {
      let y = Double(Float.random(in: -1...1, using: &random)) * Double(codes)
      wrong += converter.code(y) == uniform(y, bits: bits) ? 0 : 1
    }
    #expect(wrong == 0)
    #expect(converter.code(.infinity) == converter.maximumCode)
    #expect(converter.code(-1e300) == -converter.maximumCode)
    #expect(converter.code(.nan).isNaN)
  }

  /// Where values have one sign, codes count from zero; the offset and the gain act on the value.
  @Test(arguments: ideal.indices)
  func codesOfOneSignCountFromZero(architecture: Int) {
    let converter = made(Specification(Self.ideal[architecture], bits: 6))
    var random = RandomStream(seed: 7)
    for _ in 0..<2000 {
      let y = Double.random(in: -3...66, using: &random)
      #expect(converter.code(y, lowest: 0) == min(max(y.rounded(), 0), 62))
    }
    let scaled = CircuitConverter(
      Specification(Self.ideal[architecture], bits: 6, gain: 0.02), seed: 3, address: Self.address)
    #expect(scaled.code(0, lowest: 0) == 0)
  }

  /// One capacitor of a successive-approximation array that is off by a known part shows the widths
  /// and edges that its weights say: level(c) = 2ᵇ Σ C / C_total, code c from level(c) - ½. A
  /// histogram of S samples per code resolves 1/S at each edge.
  @Test(arguments: [0, 3, 5], [-0.2, -0.03, 0.03, 0.2])
  func oneCapacitorOffHasAKnownLinearity(bit: Int, part: Double) {
    let bits = 6
    var capacitors = (0..<bits).map { Double(1 << $0) }
    capacitors[bit] *= 1 + part
    let converter = made(
      .successiveApproximation(capacitors: capacitors, terminating: 1), bits: bits)
    let total = 64 + part * Double(1 << bit)
    func level(_ code: Int) -> Double {
      let chosen = capacitors.indices.filter { code >> $0 & 1 == 1 }
      return 64 * chosen.map { capacitors[$0] }.reduce(0, +) / total
    }
    // Where a capacitor that is decided later makes a level lie above a later one, the earlier
    // decision wins: codes begin at the lowest level from them up, and some are missed.
    var lowest = level(63)
    let edges = Array(
      (1...62).reversed().map { code in
        lowest = min(lowest, level(code))
        return lowest
      }.reversed())
    let samples = 500
    let measured = ConverterLinearity(of: converter, samplesPerCode: samples)
    let mean = (edges[61] - edges[0]) / 61
    #expect(measured.differential.count == 61)
    for code in 0..<61 {
      let width = (edges[code + 1] - edges[code]) / mean - 1
      #expect((measured.differential[code] - width).magnitude < 4 / Double(samples))
      let edge = (edges[code + 1] - edges[0]) / mean - Double(code + 1)
      #expect((measured.integral[code] - edge).magnitude < 4 / Double(samples))
    }
  }

  /// A ramp never misses the order: more input never gives a smaller code, whatever its steps.
  @Test func rampsAreMonotone() {
    for output in 0..<20 {
      let converter = made(
        Specification(.ramp(stepMismatch: 0.8), bits: 6, offset: 3, gain: 0.1), output: output)
      var last = -Double.infinity
      for k in -4000...4000 {
        let code = converter.code(Double(k) / 100)
        #expect(code >= last)
        last = code
      }
    }
  }

  /// The levels of a ramp with fixed ends are a random walk tied at both: σ √n / 2 at mid-range,
  /// σ √(n t (1 - t)) elsewhere, n steps. To five standard errors of a deviation, and the relative
  /// error σ √(1/n) of dividing by the sum.
  @Test func rampMismatchIsATiedRandomWalk() {
    let (bits, sigma, converters) = (8, 0.02, 4000)
    for t in [0.25, 0.5] {
      let index = Int(256 * t) - 1
      let square = (0..<converters).reduce(0.0) { sum, output in
        let converter = made(Specification(.ramp(stepMismatch: sigma), bits: bits), output: output)
        guard case .ramp(let thresholds) = converter.parts else { return .nan }
        let error = thresholds[index] - (Double(index) - 126.5)
        return sum + error * error
      }
      let deviation = (square / Double(converters)).squareRoot()
      let law = sigma * (256 * t * (1 - t)).squareRoot()
      let bound = 5 / (2 * Double(converters)).squareRoot() + sigma / 16
      #expect((deviation / law - 1).magnitude < bound)
    }
  }

  /// The middle step of a successive-approximation array, where every capacitor switches, misses
  /// one code by σ √(2ᵇ - 1).
  @Test func capacitorMismatchFollowsItsLaw() {
    let (bits, sigma, converters) = (8, 0.01, 4000)
    let square = (0..<converters).reduce(0.0) { sum, output in
      let converter = made(
        Specification(.successiveApproximation(capacitorMismatch: sigma), bits: bits),
        output: output)
      guard case .successiveApproximation(let weights) = converter.parts else { return .nan }
      let error = weights[7] - weights.prefix(7).reduce(0, +) - 1
      return sum + error * error
    }
    let deviation = (square / Double(converters)).squareRoot()
    let law = sigma * 255.0.squareRoot()
    // Dividing by the total of 256 units changes each weight by σ/16 of itself.
    let bound = 5 / (2 * Double(converters)).squareRoot() + sigma / 16
    #expect((deviation / law - 1).magnitude < bound)
  }

  /// Redundancy: thresholds of 1.5-bit stages may be off by up to a quarter of the reference and no
  /// code changes; beyond that, codes do.
  @Test(arguments: [3, 8, 12])
  func redundancyAbsorbsThresholdErrors(bits: Int) {
    var random = RandomStream(seed: 9)
    func differences(limit: Double) -> Int {
      var count = 0
      for _ in 0..<20 {
        let stages = (0..<bits - 2).map { _ in
          AmplifyingStage(
            offsets: SIMD2(
              Double.random(in: -limit...limit, using: &random),
              Double.random(in: -limit...limit, using: &random)))
        }
        let converter = made(.stages(stages), bits: bits)
        for _ in 0..<500 {
          let y = Double(Float.random(in: -0.5...0.5, using: &random)) * Double(1 << bits)
          count += converter.code(y) == uniform(y, bits: bits) ? 0 : 1
        }
      }
      return count
    }
    #expect(differences(limit: 0.25) == 0)
    #expect(differences(limit: 0.6) > 0)
  }

  /// A capacitor ratio off by δ in the first stage moves the input to `v + δ (v - d) / 2`; the later
  /// ones halve it each time.
  @Test(arguments: [0, 1, 4])
  func stageMismatchShiftsTheCode(stage: Int) {
    let (bits, delta) = (10, 0.02)
    var stages = Array(repeating: AmplifyingStage(), count: 8)
    stages[stage].mismatch = delta
    let converter = made(.stages(stages), bits: bits)
    var moved = 0
    for k in -2040...2040 {
      let y = Double(k) / 4 + 0.1
      var (w, d) = (y / 512, 0.0)
      for step in 0...stage {
        d = w < -0.25 ? -1 : w > 0.25 ? 1 : 0
        if step < stage { w = 2 * w - d }
      }
      let shift = 512 * delta * (w - d) / Double(2 << stage)
      let expected = uniform(y + shift, bits: bits)
      // A shifted tie may round either way: 0.1 + shift is no tie unless rounding makes it one.
      let distance = (y + shift - (y + shift).rounded(.down) - 0.5).magnitude
      if distance > 1e-9 { #expect(converter.code(y) == expected) }
      moved += expected == uniform(y, bits: bits) ? 0 : 1
    }
    #expect(moved > 0)
  }

  /// A cyclic converter is a pipeline whose stages are one and the same.
  @Test func cyclicConvertersReuseOneStage() {
    let converter = made(
      Specification(.cyclic(capacitorMismatch: 0.01, comparatorOffset: 0.05), bits: 8))
    guard case .stages(let stages) = converter.parts else {
      Issue.record("not made of stages")
      return
    }
    #expect(stages.count == 6)
    #expect(stages.allSatisfy { $0 == stages[0] && $0.mismatch != 0 })
    let pipeline = made(
      Specification(.pipeline(capacitorMismatch: 0.01, comparatorOffset: 0.05), bits: 8))
    guard case .stages(let different) = pipeline.parts else {
      Issue.record("not made of stages")
      return
    }
    #expect(Set(different.map(\.mismatch)).count == 6)
  }

  /// Offset and gain over many converters, from two inputs each far from the ends; a 16-bit code
  /// adds a rounding of deviation √(1/12). Five standard errors.
  @Test func offsetAndGainHaveTheirDeviations() {
    let specification = Specification(
      .pipeline(capacitorMismatch: 0, comparatorOffset: 0), bits: 16, offset: 20, gain: 0.01)
    let n = 4000
    var (offsets, gains) = (0.0, 0.0)
    for output in 0..<n {
      let converter = made(specification, output: output)
      let offset = converter.code(0)
      offsets += offset * offset
      let gain = (converter.code(16000) - offset) / 16000 - 1
      gains += gain * gain
    }
    let bound = 5 / (2 * Double(n)).squareRoot()
    let offset = (offsets / Double(n) - 1 / 12.0).squareRoot()
    #expect((offset / 20 - 1).magnitude < bound)
    #expect(((gains / Double(n)).squareRoot() / 0.01 - 1).magnitude < bound)
  }

  /// Noise of the sampled input shows in the codes with its deviation and the rounding's, and
  /// depends on the number of the conversion alone.
  @Test(arguments: ideal.indices)
  func noiseIsThatOfTheConversion(architecture: Int) {
    let n = 8000
    let specification = Specification(
      Self.ideal[architecture], bits: 10, inputNoise: 3)
    let converter = made(specification)
    let codes = (0..<n).map { converter.code(40.3, conversion: UInt64($0)) }
    let mean = codes.reduce(0, +) / Double(n)
    let variance = codes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n)
    let law = (9 + 1 / 12.0).squareRoot()
    #expect((mean - 40.3).magnitude < 5 * law / Double(n).squareRoot())
    #expect((variance.squareRoot() / law - 1).magnitude < 5 / (2 * Double(n)).squareRoot())
    for k in [7999, 0, 4, 4] { #expect(converter.code(40.3, conversion: UInt64(k)) == codes[k]) }
  }

  /// A comparator's noise moves the single decision of a ramp by its deviation; the redundancy of
  /// 1.5-bit stages absorbs it but for the last decision.
  @Test func comparatorNoiseActsWhereDecisionsAreFinal() {
    let n = 8000
    func deviation(_ architecture: Specification.Architecture) -> Double {
      let converter = made(Specification(architecture, bits: 10, comparatorNoise: 3))
      let codes = (0..<n).map { converter.code(40.3, conversion: UInt64($0)) }
      let mean = codes.reduce(0, +) / Double(n)
      return (codes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n)).squareRoot()
    }
    let law = (9 + 1 / 12.0).squareRoot()
    #expect((deviation(Self.ideal[0]) / law - 1).magnitude < 5 / (2 * Double(n)).squareRoot())
    #expect(deviation(Self.ideal[1]) > 1)
    // At most the last decision's 3 · 2/512 codes: only inputs that close to a tie could change.
    #expect(deviation(Self.ideal[2]) == 0)
  }

  /// Each converter has its own errors, and has them again whenever it is made.
  @Test(arguments: real.indices)
  func convertersAreFunctionsOfTheirAddress(architecture: Int) {
    let specification = Specification(
      Self.real[architecture], bits: 8, offset: 1, gain: 0.01, inputNoise: 0.5,
      comparatorNoise: 0.3)
    func codes(_ seed: UInt64, _ address: ConverterAddress) -> [Double] {
      let converter = CircuitConverter(specification, seed: seed, address: address)
      return (0..<400).map { converter.code(Double($0) * 0.6 - 120, conversion: UInt64($0)) }
    }
    let first = codes(1, Self.address)
    #expect(codes(1, Self.address) == first)
    var others: [[Double]] = [codes(2, Self.address)]
    for change: (inout ConverterAddress) -> Void in [
      { $0.layer += 1 }, { $0.weightSlice += 1 }, { $0.inputBlock += 1 }, { $0.output += 1 },
      { $0.isNegative = true },
    ] {
      var address = Self.address
      change(&address)
      others.append(codes(1, address))
    }
    for other in others { #expect(other != first) }
    #expect(Set(others).count == others.count)
  }
}

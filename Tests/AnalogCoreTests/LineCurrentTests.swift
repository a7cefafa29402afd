import BehavioralModels
import CrossbarArray
import NumericKernels
import TestSupport
import Testing
import Units

@testable import AnalogCore

/// What happens to currents between bit lines and converters: off currents, integrators, signs.
@Suite struct LineCurrentTests {
  private static let test = IntegerCase(outputs: 5, inputs: 41, batch: 3, bitCount: 6, seed: 81)

  private func matrix(
    isSigned: Bool = false, isWired: Bool = false, _ change: (inout HardwareConfiguration) -> Void
  ) throws -> AnalogMatrix {
    var hardware = HardwareConfiguration()
    hardware.tile = TileSpecification(wordLines: 16, bitLines: 5)
    hardware.wires = WireParasitics()
    hardware.converter = .ideal
    change(&hardware)
    return try AnalogMatrix(
      codes: WeightCodes(Self.test.codes), hardware: hardware, inputBits: 6,
      hasSignedInputs: isSigned, layer: 0, seed: 1
    ) { (array) throws(ArrayError) in
      if isWired { return try LadderArray(array) }
      return try IdealArray(array)
    }
  }

  private static let single: [SignedWeightScheme] = SignedWeightScheme.all.filter { !$0.isBipolar }

  /// Off currents that are converted leave the result where conversion is ideal.
  @Test(arguments: single, InputDrive.all)
  func idealConvertersRemoveOffCurrentsExactly(
    scheme: SignedWeightScheme, drive: InputDrive
  ) throws {
    for cellBits in [nil, 2] as [Int?] {
      let matrix = try matrix {
        $0.mapping = scheme
        $0.inputs = drive
        $0.cellBits = cellBits
        $0.cell.onOffRatio = 8
        $0.offCurrent = .converted
      }
      // Single precision, 16 cells of 255 levels and 63 input levels at 8/7 of the range.
      for (a, b) in matched(try Self.test.multiply(matrix).0, Self.test.products) {
        #expect((a - b).magnitude < 41 * 255 * 63 * 0x1p-20)
      }
    }
  }

  /// A converter sees levels and off current together, over the range of both: one conversion of a
  /// line is `round((v + g_off Σx) / step) · step`, its off current taken off again.
  @Test func convertersSeeOffCurrents() throws {
    func matrix(_ off: OffCurrent) throws -> AnalogMatrix {
      try self.matrix {
        $0.mapping = .offset(.digital)
        $0.cell.onOffRatio = 4
        $0.converter = .uniform(bits: 7, range: .maximum)
        $0.tile.wordLines = 64
        $0.offCurrent = off
      }
    }
    let (own, reference) = (try matrix(.converted), try matrix(.reference))
    let step = Double(own.tiles[0].converter.step)
    #expect((step / Double(reference.tiles[0].converter.step) - 4.0 / 3).magnitude < 1e-6)
    let off = 255.0 / 3
    var expected: [Double] = []
    for vector in 0..<3 {
      for output in 0..<5 {
        var sum = 0.0
        for bit in 0..<6 {
          var (levels, active) = (0.0, 0.0)
          for k in 0..<41 where Self.test.inputs[vector * 41 + k] >> bit & 1 == 1 {
            levels += Double(Self.test.codes[output, k]) + 128
            active += 1
          }
          let code = ((levels + off * active) / step).rounded(.toNearestOrEven)
          sum += Double(1 << bit) * (code * step - (128 + off) * active)
        }
        expected.append(sum)
      }
    }
    for (a, b) in matched(try Self.test.multiply(own).0, expected) {
      #expect((a - b).magnitude < 1e-6 * 63 * 41 * 255)
    }
  }

  @Test func conflictsOfOffCurrentsAreNamed() {
    var hardware = HardwareConfiguration()
    hardware.offCurrent = .converted
    #expect(hardware.conflict?.key == "offCurrent")
    hardware.mapping = .offset(.digital)
    hardware.converter = .fullPrecision
    #expect(hardware.conflict == nil)
    hardware.cell.onOffRatio = 100
    #expect(hardware.conflict?.key == "converter")
    hardware.converter = .uniform(bits: 8, range: .limits(low: 0, high: 4))
    #expect(hardware.conflict == nil)
    hardware.offCurrent = .reference
    hardware.mapping = .differentialPair
    #expect(hardware.conflict?.key == "converter")
    hardware.converter = .uniform(bits: 8, range: .limits(low: -1, high: 4))
    #expect(hardware.conflict == nil)
  }

  /// Every line of every read is limited before anything else: against the obvious loop over reads.
  @Test(arguments: SignedWeightScheme.all, InputDrive.Accumulation.allCases)
  func integratorsLimitEveryLineAndRead(
    scheme: SignedWeightScheme, accumulation: InputDrive.Accumulation
  ) throws {
    // About half of what the fullest lines carry.
    let most = 6e-6
    func made(_ limit: Double?) throws -> AnalogMatrix {
      try matrix {
        $0.mapping = scheme
        $0.inputs.accumulation = accumulation
        $0.integrator = limit?.amperes
      }
    }
    let (limited, free) = (try made(most), try made(nil))
    let high = try made(1)
    // Without limits, sums are in units; with them, of currents.
    let (bounded, unbounded) = (try Self.test.multiply(high).0, try Self.test.multiply(free).0)
    let size = unbounded.map(abs).max() ?? 0
    for (a, b) in zip(bounded, unbounded) { #expect(abs(a - b) <= 1e-5 * size) }
    var expected = [Double](repeating: 0, count: 15)
    var isLimiting = false
    for tile in free.tiles {
      let n = tile.outputs.count
      for vector in 0..<3 {
        let codes = Array(Self.test.inputs[vector * 41..<(vector + 1) * 41])
        let inputs = free.drive(of: tile, codes: codes.span, batch: 1, bitCount: 6)
        let amperes = try tile.model.currents(inputs).amperes
        for bit in 0..<6 {
          let line = (0..<amperes.columns).map { j -> Double in
            isLimiting = isLimiting || amperes[bit, j].magnitude > most
            return min(max(amperes[bit, j], -most), most)
          }
          let active = tile.inputs.count { codes[$0] >> bit & 1 == 1 }
          for output in 0..<n {
            var value = line[output] * Double(free.unitsPerAmpere)
            switch scheme {
            case .pair(_, .inArray): break
            case .pair: value -= line[n + output] * Double(free.unitsPerAmpere)
            case .offset(.digital, _): value -= Double(128 * active)
            case .offset(.unitColumn, _): value -= line[n] * Double(free.unitsPerAmpere)
            }
            expected[vector * 5 + tile.outputs.lowerBound + output] += value * Double(1 << bit)
          }
        }
      }
    }
    #expect(isLimiting || scheme == .pair(.oneSided, .inArray))
    for (a, b) in matched(try Self.test.multiply(limited).0, expected) {
      #expect((a - b).magnitude < 41 * 255 * 63 * 0x1p-20)
    }
  }

  private static let signed: [Int] = {
    var random = RandomStream(seed: 61)
    return (0..<3 * 41).map { _ in Int.random(in: -63...63, using: &random) }
  }()

  private func products(_ matrix: AnalogMatrix) throws -> ([Double], ActivityCounts) {
    let positive = Self.signed.map { UInt16(max($0, 0)) }
    let negative = Self.signed.map { UInt16(max(-$0, 0)) }
    var sums = [Double](repeating: 0, count: 15)
    var counts = ActivityCounts()
    if matrix.hardware.inputs.signs == .differential {
      try matrix.multiply(
        positive.span, negative: negative.span, batch: 3, bitCount: 6, sign: 1, into: &sums,
        counts: &counts)
    } else {
      for (codes, sign) in [(positive, 1.0), (negative, -1.0)] {
        try matrix.multiply(
          codes.span, batch: 3, bitCount: 6, sign: sign, into: &sums, counts: &counts)
      }
    }
    return (sums, counts)
  }

  /// Gates with both signs in one conversion: ideal parts give the integers with half the
  /// conversions of two passes and the same reads, at any On/Off ratio.
  @Test(arguments: SignedWeightScheme.all, InputDrive.Accumulation.allCases)
  func gatesConvertBothSignsOnce(
    scheme: SignedWeightScheme, accumulation: InputDrive.Accumulation
  ) throws {
    let expected = (0..<15).map { k in
      (0..<41).reduce(0.0) {
        $0 + Double(Int(Self.test.codes[k % 5, $1]) * Self.signed[k / 5 * 41 + $1])
      }
    }
    for ratio in [Double.infinity, 20, 1.01] {
      var counts: [ActivityCounts] = []
      for signs in InputDrive.Signs.allCases {
        let matrix = try matrix(isSigned: true) {
          $0.mapping = scheme
          $0.cell.onOffRatio = ratio
          $0.cellBits = 2
          $0.converter = .fullPrecision
          $0.inputs = InputDrive(.gates, accumulation: accumulation, signs: signs)
        }
        let found = try products(matrix)
        #expect(found.0 == expected, "\(signs) \(ratio)")
        counts.append(found.1)
      }
      let (split, both) = (counts[0], counts[1])
      #expect(2 * both.conversions == split.conversions)
      #expect(both.wordLineActivations == split.wordLineActivations)
      #expect(both.wordLineBits == split.wordLineBits && both.clippedConversions == 0)
    }
  }

  /// Linear circuits superpose: without converters both ways give the same, with wires, errors and
  /// noise, whose reads have the same numbers.
  @Test func readsOfBothSignsSuperpose() throws {
    func sums(_ signs: InputDrive.Signs) throws -> [Double] {
      try products(
        matrix(isSigned: true, isWired: true) {
          $0.programmingError = .stateIndependent(alpha: 0.02)
          $0.readNoise = .stateIndependent(alpha: 0.01)
          $0.wires = WireParasitics(bitLineSegment: 50.ohms)
          $0.inputs = InputDrive(.gates, accumulation: .analog, signs: signs)
        }
      ).0
    }
    for (a, b) in matched(try sums(.differential), try sums(.split)) {
      #expect((a - b).magnitude < 41 * 127 * 63 * 0x1p-20)
    }
  }

  /// Conversions that round by chance do not depend on the batch they are part of.
  @Test(arguments: InputDrive.Accumulation.allCases)
  func stochasticConversionsAreAddressed(accumulation: InputDrive.Accumulation) throws {
    func made(_ rounding: ConverterRounding) throws -> AnalogMatrix {
      try self.matrix {
        $0.inputs.accumulation = accumulation
        $0.converter = .uniform(bits: 5, range: .maximum, rounding: rounding)
      }
    }
    let matrix = try made(.stochastic)
    let whole = try Self.test.multiply(matrix).0
    var parts: [Double] = []
    for vector in 0..<3 {
      let codes = Array(Self.test.inputs[vector * 41..<(vector + 1) * 41])
      var sums = [Double](repeating: 0, count: 5)
      var counts = ActivityCounts()
      try matrix.multiply(
        codes.span, batch: 1, bitCount: 6, sign: 1, into: &sums, counts: &counts,
        firstVector: UInt64(vector))
      parts += sums
    }
    #expect(whole == parts)
    #expect(try Self.test.multiply(made(.nearest)).0 != whole)
  }
}

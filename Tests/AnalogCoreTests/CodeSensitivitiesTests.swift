import CrossbarArray
import Foundation
import NumericKernels
import Testing
import Units

@testable import AnalogCore

/// Derivatives of outputs by weight codes.
@Suite struct CodeSensitivitiesTests {
  static let schemes = (SignedWeightScheme.all + [.offset(.digital, zero: .lowest)]).filter {
    $0.pairing != .interleaved
  }

  private func hardware(_ scheme: SignedWeightScheme, cellBits: Int? = nil, ohms: Double)
    -> HardwareConfiguration
  {
    var hardware = HardwareConfiguration()
    hardware.mapping = scheme
    hardware.cellBits = cellBits
    hardware.cell.onOffRatio = 20
    hardware.tile = TileSpecification(wordLines: 4, bitLines: 6)
    hardware.converter = .ideal
    hardware.wires = WireParasitics(bitLineSegment: ohms.ohms)
    return hardware
  }

  private func matrix(_ codes: Matrix<Int8>, _ hardware: HardwareConfiguration) throws
    -> AnalogMatrix
  {
    try AnalogMatrix(
      codes: WeightCodes(codes), hardware: hardware, layer: 0, seed: 1,
      makeModel: { (array) throws(ArrayError) in try ExactMethod.judge(of: array) })
  }

  private static let codes = Matrix<Int8>(rows: 5, columns: 7) { output, input in
    // None is 0 or next to it: one-sided pairs have no derivative there.
    let code = (37 * output + 53 * input + 11) % 200 - 100
    return Int8(code.magnitude < 3 ? 50 : code)
  }
  private static let inputs: [UInt16] = (0..<14).map { UInt16(97 * $0 + 5) & 0xFF }

  private func sums(_ codes: Matrix<Int8>, _ hardware: HardwareConfiguration) throws -> [Double] {
    var sums = [Double](repeating: 0, count: 10)
    var counts = ActivityCounts()
    try matrix(codes, hardware).multiply(
      Self.inputs.span, batch: 2, bitCount: 8, sign: 1, into: &sums, counts: &counts)
    return sums
  }

  /// Against central differences of whole codes through the exact circuit, over several tiles. The
  /// lowest code of a layer may be its zero, which a difference would move.
  @Test(arguments: schemes.filter { $0 != .offset(.digital, zero: .lowest) })
  func derivativesAreThoseOfTheCircuit(scheme: SignedWeightScheme) throws {
    let hardware = hardware(scheme, ohms: 2000)
    let found = try CodeSensitivities(
      matrix(Self.codes, hardware), of: Self.codes, outputs: 1..<5, codes: Self.inputs.span,
      negative: Span(), batch: 2, bitCount: 8)
    for output in 1..<5 {
      let rows = Array(found.rows(ofOutput: output))
      for input in 0..<7 {
        func changed(_ step: Int8) throws -> [Double] {
          var codes = Self.codes
          codes[output, input] += step
          return try sums(codes, hardware)
        }
        let (high, low) = (try changed(1), try changed(-1))
        for vector in 0..<2 {
          let slope = (high[vector * 5 + output] - low[vector * 5 + output]) / 2
          let own = Double(rows[vector * 7 + input])
          // A code is 1 / 127 of the range: its square times the third derivative, and the rounding of
          // currents in single precision, which sum to about 1e5 units.
          #expect(
            (slope - own).magnitude <= 1e-3 * 255,
            "\(scheme), \(output), \(input): \(own) for \(slope)")
        }
      }
    }
  }

  /// Without wires, the derivative by a code is the input, however weights are sliced; negative inputs
  /// count negative.
  @Test(arguments: schemes, [nil, 3] as [Int?])
  func withoutWiresTheyAreTheInputs(scheme: SignedWeightScheme, cellBits: Int?) throws {
    let hardware = hardware(scheme, cellBits: cellBits, ohms: 0)
    let negative = Self.inputs.map { 255 - $0 }
    let found = try CodeSensitivities(
      matrix(Self.codes, hardware), of: Self.codes, outputs: 0..<5, codes: Self.inputs.span,
      negative: negative.span, batch: 2, bitCount: 8)
    for output in 0..<5 {
      let rows = Array(found.rows(ofOutput: output))
      for k in rows.indices {
        let input = Float(Self.inputs[k]) - Float(negative[k])
        #expect((rows[k] - input).magnitude <= 1e-4 * 255)
      }
    }
  }

  // MARK: Means

  private func means(
    _ matrix: AnalogMatrix, _ codes: [UInt16], batch: Int
  ) throws -> MeanSensitivities {
    MeanSensitivities(
      matrix, of: Self.codes, over: codes.span,
      squares: try matrix.tiles.indices.map {
        try MeanSensitivities.squares(
          ofTile: $0, of: matrix, codes: codes.span, batch: batch, bitCount: 8)
      })
  }

  /// Of vectors whose bits are all those of one place, means are the derivatives of every vector: each
  /// cell has one share of the voltage then.
  @Test(arguments: schemes, [nil, 3] as [Int?])
  func meansOfOneReadAreExact(scheme: SignedWeightScheme, cellBits: Int?) throws {
    let matrix = try matrix(Self.codes, hardware(scheme, cellBits: cellBits, ohms: 3000))
    let codes: [UInt16] = [16, 0, 16, 16, 0, 16, 16]
    let exact = try CodeSensitivities(
      matrix, of: Self.codes, outputs: 0..<5, codes: codes.span, negative: Span(), batch: 1,
      bitCount: 8)
    let means = try means(matrix, codes, batch: 1)
    let inputs = means.effectiveInputs
    for output in 0..<5 {
      for (input, own) in exact.rows(ofOutput: output).enumerated() {
        let mean = Double(inputs[Int(codes[input])]) * means.values[output, input]
        #expect((mean - Double(own)).magnitude <= 1e-5 * 16, "\(output), \(input): \(mean), \(own)")
      }
    }
  }

  /// Over many vectors they are closer to the derivatives of each than means that do not tell bits
  /// apart, and those than no losses at all.
  @Test(arguments: [SignedWeightScheme.differentialPair, .offset(.unitColumn)])
  func meansFollowTheBits(scheme: SignedWeightScheme) throws {
    var hardware = hardware(scheme, ohms: 8000)
    hardware.tile = TileSpecification(wordLines: 8, bitLines: 6)
    let matrix = try matrix(Self.codes, hardware)
    // High bits are rare, as in activations.
    var random = RandomStream(seed: 7)
    let codes = (0..<7 * 40).map { _ in
      UInt16(255 * pow(Double.random(in: 0...1, using: &random), 4))
    }
    let exact = try CodeSensitivities(
      matrix, of: Self.codes, outputs: 0..<5, codes: codes.span, negative: Span(), batch: 40,
      bitCount: 8)
    let means = try means(matrix, codes, batch: 40)
    #expect(means.transmittances[7] > means.transmittances[0])
    let inputs = means.effectiveInputs
    var errors = [0.0, 0, 0]
    for output in 0..<5 {
      let rows = Array(exact.rows(ofOutput: output))
      var sums = [Double](repeating: 0, count: 7)
      var drives = sums
      for (k, own) in rows.enumerated() {
        sums[k % 7] += Double(own)
        drives[k % 7] += Double(codes[k])
      }
      for (k, own) in rows.enumerated() {
        let code = Int(codes[k])
        let guesses = [
          Double(inputs[code]) * means.values[output, k % 7],
          Double(code) * sums[k % 7] / drives[k % 7], Double(code),
        ]
        for (place, guess) in guesses.enumerated() {
          errors[place] += (guess - Double(own)) * (guess - Double(own))
        }
      }
    }
    #expect(errors[0] < errors[1], "\(errors)")
    #expect(errors[1] < 0.5 * errors[2], "\(errors)")
  }

  /// Without wires nothing is lost, and codes stand for themselves, those of bits that no vector has
  /// too.
  @Test(arguments: schemes) func meansWithoutWiresAreOne(scheme: SignedWeightScheme) throws {
    let matrix = try matrix(Self.codes, hardware(scheme, ohms: 0))
    let means = try means(matrix, Self.inputs.map { $0 & 0x3F }, batch: 2)
    #expect(means.effectiveInputs == (0..<256).map { Float($0) })
    #expect(means.values.elements.allSatisfy { ($0 - 1).magnitude <= 1e-6 })
    let none = try self.means(matrix, Self.inputs.map { _ in 0 }, batch: 2)
    #expect(none.effectiveInputs == (0..<256).map { Float($0) })
    #expect(none.values.elements.allSatisfy { ($0 - 1).magnitude <= 1e-6 })
  }
}

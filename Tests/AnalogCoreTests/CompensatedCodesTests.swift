import BehavioralModels
import CrossbarArray
import NumericKernels
import Testing
import Units

@testable import AnalogCore

/// Codes whose cells deliver given weights behind their wires.
@Suite struct CompensatedCodesTests {
  private static let schemes = SignedWeightScheme.all + [.offset(.digital, zero: .lowest)]

  private func weights(_ outputs: Int = 5, _ inputs: Int = 7, seed: UInt64 = 4) -> Matrix<Double> {
    var random = RandomStream(seed: seed)
    var weights = Matrix(rows: outputs, columns: inputs) { _, _ in
      Double.random(in: -120...120, using: &random)
    }
    weights[1, 2] = 127
    weights[0, 3] = 0
    return weights
  }

  private func matrix(
    _ codes: Matrix<Int8>, _ scheme: SignedWeightScheme, cellBits: Int? = nil,
    onOffRatio: Double = 20
  ) throws -> AnalogMatrix {
    var hardware = HardwareConfiguration()
    hardware.mapping = scheme
    hardware.cellBits = cellBits
    hardware.cell.onOffRatio = onOffRatio
    hardware.converter = .ideal
    return try AnalogMatrix(
      codes: WeightCodes(codes), hardware: hardware, layer: 0, seed: 1,
      makeModel: { (array) throws(ArrayError) in try IdealArray(array) })
  }

  private func rounded(_ weights: Matrix<Double>) -> Matrix<Int8> {
    weights.map { Int8($0.rounded(.toNearestOrEven)) }
  }

  private func shares(
    _ weights: Matrix<Double>, _ scheme: SignedWeightScheme, in range: ClosedRange<Double>,
    seed: UInt64 = 8
  ) -> WeightShares {
    var random = RandomStream(seed: seed)
    func plane() -> Matrix<Double> {
      weights.map { _ in Double.random(in: range, using: &random) }
    }
    return WeightShares(
      positive: plane(), negative: scheme.pairing == nil ? nil : plane(),
      unit: scheme.sharedBitLines > 0 ? plane() : nil)
  }

  /// Without wires nothing changes, in any mapping.
  @Test(arguments: schemes, [nil, 3] as [Int?])
  func withoutLossesCodesStay(scheme: SignedWeightScheme, cellBits: Int?) throws {
    let weights = weights()
    let codes = rounded(weights)
    let found = CompensatedCodes(
      weights, delivering: shares(weights, scheme, in: 1...1),
      on: try matrix(codes, scheme, cellBits: cellBits), bits: 8, sharesFactor: true)
    #expect(found.codes == codes)
    #expect(found.factors.allSatisfy { $0 == 1 } && found.zeroPoints.isEmpty)
    #expect(found.beyondRange == 0 && found.farthest == 0)
  }

  /// What the conductances of the codes deliver, cell by cell, is the weights times the factor: to half
  /// a code. An independent account, from siemens, of what each mapping subtracts.
  @Test(arguments: schemes, [nil, 3] as [Int?])
  func cellsDeliverTheWeights(scheme: SignedWeightScheme, cellBits: Int?) throws {
    for ratio in [20, .infinity] {
      let weights = weights()
      let shares = shares(weights, scheme, in: 0.75...0.95)
      let before = try matrix(rounded(weights), scheme, cellBits: cellBits, onOffRatio: ratio)
      let found = CompensatedCodes(
        weights, delivering: shares, on: before, bits: 8, sharesFactor: true)
      let after = try matrix(found.codes, scheme, cellBits: cellBits, onOffRatio: ratio)
      let cell = after.hardware.cell
      let off = cell.offConductance.value
      let perSiemens = Double(after.coding.levels) / (cell.onConductance.value - off)
      let slices = (0..<after.coding.sliceCount).reduce(0) {
        $0 + after.coding.significance(ofSlice: $1)
      }
      let offCode = perSiemens * off * slices
      var delivered = weights.map { _ in 0.0 }
      for tile in after.tiles {
        let array = tile.model.description
        let unit = perSiemens * after.coding.significance(ofSlice: tile.weightSlice)
        for (i, input) in tile.inputs.enumerated() {
          for (o, output) in tile.outputs.enumerated() {
            var siemens = array.conductances[i, o] * shares.positive[output, input]
            switch scheme {
            case .pair:
              let negative = try #require(array.negativeConductances)
              siemens -= negative[i, o] * (shares.negative?[output, input] ?? 0)
            case .offset(.unitColumn, _):
              siemens -=
                array.conductances[i, tile.outputs.count] * (shares.unit?[output, input] ?? 0)
            // A reference of the same drive takes out the current of cells that are off.
            case .offset(.digital, _): siemens -= off
            }
            delivered[output, input] += unit * siemens
          }
        }
      }
      for output in 0..<weights.rows {
        for input in 0..<weights.columns {
          var own = delivered[output, input]
          if case .offset(.digital, _) = scheme {
            own -= Double(after.coding.offset)
            own -= Double(found.zeroPoints.isEmpty ? 0 : found.zeroPoints[output])
          }
          let wanted = found.factors[output] * weights[output, input]
          // Off cells of offset mappings cannot conduct less: at the lowest codes, that is all they
          // deliver too much.
          let isLowest = Int(found.codes[output, input]) == after.coding.codes.lowerBound
          let slack = isLowest ? offCode : 0
          #expect(
            (own - wanted).magnitude <= 0.5 + 1e-9 + slack,
            "\(scheme), \(ratio): \(own) for \(wanted), code \(found.codes[output, input])")
        }
      }
      #expect(found.beyondRange == 0 || scheme.pairing == nil)
      if found.zeroPoints.isEmpty {
        #expect(found.codes.elements.contains { [-128, -127, 127].contains(Int($0)) })
      }
    }
  }

  /// The largest code is that of the largest conductance, per layer or per output.
  @Test func factorsFillTheRange() throws {
    let weights = weights()
    let scheme = SignedWeightScheme.differentialPair
    let shares = shares(weights, scheme, in: 0.3...0.6)
    let before = try matrix(rounded(weights), scheme)
    let layer = CompensatedCodes(
      weights, delivering: shares, on: before, bits: 8, sharesFactor: true)
    #expect(Set(layer.factors).count == 1)
    #expect(layer.codes.elements.map(\.magnitude).max() == 127)
    let each = CompensatedCodes(
      weights, delivering: shares, on: before, bits: 8, sharesFactor: false)
    for output in 0..<weights.rows {
      #expect(each.codes.row(output).map(\.magnitude).max() == 127)
      #expect(each.factors[output] >= layer.factors[output])
    }
    // Half the bits, half the codes.
    let narrow = CompensatedCodes(
      weights.map { $0 * 7 / 127 }, delivering: shares, on: before, bits: 4, sharesFactor: true)
    #expect(narrow.codes.elements.map(\.magnitude).max() == 7)
  }

  /// Where the off cells of a pair deliver so differently that no level makes up for it, weights end at
  /// the range, and it is said how many and how far.
  @Test func weightsBeyondTheRangeAreCounted() throws {
    let weights = Matrix<Double>(rows: 1, columns: 3, elements: [100, 0, -100])
    let scheme = SignedWeightScheme.pair(.twoSided, .analog)
    var shares = shares(weights, scheme, in: 0.9...0.9)
    shares.negative?[0, 1] = 0.1
    let found = CompensatedCodes(
      weights, delivering: shares, on: try matrix(rounded(weights), scheme, onOffRatio: 2), bits: 8,
      sharesFactor: true)
    #expect(found.beyondRange == 1 && found.codes[0, 1] == -127)
    // A = (0.9 + 0.1) / 2, E = (127 / 2 + 127) (0.9 − 0.1): the code −E / A, over the end.
    let code = 190.5 * 0.8 / 0.5
    #expect((found.farthest - (code - 127) / 127).magnitude <= 1e-12)
  }

  /// Shares of slices count by what they contribute, those of the negative cells apart; cells without
  /// current by nothing but themselves.
  @Test func sharesOfSlicesArePooledByTheirCurrents() throws {
    let codes = Matrix<Int8>(rows: 1, columns: 1, elements: [0b01_10])
    let own = try matrix(codes, .differentialPair, cellBits: 2, onOffRatio: .infinity)
    // Digits 2, 1, 0, 0 of significance 1, 4, 16, 64.
    let cells = try own.tiles.indices.map { slice in
      try CellShares(
        own.tiles[slice].model.description,
        over: .bits(BitMatrix(rows: 1, columns: 1) { _, _ in true }),
        weights: [1])
    }
    let pooled = own.weightShares(cells)
    // A voltage divider in every slice: u = 1 / (1 + R G).
    let (ohms, on) = (
      own.hardware.wires.bitLineSegment.value, own.hardware.cell.onConductance.value
    )
    func share(_ digit: Double) -> Double { 1 / (1 + ohms * on * digit / 3) }
    let expected = (2 * share(2) + 4 * share(1)) / 6
    #expect((pooled.positive[0, 0] - expected).magnitude <= 1e-14)
    #expect(pooled.negative?[0, 0] == 1 && pooled.unit == nil)
    #expect(expected < 1 - 1e-6)
  }
}

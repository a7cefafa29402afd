import AnalogCore
import BehavioralModels
import CrossbarArray
import NumericKernels
import TestSupport
import Testing
import Units

@Suite struct ReadNoiseTests {
  private static let cell = CellSpecification(
    onConductance: 20e-6.siemens, onOffRatio: 10, readVoltage: 0.2.volts)
  private static let noises: [ConductanceError] = [
    .stateIndependent(alpha: 0.01), .stateProportional(alpha: 0.03),
  ]

  private static func array(wordLines: Int, bitLines: Int) -> ArrayDescription {
    var random = RandomStream(seed: 12)
    func cells() -> Matrix<Double> {
      Matrix(rows: wordLines, columns: bitLines) { _, _ in
        Double.random(in: 4e-6...20e-6, using: &random)
      }
    }
    return ArrayDescription(
      topology: .gateDriven(sourceLine: .parallel), conductances: cells(),
      negativeConductances: cells(), readVoltage: cell.readVoltage)
  }

  @Sendable private static func ideal(
    _ array: ArrayDescription
  ) throws(ArrayError) -> any ArrayModel { try IdealArray(array) }

  @Sendable private static func exact(
    _ array: ArrayDescription
  ) throws(ArrayError) -> any ArrayModel {
    LadderArray.covers(array) ? try LadderArray(array) : try ColumnArray(array)
  }

  /// Currents of the same bits in many reads, less the noiseless ones, `[read][line]`.
  private func deviations(
    _ noise: ConductanceError, bits: [Bool], count: Int, isSampled: Bool
  ) throws -> [[Float]] {
    let array = Self.array(wordLines: bits.count, bitLines: 3)
    let batch = BitMatrix(rows: count, columns: bits.count) { _, i in bits[i] }
    let model = try IdealArray(array)
    var quiet: [Float] = []
    try model.currents(batch, into: &quiet)
    var noisy = quiet
    let reads = (0..<count).map { UInt64($0) }
    if isSampled {
      let sampled = SampledReads(
        noise, array: array, cell: Self.cell, seed: 4, layer: 0, inputs: 0..<bits.count,
        outputs: 0..<3, makeModel: Self.ideal)
      try sampled.currents(batch, reads: reads, into: &noisy)
    } else {
      let equivalent = OutputNoise(
        noise, array: array, cell: Self.cell, seed: 4, layer: 0, inputBlock: 0, outputs: 0..<3)
      equivalent.add(to: &noisy, bits: batch, reads: reads)
    }
    return (0..<count).map { row in (0..<6).map { noisy[row * 6 + $0] - quiet[row * 6 + $0] } }
  }

  /// Noise of the cells, drawn one by one or as noise of the currents, has the variance
  /// `V² Σ x σ²(G)` on every line, mean zero, and no correlation between lines. Five standard
  /// errors; no cell comes near zero, where sampling stops.
  @Test(arguments: [0, 1], [false, true])
  func varianceIsTheSumOverActiveCells(noise: Int, isSampled: Bool) throws {
    let bits = (0..<30).map { $0 % 3 != 1 }
    let count = 4000
    let values = try deviations(Self.noises[noise], bits: bits, count: count, isSampled: isSampled)
    let array = Self.array(wordLines: 30, bitLines: 3)
    let negative = try #require(array.negativeConductances)
    let n = Double(count)
    var sigmas: [Double] = []
    for line in 0..<6 {
      var variance = 0.0
      for i in 0..<30 where bits[i] {
        let siemens = line < 3 ? array.conductances[i, line] : negative[i, line - 3]
        let sigma = noise == 0 ? 0.01 * 18e-6 : 0.03 * siemens
        variance += 0.04 * sigma * sigma
      }
      let sigma = variance.squareRoot()
      sigmas.append(sigma)
      let mean = values.reduce(0) { $0 + Double($1[line]) } / n
      let square = values.reduce(0) { $0 + Double($1[line]) * Double($1[line]) } / n
      #expect(mean.magnitude < 5 * sigma / n.squareRoot())
      #expect((square.squareRoot() / sigma - 1).magnitude < 5 / (2 * n).squareRoot())
    }
    for a in 0..<6 {
      for b in 0..<a {
        let product = values.reduce(0) { $0 + Double($1[a]) * Double($1[b]) } / n
        #expect(product.magnitude < 5 * sigmas[a] * sigmas[b] / n.squareRoot())
      }
    }
  }

  private func matrix(
    _ noise: ConductanceError, wires: Double, tile: TileSpecification = .init(),
    model: @escaping SampledReads.ModelMaker = ideal,
    _ change: (inout HardwareConfiguration) -> Void = { _ in }
  ) throws -> AnalogMatrix {
    var hardware = HardwareConfiguration()
    hardware.cell = Self.cell
    hardware.converter = .ideal
    hardware.readNoise = noise
    hardware.errors.programming = .stateIndependent(alpha: 0.01)
    hardware.tile = tile
    hardware.wires.bitLineSegment = wires.ohms
    change(&hardware)
    var random = RandomStream(seed: 13)
    let codes = Matrix<Int8>(rows: 5, columns: 40) { _, _ in
      Int8.random(in: -127...127, using: &random)
    }
    return try AnalogMatrix(
      codes: WeightCodes(codes), hardware: hardware, layer: 2, seed: 8, makeModel: model)
  }

  private static let inputs: [UInt16] = {
    var random = RandomStream(seed: 14)
    return (0..<6 * 40).map { _ in UInt16.random(in: 0...15, using: &random) }
  }()

  private func product(
    _ matrix: AnalogMatrix, vectors: Range<Int>, first: Int, sign: Double = 1
  ) throws -> [Double] {
    var sums = [Double](repeating: 0, count: vectors.count * 5)
    var counts = ActivityCounts()
    let codes = Array(Self.inputs[vectors.lowerBound * 40..<vectors.upperBound * 40])
    try matrix.multiply(
      codes.span, batch: vectors.count, bitCount: 4, sign: sign, into: &sums, counts: &counts,
      firstVector: UInt64(first))
    return sums
  }

  /// Reads depend on the number of their vector alone: vector by vector, in reverse order, gives
  /// the batch. Sampled reads agree to the bit; output noise too where the model itself does.
  @Test(arguments: [0, 1.0])
  func readsDoNotDependOnBatchOrOrder(wires: Double) throws {
    let matrix = try matrix(Self.noises[1], wires: wires, model: Self.exact)
    let batch = try product(matrix, vectors: 0..<6, first: 100)
    for vector in (0..<6).reversed() {
      let single = try product(matrix, vectors: vector..<vector + 1, first: 100 + vector)
      #expect(single == Array(batch[vector * 5..<vector * 5 + 5]))
    }
    #expect(try product(matrix, vectors: 0..<6, first: 101) != batch)
    // The passes of the two signs are different reads.
    #expect(try product(matrix, vectors: 0..<6, first: 100, sign: -1).map { -$0 } != batch)
  }

  /// Without noise nothing is drawn, and noise leaves what is programmed alone.
  @Test func noiseDoesNotChangeTheCells() throws {
    let quiet = try matrix(.none, wires: 1)
    let noisy = try matrix(Self.noises[0], wires: 1)
    for (a, b) in matched(quiet.tiles, noisy.tiles) {
      #expect(a.model.description == b.model.description)
    }
    let first = try product(quiet, vectors: 0..<6, first: 0)
    #expect(try product(quiet, vectors: 0..<6, first: 7) == first)
    #expect(try product(noisy, vectors: 0..<6, first: 0) != first)
  }

  /// Cells' noise does not depend on the partition: sampled reads of small tiles add up to those of
  /// a large one but for single-precision rounding of the currents.
  @Test func sampledNoiseDoesNotDependOnTiles() throws {
    // Lines sensed at both ends make the reads sampled ones, a wire too short to matter makes tiles add.
    let whole = try product(
      try matrix(Self.noises[0], wires: 1e-9, model: Self.exact) { $0.ends.bitLineSense = .both },
      vectors: 0..<6, first: 3)
    let parts = try product(
      try matrix(
        Self.noises[0], wires: 1e-9, tile: TileSpecification(wordLines: 9, bitLines: 4),
        model: Self.exact
      ) { $0.ends.bitLineSense = .both }, vectors: 0..<6, first: 3)
    let largest = 40.0 * 127 * 15
    for (a, b) in matched(whole, parts) { #expect((a - b).magnitude < 1e-5 * largest) }
  }
}

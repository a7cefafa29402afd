import BehavioralModels
import CrossbarArray
import Foundation
import NumericKernels
import TestSupport
import Testing
import Units

@testable import AnalogCore

@Suite struct WiredReadNoiseTests {
  private static let cell = CellSpecification(
    onConductance: 20e-6.siemens, onOffRatio: 10, readVoltage: 0.2.volts)

  @Sendable private static func exact(
    _ array: ArrayDescription
  ) throws(ArrayError) -> any ArrayModel {
    LadderArray.covers(array) ? try LadderArray(array) : try ColumnArray(array)
  }

  private static func array(isInterleaved: Bool, lowest: Double) -> ArrayDescription {
    var random = RandomStream(seed: 12)
    func cells() -> Matrix<Double> {
      Matrix(rows: 37, columns: 3) { _, _ in
        Double.random(in: lowest...20e-6, using: &random)
      }
    }
    return ArrayDescription(
      topology: .gateDriven(sourceLine: .parallel), conductances: cells(),
      negativeConductances: cells(), pairing: isInterleaved ? .interleaved : .separateLines,
      wires: WireParasitics(bitLineSegment: 20.ohms),
      ends: LineEnds(bitLineSense: .far, sourceLineDrive: .far), readVoltage: cell.readVoltage)
  }

  /// Reads to first order have the mean and the deviation of reads whose cells are drawn and solved
  /// one by one, at a drop of a tenth; also where many cells are so near zero that noise is cut there.
  ///
  /// Each mean within five standard errors, each deviation within five of a normal sample (twice where
  /// cut noise has longer tails), and both within what the second order can do.
  @Test(.tags(.validation), arguments: [false, true], [0.01, 0.04])
  func firstOrderHasTheMomentsOfSampledReads(isInterleaved: Bool, alpha: Double) throws {
    let lowest = alpha < 0.02 ? 4e-6 : 0
    let array = Self.array(isInterleaved: isInterleaved, lowest: lowest)
    let noise = ConductanceError.stateIndependent(alpha: alpha)
    let count = 4000
    let bits = BitMatrix(rows: count, columns: 37) { _, i in i % 3 != 1 }
    let reads = (0..<count).map { UInt64($0) }
    let first = try FirstOrderReads(
      noise, array: array, cell: Self.cell, seed: 4, layer: 0, inputBlock: 0, outputs: 0..<3,
      makeModel: Self.exact)
    #expect(first.secondOrderBound < FirstOrderReads.limit)
    var (fast, slow): ([Float], [Float]) = ([], [])
    try first.currents(bits, model: Self.exact(array), reads: reads, into: &fast)
    let sampled = SampledReads(
      noise, array: array, cell: Self.cell, seed: 4, layer: 0, inputs: 0..<37, outputs: 0..<3,
      makeModel: Self.exact)
    try sampled.currents(bits, reads: reads, into: &slow)
    let n = Double(count)
    for line in 0..<array.outputCount {
      func moments(_ amperes: [Float]) -> (mean: Double, deviation: Double) {
        let values = (0..<count).map { Double(amperes[$0 * array.outputCount + line]) }
        let mean = values.reduce(0, +) / n
        let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
        return (mean, square.squareRoot())
      }
      let (a, b) = (moments(fast), moments(slow))
      let bound = first.secondOrderBound
      #expect(
        (a.mean - b.mean).magnitude < (5 * (2 / n).squareRoot() + bound) * b.deviation,
        "line \(line)")
      #expect(
        (a.deviation / b.deviation - 1).magnitude < 10 / n.squareRoot() + bound, "line \(line)")
    }
  }

  /// Noise cut at zero: at a cell of zero conductance mean `σ / √2π`, mean square `σ² / 2`; elsewhere
  /// against sums over the law itself.
  @Test(arguments: [0, 0.3, 1, 3, 4.9, 6]) func cutNoiseHasItsMoments(ratio: Double) {
    let sigma = 0.01 * 18e-6
    let noise = ConductanceError.stateIndependent(alpha: 0.01)
    let found = noise.readMoments(of: ratio * sigma, cell: Self.cell)
    if ratio == 0 {
      #expect((found.mean / sigma - 1 / (2 * Double.pi).squareRoot()).magnitude < 1e-12)
    }
    var (weight, mean, square) = (0.0, 0.0, 0.0)
    for k in -80_000...80_000 {
      let normal = Double(k) / 10_000
      let density = exp(-normal * normal / 2)
      let value = max(ratio + normal, 0)
      weight += density
      mean += density * value
      square += density * value * value
    }
    mean /= weight
    #expect((found.mean / sigma - mean).magnitude < 1e-7)
    #expect(
      (found.deviation / sigma - (square / weight - mean * mean).squareRoot()).magnitude < 1e-6)
  }

  private func matrix(
    _ change: (inout HardwareConfiguration) -> Void
  ) throws -> AnalogMatrix {
    var hardware = HardwareConfiguration()
    hardware.cell = Self.cell
    hardware.converter = .ideal
    hardware.readNoise = .stateProportional(alpha: 0.03)
    hardware.cellBits = 2
    change(&hardware)
    // Base-4 digits 1, 1, 1, …: every weight slice holds the same cells.
    let codes = Matrix<Int8>(rows: 5, columns: 40) { _, _ in 0b01_0101 }
    return try AnalogMatrix(
      codes: WeightCodes(codes), hardware: hardware, layer: 2, seed: 8, makeModel: Self.exact)
  }

  private static let cases:
    [(name: String, change: @Sendable (inout HardwareConfiguration) -> Void)] =
      [
        ("none", { $0.wires = WireParasitics() }),
        ("first order", { $0.wires.bitLineSegment = 1.ohms }),
        ("first order", { $0.mapping = .pair(.oneSided, .inArray) }),
        ("sampled", { $0.ends.bitLineSense = .both }),
      ]

  /// Tiles take the cheapest form that holds, and say why where that is a circuit per read.
  @Test(arguments: cases.indices) func formsAreChosenByTheArray(index: Int) throws {
    let tile = try matrix(Self.cases[index].change).tiles[0]
    let form =
      switch tile.solved.reads {
      case .noiseless: "noiseless"
      case .outputNoise: "none"
      case .firstOrder: "first order"
      case .sampled: "sampled"
      }
    #expect(form == Self.cases[index].name)
    #expect((tile.sampledReadsReason != nil) == (form == "sampled"))
  }

  /// Where noise and wires are so large that currents do not follow in proportion, reads are sampled.
  @Test func largeNoiseIsSampled() throws {
    let reason = try matrix {
      $0.wires.bitLineSegment = 2000.ohms
      $0.readNoise = .stateIndependent(alpha: 0.3)
    }.tiles[0].sampledReadsReason
    #expect(reason == "noise and wires are so large that currents do not follow in proportion")
  }

  /// Weight slices are different cells: the same conductances in the same read err differently in
  /// each, in every form; so do input slices, vectors and signs.
  @Test(arguments: cases.indices) func slicesAreReadApart(index: Int) throws {
    let tiles = try matrix(Self.cases[index].change).tiles.filter { $0.outputs.contains(0) }
    let slices = tiles.filter { $0.weightSlice < 3 && $0.inputs.lowerBound == 0 }
    #expect(slices.count == 3)
    let bits = BitMatrix(rows: 2, columns: slices[0].inputs.count) { _, i in i % 4 != 1 }
    let currents = try slices.map { try $0.currents(bits, reads: [7, 9]) }
    #expect(slices[0].model.description.conductances == slices[1].model.description.conductances)
    for a in 0..<3 {
      #expect(currents[a] == (try slices[a].currents(bits, reads: [7, 9])))
      for b in 0..<a {
        #expect(zip(currents[a], currents[b]).allSatisfy { $0 != $1 }, "slices \(a) and \(b)")
      }
      let lines = currents[a].count / 2
      #expect(currents[a].prefix(lines) != currents[a].suffix(lines), "two reads")
    }
  }

  /// Every vector, input slice and sign of a batch is a read of its own, at odd counts too.
  @Test func readsHaveNumbersOfTheirOwn() {
    var seen: Set<UInt64> = []
    for sign in [1.0, -1] {
      let numbers = TileReads.numbers(firstVector: 13, batch: 7, slices: 5, sign: sign)
      #expect(numbers.count == 35)
      for vector in 0..<7 {
        for slice in 0..<5 {
          #expect(
            numbers[vector * 5 + slice]
              == TileReads.number(13 + UInt64(vector), slice: slice, sign: sign))
        }
      }
      seen.formUnion(numbers)
    }
    #expect(seen.count == 70)
  }
}

import BehavioralModels
import CrossbarArray
import NumericKernels
import Synchronization
import Testing
import Units

@testable import AnalogCore

@Suite struct SolvedTileTests {
  @Sendable private static func ideal(
    _ array: ArrayDescription
  ) throws(ArrayError) -> any ArrayModel { try IdealArray(array) }

  @Sendable private static func exact(
    _ array: ArrayDescription
  ) throws(ArrayError) -> any ArrayModel { try ColumnArray(array) }

  private static let changes:
    [(form: String, change: @Sendable (inout HardwareConfiguration) -> Void)] = [
      ("noiseless", { _ in }),
      ("first order", { $0.readNoise = .stateProportional(alpha: 0.03) }),
      (
        "sampled",
        {
          $0.readNoise = .stateProportional(alpha: 0.03)
          $0.ends.bitLineSense = .both
        }
      ),
    ]

  private func matrix(
    _ change: (inout HardwareConfiguration) -> Void, makeModel: @escaping SampledReads.ModelMaker
  ) throws -> AnalogMatrix {
    var hardware = HardwareConfiguration()
    hardware.cell = CellSpecification(
      onConductance: 20e-6.siemens, onOffRatio: 10, readVoltage: 0.2.volts)
    hardware.wires = WireParasitics(bitLineSegment: 5.ohms)
    hardware.converter = .ideal
    change(&hardware)
    let codes = Matrix<Int8>(rows: 3, columns: 20) { o, i in Int8((37 * o + 11 * i) % 255 - 127) }
    return try AnalogMatrix(
      codes: WeightCodes(codes), hardware: hardware, layer: 2, seed: 8, makeModel: makeModel)
  }

  private func form(_ tile: AnalogMatrix.Tile) -> String {
    switch tile.solved.reads {
    case .noiseless: "noiseless"
    case .outputNoise: "output noise"
    case .firstOrder: "first order"
    case .sampled: "sampled"
    }
  }

  /// A tile that is given another model reads as if it had been programmed with that one: nothing of
  /// the old model is left, whichever way reads take noise in.
  @Test(arguments: changes.indices) func readsAreOfTheModelThatWasSet(index: Int) throws {
    let (expected, change) = Self.changes[index]
    let exact = try matrix(change, makeModel: Self.exact)
    let ideal = try matrix(change, makeModel: Self.ideal)
    var (wired, unwired) = (ideal, exact)
    for k in exact.tiles.indices {
      try wired.setModel(exact.tiles[k].model, ofTile: k, makeModel: Self.exact)
      try unwired.setModel(ideal.tiles[k].model, ofTile: k, makeModel: Self.ideal)
    }
    let bits = BitMatrix(rows: 6, columns: 20) { row, line in (row + line) % 3 != 0 }
    let reads = (0..<6).map { UInt64($0) }
    #expect(!exact.tiles.isEmpty)
    for k in exact.tiles.indices {
      #expect(form(exact.tiles[k]) == expected)
      #expect(form(ideal.tiles[k]) == (expected == "noiseless" ? "noiseless" : "output noise"))
      let (a, b) = (
        try exact.tiles[k].currents(bits, reads: reads),
        try ideal.tiles[k].currents(bits, reads: reads)
      )
      #expect(a != b)
      #expect(try wired.tiles[k].currents(bits, reads: reads) == a)
      #expect(try unwired.tiles[k].currents(bits, reads: reads) == b)
      #expect(wired.tiles[k].sampledReadsReason == exact.tiles[k].sampledReadsReason)
    }
  }

  /// Whole products, too, are those of the model that was set.
  @Test func productsAreOfTheModelThatWasSet() throws {
    let change = Self.changes[1].change
    let exact = try matrix(change, makeModel: Self.exact)
    var changed = try matrix(change, makeModel: Self.ideal)
    for k in exact.tiles.indices {
      try changed.setModel(exact.tiles[k].model, ofTile: k, makeModel: Self.exact)
    }
    let codes = (0..<40).map { UInt16($0 * 6) }
    func sums(_ matrix: AnalogMatrix) throws -> [Double] {
      var sums = [Double](repeating: 0, count: 6)
      var counts = ActivityCounts()
      try matrix.multiply(
        codes.span, batch: 2, bitCount: 8, sign: 1, into: &sums, counts: &counts)
      return sums
    }
    #expect(try sums(changed) == sums(exact))
    #expect(try sums(matrix(change, makeModel: Self.ideal)) != sums(exact))
  }

  @Test func aModelOfAnotherArrayTraps() async {
    await #expect(processExitsWith: .failure) {
      let codes = Matrix<Int8>(rows: 1, columns: 2, elements: [1, 2])
      var hardware = HardwareConfiguration()
      hardware.converter = .ideal
      var matrix = try AnalogMatrix(
        codes: WeightCodes(codes), hardware: hardware, layer: 0, seed: 1,
        makeModel: { (array) throws(ArrayError) in try IdealArray(array) })
      var other = matrix.tiles[0].model.description
      other.conductances[0, 0] *= 2
      try matrix.setModel(
        IdealArray(other), ofTile: 0,
        makeModel: { (array) throws(ArrayError) in try IdealArray(array) })
    }
  }

  /// A matrix makes the arrays of its transpose once: the second product finds them, copies share
  /// them, and a block that is written makes them anew.
  @Test func transposesAreMadeOnce() throws {
    let made = Counter()
    var hardware = HardwareConfiguration()
    hardware.inputs = InputDrive(.voltages(sliceBits: 8))
    hardware.wires = WireParasitics()
    hardware.tile = TileSpecification(wordLines: 4, bitLines: 4)
    hardware.converter = .ideal
    var w = try ProgrammedMatrix(
      Matrix(rows: 3, columns: 7) { Double($0 - $1) }, hardware: hardware, seed: 1,
      makeModel: { (array) throws(ArrayError) in
        made.increase()
        return try IdealArray(array)
      })
    // Two rows of tiles of two outputs each.
    let tiles = 4
    #expect(w.matrix.tiles.count == tiles && made.count == tiles)
    let y = Matrix(rows: 2, columns: 3) { Double($0 + $1) }
    let first = try w.multiplyTransposed(y)
    #expect(made.count == 2 * tiles)
    #expect(try w.multiplyTransposed(y).elements == first.elements)
    let copy = w
    #expect(try copy.multiplyTransposed(y).elements == first.elements)
    #expect(made.count == 2 * tiles)
    // One tile is written, and all of the transpose are made again.
    try w.program(Matrix(rows: 1, columns: 1, repeating: 5), row: 0, column: 0)
    #expect(made.count == 2 * tiles + 1)
    let second = try w.multiplyTransposed(y)
    #expect(second.elements != first.elements)
    #expect(made.count == 3 * tiles + 1)
    #expect(try copy.multiplyTransposed(y).elements == first.elements)
    #expect(made.count == 3 * tiles + 1)
  }
}

private final class Counter: Sendable {
  private let value = Mutex(0)
  var count: Int { value.withLock { $0 } }
  func increase() { value.withLock { $0 += 1 } }
}

import AnalogCore
import BehavioralModels
import CrossbarArray
import NumericKernels
import TestSupport
import Testing
import Units

@Suite struct ProgrammedMatrixTests {
  @Sendable private static func ideal(
    _ array: ArrayDescription
  ) throws(ArrayError) -> any ArrayModel { try IdealArray(array) }

  private static let schemes: [SignedWeightScheme] = [
    .pair(.oneSided, .analog), .pair(.twoSided, .digital), .pair(.oneSided, .inArray),
    .offset(.digital),
  ]

  private func hardware(_ scheme: SignedWeightScheme, cellBits: Int? = nil) -> HardwareConfiguration
  {
    var hardware = HardwareConfiguration()
    hardware.mapping = scheme
    hardware.cellBits = cellBits
    hardware.cell.onOffRatio = 40
    hardware.inputs = InputDrive(.voltages(sliceBits: 8), accumulation: .digital)
    hardware.wires = WireParasitics()
    hardware.tile = TileSpecification(wordLines: 20, bitLines: 9)
    hardware.converter = .ideal
    return hardware
  }

  /// Integers up to 127 and 255 are codes of their own: no rounding but that of the arithmetic.
  private func integers(_ rows: Int, _ columns: Int, _ largest: Int, seed: UInt64) -> Matrix<Double>
  {
    var random = RandomStream(seed: seed)
    return Matrix(rows: rows, columns: columns) { i, j in
      i == j % rows ? Double(largest) : Double(Int.random(in: -largest...largest, using: &random))
    }
  }

  /// Both products and the matrix itself come back exactly, for every mapping, sliced or not.
  @Test(arguments: schemes, [nil, 2] as [Int?])
  func idealPartsGiveTheMatrix(scheme: SignedWeightScheme, cellBits: Int?) throws {
    let weights = integers(13, 31, 127, seed: 5)
    let w = try ProgrammedMatrix(
      weights, hardware: hardware(scheme, cellBits: cellBits), seed: 1, makeModel: Self.ideal)
    for (a, b) in matched(w.weights.elements, weights.elements) {
      #expect((a - b).magnitude < 1e-10)
    }
    for (x, isTransposed) in [
      (integers(5, 31, 255, seed: 6), false), (integers(5, 13, 255, seed: 7), true),
    ] {
      let y = isTransposed ? try w.multiplyTransposed(x) : try w.multiply(x)
      let matrix = isTransposed ? weights : weights.transposed()
      for vector in 0..<5 {
        for output in 0..<matrix.columns {
          let sum = (0..<matrix.rows).reduce(0.0) { $0 + x[vector, $1] * matrix[$1, output] }
          // 31 products of 127 · 255, in single precision for gates, double for voltages.
          #expect((y[vector, output] - sum).magnitude < 1e-3)
        }
      }
    }
  }

  /// With errors both reads see the same cells: yᵀ(W x) = (Wᵀ y)ᵀ x.
  @Test(arguments: schemes)
  func bothReadsSeeTheSameCells(scheme: SignedWeightScheme) throws {
    var hardware = hardware(scheme)
    hardware.programmingError = .stateIndependent(alpha: 0.05)
    let w = try ProgrammedMatrix(
      integers(13, 31, 127, seed: 5), hardware: hardware, seed: 1, makeModel: Self.ideal)
    let (x, y) = (integers(1, 31, 255, seed: 6), integers(1, 13, 255, seed: 7))
    let (wx, wy) = (try w.multiply(x), try w.multiplyTransposed(y))
    let forward = (0..<13).reduce(0.0) { $0 + y[0, $1] * wx[0, $1] }
    let backward = (0..<31).reduce(0.0) { $0 + x[0, $1] * wy[0, $1] }
    #expect((forward - backward).magnitude < 1e-5 * forward.magnitude)
    let held = w.weights
    let sum = (0..<31).reduce(0.0) { $0 + held[4, $1] * x[0, $1] }
    let largest = 127.0 * 255 * 31
    #expect((wx[0, 4] - sum).magnitude < 1e-5 * largest)
  }

  /// Writing a block again leaves every other cell alone to the bit, draws new errors inside it, keeps
  /// stuck cells stuck, and gives what programming it at once would give where there are no errors.
  @Test func writingABlockLeavesTheOthersAlone() throws {
    var hardware = hardware(.pair(.oneSided, .analog))
    hardware.programmingError = .stateIndependent(alpha: 0.05)
    hardware.errors.limits = .positive
    let weights = integers(13, 31, 100, seed: 5)
    let first = try ProgrammedMatrix(weights, hardware: hardware, seed: 1, makeModel: Self.ideal)
    var second = first
    let block = weights.block(rows: 3..<9, columns: 15..<25)
    try second.program(block, row: 3, column: 15)
    let (a, b) = (first.weights, second.weights)
    var same = 0
    for i in 0..<13 {
      for j in 0..<31 {
        let isInside = (3..<9).contains(i) && (15..<25).contains(j)
        if !isInside { #expect(a[i, j] == b[i, j]) }
        same += isInside && a[i, j] == b[i, j] ? 1 : 0
      }
    }
    #expect(same == 0)
    hardware.errors = CellErrors()
    hardware.errors.stuckCells = StuckCells(onRate: 0.1, offRate: 0.1)
    let stuck = try ProgrammedMatrix(weights, hardware: hardware, seed: 1, makeModel: Self.ideal)
    var again = stuck
    try again.program(weights, row: 0, column: 0)
    #expect(again.weights.elements == stuck.weights.elements)
    #expect(again.writes == 1)
  }

  /// What cannot be done is refused by name.
  @Test func refusalsSayWhy() throws {
    func fault(_ body: () throws -> Void) -> String {
      do { try body() } catch { return "\(error)" }
      return ""
    }
    let weights = integers(3, 4, 127, seed: 5)
    func made(_ change: (inout HardwareConfiguration) -> Void) throws -> ProgrammedMatrix {
      var own = hardware(.pair(.oneSided, .analog))
      change(&own)
      return try ProgrammedMatrix(weights, hardware: own, seed: 1, makeModel: Self.ideal)
    }
    let y = integers(1, 3, 255, seed: 7)
    for (part, change) in [
      ("gates cannot", { $0.inputs = InputDrive() }),
      ("without wires", { $0.wires = WireParasitics(bitLineSegment: 1.ohms) }),
      ("no unit column", { $0.mapping = .offset(.unitColumn) }),
    ] as [(String, (inout HardwareConfiguration) -> Void)] {
      #expect(fault { _ = try made(change).multiplyTransposed(y) }.contains(part))
    }
    #expect(
      fault { _ = try made { $0.converter = .uniform(bits: 8, range: .leastError()) } }
        .contains("converter.range"))
    var w = try made { _ in }
    #expect(fault { _ = try w.multiply(y) }.contains("a vector has 3 values"))
    #expect(fault { try w.program(weights, row: 1, column: 0) }.contains("does not lie within"))
    let large = Matrix(rows: 1, columns: 1, repeating: 200.0)
    #expect(fault { try w.program(large, row: 0, column: 0) }.contains("does not fit"))
    let broken = Matrix(rows: 1, columns: 4, repeating: Double.nan)
    #expect(fault { _ = try w.multiply(broken) }.contains("not finite"))
  }
}

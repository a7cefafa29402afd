import CrossbarArray
import NumericKernels
import TestSupport
import Testing
import Units

@testable import BehavioralModels

@Suite struct IdealArrayTests {
  private func array(_ topology: CellTopology, pairing: PairArrangement?) -> ArrayDescription {
    var random = RandomStream(seed: 41)
    func cells() -> Matrix<Double> {
      Matrix(rows: 70, columns: 9) { _, _ in Double.random(in: 0...1e-5, using: &random) }
    }
    return ArrayDescription(
      topology: topology, conductances: cells(),
      negativeConductances: pairing == nil ? nil : cells(), pairing: pairing ?? .separateLines,
      readVoltage: 0.2.volts)
  }

  /// The single-precision product of bits agrees with the double-precision sum.
  @Test(arguments: [nil, PairArrangement.separateLines, .interleaved])
  func productAgreesWithTheSum(pairing: PairArrangement?) throws {
    let model = try IdealArray(array(.gateDriven(sourceLine: .parallel), pairing: pairing))
    var random = RandomStream(seed: 42)
    let bits = BitMatrix(rows: 5, columns: 70) { row, _ in
      row > 0 && Bool.random(using: &random)
    }
    var single: [Float] = []
    try model.currents(bits, into: &single)
    let double = try model.currents(.bits(bits)).amperes.elements
    #expect(relativeDifference(single.map { Double($0) }, double) < 70 * 6e-8)
    #expect(double.prefix(model.description.outputCount).allSatisfy { $0 == 0 })
  }

  /// Sums are exact where single precision holds them, for any number of columns and vectors, and a
  /// vector's are the same beside any others.
  @Test(arguments: [1, 15, 16, 17, 31, 32, 33, 70])
  func selectedSumsAreExact(columns: Int) throws {
    var random = RandomStream(seed: 43)
    let cells = Matrix(rows: 130, columns: columns) { _, _ in
      Double(Int.random(in: 0...127, using: &random))
    }
    let sums = SelectedSums(rows: 130, columns: columns) { Float(cells[$0, $1]) }
    for count in [0, 1, 7, 8, 40] {
      let bits = BitMatrix(rows: count, columns: 130) { row, _ in
        row != 2 && Bool.random(using: &random)
      }
      var products: [Float] = []
      sums.multiply(bits, into: &products)
      let expected = (0..<count * columns).map { k in
        (0..<130).reduce(0.0) { $0 + (bits[k / columns, $1] ? cells[$1, k % columns] : 0) }
      }
      #expect(products.map { Double($0) } == expected)
      for row in 0..<count {
        var alone: [Float] = []
        sums.multiply(bits.selecting([row]), into: &alone)
        #expect(alone == Array(products[row * columns..<(row + 1) * columns]))
      }
    }
  }

  /// Tables of the sums of four rows give the bits of sums row by row.
  @Test(arguments: [1, 63, 64, 65, 72, 144, 200])
  func tabulatedSumsAreThoseOfRows(rows: Int) {
    var random = RandomStream(seed: 44)
    let cells = Matrix(rows: rows, columns: 37) { _, _ in Float.random(in: -1...1, using: &random) }
    let sums = SelectedSums(rows: rows, columns: 37) { cells[$0, $1] }
    let bits = BitMatrix(rows: 48, columns: rows) { row, _ in
      Int.random(in: 0..<48, using: &random) < row
    }
    var (tabulated, selected): ([Float], [Float]) = ([], [])
    sums.multiply(bits, into: &tabulated, tabulates: true)
    sums.multiply(bits, into: &selected, tabulates: false)
    #expect(tabulated == selected)
    let exact = (0..<48 * 37).map { k in
      (0..<rows).reduce(0.0) { $0 + (bits[k / 37, $1] ? Double(cells[$1, k % 37]) : 0) }
    }
    #expect(relativeDifference(selected.map { Double($0) }, exact) < 2e-7)
  }

  /// Interleaved pairs sense the difference of what separate pairs sense apart.
  @Test func interleavedPairsSubtract() throws {
    let volts = Matrix<Double>(rows: 2, columns: 70) { (row: Int, line: Int) -> Double in
      Double(row + 1) * (Double(line) / 70 - 0.4)
    }
    let separate = try IdealArray(array(.voltageDriven, pairing: .separateLines))
      .currents(.volts(volts)).amperes
    let interleaved = try IdealArray(array(.voltageDriven, pairing: .interleaved))
      .currents(.volts(volts)).amperes
    for row in 0..<2 {
      for j in 0..<9 {
        let difference = separate[row, j] - separate[row, j + 9]
        #expect((interleaved[row, j] - difference).magnitude < 1e-14)
      }
    }
  }
}

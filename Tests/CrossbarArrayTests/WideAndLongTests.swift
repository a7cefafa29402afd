import NumericKernels
import TestSupport
import Testing
import Units

@testable import CrossbarArray

/// Arrays so long that walks restart and so wide that columns go in groups of four vectors and leave
/// a remainder: columns do not see each other, so each is what it is alone.
@Suite struct WideAndLongTests {
  /// Which walk an array takes, and what makes it so.
  enum Kind: CaseIterable {
    case ladder, transfer, balanced, balancedBoth, mesh, port

    var ends: LineEnds {
      switch self {
      case .ladder: LineEnds(bitLineSense: .near, sourceLineDrive: .near)
      case .transfer: LineEnds(bitLineSense: .far, sourceLineDrive: .near)
      case .balanced, .mesh: LineEnds(bitLineSense: .far, sourceLineDrive: .far)
      case .balancedBoth: LineEnds(bitLineSense: .both, sourceLineDrive: .far)
      case .port: LineEnds(bitLineSense: .near, sourceLineDrive: .far)
      }
    }

    var rails: ColumnArrayTests.Rails {
      self == .balanced || self == .balancedBoth ? .idealSource : .bothResistive
    }

    var pairs: ColumnArrayTests.Pairs {
      self == .ladder || self == .transfer ? .none : .interleaved
    }

    func model(_ array: ArrayDescription) throws -> any ArrayModel {
      if self == .ladder { return try LadderArray(array) }
      let column = try ColumnArray(array)
      let walks: [Kind: ColumnArray.Walk] = [
        .transfer: .transfer, .balanced: .balanced, .balancedBoth: .balancedBoth, .mesh: .mesh,
        .port: .port,
      ]
      #expect(column.walk == walks[self])
      return column
    }
  }

  /// An array of a kind. Walks restart as often as the largest cell of the array asks for, so a
  /// pair of every column is that large, far from both ends: then its columns restart alike.
  private static func array(_ kind: Kind, rows: Int, columns: Int, relativeWire: Double)
    -> ArrayDescription
  {
    var array = ColumnArrayTests.array(
      wordLines: rows, bitLines: columns, relativeWire: relativeWire, ends: kind.ends,
      rails: kind.rails, pairs: kind.pairs,
      hasTerminals: kind != .balanced && kind != .balancedBoth)
    for j in 0..<columns {
      array.conductances[rows / 3, j] = 1e-5
      array.negativeConductances?[rows / 3, j] = 1e-5
    }
    return array
  }

  /// The array of one column of another.
  private static func column(_ j: Int, of array: ArrayDescription) -> ArrayDescription {
    func cells(_ matrix: Matrix<Double>) -> Matrix<Double> {
      Matrix(rows: matrix.rows, columns: 1) { i, _ in matrix[i, j] }
    }
    var one = array
    one.conductances = cells(array.conductances)
    one.negativeConductances = array.negativeConductances.map(cells)
    return one
  }

  /// Columns at the edges of vectors of 8 and 16 lanes and of groups of four of them.
  private static func edges(_ columns: Int) -> [Int] {
    [0, 7, 8, 15, 16, 31, 32, 47, 48, 63, 64, 79, 80, 127, 128, columns - 1].filter { $0 < columns }
  }

  /// At a wire of 1e-2 of a cell, voltages grow by e²⁰⁵ over 2048 word lines: too far for single
  /// precision without restarts; at 1, by e¹⁹⁷⁰, too far for double.
  @Test(arguments: Kind.allCases, [1e-2, 1])
  func columnsAreWhatTheyAreAlone(kind: Kind, relativeWire: Double) throws {
    let rows = 2048
    let bits = ColumnArrayTests.bits(lines: rows)
    for columns in [5, 16, 64, 83, 131] {
      let array = Self.array(kind, rows: rows, columns: columns, relativeWire: relativeWire)
      let model = try kind.model(array)
      let doubles = try model.currents(.bits(bits)).amperes
      var floats: [Float] = []
      try model.currents(bits, into: &floats)
      for j in Self.edges(columns) {
        let alone = try kind.model(Self.column(j, of: array))
        let one = try alone.currents(.bits(bits)).amperes
        var oneFloat: [Float] = []
        try alone.currents(bits, into: &oneFloat)
        for vector in 0..<bits.rows {
          // No pass mixes lanes: to the last bit.
          #expect(doubles[vector, j] == one[vector, 0], "\(columns) columns, column \(j)")
          #expect(floats[vector * columns + j] == oneFloat[vector], "\(columns) columns, \(j)")
        }
      }
    }
  }

  /// One long column against its circuit, in both precisions.
  @Test(arguments: Kind.allCases, [1e-2, 1])
  func aLongColumnAgreesWithItsCircuit(kind: Kind, relativeWire: Double) throws {
    let rows = 2048
    let bits = ColumnArrayTests.bits(lines: rows)
    let array = Self.column(
      2, of: Self.array(kind, rows: rows, columns: 5, relativeWire: relativeWire))
    let model = try kind.model(array)
    let exact = try CircuitArray(array).currents(.bits(bits)).amperes
    let doubles = try model.currents(.bits(bits)).amperes
    var floats: [Float] = []
    try model.currents(bits, into: &floats)
    // Pairs nearly cancel: errors are relative to what each line of cells carries by itself.
    var separate = array
    separate.pairing = .separateLines
    let peak = try CircuitArray(separate).currents(.bits(bits)).amperes.elements.reduce(0) {
      max($0, $1.magnitude)
    }
    for vector in 0..<bits.rows {
      #expect((doubles[vector, 0] - exact[vector, 0]).magnitude <= 1e-10 * peak)
      #expect((Double(floats[vector]) - exact[vector, 0]).magnitude <= 1e-4 * peak)
    }
  }

  /// Line CG in lanes of 1, 2, 4 and 8 vectors, alone and over several batches: a vector's currents do
  /// not depend on its neighbors, and reciprocity ties them to the effective matrix.
  @Test(arguments: [(1, 83), (130, 1), (67, 83), (83, 67)], [1e-6, 1e-2])
  func vectorsOfLineCGAreWhatTheyAreAlone(size: (Int, Int), relativeWire: Double) throws {
    var random = RandomStream(seed: 23)
    let ohms = (relativeWire * 1e5).ohms
    let array = ArrayDescription(
      topology: .voltageDriven,
      conductances: Matrix(rows: size.0, columns: size.1) { _, _ in
        Double.random(in: 1e-7...1e-5, using: &random)
      }, wires: WireParasitics(wordLineSegment: ohms, bitLineSegment: ohms))
    let model = try LineArray(array)
    let matrix = try model.effectiveMatrix(tolerance: model.tolerance).siemens
    for count in [1, 2, 3, 5, 8, 11, 17] {
      let volts: Matrix<Double> = Matrix(rows: count, columns: size.0) {
        (vector: Int, line: Int) -> Double in
        let step: Int = (vector * 5 + line * 7) % 13
        return Double(step) / 13
      }
      let all = try model.currents(.volts(volts)).amperes
      for vector in 0..<count {
        let row = Matrix<Double>(rows: 1, columns: size.0, elements: Array(volts.row(vector)))
        let one = try model.currents(.volts(row)).amperes
        for j in 0..<size.1 {
          #expect(all[vector, j] == one[0, j])
          var product = 0.0
          for i in 0..<size.0 { product += volts[vector, i] * matrix[i, j] }
          #expect((product - one[0, j]).magnitude <= 1e-8 * one[0, j].magnitude)
        }
      }
    }
  }
}

import NumericKernels
import TestSupport
import Testing
import Units

@testable import CrossbarArray

@Suite struct ColumnArrayTests {
  /// Which lines have segments of some resistance.
  enum Rails: CaseIterable { case bothResistive, idealSource, idealBit, ideal }
  enum Pairs: CaseIterable { case none, separate, interleaved }

  static let ends = LineEnd.allCases.flatMap { sense in
    LineEnd.allCases.map { LineEnds(bitLineSense: sense, sourceLineDrive: $0) }
  }

  /// A random array with cells of up to 1e-5 S, some of them open.
  static func array(
    wordLines: Int, bitLines: Int, relativeWire: Double, ends: LineEnds, rails: Rails,
    pairs: Pairs, hasTerminals: Bool
  ) -> ArrayDescription {
    var random = RandomStream(seed: 21, stream: UInt64(wordLines))
    func cells() -> Matrix<Double> {
      Matrix(rows: wordLines, columns: bitLines) { _, _ in
        Int.random(in: 0..<8, using: &random) == 0
          ? 0 : Double.random(in: 1e-7...1e-5, using: &random)
      }
    }
    let ohms = relativeWire * 1e5
    return ArrayDescription(
      topology: .gateDriven(sourceLine: .parallel), conductances: cells(),
      negativeConductances: pairs == .none ? nil : cells(),
      pairing: pairs == .interleaved ? .interleaved : .separateLines,
      wires: WireParasitics(
        bitLineSegment: (rails == .idealBit || rails == .ideal ? 0 : ohms).ohms,
        sourceLineSegment: (rails == .idealSource || rails == .ideal ? 0 : ohms / 2).ohms),
      terminals: TerminalResistances(
        bitLineSense: (hasTerminals ? 3 * ohms : 0).ohms,
        sourceLineDriver: (hasTerminals ? 5 * ohms : 0).ohms),
      ends: ends, readVoltage: 0.2.volts)
  }

  /// All off, all on, one on, random.
  static func bits(lines: Int, batch: Int = 4) -> BitMatrix {
    var random = RandomStream(seed: 22)
    return BitMatrix(rows: batch, columns: lines) { vector, line in
      switch vector {
      case 0: false
      case 1: true
      case 2: line == lines / 2
      default: Bool.random(using: &random)
      }
    }
  }

  /// Every combination of ends, rails, pairs and terminals agrees with the factorized circuit.
  @Test(arguments: [(1, 1), (1, 7), (7, 1), (33, 9), (130, 20)], ends)
  func agreesWithTheCircuit(size: (Int, Int), ends: LineEnds) throws {
    let bits = Self.bits(lines: size.0)
    for rails in Rails.allCases {
      for pairs in Pairs.allCases {
        let array = Self.array(
          wordLines: size.0, bitLines: size.1, relativeWire: 1e-3, ends: ends, rails: rails,
          pairs: pairs, hasTerminals: rails == .ideal || pairs == .separate)
        let exact = try CircuitArray(array).currents(.bits(bits)).amperes
        let solved = try ColumnArray(array).currents(.bits(bits)).amperes
        for vector in 0..<bits.rows {
          let difference = relativeDifference(Array(solved.row(vector)), Array(exact.row(vector)))
          #expect(difference < 1e-10, "vector \(vector), \(rails), \(pairs)")
        }
      }
    }
  }

  /// From no drop to almost all of it, with and without terminals.
  @Test(arguments: [1e-9, 1e-6, 1e-4, 1e-2], ends)
  func agreesAtEveryDrop(relativeWire: Double, ends: LineEnds) throws {
    let bits = Self.bits(lines: 97)
    for pairs in [Pairs.none, .interleaved] {
      for hasTerminals in [false, true] {
        let array = Self.array(
          wordLines: 97, bitLines: 3, relativeWire: relativeWire, ends: ends,
          rails: .bothResistive, pairs: pairs, hasTerminals: hasTerminals)
        let exact = try CircuitArray(array).currents(.bits(bits)).amperes
        let solved = try ColumnArray(array).currents(.bits(bits)).amperes
        #expect(relativeDifference(solved.elements, exact.elements) < 1e-10)
      }
    }
  }

  /// The longest line with the heaviest drop.
  @Test(arguments: ends) func longLinesWithHeavyDrop(ends: LineEnds) throws {
    let array = Self.array(
      wordLines: 2048, bitLines: 2, relativeWire: 1e-2, ends: ends, rails: .bothResistive,
      pairs: .interleaved, hasTerminals: false)
    let bits = Self.bits(lines: 2048)
    let exact = try CircuitArray(array).currents(.bits(bits)).amperes
    let solved = try ColumnArray(array).currents(.bits(bits)).amperes
    for vector in 0..<bits.rows {
      #expect(
        relativeDifference(Array(solved.row(vector)), Array(exact.row(vector))) < 1e-10,
        "vector \(vector)")
    }
  }

  /// The currents of an array whose cells all push the same way: what single precision is relative to.
  ///
  /// For pairs, both cells of one crossing side by side on one bit and one source line. Two source
  /// lines would carry more, so the scale is never too generous.
  private static func magnitudes(_ array: ArrayDescription, _ bits: BitMatrix) throws -> [Double] {
    var sum = array
    if array.pairing == .interleaved, let negative = array.negativeConductances {
      sum.pairing = .separateLines
      sum.negativeConductances = nil
      sum.conductances = Matrix(rows: negative.rows, columns: negative.columns) {
        array.conductances[$0, $1] + negative[$0, $1]
      }
    }
    return try ColumnArray(sum, general: true)
      .currents(.bits(bits)).amperes.elements
  }

  /// Every walk agrees with the general elimination and, in single precision, with itself in double,
  /// column by column, from no drop to almost all of it, up to the longest line.
  @Test(
    .tags(.validation),
    arguments: [
      (1, 0), (1, 1e-2), (150, 0), (150, 1e-9), (150, 1e-5), (150, 1e-3), (150, 1e-2),
      (2048, 1e-5), (2048, 1e-4), (2048, 1e-2),
    ], ends)
  func walksAgreeWithTheEliminationInBothPrecisions(
    size: (lines: Int, relativeWire: Double), ends: LineEnds
  ) throws {
    let bits = Self.bits(lines: size.lines)
    for rails in Rails.allCases {
      for pairs in Pairs.allCases {
        for hasTerminals in [false, true] {
          // One group of single lanes more than a block of four, and a remainder.
          let array = Self.array(
            wordLines: size.lines, bitLines: size.lines == 150 ? 83 : 3,
            relativeWire: size.relativeWire, ends: ends, rails: rails, pairs: pairs,
            hasTerminals: hasTerminals)
          let exact = try ColumnArray(array, general: true)
            .currents(.bits(bits)).amperes.elements
          let model = try ColumnArray(array)
          let walked = try model.currents(.bits(bits)).amperes.elements
          var single: [Float] = []
          try model.currents(bits, into: &single)
          let scale = try Self.magnitudes(array, bits)
          let double = zip(zip(walked, exact), scale).map {
            ($0.0 - $0.1).magnitude / max($1, 1e-30)
          }
          let float = zip(zip(single, exact), scale).map {
            (Double($0.0) - $0.1).magnitude / max($1, 1e-30)
          }
          let name: Comment = "\(model.walk), \(rails), \(pairs), terminals \(hasTerminals)"
          #expect((double.max() ?? 1) < 1e-11, name)
          #expect((float.max() ?? 1) < 1e-5, name)
        }
      }
    }
  }

  /// Unused word lines are wire: the same as an array with rows that are off.
  @Test(arguments: ends, [UnusedLines.Side.near, .far])
  func unusedLinesAreWire(ends: LineEnds, side: UnusedLines.Side) throws {
    let (count, m) = (9, 20)
    let bits = Self.bits(lines: m)
    let used = side == .near ? count..<count + m : 0..<m
    for rails in Rails.allCases {
      for pairs in Pairs.allCases {
        var array = Self.array(
          wordLines: m, bitLines: 3, relativeWire: 1e-3, ends: ends, rails: rails, pairs: pairs,
          hasTerminals: true)
        func padded(_ cells: Matrix<Double>) -> Matrix<Double> {
          Matrix(rows: m + count, columns: 3) { i, j in
            used.contains(i) ? cells[i - used.lowerBound, j] : 1e-5
          }
        }
        var larger = array
        larger.conductances = padded(array.conductances)
        larger.negativeConductances = array.negativeConductances.map(padded)
        let off = BitMatrix(rows: bits.rows, columns: m + count) { vector, line in
          used.contains(line) && bits[vector, line - used.lowerBound]
        }
        let exact = try CircuitArray(larger).currents(.bits(off)).amperes.elements
        array.unused.wordLines = .init(count: count, side: side)
        var models: [any ArrayModel] = [
          try ColumnArray(array, general: false), try ColumnArray(array, general: true),
        ]
        if LadderArray.covers(array) { models.append(try LadderArray(array)) }
        for model in models {
          let solved = try model.currents(.bits(bits)).amperes.elements
          #expect(relativeDifference(solved, exact) < 1e-10, "\(model.method), \(rails), \(pairs)")
        }
      }
    }
  }

  /// Two ways to the same answer: the walk and the elimination.
  @Test(arguments: [LineEnd.near, .far], [0, 1e-9, 1e-4, 1e-2])
  func agreesWithTheLadder(end: LineEnd, relativeWire: Double) throws {
    let array = Self.array(
      wordLines: 300, bitLines: 11, relativeWire: relativeWire,
      ends: LineEnds(bitLineSense: end, sourceLineDrive: end), rails: .bothResistive,
      pairs: .separate, hasTerminals: true)
    let bits = InputBatch.bits(Self.bits(lines: 300))
    let walked = try LadderArray(array).currents(bits).amperes.elements
    #expect(
      relativeDifference(try ColumnArray(array).currents(bits).amperes.elements, walked) < 1e-12)
  }

  /// The contract's reference value, printed to ten decimals.
  @Test func reproducesTheReferenceValue() throws {
    let expected = [1.9728477671, 1.5089800284, 2.0680861757, 2.6123456890, 2.1635794157]
    let amperes = try ColumnArray(ReferenceArray.gateDriven).currents(ReferenceArray.bits).amperes
    for (value, reference) in matched(amperes.elements, expected) {
      #expect((value - reference).magnitude < 0.6e-10)
    }
  }

  /// A mirrored array with mirrored ends and inputs gives the same currents.
  @Test(arguments: ends) func mirroredArraysGiveMirroredAnswers(ends: LineEnds) throws {
    func mirror(_ end: LineEnd) -> LineEnd { end == .near ? .far : end == .far ? .near : .both }
    let m = 77
    let array = Self.array(
      wordLines: m, bitLines: 5, relativeWire: 1e-3, ends: ends, rails: .bothResistive,
      pairs: .interleaved, hasTerminals: true)
    var mirrored = array
    mirrored.conductances = Matrix(rows: m, columns: 5) { array.conductances[m - 1 - $0, $1] }
    mirrored.negativeConductances = array.negativeConductances.map { negative in
      Matrix(rows: m, columns: 5) { negative[m - 1 - $0, $1] }
    }
    mirrored.ends = LineEnds(
      bitLineSense: mirror(ends.bitLineSense), sourceLineDrive: mirror(ends.sourceLineDrive))
    let bits = Self.bits(lines: m)
    let reversed = BitMatrix(rows: bits.rows, columns: m) { bits[$0, m - 1 - $1] }
    let one = try ColumnArray(array).currents(.bits(bits)).amperes.elements
    let other = try ColumnArray(mirrored).currents(.bits(reversed)).amperes.elements
    #expect(relativeDifference(other, one) < 1e-12)
  }

  /// As resistance vanishes the currents become dot products, with an error in proportion to it.
  @Test(arguments: ends) func vanishingResistanceGivesDotProducts(ends: LineEnds) throws {
    let bits = Self.bits(lines: 40)
    for relativeWire in [0, 1e-15, 1e-12, 1e-9] {
      let array = Self.array(
        wordLines: 40, bitLines: 9, relativeWire: relativeWire, ends: ends, rails: .bothResistive,
        pairs: .none, hasTerminals: true)
      let solved = try ColumnArray(array).currents(.bits(bits)).amperes
      let ideal = Matrix(rows: bits.rows, columns: 9) { vector, j in
        (0..<40).reduce(0.0) { $0 + (bits[vector, $1] ? 0.2 * array.conductances[$1, j] : 0) }
      }
      // At most 40 cells of 1e-5 S, each behind at most (40 + 3) + (40 + 5) / 2 segments.
      let bound = 40.0 * 66 * relativeWire + 80 * .ulpOfOne
      #expect(relativeDifference(solved.elements, ideal.elements) <= bound)
    }
  }

  /// Vectors and columns do not influence each other, to the bit.
  @Test func vectorsAndColumnsAreIndependentToTheBit() throws {
    let array = Self.array(
      wordLines: 50, bitLines: 13, relativeWire: 1e-3,
      ends: LineEnds(bitLineSense: .both, sourceLineDrive: .near), rails: .bothResistive,
      pairs: .interleaved, hasTerminals: true)
    let bits = Self.bits(lines: 50, batch: 6)
    let all = try ColumnArray(array).currents(.bits(bits)).amperes
    for vector in 0..<6 {
      let one = try ColumnArray(array).currents(InputBatch.bits(bits).vector(vector)).amperes
      #expect(one.row(0).elementsEqual(all.row(vector)))
    }
    var alone = array
    alone.conductances = Matrix(rows: 50, columns: 1) { i, _ in array.conductances[i, 10] }
    alone.negativeConductances = array.negativeConductances.map { negative in
      Matrix(rows: 50, columns: 1) { i, _ in negative[i, 10] }
    }
    let column = try ColumnArray(alone).currents(.bits(bits)).amperes
    for vector in 0..<6 { #expect(column[vector, 0] == all[vector, 10]) }
  }

  /// Other topologies are refused by name.
  @Test func uncoveredArraysAreRefused() {
    var array = ReferenceArray.gateDriven
    #expect(ColumnArray.covers(array))
    array.topology = .gateDriven(sourceLine: .crossing)
    #expect(!ColumnArray.covers(array))
    #expect(throws: ArrayError.self) { try ColumnArray(array) }
    #expect(throws: ArrayError.self) { try ColumnArray(ReferenceArray.voltageDriven()) }
  }
}

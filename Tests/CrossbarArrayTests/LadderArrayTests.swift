import BehavioralModels
import CrossbarArray
import Foundation
import NumericKernels
import TestSupport
import Testing
import Units

@Suite struct LadderArrayTests {
  /// A random gate-driven array that the ladder covers, every option drawn.
  static func randomArray(
    _ random: inout RandomStream, wordLines: Int, bitLines: Int, relativeWire: Double
  ) -> ArrayDescription {
    func cells() -> Matrix<Double> {
      Matrix(rows: wordLines, columns: bitLines) { _, _ in
        Int.random(in: 0..<8, using: &random) == 0
          ? 0 : Double.random(in: 1e-7...1e-5, using: &random)
      }
    }
    let end: LineEnd = Bool.random(using: &random) ? .near : .far
    let ohms = relativeWire * 1e5
    let isResistive = Bool.random(using: &random)
    return ArrayDescription(
      topology: .gateDriven(sourceLine: .parallel), conductances: cells(),
      negativeConductances: Bool.random(using: &random) ? cells() : nil,
      wires: WireParasitics(
        bitLineSegment: ohms.ohms, sourceLineSegment: (isResistive ? ohms / 2 : 0).ohms),
      terminals: TerminalResistances(
        bitLineSense: (Bool.random(using: &random) ? 3 * ohms : 0).ohms,
        sourceLineDriver: (Bool.random(using: &random) ? 5 * ohms : 0).ohms),
      ends: LineEnds(bitLineSense: end, sourceLineDrive: end), readVoltage: 0.2.volts)
  }

  static func randomBits(_ random: inout RandomStream, batch: Int, lines: Int) -> BitMatrix {
    BitMatrix(rows: batch, columns: lines) { vector, _ in
      vector == 0 ? false : vector == 1 ? true : Bool.random(using: &random)
    }
  }

  /// Segments so bad that products of their currents leave the range of single precision.
  @Test(arguments: [1e12, 1e18, 1e20, 1e23])
  func singlePrecisionHasItsRange(relativeWire: Double) throws {
    var random = RandomStream(seed: 12)
    for _ in 0..<8 {
      let array = Self.randomArray(
        &random, wordLines: 9, bitLines: 5, relativeWire: relativeWire)
      let bits = Self.randomBits(&random, batch: 4, lines: 9)
      for model in [try LadderArray(array), try ColumnArray(array)] as [any ArrayModel] {
        let exact = try model.currents(.bits(bits)).amperes.elements
        var single: [Float] = []
        try model.currents(bits, into: &single)
        #expect(exact.contains { $0 > 0 })
        #expect(relativeDifference(single.map { Double($0) }, exact) < Tolerance.exactSingle)
      }
    }
  }

  /// Double precision agrees with the factorized circuit to 1e-9, single precision to 1e-5.
  @Test(arguments: [(1, 1), (1, 7), (7, 1), (2, 3), (31, 17), (64, 32), (130, 70)])
  func agreesWithTheCircuit(wordLines: Int, bitLines: Int) throws {
    for (trial, relativeWire) in [0, 1e-9, 1e-6, 1e-4, 1e-2, 3].enumerated() {
      var random = RandomStream(seed: 11, stream: UInt64(100 * wordLines + trial))
      let array = Self.randomArray(
        &random, wordLines: wordLines, bitLines: bitLines, relativeWire: relativeWire)
      let bits = Self.randomBits(&random, batch: 4, lines: wordLines)
      let ladder = try LadderArray(array)
      let exact = try CircuitArray(array).currents(.bits(bits))
      let walked = try ladder.currents(.bits(bits)).amperes
      #expect(exact.residual?.value ?? 1 < 1e-9)
      #expect(relativeDifference(walked.elements, exact.amperes.elements) < Tolerance.exactDouble)
      var single: [Float] = []
      try ladder.currents(bits, into: &single)
      #expect(
        relativeDifference(single.map { Double($0) }, exact.amperes.elements)
          < Tolerance.exactSingle)
    }
  }

  /// One column against the closed form of one selected cell: `V / (1/g + r · segments + R)`.
  @Test(arguments: [0, 3, 9])
  func oneSelectedCellIsASeriesCircuit(line: Int) throws {
    let array = ArrayDescription(
      topology: .gateDriven(sourceLine: .parallel),
      conductances: Matrix(rows: 10, columns: 1, repeating: 1e-4),
      wires: WireParasitics(bitLineSegment: 7.ohms, sourceLineSegment: 2.ohms),
      terminals: TerminalResistances(bitLineSense: 30.ohms, sourceLineDriver: 12.ohms),
      ends: LineEnds(bitLineSense: .far, sourceLineDrive: .far), readVoltage: 0.3.volts)
    let bits = BitMatrix(rows: 1, columns: 10) { $1 == line }
    let current = try LadderArray(array).currents(.bits(bits)).amperes[0, 0]
    let expected = 0.3 / (1e4 + 9 * Double(10 - line) + 42)
    #expect((current / expected - 1).magnitude < 4 * .ulpOfOne)
  }

  /// A uniform line with every cell on, against its closed form: the recurrence
  /// `v_{k+1} − 2 v_k + v_{k−1} = r g v_k` has the solution `cosh(µ (k − ½))`, `sinh(µ/2) = √(r g) / 2`,
  /// so `I = (V/r) · 2 sinh(µ/2) sinh(µN) / cosh(µ (N + ½))`.
  @Test(arguments: [1, 2, 17, 300, 1152, 2048], [1e-9, 1e-6, 1e-4, 1e-2, 10])
  func uniformLinesFollowTheirClosedForm(lines: Int, relativeWire: Double) throws {
    let g = 2e-5
    let r = relativeWire / g
    let array = ArrayDescription(
      topology: .gateDriven(sourceLine: .parallel),
      conductances: Matrix(rows: lines, columns: 1, repeating: g),
      wires: WireParasitics(bitLineSegment: r.ohms),
      ends: LineEnds(bitLineSense: .far, sourceLineDrive: .far), readVoltage: 0.1.volts)
    let half = asinh(relativeWire.squareRoot() / 2)
    let n = Double(lines)
    // Exponentials instead of sinh / cosh: those overflow where their ratio does not.
    let ratio =
      (exp(-half) - exp(-half * (4 * n + 1))) / (1 + exp(-2 * half * (2 * n + 1)))
    let expected = 0.1 / r * 2 * sinh(half) * ratio
    let bits = BitMatrix(rows: 1, columns: lines) { _, _ in true }
    let model = try LadderArray(array)
    let current = try model.currents(.bits(bits)).amperes[0, 0]
    #expect((current / expected - 1).magnitude < 1e-10)
    var single: [Float] = []
    try model.currents(bits, into: &single)
    #expect((Double(single[0]) / expected - 1).magnitude < Tolerance.exactSingle)
    // Weak drop (paper, p. 42): the lost fraction is r g (N + 1)(2N + 1) / 6.
    let lost = 1 - expected / (0.1 * g * n)
    if lost < 1e-2, lost > 1e-7 {
      #expect((lost / (relativeWire * (n + 1) * (2 * n + 1) / 6) - 1).magnitude < 0.02)
    }
  }

  /// Without resistance the ladder is the ideal array; with it, currents fall as it grows.
  @Test func lossGrowsWithResistanceFromNothing() throws {
    var random = RandomStream(seed: 5)
    var array = Self.randomArray(&random, wordLines: 40, bitLines: 9, relativeWire: 0)
    array.terminals = TerminalResistances()
    let bits = Self.randomBits(&random, batch: 5, lines: 40)
    let ideal = try IdealArray(array).currents(.bits(bits)).amperes
    let unwired = try LadderArray(array).currents(.bits(bits)).amperes
    #expect(relativeDifference(unwired.elements, ideal.elements) < 40 * .ulpOfOne)
    var last = unwired
    for ohms in [1e-3, 1, 10, 100, 1000] {
      array.wires.bitLineSegment = ohms.ohms
      let now = try LadderArray(array).currents(.bits(bits)).amperes
      for k in now.elements.indices where last.elements[k] > 0 {
        #expect(now.elements[k] < last.elements[k])
      }
      last = now
    }
  }

  /// A column's current depends on its cells and its input only: not on its position among lanes,
  /// on its neighbors, on the batch or on the order of vectors. To the bit, in both precisions.
  @Test func columnsAndVectorsAreIndependentToTheBit() throws {
    var random = RandomStream(seed: 6)
    let column = (0..<50).map { _ in Double.random(in: 0...1e-5, using: &random) }
    let bits = Self.randomBits(&random, batch: 6, lines: 50)
    func array(_ bitLines: Int, at position: Int) -> ArrayDescription {
      ArrayDescription(
        topology: .gateDriven(sourceLine: .parallel),
        conductances: Matrix(rows: 50, columns: bitLines) { i, j in
          j == position ? column[i] : Double((i * 7 + j) % 5) * 1e-6
        },
        wires: WireParasitics(bitLineSegment: 50.ohms),
        ends: LineEnds(bitLineSense: .far, sourceLineDrive: .far))
    }
    let alone = try LadderArray(array(1, at: 0))
    var aloneSingle: [Float] = []
    try alone.currents(bits, into: &aloneSingle)
    let aloneDouble = try alone.currents(.bits(bits)).amperes
    for (bitLines, position) in [(16, 15), (129, 3), (129, 128), (300, 200)] {
      let model = try LadderArray(array(bitLines, at: position))
      var single: [Float] = []
      try model.currents(bits, into: &single)
      let double = try model.currents(.bits(bits)).amperes
      for vector in 0..<6 {
        #expect(single[vector * bitLines + position] == aloneSingle[vector])
        #expect(double[vector, position] == aloneDouble[vector, 0])
        let one = InputBatch.bits(bits).vector(vector)
        #expect(try model.currents(one).amperes.row(0).elementsEqual(double.row(vector)))
      }
    }
  }

  /// Sensing a mirrored array at the other end gives the mirrored answer, to the bit.
  @Test func mirroredArraysGiveMirroredAnswers() throws {
    var random = RandomStream(seed: 9)
    var array = Self.randomArray(&random, wordLines: 77, bitLines: 5, relativeWire: 1e-3)
    array.negativeConductances = nil
    array.ends = LineEnds(bitLineSense: .far, sourceLineDrive: .far)
    let bits = Self.randomBits(&random, batch: 4, lines: 77)
    var mirrored = array
    mirrored.conductances = Matrix(rows: 77, columns: 5) { array.conductances[76 - $0, $1] }
    mirrored.ends = LineEnds(bitLineSense: .near, sourceLineDrive: .near)
    let mirroredBits = BitMatrix(rows: 4, columns: 77) { bits[$0, 76 - $1] }
    #expect(
      try LadderArray(array).currents(.bits(bits)).amperes
        == LadderArray(mirrored).currents(.bits(mirroredBits)).amperes)
  }

  /// What the walk does not cover is refused by name.
  @Test func uncoveredArraysAreRefused() {
    var array = ReferenceArray.gateDriven
    #expect(!LadderArray.covers(array))
    #expect(throws: ArrayError.self) { try LadderArray(array) }
    array.ends = LineEnds(bitLineSense: .both, sourceLineDrive: .both)
    #expect(throws: ArrayError.self) { try LadderArray(array) }
    #expect(throws: ArrayError.self) { try LadderArray(ReferenceArray.voltageDriven()) }
    array.topology = .gateDriven(sourceLine: .crossing)
    #expect(throws: ArrayError.self) { try LadderArray(array) }
  }
}

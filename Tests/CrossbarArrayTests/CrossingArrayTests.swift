import NumericKernels
import TestSupport
import Testing
import Units

@testable import CrossbarArray

/// Line relaxation against the factorized circuit, in its limits, and what it promises.
@Suite struct CrossingArrayTests {
  /// Cells from `1e-4 / onOff` to 1e-4 S, most of them low, behind wires of `relative` of 10 kΩ.
  static func array(
    _ m: Int, _ n: Int, relativeWire: Double, onOff: Double = 100, seed: UInt64 = 1,
    pairing: PairArrangement? = nil, ends: LineEnds = LineEnds()
  ) -> ArrayDescription {
    var random = RandomStream(seed: seed)
    func cells() -> Matrix<Double> {
      Matrix(rows: m, columns: n) { _, _ in
        let u = Double.random(in: 0...1, using: &random)
        return 1e-4 * (1 / onOff + (1 - 1 / onOff) * u * u)
      }
    }
    let ohms = (1e4 * relativeWire).ohms
    return ArrayDescription(
      topology: .gateDriven(sourceLine: .crossing), conductances: cells(),
      negativeConductances: pairing == nil ? nil : cells(), pairing: pairing ?? .separateLines,
      wires: WireParasitics(bitLineSegment: ohms, sourceLineSegment: ohms), ends: ends,
      readVoltage: 0.2.volts)
  }

  /// Random vectors of several densities, blocks, combs, one line, all and none.
  static func vectors(_ m: Int, seed: UInt64 = 2) -> BitMatrix {
    var random = RandomStream(seed: seed)
    var rows = [0.1, 0.2, 0.5, 0.8].map { density in
      (0..<m).map { _ in Double.random(in: 0..<1, using: &random) < density }
    }
    rows += [
      (0..<m).map { $0 < m / 3 }, (0..<m).map { $0 >= m - m / 3 }, (0..<m).map { $0 % 3 == 1 },
      (0..<m).map { $0 == m / 2 }, (0..<m).map { $0 == m - 1 }, (0..<m).map { _ in true },
      (0..<m).map { _ in false },
    ]
    return BitMatrix(rows: rows.count, columns: m) { rows[$0][$1] }
  }

  /// Largest difference from `exact` relative to each current of it, or to `scale` if larger.
  static func worst(_ found: [Double], _ exact: [Double], scale: Double = 0) -> Double {
    zip(found, exact).reduce(0) {
      $1.1 == 0 && $1.0 == 0
        ? $0 : max($0, ($1.0 - $1.1).magnitude / max($1.1.magnitude, scale))
    }
  }

  /// Sizes below, at and beyond whole lanes, wires from slight to ruinous, contrasts from 10 to 1000.
  @Test(arguments: [(1, 1), (3, 7), (8, 16), (17, 33), (40, 24)])
  func currentsAreTheCircuits(size: (Int, Int)) throws {
    for relativeWire in [1e-6, 1e-4, 1e-3, 5e-3] {
      for onOff in [10.0, 1000] {
        let array = Self.array(size.0, size.1, relativeWire: relativeWire, onOff: onOff)
        let bits = Self.vectors(size.0)
        let found = try CrossingArray(array).currents(.bits(bits))
        for factorization in [CircuitArray.Factorization.cholmod, .klu] {
          let exact = try CircuitArray(array, factorization: factorization).currents(.bits(bits))
          let worst = Self.worst(found.amperes.elements, exact.amperes.elements)
          #expect(worst < 1e-9, "wire \(relativeWire), on/off \(onOff), \(factorization)")
        }
        let (error, residual) = (try #require(found.sensedError), try #require(found.residual))
        #expect(error < 1e-8 && residual.value < 1e-9 && residual.norm == .kirchhoff)
        #expect(found.work.factorizedVectors == 0)
        var single: [Float] = []
        try CrossingArray(array).currents(bits, into: &single)
        let rough = Self.worst(single.map { Double($0) }, found.amperes.elements)
        #expect(rough < Tolerance.exactSingle, "wire \(relativeWire), on/off \(onOff)")
      }
    }
  }

  /// The bound holds for every current: the difference from the circuit never exceeds it, however
  /// loose it is made.
  @Test(arguments: [1e-2, 1e-4, 1e-7])
  func theBoundOnCurrentsHolds(error: Double) throws {
    for relativeWire in [1e-4, 1e-3, 5e-3] {
      let array = Self.array(24, 40, relativeWire: relativeWire)
      let bits = Self.vectors(24)
      let exact = try CircuitArray(array).currents(.bits(bits)).amperes.elements
      let found = try CrossingArray(array).currents(.bits(bits), within: error)
      let promised = try #require(found.sensedError)
      let worst = Self.worst(found.amperes.elements, exact)
      #expect(promised <= error && worst <= promised + 1e-9, "\(worst) of \(promised)")
    }
  }

  static let ends = LineEnd.allCases.flatMap { drive in
    LineEnd.allCases.map { LineEnds(bitLineSense: $0, sourceLineDrive: drive) }
  }

  /// Every end, terminals, unused word lines and both kinds of pairs.
  @Test(arguments: ends)
  func everyEndIsCovered(ends: LineEnds) throws {
    for pairing in [nil, PairArrangement.separateLines, .interleaved] {
      for (k, segments) in [(1.0, 2.0), (0, 2), (1, 0), (0, 0)].enumerated() {
        var array = Self.array(9, 12, relativeWire: 1e-3, pairing: pairing, ends: ends)
        array.wires = WireParasitics(
          bitLineSegment: (30 * segments.0).ohms, sourceLineSegment: (20 * segments.1).ohms)
        array.terminals = TerminalResistances(
          bitLineSense: [0, 50, 0, 70][k].ohms, sourceLineDriver: [40, 0, 60, 0][k].ohms)
        array.unused.wordLines = UnusedLines.Group(count: k, side: k % 2 == 0 ? .near : .far)
        let bits = Self.vectors(9)
        let found = try CrossingArray(array).currents(.bits(bits)).amperes.elements
        let exact = try CircuitArray(array).currents(.bits(bits)).amperes.elements
        // Currents of interleaved pairs cancel: relative to a tenth of a cell that is on.
        let scale = pairing == .interleaved ? 2e-6 : 0
        let worst = Self.worst(found, exact, scale: scale)
        #expect(worst < 1e-9, "\(pairing as PairArrangement?), \(segments)")
      }
    }
  }

  /// Source lines without resistance are rails: the ladder's numbers for parallel ones.
  @Test func railsAreTheLaddersNumbers() throws {
    var array = Self.array(50, 20, relativeWire: 1e-3)
    array.wires.sourceLineSegment = 0.ohms
    let bits = Self.vectors(50)
    let found = try CrossingArray(array).currents(.bits(bits)).amperes.elements
    array.topology = .gateDriven(sourceLine: .parallel)
    let ladder = try LadderArray(array).currents(.bits(bits)).amperes.elements
    #expect(Self.worst(found, ladder) < 1e-12)
    // And towards them, continuously.
    array.topology = .gateDriven(sourceLine: .crossing)
    array.wires.sourceLineSegment = 1e-9.ohms
    let near = try CrossingArray(array).currents(.bits(bits)).amperes.elements
    #expect(Self.worst(near, ladder) < 1e-9)
  }

  /// Without any resistance currents are sums of conductances.
  @Test func wirelessArraysSumTheirCells() throws {
    let array = Self.array(30, 11, relativeWire: 0)
    let bits = Self.vectors(30)
    let model = try CrossingArray(array)
    let found = try model.currents(.bits(bits)).amperes.elements
    let sums = (0..<bits.rows).flatMap { row in
      (0..<11).map { j in
        (0..<30).reduce(0) { $0 + (bits[row, $1] ? 0.2 * array.conductances[$1, j] : 0) }
      }
    }
    #expect(Self.worst(found, sums) < 1e-13)
    #expect(model.response == array.unwiredResponse)
  }

  /// A vector's currents have the same bits alone, in any batch and by any number of tasks.
  @Test func vectorsAreIndependentToTheBit() async throws {
    let array = Self.array(33, 21, relativeWire: 1e-3, pairing: .separateLines)
    let (model, bits) = (try CrossingArray(array), Self.vectors(33))
    let all = try model.currents(.bits(bits))
    let wide = try await model.currents(.bits(bits), width: 3)
    #expect(wide.amperes == all.amperes && wide.residual == all.residual)
    #expect(wide.work == all.work && wide.sensedError == all.sensedError)
    var singles: [Float] = []
    try model.currents(bits, into: &singles)
    for vector in 0..<bits.rows {
      let one = InputBatch.bits(bits).vector(vector)
      #expect(try model.currents(one).amperes.row(0).elementsEqual(all.amperes.row(vector)))
      var single: [Float] = []
      try model.currents(one, into: &single)
      #expect(single.elementsEqual(singles[vector * 42..<(vector + 1) * 42]))
    }
  }

  /// Wires that lose almost everything: left to line CG, or if relaxation is asked for, vectors that
  /// it does not finish are solved as circuits and counted.
  @Test func ruinousWiresAreLeftToOthers() throws {
    let array = Self.array(20, 40, relativeWire: 1)
    #expect(try ExactMethod.model(of: array).method.label == "exact: line CG")
    let bits = Self.vectors(20)
    let found = try CrossingArray(array).currents(.bits(bits))
    #expect(found.work.factorizedVectors > 0)
    let exact = try CircuitArray(array).currents(.bits(bits)).amperes.elements
    #expect(Self.worst(found.amperes.elements, exact) < 1e-8)
  }

  /// Words of refusal name the option.
  @Test func refusalsNameTheOption() {
    var array = Self.array(4, 4, relativeWire: 1e-4)
    array.unused = UnusedLines(
      bitLines: UnusedLines.Group(count: 1, state: .grounded), cellConductance: 1e-5.siemens)
    #expect(
      CrossingArray.refusal(of: array) == "line relaxation does not cover unused.bitLines")
    array.topology = .gateDriven(sourceLine: .parallel)
    #expect(
      CrossingArray.refusal(of: array)
        == "line relaxation needs a gate-driven array with sourceLine: crossing")
  }

  /// All read power arrives at the sensed lines, where it is measured.
  @Test func readPowerFollowsFromTheSensedCurrents() throws {
    let array = Self.array(12, 9, relativeWire: 1e-3, pairing: .separateLines)
    let power = try ArrayPower(array)
    #expect(power.needsCurrents)
    let inputs = InputBatch.bits(Self.vectors(12))
    let sum = try CrossingArray(array).currents(inputs).amperes.elements.reduce(0, +)
    var watts = 0.0
    try CircuitArray(array).solutions(inputs) { watts += $1.sourceWatts }
    #expect((try power.watts(inputs, sensedAmperes: sum) / watts - 1).magnitude < 1e-9)
  }
}

import CrossbarArray
import NumericKernels
import TestSupport
import Testing
import Units

@Suite struct LineArrayTests {
  private static let topologies: [CellTopology] = [
    .voltageDriven, .gateDriven(sourceLine: .crossing),
  ]

  /// A random array that line CG covers, every option drawn; cells of 100 kΩ and more.
  private static func randomArray(
    _ random: inout RandomStream, _ topology: CellTopology, _ m: Int, _ n: Int, relativeWire: Double
  ) -> ArrayDescription {
    func cells() -> Matrix<Double> {
      Matrix(rows: m, columns: n) { _, _ in
        Int.random(in: 0..<8, using: &random) == 0
          ? 0 : Double.random(in: 1e-7...1e-5, using: &random)
      }
    }
    func terminal() -> Ohms {
      (Bool.random(using: &random) ? Double.random(in: 0.1...100, using: &random) : 0).ohms
    }
    func end() -> LineEnd { LineEnd.allCases.randomElement(using: &random) ?? .both }
    let ohms = relativeWire * 1e5
    return ArrayDescription(
      topology: topology, conductances: cells(),
      negativeConductances: Bool.random(using: &random) ? cells() : nil,
      wires: WireParasitics(
        wordLineSegment: ohms.ohms, bitLineSegment: (2 * ohms).ohms, sourceLineSegment: ohms.ohms),
      terminals: TerminalResistances(
        wordLineDriver: terminal(), bitLineSense: terminal(), sourceLineDriver: terminal()),
      ends: LineEnds(wordLineDrive: end(), bitLineSense: end(), sourceLineDrive: end()),
      readVoltage: 0.2.volts)
  }

  /// Random inputs; the first vector is zero, the second all on.
  private static func inputs(
    _ random: inout RandomStream, _ topology: CellTopology, _ batch: Int, _ m: Int
  ) -> InputBatch {
    if topology == .voltageDriven {
      return .volts(
        Matrix(rows: batch, columns: m) { vector, _ in
          vector == 0 ? 0 : vector == 1 ? 0.2 : Double.random(in: -1...1, using: &random)
        })
    }
    return .bits(
      BitMatrix(rows: batch, columns: m) { vector, _ in
        vector == 0 ? false : vector == 1 ? true : Bool.random(using: &random)
      })
  }

  /// Agreement with the factorized circuit, vector by vector, in few iterations.
  @Test(arguments: [(1, 1), (1, 7), (7, 1), (13, 29), (64, 48)], topologies)
  func agreesWithTheCircuit(size: (Int, Int), topology: CellTopology) throws {
    for relativeWire in [1e-9, 1e-7, 1e-5, 1e-3, 1e-2] {
      for trial in 0..<3 {
        var random = RandomStream(seed: 31, stream: UInt64(100 * size.0 + trial))
        let array = Self.randomArray(
          &random, topology, size.0, size.1, relativeWire: relativeWire)
        let inputs = Self.inputs(&random, topology, 4, size.0)
        let exact = try CircuitArray(array).currents(inputs).amperes
        let result = try LineArray(array).currents(inputs)
        for vector in 0..<4 {
          let difference = relativeDifference(
            Array(result.amperes.row(vector)), Array(exact.row(vector)))
          #expect(difference < Tolerance.exactDouble, "wire \(relativeWire), vector \(vector)")
        }
        #expect(try #require(result.residual).value < 1e-11)
        // In exact arithmetic one iteration per bit line and word line suffices, whichever is fewer.
        #expect(try #require(result.work.iterations) <= 2 * min(size.0, size.1) + 4)
        #expect(try #require(result.work.iterations) <= 60)
      }
    }
  }

  /// No absolute threshold: powers of two scale the currents to the bit, others to rounding.
  @Test(arguments: [1, 0x1p-10, 0x1p-30, 0x1p-900, 1e-3, 1e-9])
  func currentsScaleWithTheInput(amplitude: Double) throws {
    var random = RandomStream(seed: 32)
    let array = Self.randomArray(&random, .voltageDriven, 23, 31, relativeWire: 1e-3)
    let volts = Matrix(rows: 3, columns: 23) { _, _ in Double.random(in: -1...1, using: &random) }
    let model = try LineArray(array)
    let one = try model.currents(.volts(volts)).amperes.elements
    let scaled = try model.currents(.volts(volts.map { $0 * amplitude })).amperes.elements
    if amplitude.significand == 1 {
      #expect(scaled == one.map { $0 * amplitude })
    } else {
      #expect(relativeDifference(scaled.map { $0 / amplitude }, one) < 1e-11)
    }
  }

  /// A vector's currents do not depend on its lane, its neighbors or the width of the lanes.
  @Test(arguments: topologies)
  func vectorsAreIndependentToTheBit(topology: CellTopology) throws {
    var random = RandomStream(seed: 33)
    let array = Self.randomArray(&random, topology, 40, 33, relativeWire: 1e-3)
    let inputs = Self.inputs(&random, topology, 19, 40)
    let model = try LineArray(array)
    let all = try model.currents(inputs).amperes
    for vector in 0..<19 {
      let alone = try model.currents(inputs.vector(vector)).amperes
      #expect(alone.row(0).elementsEqual(all.row(vector)))
    }
    guard case .volts(let volts) = inputs else { return }
    for count in [3, 5, 8] {
      let part = volts.block(rows: 0..<count, columns: 0..<40)
      let currents = try model.currents(.volts(part)).amperes
      for vector in 0..<count { #expect(currents.row(vector).elementsEqual(all.row(vector))) }
    }
  }

  /// The preconditioner does what it is for: the resistance, not the size, sets the iterations.
  @Test func iterationsFallWithTheWireResistance() throws {
    var last = Int.max
    for relativeWire in [1e-2, 1e-4, 1e-6, 1e-9] {
      var random = RandomStream(seed: 34)
      let array = Self.randomArray(&random, .voltageDriven, 64, 64, relativeWire: relativeWire)
      let inputs = Self.inputs(&random, .voltageDriven, 8, 64)
      let iterations = try #require(try LineArray(array).currents(inputs).work.iterations)
      #expect(iterations <= last)
      last = iterations
    }
    #expect(last <= 4)
  }

  /// The error names the vector; the vectors before it converge at once because they are zero.
  @Test(arguments: topologies)
  func notReachingTheToleranceThrows(topology: CellTopology) throws {
    var random = RandomStream(seed: 35)
    let array = Self.randomArray(&random, topology, 30, 30, relativeWire: 1e-2)
    let model = try LineArray(array, tolerance: 1e-12, iterationLimit: 2)
    let inputs: InputBatch =
      topology == .voltageDriven
      ? .volts(Matrix(rows: 12, columns: 30) { vector, _ in vector == 10 ? 1 : 0 })
      : .bits(BitMatrix(rows: 12, columns: 30) { vector, _ in vector == 10 })
    do {
      _ = try model.currents(inputs)
      Issue.record("two iterations cannot reach 1e-12")
    } catch ArrayError.notConverged(let vector, let iterations, let residual) {
      #expect(vector == 10)
      #expect(iterations == 2)
      #expect(residual > 1e-12 && residual < 1)
    }
  }

  /// Lines without segment or terminal resistance on either side, and pairs on one bit line.
  @Test(arguments: topologies, [false, true])
  func idealLinesAndInterleavedPairsAgree(topology: CellTopology, isInterleaved: Bool) throws {
    for trial in 0..<60 {
      var random = RandomStream(seed: 36, stream: UInt64(trial))
      let (m, n) = (Int.random(in: 1...9, using: &random), Int.random(in: 1...9, using: &random))
      var array = Self.randomArray(&random, topology, m, n, relativeWire: 1e-3)
      if trial % 3 != 0 {
        array.wires.wordLineSegment = 0.ohms
        array.wires.sourceLineSegment = 0.ohms
      }
      if trial % 3 != 1 { array.wires.bitLineSegment = 0.ohms }
      if isInterleaved {
        array.pairing = .interleaved
        if array.negativeConductances == nil {
          array.negativeConductances = array.conductances.map { 1e-5 - $0 }
        }
        // All three of each kind of wires meet pairs too.
        if trial % 4 == 0 {
          array.wires = WireParasitics(
            wordLineSegment: 30.ohms, bitLineSegment: 50.ohms, sourceLineSegment: 10.ohms)
        }
      }
      #expect(LineArray.covers(array))
      let inputs = Self.inputs(&random, topology, 6, m)
      let exact = try CircuitArray(array).currents(inputs).amperes
      let result = try LineArray(array).currents(inputs).amperes
      for vector in 0..<6 {
        let difference = relativeDifference(
          Array(result.row(vector)), Array(exact.row(vector)))
        #expect(difference < Tolerance.exactDouble, "trial \(trial), vector \(vector)")
      }
    }
  }

  /// Tasks change nothing, to the bit.
  @Test func tasksAgreeToTheBit() async throws {
    var random = RandomStream(seed: 37)
    let array = Self.randomArray(&random, .voltageDriven, 40, 33, relativeWire: 1e-3)
    let inputs = Self.inputs(&random, .voltageDriven, 37, 40)
    let model = try LineArray(array)
    let one = try model.currents(inputs)
    for width in [1, 2, 4] {
      let parallel = try await model.currents(inputs, width: width)
      #expect(parallel.amperes == one.amperes)
      #expect(parallel.work == one.work)
      #expect(parallel.residual == one.residual)
    }
    let none = try await model.currents(
      .volts(Matrix(rows: 0, columns: 40, repeating: 0)), width: 2)
    #expect(none.amperes.rows == 0)
  }

  /// What line CG does not cover is refused by the name of its key.
  @Test func uncoveredArraysAreRefused() throws {
    #expect(LineArray.covers(ReferenceArray.voltageDriven(interleaved: true)))
    #expect(!LineArray.covers(ReferenceArray.gateDriven))
    do {
      _ = try LineArray(ReferenceArray.gateDriven)
      Issue.record("line CG has no parallel source lines")
    } catch {
      #expect("\(error)".contains("sourceLine: parallel"))
    }
  }

  /// The contract's printed values.
  @Test func referenceValues() throws {
    let expected = [1.5628234801, 1.6106389670, 1.8498564745, 1.3935823354, 2.3096994156]
    let currents = try LineArray(ReferenceArray.voltageDriven()).currents(ReferenceArray.volts)
    #expect(relativeDifference(currents.amperes.elements, expected) < 1e-10)
  }
}

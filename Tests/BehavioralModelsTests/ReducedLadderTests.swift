import BehavioralModels
import CrossbarArray
import NumericKernels
import TestSupport
import Testing
import Units

@Suite struct ReducedLadderTests {
  private func array(
    _ m: Int, _ n: Int, ohms: Double, pairs: Bool = false, end: LineEnd = .far, seed: UInt64 = 51
  ) -> ArrayDescription {
    var random = RandomStream(seed: seed)
    func cells() -> Matrix<Double> {
      Matrix(rows: m, columns: n) { _, _ in Double.random(in: 0...1e-5, using: &random) }
    }
    return ArrayDescription(
      topology: .gateDriven(sourceLine: .parallel), conductances: cells(),
      negativeConductances: pairs ? cells() : nil,
      wires: WireParasitics(bitLineSegment: ohms.ohms, sourceLineSegment: (0.5 * ohms).ohms),
      terminals: TerminalResistances(bitLineSense: 20.ohms, sourceLineDriver: 10.ohms),
      ends: LineEnds(bitLineSense: end, sourceLineDrive: end), readVoltage: 0.2.volts,
      unused: UnusedLines(wordLines: .init(count: 3, side: .far)))
  }

  private func inputs(_ count: Int, _ m: Int, seed: UInt64) -> BitMatrix {
    var random = RandomStream(seed: seed)
    let densities = (0..<count).map { _ in Double.random(in: 0.02...1, using: &random) }
    return BitMatrix(rows: count, columns: m) { row, _ in
      Double.random(in: 0..<1, using: &random) < densities[row]
    }
  }

  private func relativeRMS(_ values: [Float], _ exact: [Double]) -> Double {
    let error = zip(values, exact).reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
    return (error / exact.reduce(0) { $0 + $1 * $1 }).squareRoot()
  }

  /// Segments of one word line are the ladder itself: 70 steps of a few roundings each.
  @Test(arguments: [LineEnd.near, .far])
  func segmentsOfOneWordLineAreTheLadder(end: LineEnd) throws {
    let array = array(70, 9, ohms: 30, pairs: true, end: end)
    let bits = inputs(11, 70, seed: 52)
    let exact = try LadderArray(array).currents(.bits(bits)).amperes.elements
    let model = try ReducedLadder(array, segmentLength: 1)
    #expect(
      relativeDifference(try model.currents(.bits(bits)).amperes.elements, exact) < 70 * 8
        * .ulpOfOne)
    #expect(try ReducedLadder(array, segmentLength: 1, fittedTo: bits).moments == model.moments)
  }

  /// The single-precision kernel computes the equations of its double-precision twin, for batches and
  /// columns that fill no group and for any ends.
  @Test(arguments: [1, 2, 5, 16, 33, 100], [LineEnd.near, .far])
  func kernelAgreesWithItsTwin(length: Int, end: LineEnd) throws {
    for (m, n, count) in [(1, 1, 1), (63, 17, 3), (100, 40, 6)] {
      let array = array(m, n, ohms: 20, pairs: n == 17, end: end)
      let model = try ReducedLadder(
        array, segmentLength: length, fittedTo: inputs(20, m, seed: 53))
      let bits = BitMatrix(rows: count + 1, columns: m) { row, line in
        row < count && inputs(count, m, seed: 54)[row, line]
      }
      var single: [Float] = []
      try model.currents(bits, into: &single)
      let double = try model.currents(.bits(bits)).amperes.elements
      #expect(relativeDifference(single.map { Double($0) }, double) < Tolerance.exactSingle)
      #expect(single.suffix(model.description.outputCount).allSatisfy { $0 == 0 })
    }
  }

  /// The second moment counts once: a segment's loss is of second order in its drop, so that with
  /// every gate on halving segments cuts the error of the unfitted model to about a quarter.
  @Test func errorIsOfSecondOrderInTheSegment() throws {
    let array = array(512, 6, ohms: 30)
    let all = BitMatrix(rows: 1, columns: 512) { _, _ in true }
    let exact = try LadderArray(array).currents(.bits(all)).amperes.elements
    let errors = try [64, 32, 16, 8].map { length in
      let model = try ReducedLadder(array, segmentLength: length)
      return relativeDifference(try model.currents(.bits(all)).amperes.elements, exact)
    }
    for (coarse, fine) in zip(errors, errors.dropFirst()) { #expect(fine < coarse / 3) }
    #expect(errors[3] < 1e-3)
  }

  /// Design section 3: 1152 word lines at 12 % of drop in 32 steps, and at 51 % in 48, lose at most
  /// 0.1 % rms, on random densities and on contiguous blocks.
  @Test(arguments: [(1e-5, 36), (1e-4, 24)])
  func holdsThePromiseOfTheDesign(relativeResistance: Double, length: Int) throws {
    let m = 1152
    var array = array(m, 24, ohms: relativeResistance / 1e-5 / 1.5)
    array.terminals = TerminalResistances()
    // Conductances like those of trained weights: normal, σ of 12 % of the largest, 1e-5 S; the sum of
    // twelve uniform numbers, less six, is nearly normal.
    var cells = RandomStream(seed: 50)
    array.conductances = Matrix(rows: m, columns: 24) { _, _ in
      let normal = (0..<12).reduce(-6) { sum, _ in sum + Double.random(in: 0..<1, using: &cells) }
      return 1e-5 * min(0.12 * normal.magnitude, 1)
    }
    let model = try ReducedLadder(array, segmentLength: length, fittedTo: halfOn(100, m, seed: 55))
    var random = RandomStream(seed: 56)
    let blocks = (0..<30).map { _ in
      let start = Int.random(in: 0..<m - 100, using: &random)
      return start..<min(m, start + Int.random(in: 50..<600, using: &random))
    }
    let structured = BitMatrix(rows: 30, columns: m) { blocks[$0].contains($1) }
    for bits in [halfOn(30, m, seed: 57), structured] {
      var single: [Float] = []
      try model.currents(bits, into: &single)
      let exact = try LadderArray(array).currents(.bits(bits)).amperes.elements
      #expect(relativeRMS(single, exact) < 1e-3)
      let ideal = try IdealArray(array).currents(.bits(bits)).amperes.elements
      let drop = 1 - exact.reduce(0, +) / ideal.reduce(0, +)
      #expect((relativeResistance == 1e-5 ? 0.03..<0.2 : 0.3..<0.6).contains(drop))
    }
  }

  /// Random densities between 5 % and 50 %.
  private func halfOn(_ count: Int, _ m: Int, seed: UInt64) -> BitMatrix {
    var random = RandomStream(seed: seed)
    let densities = (0..<count).map { _ in Double.random(in: 0.05...0.5, using: &random) }
    return BitMatrix(rows: count, columns: m) { row, _ in
      Double.random(in: 0..<1, using: &random) < densities[row]
    }
  }

  /// Fitting to where the inputs really are active beats moments of the conductances alone.
  @Test func fittingLearnsWhereInputsAreActive() throws {
    let m = 384
    let array = array(m, 12, ohms: 60)
    func skewed(_ seed: UInt64) -> BitMatrix {
      var random = RandomStream(seed: seed)
      // The upper end of every segment of 32 is busy, the lower end nearly silent.
      return BitMatrix(rows: 40, columns: m) { _, line in
        Double.random(in: 0..<1, using: &random) < (line % 32 < 16 ? 0.8 : 0.1)
      }
    }
    let bits = skewed(59)
    let exact = try LadderArray(array).currents(.bits(bits)).amperes.elements
    var (fitted, unfitted): ([Float], [Float]) = ([], [])
    try ReducedLadder(array, segmentLength: 32, fittedTo: skewed(58)).currents(bits, into: &fitted)
    try ReducedLadder(array, segmentLength: 32).currents(bits, into: &unfitted)
    #expect(relativeRMS(fitted, exact) < relativeRMS(unfitted, exact) / 5)
  }

  @Test func refusesWhatItDoesNotCover() throws {
    var crossing = array(8, 3, ohms: 1)
    crossing.topology = .gateDriven(sourceLine: .crossing)
    #expect(throws: ArrayError.self) { _ = try ReducedLadder(crossing, segmentLength: 4) }
    #expect(throws: ArrayError.self) {
      _ = try ReducedLadder(array(900, 2, ohms: 1e7), segmentLength: 4)
    }
    let model = try ReducedLadder(array(8, 3, ohms: 1), segmentLength: 4)
    #expect(throws: ArrayError.self) {
      _ = try model.currents(.bits(BitMatrix(rows: 1, columns: 7)))
    }
    #expect(throws: ArrayError.self) {
      _ = try ReducedLadder(array(9, 3, ohms: 1), moments: model.moments)
    }
  }
}

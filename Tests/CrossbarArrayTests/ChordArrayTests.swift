import NumericKernels
import TestSupport
import Testing
import Units

@testable import CrossbarArray

/// The reference for cells that no circuit element expresses, against circuits and line CG.
@Suite struct ChordArrayTests {
  private static let topologies: [CellTopology] = [
    .voltageDriven, .gateDriven(sourceLine: .crossing), .gateDriven(sourceLine: .parallel),
  ]

  /// Pairs of about 0.1 mS with wires that take a tenth of the voltage.
  private func array(_ topology: CellTopology, _ pairing: PairArrangement) -> ArrayDescription {
    var random = RandomStream(seed: 5, stream: 1)
    func cells() -> Matrix<Double> {
      Matrix(rows: 7, columns: 5) { i, j in
        i == j ? 0 : Double.random(in: 1e-6...1e-4, using: &random)
      }
    }
    let isGated = topology != .voltageDriven
    return ArrayDescription(
      topology: topology, conductances: cells(), negativeConductances: cells(), pairing: pairing,
      wires: WireParasitics(
        wordLineSegment: (isGated ? 0 : 40).ohms, bitLineSegment: 60.ohms,
        sourceLineSegment: (isGated ? 30 : 0).ohms),
      readVoltage: 0.2.volts)
  }

  private func inputs(_ topology: CellTopology) throws -> InputBatch {
    try InputBatch(
      Matrix(rows: 3, columns: 7) { vector, i in
        topology == .voltageDriven
          ? 0.2 * Double((3 * i + vector) % 5 - vector) / 4 : Double((i + vector) % 2)
      }, for: topology)
  }

  /// Cells that circuits can hold give the same currents as chords and as Newton's method on devices.
  @Test(arguments: topologies, [PairArrangement.separateLines, .interleaved])
  func agreesWithCircuits(topology: CellTopology, pairing: PairArrangement) throws {
    for law in [
      CellLaw.sinh(SinhLaw(scale: 0.06.volts)),
      .selector(SelectorLaw(saturation: 1e-6.amperes, slope: 0.05.volts)),
    ] {
      var array = array(topology, pairing)
      array.law = law
      let inputs = try inputs(topology)
      let circuit = try CircuitArray(array, factorization: .klu).currents(inputs)
      let chords = try ChordArray(array).currents(inputs)
      #expect(relativeDifference(chords.amperes.elements, circuit.amperes.elements) < 1e-9)
      #expect(chords.residual.map { $0.value < 1e-9 } == true)
      // The wires and the law must matter, or agreement would say nothing about them.
      array.law = .linear
      let linear = try CircuitArray(array).currents(inputs)
      #expect(relativeDifference(linear.amperes.elements, circuit.amperes.elements) > 0.01)
    }
  }

  /// A measured curve, which no circuit holds: chords judge line CG.
  @Test(arguments: topologies.prefix(2), [PairArrangement.separateLines, .interleaved])
  func judgesMeasuredCurves(topology: CellTopology, pairing: PairArrangement) throws {
    var array = array(topology, pairing)
    array.law = .table(
      try TableLaw(
        volts: [-0.5, -0.2, -0.1, -0.05, 0, 0.05, 0.1, 0.2, 0.5],
        relativeCurrents: [-2, -0.4, -0.13, -0.055, 0, 0.055, 0.13, 0.4, 2]))
    let inputs = try inputs(topology)
    let judge = try ExactMethod.judge(of: array)
    #expect("\(judge.method)".contains("chords"))
    let expected = try judge.currents(inputs).amperes.elements
    let lines = try LineArray(array).currents(inputs).amperes.elements
    #expect(relativeDifference(lines, expected) < 1e-9)
  }

  @Test func whatChordsDoNotCoverIsRefused() throws {
    var array = array(.gateDriven(sourceLine: .crossing), .separateLines)
    array.law = .transistor(
      TransistorLaw(gate: 1.volts, threshold: 0.4.volts, transconductance: 1e-3))
    #expect(throws: ArrayError.self) { _ = try ChordArray(array) }
    array.law = .sinh(SinhLaw(scale: 0.1.volts))
    #expect(ChordArray.refusal(of: array) == nil)
    array.defects = [ArrayDefect(.openCell, wordLine: 0, bitLine: 1)]
    #expect(throws: ArrayError.self) { _ = try ChordArray(array) }
  }
}

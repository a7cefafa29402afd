import BehavioralModels
import CrossbarArray
import NumericKernels
import TestSupport
import Testing
import Units

@Suite struct ResidualModelTests {
  private func array(_ topology: CellTopology, pairing: PairArrangement? = nil) -> ArrayDescription
  {
    var random = RandomStream(seed: 81)
    func cells() -> Matrix<Double> {
      Matrix(rows: 24, columns: 7) { _, _ in Double.random(in: 1e-7...1e-5, using: &random) }
    }
    return ArrayDescription(
      topology: topology, conductances: cells(),
      negativeConductances: pairing == nil ? nil : cells(), pairing: pairing ?? .separateLines,
      wires: WireParasitics(
        wordLineSegment: 40.ohms, bitLineSegment: 50.ohms, sourceLineSegment: 30.ohms),
      terminals: TerminalResistances(bitLineSense: 100.ohms), readVoltage: 0.2.volts)
  }

  private func vectors(_ array: ArrayDescription, seed: UInt64) throws -> InputBatch {
    try CalibrationSet(for: array, recorded: nil, seed: seed).inputs
  }

  private func error(_ model: any ArrayModel, _ inputs: InputBatch) throws -> Double {
    let exact = try CircuitArray(model.description).currents(inputs).amperes.elements
    return ModelError(try model.currents(inputs).amperes.elements, exact: exact).relativeRMS
  }

  /// Arrays that no ladder covers: columns fitted on the best operator beat every plain model on
  /// vectors of another seed.
  @Test(
    arguments: [CellTopology.voltageDriven, .gateDriven(sourceLine: .crossing)],
    [nil, PairArrangement.interleaved])
  func fittedColumnsBeatPlainModels(topology: CellTopology, pairing: PairArrangement?) throws {
    let array = array(topology, pairing: pairing)
    let fitting = try vectors(array, seed: 82)
    let exact = try CircuitArray(array).currents(fitting).amperes
    let fitted = try ResidualModel.best(array, inputs: fitting, exact: exact)
    let judging = try vectors(array, seed: 83)
    let own = try error(fitted, judging)
    for base in ResidualModel.Operator.allCases {
      let plain = try error(ResidualModel(array, base: base, columns: nil), judging)
      #expect(own < plain / 2)
    }
    // Interleaved pairs of voltage-driven lines load two sets of word lines apart, which the terms do
    // not tell apart; their effective matrix is exact, so that nothing rests on this model.
    let isLoose = topology == .voltageDriven && pairing != nil
    #expect(own < (isLoose ? 0.02 : 0.01))
  }

  /// Without wires there is nothing to correct: every operator and every fit is the dot product.
  @Test func idealWiresNeedNoCorrection() throws {
    var array = array(.gateDriven(sourceLine: .crossing))
    array.wires = WireParasitics()
    array.terminals = TerminalResistances()
    let inputs = try vectors(array, seed: 84)
    let exact = try IdealArray(array).currents(inputs).amperes
    for base in ResidualModel.Operator.allCases {
      for terms in FittedColumns.Terms.allCases {
        let model = try ResidualModel(
          array, base: base, terms: terms, inputs: inputs, exact: exact)
        let found = try model.currents(inputs).amperes.elements
        #expect(relativeDifference(found, exact.elements) < 1e-9)
      }
    }
  }

  /// One cell alone: the series sum is the circuit.
  @Test(arguments: [LineEnd.near, .far, .both])
  func theSeriesSumOfOneCellIsTheCircuit(end: LineEnd) throws {
    for topology in [CellTopology.voltageDriven, .gateDriven(sourceLine: .crossing)] {
      var array = array(topology)
      array.ends = LineEnds(wordLineDrive: .near, bitLineSense: end, sourceLineDrive: .near)
      array.conductances = Matrix(rows: 24, columns: 7) { $0 == 5 && $1 == 2 ? 1e-4 : 0 }
      let bits = BitMatrix(rows: 1, columns: 24) { _, _ in true }
      let inputs: InputBatch =
        topology == .voltageDriven
        ? .volts(Matrix(rows: 1, columns: 24, repeating: 0.2)) : .bits(bits)
      let model = try ResidualModel(array, base: .seriesSum, columns: nil)
      let exact = try CircuitArray(array).currents(inputs).amperes.elements
      #expect(relativeDifference(try model.currents(inputs).amperes.elements, exact) < 1e-9)
    }
  }
}

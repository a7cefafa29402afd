import CrossbarArray
import NumericKernels
import TestSupport
import Testing
import Units

/// Vectors on which line CG stops short are solved as circuits, by themselves, and counted.
@Suite struct GuardedLineArrayTests {
  /// `sinh` cells behind lines whose segments carry less than rounding in the cells leaves.
  private static func array(ohms: Double) -> ArrayDescription {
    var random = RandomStream(seed: 5)
    let g = Matrix(rows: 16, columns: 12) { _, _ in
      1e-6 * Double.random(in: 1...100, using: &random)
    }
    var array = ArrayDescription(topology: .voltageDriven, conductances: g)
    array.wires = WireParasitics(wordLineSegment: ohms.ohms, bitLineSegment: ohms.ohms)
    array.law = .sinh(SinhLaw(scale: 0.2.volts))
    return array
  }

  private func volts(_ rows: Int) -> Matrix<Double> {
    var random = RandomStream(seed: 6)
    return Matrix(rows: rows, columns: 16) { _, _ in Double.random(in: 0.2...1, using: &random) }
  }

  @Test func vectorsThatDoNotConvergeAreFactorized() async throws {
    let array = Self.array(ohms: 1e9)
    var inputs = volts(5)
    // One vector that needs no help: it must keep its own bits.
    for line in 0..<16 { inputs[2, line] = 0 }
    let lines = try LineArray(array)
    #expect(throws: ArrayError.self) { try lines.currents(.volts(inputs)) }
    let model = try ExactMethod.model(of: array)
    #expect(model.method == lines.method)
    let found = try model.currents(.volts(inputs))
    #expect(found.work.factorizedVectors == 4)
    // Of the vector that line CG solved; circuits are not iterated.
    #expect(found.work.iterations != nil)
    #expect(
      try model.currents(InputBatch.volts(inputs).vector(0)).work
        == SolutionWork(factorizedVectors: 1))
    let circuit = try CircuitArray(array).currents(.volts(inputs))
    for vector in [0, 1, 3, 4] {
      #expect(Array(found.amperes.row(vector)) == Array(circuit.amperes.row(vector)))
    }
    #expect(found.amperes.row(2).allSatisfy { $0 == 0 })
    #expect(found.residual?.norm == .kirchhoff)
    #expect(try await model.currents(.volts(inputs), width: 2).amperes == found.amperes)
    // The same alone as in a batch.
    for vector in 0..<5 {
      let alone = try model.currents(InputBatch.volts(inputs).vector(vector)).amperes
      #expect(Array(alone.row(0)) == Array(found.amperes.row(vector)))
    }
  }

  @Test func voltagesComeFromTheCircuitToo() throws {
    let array = Self.array(ohms: 1e9)
    let inputs = InputBatch.volts(volts(2))
    let solver = try ExactMethod.solver(of: array)
    let circuit = try CircuitArray(array)
    var count = 0
    try solver.solutions(inputs) { vector, solution in
      count += solution.isFactorized ? 1 : 0
      #expect(vector < 2)
    }
    #expect(count == 2)
    let one = try solver.solution(inputs.vector(1))
    #expect(try one.outputAmperes == circuit.solution(inputs.vector(1)).outputAmperes)
  }

  @Test func arraysThatConvergeAreLeftAlone() throws {
    let array = Self.array(ohms: 1)
    let inputs = InputBatch.volts(volts(9))
    let found = try ExactMethod.model(of: array).currents(inputs)
    #expect(found.work.factorizedVectors == 0)
    #expect(try found.amperes == LineArray(array).currents(inputs).amperes)
  }
}

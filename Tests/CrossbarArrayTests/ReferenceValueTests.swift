import BehavioralModels
import CrossbarArray
import NumericKernels
import TestSupport
import Testing

/// The contract's table of reference values, printed to ten decimals.
@Suite struct ReferenceValueTests {
  private static let printed = 0.6e-10

  private func expect(_ model: any ArrayModel, _ inputs: InputBatch, _ expected: [Double]) throws {
    let amperes = try model.currents(inputs).amperes.elements
    for (value, reference) in matched(amperes, expected) {
      #expect((value - reference).magnitude <= Self.printed, "\(value) against \(reference)")
    }
    #expect(amperes.count == expected.count)
  }

  @Test func withoutWires() throws {
    let expected = [1.5841666667, 1.6475, 1.885, 1.4258333333, 2.36]
    let array = ReferenceArray.voltageDriven(wires: false)
    try expect(IdealArray(array), ReferenceArray.volts, expected)
    try expect(CircuitArray(array), ReferenceArray.volts, expected)
    try expect(EffectiveMatrix(array), ReferenceArray.volts, expected)
  }

  @Test func voltageDriven() throws {
    let expected = [1.5628234801, 1.6106389670, 1.8498564745, 1.3935823354, 2.3096994156]
    let array = ReferenceArray.voltageDriven()
    try expect(CircuitArray(array), ReferenceArray.volts, expected)
    try expect(CircuitArray(array, factorization: .klu), ReferenceArray.volts, expected)
    try expect(EffectiveMatrix(array), ReferenceArray.volts, expected)
  }

  @Test func gateDrivenWithParallelSourceLine() throws {
    let expected = [1.9728477671, 1.5089800284, 2.0680861757, 2.6123456890, 2.1635794157]
    try expect(CircuitArray(ReferenceArray.gateDriven), ReferenceArray.bits, expected)
    try expect(
      CircuitArray(ReferenceArray.gateDriven, factorization: .klu), ReferenceArray.bits, expected)
  }

  @Test func voltageDrivenInterleaved() throws {
    let expected = [-0.2103637468, -0.2604269149, 0.4078845206, -0.4817700817, 0.3480518289]
    let array = ReferenceArray.voltageDriven(interleaved: true)
    try expect(CircuitArray(array), ReferenceArray.volts, expected)
    try expect(EffectiveMatrix(array), ReferenceArray.volts, expected)
  }
}

import CrossbarArray
import NumericKernels
import TestSupport
import Testing
import Units

@testable import BehavioralModels

/// Why a domain has no features of the mesh: what is left of the voltage in a segment, and the last
/// change of `Q`, tell no vector apart that the calibration has not covered.
@Suite struct CrossingDomainTests {
  private static let laws: [CellLaw] = [
    .linear, .sinh(SinhLaw(scale: 0.1.volts)),
    .selector(SelectorLaw(saturation: 1e-6.amperes, slope: 0.05.volts)),
    .transistor(TransistorLaw(gate: 1.2.volts, threshold: 0.4.volts, transconductance: 1e-3)),
  ]

  /// A row that is turned on raises every voltage of the bit lines, so that those of any vector are
  /// between those of none and those of all; both are in every calibration, fitted and held out.
  @Test(arguments: laws.indices)
  func voltagesOfEveryVectorAreBetweenNoneAndAll(law: Int) throws {
    let array = CrossingSamples.array(Self.laws[law], 24, 10, relativeWire: 1e-3)
    let bits = CrossingSamples.vectors(array, draws: 12, countPerKind: 3)
    let circuit = try CircuitArray(array, factorization: .klu)
    let all = BitMatrix(rows: 1, columns: 24) { _, _ in true }
    var most = Matrix(rows: 0, columns: 0, repeating: 0.0)
    try circuit.solutions(.bits(all)) { _, solution in most = solution.cells[0].bitLineVolts }
    let peak = most.elements.reduce(0, max)
    #expect(peak > 0.01)
    try circuit.solutions(.bits(bits)) { vector, solution in
      for (volts, limit) in zip(solution.cells[0].bitLineVolts.elements, most.elements) {
        #expect(volts >= -1e-12 * peak && volts <= limit + 1e-12 * peak, "vector \(vector)")
      }
    }
    let set = try CalibrationSet(for: array, recorded: nil, seed: 3)
    for rows in [set.fittingRows, set.heldOutRows] {
      let kinds = Set(rows.map { set.kinds[$0] })
      #expect(kinds.isSuperset(of: [.allOn, .zero]))
    }
  }

  /// What another pass over the mesh would change of a current, which is what a bound on the last change
  /// of `Q` would act on, is below a fifth of the largest error that is promised anyway, for every kind of
  /// vector.
  @Test(arguments: laws.indices)
  func anotherPassChangesLessThanIsPromised(law: Int) throws {
    for (m, n, relativeWire) in [(60, 24, 1e-5), (60, 24, 1e-4), (48, 40, 3e-4)] {
      let array = CrossingSamples.array(Self.laws[law], m, n, relativeWire: relativeWire)
      let model = try Calibrator(seed: 3).calibrate(
        HashedArray(array), against: ExactMethod.model(of: array), recorded: nil, lsbAmperes: nil)
      guard case .crossingLadder(let mesh) = model.form else { continue }
      var further = mesh
      further.passes += 1
      let bits = CrossingSamples.vectors(array, draws: 24, countPerKind: 8)
      let own = try CrossingLadder(array, mesh: mesh).inferredCurrents(.bits(bits))
      let other = try CrossingLadder(array, mesh: further).inferredCurrents(.bits(bits))
      let exact = try ExactMethod.model(of: array).currents(.bits(bits)).amperes.elements
      let scale = model.heldOut.outputRMSAmperes
      var (change, error) = (0.0, 0.0)
      for k in own.indices {
        change = max(change, (own[k] - other[k]).magnitude / scale)
        error = max(error, (own[k] - exact[k]).magnitude / scale)
      }
      // A millionth is the rounding of single precision.
      #expect(change <= 0.2 * model.heldOut.relativeWorst + 1e-6, "\(change), \(error)")
    }
  }
}

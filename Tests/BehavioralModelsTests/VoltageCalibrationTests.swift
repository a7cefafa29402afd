import CrossbarArray
import NumericKernels
import TestSupport
import Testing
import Units

@testable import BehavioralModels

/// Calibration of voltage-driven arrays: sets, domains and fitted models of voltages.
@Suite struct VoltageCalibrationTests {
  /// Nonlinear cells, so that no effective matrix makes a fit needless.
  private let array: ArrayDescription = {
    var random = RandomStream(seed: 91)
    return ArrayDescription(
      topology: .voltageDriven,
      conductances: Matrix(rows: 20, columns: 5) { _, _ in
        Double.random(in: 1e-7...1e-5, using: &random)
      },
      wires: WireParasitics(wordLineSegment: 60.ohms, bitLineSegment: 80.ohms),
      readVoltage: 0.2.volts, law: .sinh(SinhLaw(scale: 0.3.volts)))
  }()

  private func recorded(_ count: Int) -> InputBatch {
    .volts(Matrix(rows: count, columns: 20) { $0 == 0 ? 0 : 0.01 * Double(($0 * 7 + $1) % 21) })
  }

  private func calibrated(auditRate: Double = 0) throws -> CalibratedArray {
    let hashed = HashedArray(array)
    let exact = try LineArray(array)
    let calibration = try Calibrator(seed: 3).calibrate(
      hashed, against: exact, recorded: recorded(40), lsbAmperes: nil)
    return try CalibratedArray(calibration, of: hashed, exact: exact, auditRate: auditRate)
  }

  /// Recorded voltages come first and as they are, but for empty ones; structured ones drive what the
  /// bits of a gate-driven array's set select, with at most full scale.
  @Test func setsHoldVoltages() throws {
    let set = try CalibrationSet(
      for: array, recorded: recorded(40), fullScaleVolts: 0.5, seed: 5)
    guard case .volts(let volts) = set.inputs, case .volts(let given) = recorded(40) else {
      Issue.record("expected voltages")
      return
    }
    let count = set.kinds.count { $0 == .recorded }
    #expect(count == 39)
    for k in 0..<count { #expect(volts.row(k).elementsEqual(given.row(k + 1))) }
    var gates = array
    gates.topology = .gateDriven(sourceLine: .crossing)
    let bits = try CalibrationSet(for: gates, recorded: nil, seed: 5)
    #expect(Array(set.kinds.dropFirst(count)) == bits.kinds)
    for vector in 0..<bits.inputs.count {
      #expect(
        set.inputs.activeLines(vector: count + vector) == bits.inputs.activeLines(vector: vector))
      #expect(volts.row(count + vector).allSatisfy { (0...0.5).contains($0) })
    }
    #expect(volts.elements[(20 * count)...].contains { $0 > 0.4 })
  }

  /// Recorded vectors of the wrong kind are refused, not read as the other kind.
  @Test func setsRefuseInputsOfTheOtherKind() throws {
    let bits = InputBatch.bits(BitMatrix(rows: 3, columns: 20) { $0 == $1 })
    let error = #expect(throws: ArrayError.self) {
      try CalibrationSet(for: array, recorded: bits, seed: 1)
    }
    #expect(
      error.map { "\($0)" } == "a voltage-driven array takes word-line voltages, not gate bits")
    var gates = array
    gates.topology = .gateDriven(sourceLine: .parallel)
    #expect(throws: ArrayError.self) {
      try Calibrator(seed: 1).calibrate(
        HashedArray(gates), against: CircuitArray(gates), recorded: recorded(4), lsbAmperes: nil)
    }
  }

  /// Fitted columns answer voltages nearer to the circuit than the dot product, within what was held
  /// out, and the reduced ladder, which is of bits, refuses the array by name.
  @Test func voltagesAreAnswered() throws {
    let model = try calibrated()
    guard case .columns = model.calibration.form else {
      Issue.record("expected fitted columns, found \(model.method)")
      return
    }
    let exact = try LineArray(array)
    let inputs = try CalibrationSet(for: array, recorded: nil, seed: 77).inputs
    let inside = (0..<inputs.count).filter {
      model.calibration.domain.contains(inputs, vector: $0)
    }
    #expect(inside.count > inputs.count / 2)
    let vectors = inputs.selecting(inside)
    let circuit = try exact.currents(vectors).amperes.elements
    func error(_ other: any ArrayModel) throws -> ModelError {
      ModelError(try other.currents(vectors).amperes.elements, exact: circuit)
    }
    let own = try error(model)
    #expect(own.rmsAmperes > 0 && own.rmsAmperes <= 2 * model.calibration.heldOut.rmsAmperes)
    #expect(try error(IdealArray(array)).rmsAmperes > 5 * own.rmsAmperes)
    #expect(
      ReducedLadder.refusal(of: array)?.hasPrefix("the reduced ladder covers gate-driven arrays")
        == true)
  }

  /// Voltages beyond those seen, in one line or in sum, and of the other sign are solved exactly, to
  /// the bit; gate bits are refused.
  @Test func unseenVoltagesFallBack() throws {
    let (model, exact) = (try calibrated(), try LineArray(array))
    let seen = Matrix(rows: 1, columns: 20) { 0.15 * Double($0 + $1 % 3) / 2 }
    let outside: [Matrix<Double>] = [
      seen.map { 2 * $0 }, seen.map { -$0 }, Matrix(rows: 1, columns: 20, repeating: 0.2),
      Matrix(rows: 1, columns: 20) { $1 == 4 ? 0.5 : 0 },
    ]
    #expect(model.calibration.domain.contains(.volts(seen), vector: 0))
    for (count, volts) in outside.enumerated() {
      let found = try model.currents(.volts(volts)).amperes
      #expect(try found == exact.currents(.volts(volts)).amperes)
      #expect(model.observations.fallbacks == count + 1)
    }
    let inside = try model.currents(.volts(seen)).amperes
    #expect(try inside != exact.currents(.volts(seen)).amperes)
    #expect(model.observations.fallbacks == outside.count)
    #expect(throws: ArrayError.self) {
      try model.currents(.bits(BitMatrix(rows: 1, columns: 20) { _, _ in true }))
    }
  }

  /// Audits choose voltages by their bits and see the error that was promised.
  @Test func auditsDoNotDependOnBatches() throws {
    let (whole, single) = (try calibrated(auditRate: 0.5), try calibrated(auditRate: 0.5))
    let inputs = try CalibrationSet(for: array, recorded: nil, seed: 78).inputs
    _ = try whole.currents(inputs)
    for k in 0..<inputs.count { _ = try single.currents(inputs.vector(k)) }
    let seen = whole.observations
    #expect(seen == single.observations)
    #expect(seen.audited > 10 && seen.audited + seen.fallbacks + seen.empty < seen.vectors)
    let observed = try #require(seen.rmsAmperes)
    #expect(observed > 0 && observed <= 2 * whole.calibration.promisedRMSAmperes)
  }

  /// Stress patterns drive voltages too, and stored models keep the ranges of theirs.
  @Test func voltageModelsAreStressedAndStored() throws {
    let folder = try TemporaryFolder()
    let model = try calibrated()
    let stress = try model.error(on: StressPatterns(for: array, countPerKind: 5, seed: 2))
    #expect(stress.vectors == 30 && stress.unguarded.count == 30 * 5)
    #expect(stress.answered.worstAmperes <= stress.unguarded.worstAmperes)
    let path = folder.file("v.model")
    try CalibrationStore.write(model.calibration, to: path)
    let read = try CalibrationStore.read(path)
    #expect(read == model.calibration && read.domain.volts != nil)
  }

  /// The request of a model knows the voltages that were recorded and their full scale.
  @Test func requestsTellVoltagesApart() throws {
    let calibrator = Calibrator(seed: 3)
    var wider = calibrator
    wider.fullScaleVolts = 1
    let bits = InputBatch.bits(BitMatrix(rows: 2, columns: 20) { $0 == $1 })
    let ones = InputBatch.volts(Matrix(rows: 2, columns: 20) { $0 == $1 ? 1 : 0 })
    let hashes = try [
      calibrator.requestHash(recorded: nil, lsbAmperes: nil),
      calibrator.requestHash(recorded: bits, lsbAmperes: nil),
      calibrator.requestHash(recorded: ones, lsbAmperes: nil),
      calibrator.requestHash(recorded: recorded(2), lsbAmperes: nil),
      wider.requestHash(recorded: ones, lsbAmperes: nil),
    ]
    #expect(Set(hashes).count == hashes.count)
  }
}

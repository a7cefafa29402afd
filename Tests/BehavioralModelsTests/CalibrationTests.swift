import CrossbarArray
import Files
import Foundation
import NumericKernels
import TestSupport
import Testing
import Units

@testable import BehavioralModels

@Suite struct CalibrationTests {
  /// A gate-driven pair array whose conductances are like those of trained weights.
  private func array(
    _ m: Int = 300, _ n: Int = 10, relativeResistance: Double = 1e-4
  ) -> ArrayDescription {
    var random = RandomStream(seed: 71)
    func cells() -> Matrix<Double> {
      Matrix(rows: m, columns: n) { _, _ in
        1.6e-5 * pow(Double.random(in: 0..<1, using: &random), 6)
      }
    }
    return ArrayDescription(
      topology: .gateDriven(sourceLine: .parallel), conductances: cells(),
      negativeConductances: cells(),
      wires: WireParasitics(bitLineSegment: (relativeResistance / 1.6e-5).ohms),
      ends: LineEnds(bitLineSense: .far, sourceLineDrive: .far), readVoltage: 0.1.volts)
  }

  /// Every third vector of a kind judges and is never fitted; the same seed draws the same vectors.
  @Test func aPartOfEveryKindIsHeldOut() throws {
    let array = array(70, 2)
    let recorded = InputBatch.bits(BitMatrix(rows: 500, columns: 70) { ($0 + $1) % 3 == 0 })
    func drawn(_ seed: UInt64) throws -> CalibrationSet {
      try CalibrationSet(for: array, recorded: recorded, seed: seed)
    }
    let set = try drawn(5)
    for kind in CalibrationSet.Kind.allCases {
      let rows = set.kinds.indices.filter { set.kinds[$0] == kind }
      let heldOut = rows.filter { set.isHeldOut[$0] }.count
      #expect(heldOut > 0 && heldOut < rows.count)
    }
    #expect(set.fittingRows.count + set.heldOutRows.count == set.inputs.count)
    #expect(try drawn(5).inputs == set.inputs)
    #expect(try drawn(6).inputs != set.inputs)
    let counts = set.kinds.indices.filter { set.kinds[$0] == .oneHot }
      .map { set.inputs.activeLines(vector: $0) }
    #expect(counts.allSatisfy { $0 == 1 })
  }

  /// The statistics of errors that can be counted by hand.
  @Test func errorsAreCounted() {
    var model = [Double](repeating: 2, count: 2000)
    model[7] = 5
    model[8] = 1
    let error = ModelError(model, exact: [Double](repeating: 2, count: 2000))
    #expect(error.worstAmperes == 3 && error.percentile999Amperes == 0)
    #expect(error.rmsAmperes == (10.0 / 2000).squareRoot() && error.biasAmperes == 2.0 / 2000)
    #expect(error.relativeWorst == 1.5)
    model[9] = 2.5
    #expect(
      ModelError(model, exact: [Double](repeating: 2, count: 2000)).percentile999Amperes == 0.5)
    #expect(ModelError([0, 0], exact: [0, 0]).relativeRMS == 0)
  }

  @Test func budgetsAreRead() {
    #expect(ErrorBudget("0.5lsb") == .leastSignificantBits(0.5))
    #expect(ErrorBudget("0.1%") == .percent(0.1))
    for bad in ["", "1", "lsb", "-1%", "0%", "nan%", "inf lsb", "1 volt"] {
      #expect(ErrorBudget(bad) == nil)
    }
  }

  /// The promise of the calibrated path, on held-out vectors of every kind, at each resistance.
  @Test(arguments: [1e-6, 1e-5, 1e-4])
  func heldOutErrorMeetsTheTarget(relativeResistance: Double) throws {
    let model = try Calibrator(seed: 3).calibrate(
      array(relativeResistance: relativeResistance), recorded: nil, lsbAmperes: nil)
    #expect(model.meetsTarget)
    #expect(model.heldOut.relativeRMS <= 1e-3 && model.heldOut.relativeWorst <= 1e-2)
    #expect(model.heldOut.rmsAmperes > 0)
    // Any mixture of the kinds has at most the promised rms, the mixture that was drawn among them.
    let kinds = model.heldOutByKind.values
    #expect(!kinds.isEmpty && kinds.allSatisfy { $0.rmsAmperes <= model.promisedRMSAmperes })
    #expect(model.promisedRMSAmperes > model.heldOut.rmsAmperes)
  }

  /// A smaller budget takes a longer ladder, and wires that do not matter are left out.
  @Test func theBudgetChoosesTheModel() throws {
    func length(_ budget: String, _ relativeResistance: Double) throws -> Int? {
      var calibrator = Calibrator(
        target: .budget(try #require(ErrorBudget(budget))), seed: 3)
      calibrator.mayIgnoreWires = true
      let model = try calibrator.calibrate(
        array(relativeResistance: relativeResistance), recorded: nil, lsbAmperes: 1e-9)
      #expect(model.meetsTarget)
      guard case .reducedLadder(let moments) = model.form else { return nil }
      return moments.length
    }
    let loose = try #require(try length("1%", 1e-4))
    let strict = try #require(try length("0.01%", 1e-4))
    #expect(strict < loose)
    #expect(try length("1%", 1e-8) == nil)
    #expect(try length("50lsb", 1e-4) != nil)
  }

  /// Vectors outside what calibration saw get the exact answer to the bit, and are counted; the
  /// promised and the observed error agree on the others.
  @Test func vectorsOutsideTheDomainFallBack() throws {
    let array = array()
    var calibrator = Calibrator(seed: 3)
    calibrator.segmentLengths = [32]
    let calibration = try calibrator.calibrate(array, recorded: nil, lsbAmperes: nil)
    let exact = try LadderArray(array)
    let model = try CalibratedArray(calibration, of: HashedArray(array), exact: exact, auditRate: 1)
    // The first half of every segment of 32: no random vector is so far off its lumps.
    let comb = BitMatrix(rows: 1, columns: 300) { $1 % 32 < 16 }
    #expect(!calibration.domain.contains(.bits(comb), vector: 0))
    var (found, solved, fast): ([Float], [Float], [Float]) = ([], [], [])
    try model.currents(comb, into: &found)
    try exact.currents(comb, into: &solved)
    try ReducedLadder(array, moments: moments(of: calibration)).currents(comb, into: &fast)
    #expect(found == solved && found != fast)
    #expect(model.observations.fallbacks == 1 && model.observations.audited == 0)

    var random = RandomStream(seed: 72)
    let densities = (0..<60).map { _ in Double.random(in: 0.02...1, using: &random) }
    let inside = BitMatrix(rows: 60, columns: 300) { row, _ in
      Double.random(in: 0..<1, using: &random) < densities[row]
    }
    try model.currents(inside, into: &found)
    try ReducedLadder(array, moments: moments(of: calibration)).currents(inside, into: &fast)
    let seen = model.observations
    #expect(seen.vectors == 61 && seen.fallbacks + seen.audited == 61)
    let same = (0..<60).filter { calibration.domain.contains(.bits(inside), vector: $0) }
    for row in same { #expect(found[row * 20..<row * 20 + 20] == fast[row * 20..<row * 20 + 20]) }
    let observed = try #require(seen.rmsAmperes)
    #expect(observed > 0 && observed <= 2 * calibration.heldOut.rmsAmperes)
  }

  /// Patterns of kinds that calibration never draws: every kind occurs, the seed decides, and a model keeps
  /// its promise on those that its domain lets through.
  @Test(arguments: [1e-6, 1e-5, 1e-4])
  func unseenKindsKeepThePromise(relativeResistance: Double) throws {
    let array = array(relativeResistance: relativeResistance)
    let patterns = StressPatterns(for: array, countPerKind: 20, seed: 9)
    let inputs = patterns.inputs
    #expect(Set(patterns.kinds) == Set(StressPatterns.Kind.allCases) && inputs.count == 120)
    #expect(StressPatterns(for: array, countPerKind: 20, seed: 9).inputs == inputs)
    #expect(StressPatterns(for: array, countPerKind: 20, seed: 8).inputs != inputs)
    let calibration = try Calibrator(seed: 3).calibrate(
      HashedArray(array), against: LadderArray(array), recorded: nil, lsbAmperes: nil)
    let model = try CalibratedArray(
      calibration, of: HashedArray(array), exact: LadderArray(array), auditRate: 0)
    let found = try model.error(on: patterns)
    #expect(found.vectors == 120 && found.outside < 60)
    #expect(found.answered.count == (120 - found.outside) * 20 && found.unguarded.count == 2400)
    #expect(found.answered.relativeRMS <= 1e-3 && found.answered.relativeWorst <= 1e-2)
    // What the domain lets through is a part of all, and kinds make up all.
    #expect(found.answered.worstAmperes <= found.unguarded.worstAmperes)
    #expect(found.byKind.values.map(\.worstAmperes).max() == found.unguarded.worstAmperes)
    // The slow twin: one vector at a time, in double precision.
    let slow = try model.model.currents(inputs).amperes.elements
    let circuit = try LadderArray(array).currents(inputs).amperes.elements
    let expected = ModelError(slow, exact: circuit)
    #expect((found.unguarded.rmsAmperes / expected.rmsAmperes - 1).magnitude < 0.05)
    // Arrays of one word line have patterns too.
    #expect(
      StressPatterns(for: self.array(1, 1), countPerKind: 3, seed: 1).inputs.vectorLength == 1)
  }

  private func moments(of model: CalibratedModel) -> SegmentMoments {
    guard case .reducedLadder(let moments) = model.form else {
      preconditionFailure("this calibration has a ladder")
    }
    return moments
  }

  /// Audits choose vectors by their bits: batches do not matter, and nothing that is answered changes.
  @Test func auditsDoNotDependOnBatches() throws {
    let array = array(64, 4)
    let calibration = try Calibrator(seed: 3).calibrate(array, recorded: nil, lsbAmperes: nil)
    func model(_ rate: Double) throws -> CalibratedArray {
      try CalibratedArray(
        calibration, of: HashedArray(array), exact: LadderArray(array), auditRate: rate)
    }
    var random = RandomStream(seed: 73)
    let bits = BitMatrix(rows: 400, columns: 64) { _, _ in Bool.random(using: &random) }
    let (whole, single, none) = (try model(0.25), try model(0.25), try model(0))
    var (a, b, c): ([Float], [Float], [Float]) = ([], [], [])
    try whole.currents(bits, into: &a)
    for row in 0..<400 {
      try single.currents(bits.selecting([row]), into: &c)
      b += c
    }
    try none.currents(bits, into: &c)
    #expect(a == b && a == c)
    #expect(whole.observations == single.observations)
    #expect((60...140).contains(whole.observations.audited))
    #expect(none.observations.audited == 0)
  }

  /// Arrays that no ladder covers get columns fitted on a dot product, against Newton's method or line
  /// CG, and fall back outside their domain like any other.
  @Test(arguments: [CellTopology.SourceLine.parallel, .crossing])
  func arraysWithoutALadderAreCalibrated(sourceLine: CellTopology.SourceLine) throws {
    var array = array(32, 6)
    array.topology = .gateDriven(sourceLine: sourceLine)
    array.pairing = .interleaved
    array.wires.sourceLineSegment = 5.ohms
    let exact: any ArrayModel = try LineArray.covers(array) ? LineArray(array) : ColumnArray(array)
    let calibration = try Calibrator(seed: 3).calibrate(
      HashedArray(array), against: exact, recorded: nil, lsbAmperes: nil)
    guard case .columns = calibration.form else {
      Issue.record("expected fitted columns, found \(calibration.method)")
      return
    }
    let model = try CalibratedArray(calibration, of: HashedArray(array), exact: exact, auditRate: 1)
    let bits = BitMatrix(rows: 20, columns: 32) { ($0 * 7 + $1 * $1) % 3 == 0 }
    var single: [Float] = []
    try model.currents(bits, into: &single)
    let double = try exact.currents(.bits(bits)).amperes.elements
    #expect(
      ModelError(single.map { Double($0) }, exact: double).worstAmperes
        <= 2 * calibration.heldOut.worstAmperes)
    #expect(calibration.heldOut.relativeRMS < 0.02)
    let ideal = try IdealArray(array).currents(.bits(bits)).amperes.elements
    #expect(
      ModelError(ideal, exact: double).rmsAmperes
        > 3 * ModelError(single.map { Double($0) }, exact: double).rmsAmperes)
  }

  // MARK: Stored models

  @Test func modelsAreStoredAndFound() throws {
    let folder = try TemporaryFolder()
    let store = CalibrationStore(folder: folder.file("cache"))
    let array = array(100, 5)
    let calibrator = Calibrator(seed: 3)
    let first = try calibrator.model(of: array, recorded: nil, lsbAmperes: nil, store: store)
    let second = try calibrator.model(of: array, recorded: nil, lsbAmperes: nil, store: store)
    #expect(!first.isStored && second.isStored && first.model == second.model)
    // Another circuit or request is another file.
    let other = try Calibrator(seed: 4).model(
      of: array, recorded: nil, lsbAmperes: nil, store: store)
    #expect(!other.isStored && folder.contents.count == 3)
  }

  @Test func anotherCircuitIsRefused() throws {
    let model = try Calibrator(seed: 3).calibrate(array(100, 5), recorded: nil, lsbAmperes: nil)
    var changed = array(100, 5)
    changed.wires.bitLineSegment = 7.ohms
    #expect {
      _ = try model.model(of: HashedArray(changed))
    } throws: {
      "\($0)".contains("calibrate it again")
    }
  }

  /// Damaged files are refused by name: cut short, one byte changed, foreign, other versions.
  @Test func damagedFilesAreRefused() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("m.model")
    var model = try Calibrator(seed: 3).calibrate(array(60, 3), recorded: nil, lsbAmperes: nil)
    try CalibrationStore.write(model, to: path)
    #expect(try CalibrationStore.read(path) == model)
    let good = try FileContents.read(path)
    func refusal(_ bytes: Data) throws -> String {
      try FileContents.write(bytes, to: path)
      do throws(FileError) {
        _ = try CalibrationStore.read(path)
        return "accepted"
      } catch {
        #expect(error.path == path)
        return error.reason
      }
    }
    for count in [0, 1, 50, 90, good.count / 2, good.count - 1] {
      let reason = try refusal(good.prefix(count))
      #expect(reason.contains("truncated") || reason.contains("is not a calibrated model"))
    }
    var flipped = good
    flipped[good.count - 20] ^= 1
    #expect(try refusal(flipped).contains("corrupt"))
    let text = String(decoding: good, as: UTF8.self)
    let newer = text.replacingOccurrences(of: "tilespice-model 1", with: "tilespice-model 2")
    #expect(try refusal(Data(newer.utf8)).contains("version 2"))
    #expect(try refusal(Data("hello\n".utf8)).contains("is not a calibrated model"))
    model.recipe += 1
    try CalibrationStore.write(model, to: path)
    #expect(throws: FileError.self) { _ = try CalibrationStore.read(path) }
  }
}

extension Calibrator {
  /// Calibrates an array of these tests against its exact ladder.
  fileprivate func calibrate(
    _ array: ArrayDescription, recorded: InputBatch?, lsbAmperes: Double?
  ) throws(ArrayError) -> CalibratedModel {
    try calibrate(
      HashedArray(array), against: LadderArray(array), recorded: recorded, lsbAmperes: lsbAmperes)
  }

  /// The same, from a store where it has the model.
  fileprivate func model(
    of array: ArrayDescription, recorded: InputBatch?, lsbAmperes: Double?, store: CalibrationStore?
  ) throws -> (model: CalibratedModel, isStored: Bool) {
    try model(
      of: HashedArray(array), against: LadderArray(array), recorded: recorded,
      lsbAmperes: lsbAmperes,
      store: store)
  }
}

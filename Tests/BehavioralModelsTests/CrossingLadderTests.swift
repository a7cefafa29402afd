import CrossbarArray
import NumericKernels
import TestSupport
import Testing
import Units

@testable import BehavioralModels

/// The crossing ladder against its equations, against circuits, in its limits, and as a calibrated
/// model.
@Suite struct CrossingLadderTests {
  private static func fitting(_ array: ArrayDescription) throws -> BitMatrix {
    guard case .bits(let bits) = try CalibrationSet(for: array, recorded: nil, seed: 3).fitting
    else { preconditionFailure("gates take bits") }
    return bits
  }

  private static let everyEnd = [LineEnd.near, .far].flatMap { sense in
    LineEnd.allCases.map { LineEnds(bitLineSense: sense, sourceLineDrive: $0) }
  }

  /// The kernel against the equations as written, for sizes below, at and beyond its lanes.
  @Test(arguments: everyEnd)
  func kernelIsTheReference(ends: LineEnds) throws {
    for (k, size) in [(1, 1), (5, 3), (40, 16), (70, 17), (33, 50), (20, 129)].enumerated() {
      var array = CrossingSamples.array(
        .linear, size.0, size.1, relativeWire: 3e-4, hasPairs: k % 2 == 0, ends: ends)
      array.unused.wordLines = UnusedLines.Group(count: k, side: k % 3 == 0 ? .near : .far)
      array.terminals = TerminalResistances(
        bitLineSense: (20 * Double(k)).ohms, sourceLineDriver: (7 * Double(k)).ohms)
      var mesh = CoarseMesh(segmentCount: min(size.0, [1, 8, 16][k % 3]), passes: 1 + k % 3)
      (mesh.gain, mesh.bend) = (0.03, -0.2)
      let model = try CrossingLadder(array, mesh: mesh)
      let bits = CrossingSamples.vectors(array)
      let reference = try model.currents(.bits(bits)).amperes.elements
      var single: [Float] = []
      try model.currents(bits, into: &single)
      let peak = reference.max() ?? 0
      for (a, b) in zip(single, reference) {
        #expect((Double(a) - b).magnitude <= 1e-5 * (b + 1e-2 * peak), "\(size)")
      }
    }
  }

  /// Errors against KLU over sizes, drops and contrasts, on vectors that no fit saw: what calibration
  /// promises to 7 % and to 20 % mean drop.
  @Test(arguments: [10.0, 100, 1000])
  func errorsAreSmallAgainstCircuits(onOff: Double) throws {
    for (m, n, relativeWire) in [(48, 40, 1e-4), (48, 40, 5e-4), (30, 64, 4e-4), (64, 20, 6e-4)] {
      let array = CrossingSamples.array(.linear, m, n, relativeWire: relativeWire, onOff: onOff)
      let bits = CrossingSamples.vectors(array)
      let exact = try CircuitArray(array, factorization: .klu).currents(.bits(bits)).amperes
      let fitting = try Self.fitting(array)
      let model = try CrossingLadder(
        array, mesh: CoarseMesh(segmentCount: 8, passes: 2), fittedTo: fitting,
        exact: CrossingArray(array).currents(.bits(fitting)).amperes)
      let found = try model.inferredCurrents(.bits(bits))
      let ideal = try IdealArray(array).currents(.bits(bits)).amperes.elements
      let drop = 1 - exact.elements.reduce(0, +) / ideal.reduce(0, +)
      let error = ModelError(found, exact: exact.elements)
      #expect(drop > 0.01 && drop < 0.25, "\(drop)")
      let (rms, worst) = drop <= 0.07 ? (2e-4, 1e-3) : (3e-4, 2e-3)
      #expect(error.relativeRMS <= rms && error.relativeWorst <= worst, "\(m) × \(n): \(error)")
    }
  }

  /// Wires that conduct well lead to the currents without wires; source lines that do, to the ladder's.
  @Test func limitsAreReached() throws {
    var array = CrossingSamples.array(.linear, 40, 30, relativeWire: 1e-9)
    let bits = CrossingSamples.vectors(array)
    func currents() throws -> [Double] {
      try CrossingLadder(array, mesh: CoarseMesh(segmentCount: 8, passes: 2))
        .inferredCurrents(.bits(bits))
    }
    func compare(_ exact: [Double]) throws {
      for (a, b) in zip(try currents(), exact) { #expect((a - b).magnitude <= 3e-6 * b + 1e-12) }
    }
    try compare(IdealArray(array).currents(.bits(bits)).amperes.elements)
    array.wires.bitLineSegment = 5.ohms
    var rails = array
    rails.wires.sourceLineSegment = 0.ohms
    try compare(LadderArray(rails).currents(.bits(bits)).amperes.elements)
  }

  /// The same bits alone and in any batch.
  @Test func vectorsAreIndependentToTheBit() throws {
    let array = CrossingSamples.array(.linear, 50, 37, relativeWire: 1e-3, hasPairs: true)
    let model = try CrossingLadder(array, mesh: CoarseMesh(segmentCount: 8, passes: 2))
    let bits = CrossingSamples.vectors(array)
    var all: [Float] = []
    try model.currents(bits, into: &all)
    for vector in 0..<bits.rows {
      var one: [Float] = []
      try model.currents(InputBatch.bits(bits).vector(vector), into: &one)
      #expect(one.elementsEqual(all[vector * 74..<(vector + 1) * 74]))
    }
  }

  /// Calibration takes the mesh, judges it on vectors it was not fitted to, and keeps its word on others;
  /// vectors outside the domain are exact and counted; the stored model is of its circuit alone.
  @Test func calibrationTakesTheMesh() throws {
    let array = CrossingSamples.array(.linear, 60, 24, relativeWire: 3e-4, hasPairs: true)
    let hashed = HashedArray(array)
    let exact = try CrossingArray(array)
    let model = try Calibrator(seed: 3).calibrate(
      hashed, against: exact, recorded: nil, lsbAmperes: nil)
    guard case .crossingLadder(let mesh) = model.form else {
      Issue.record("\(model.form)")
      return
    }
    #expect(mesh.gain != 0 && mesh.bend != 0)
    #expect(model.meetsTarget && model.heldOut.relativeRMS < 3e-4)
    #expect(model.heldOutByKind[.comb] != nil && model.heldOutByKind[.block] != nil)
    #expect(model.method.label == "calibrated: crossing ladder")
    let bits = CrossingSamples.vectors(array)
    let guarded = try CalibratedArray(model, of: hashed, exact: exact, auditRate: 1)
    var found: [Float] = []
    try guarded.currents(bits, into: &found)
    let seen = guarded.observations
    #expect(seen.vectors == bits.rows && seen.audited > 0)
    #expect(try #require(seen.rmsAmperes) <= 1.5 * model.promisedRMSAmperes)
    // A domain that lacks a vector sends it to the exact model.
    var narrow = model
    narrow.domain.activeCount = 0...10
    let strict = try CalibratedArray(narrow, of: hashed, exact: exact, auditRate: 0)
    var strictly: [Float] = []
    try strict.currents(bits, into: &strictly)
    var solved: [Float] = []
    try exact.currents(bits, into: &solved)
    var fallbacks = 0
    for vector in 0..<bits.rows where bits.population(row: vector) > 10 {
      fallbacks += 1
      let own = vector * 48..<(vector + 1) * 48
      #expect(strictly[own] == solved[own])
    }
    #expect(strict.observations.fallbacks >= fallbacks && fallbacks > 0)
    let folder = try TemporaryFolder()
    let store = CalibrationStore(folder: folder.file("cache"))
    let path = try store.store(model)
    #expect(try CalibrationStore.read(path) == model)
    var other = array
    other.wires.sourceLineSegment = 4.ohms
    #expect(throws: ArrayError.self) { try model.model(of: HashedArray(other)) }
  }

  /// Wires that hardly matter take the coarsest mesh, with errors far below what is asked; others the
  /// finer ones.
  @Test func coarseMeshesServeGoodWires() throws {
    var taken: Set<Int> = []
    for relativeWire in [1e-5, 1e-4, 3e-4, 6e-4, 1e-3, 2e-3] {
      let array = CrossingSamples.array(.linear, 60, 24, relativeWire: relativeWire)
      let model = try Calibrator(seed: 3).calibrate(
        HashedArray(array), against: CrossingArray(array), recorded: nil, lsbAmperes: nil)
      guard case .crossingLadder(let mesh) = model.form else {
        Issue.record("\(model.form)")
        continue
      }
      let error = model.heldOut
      let isCoarse = mesh.segmentCount < 8
      #expect(mesh.passes == 1 || !isCoarse)
      #expect(
        error.relativeRMS <= (isCoarse ? 7e-5 : 7e-4)
          && error.relativeWorst <= (isCoarse ? 6e-4 : 6e-3), "\(relativeWire): \(mesh), \(error)")
      taken.insert(mesh.segmentCount)
    }
    #expect(taken.contains(2) && taken.contains { $0 >= 8 }, "\(taken)")
  }

  /// Drops that no mesh covers are refused, and calibration then fits columns.
  @Test func drowningArraysAreRefused() throws {
    let array = CrossingSamples.array(.linear, 40, 8, relativeWire: 1)
    #expect(throws: ArrayError.self) {
      try CrossingLadder(array, mesh: CoarseMesh(segmentCount: 8, passes: 2))
    }
    let model = try Calibrator(seed: 3).calibrate(
      HashedArray(array), against: CircuitArray(array), recorded: nil, lsbAmperes: nil)
    guard case .columns = model.form else {
      Issue.record("\(model.form)")
      return
    }
  }

  @Test func refusalsSayWhatIsCovered() {
    var array = CrossingSamples.array(.linear, 4, 4, relativeWire: 1e-4)
    #expect(CrossingLadder.covers(array))
    array.ends.bitLineSense = .both
    let reason =
      "the crossing ladder covers gate-driven arrays with resistive crossing source lines, separate "
      + "pairs, bit lines sensed at one end and no unused ones"
    #expect(CrossingLadder.refusal(of: array) == reason)
    array = CrossingSamples.array(.linear, 4, 4, relativeWire: 1e-4)
    array.topology = .gateDriven(sourceLine: .parallel)
    #expect(CrossingLadder.refusal(of: array) == reason)
    array = CrossingSamples.array(.linear, 4, 4, relativeWire: 1e-4)
    array.defects = [ArrayDefect(.openSegment(.bitLine), wordLine: 1, bitLine: 1)]
    #expect(CrossingLadder.refusal(of: array)?.contains("defects of wires") == true)
  }

  /// Comparisons show the meshes beside the plain models.
  @Test func comparisonsShowTheMeshes() throws {
    let array = CrossingSamples.array(.linear, 30, 10, relativeWire: 3e-4)
    let inputs = InputBatch.bits(CrossingSamples.vectors(array))
    let names = try CandidateModel.all(
      for: array, inputs: inputs, exact: CrossingArray(array).currents(inputs)
    ).map(\.name)
    #expect(names.contains("series sum") && names.contains("crossing ladder/8 fitted"))
    #expect(names.contains("crossing ladder/16 unfitted"))
  }

  /// Estimates rank as `Benchmarks crossing` measures: the ladder is cheaper than relaxation, and both
  /// cost more than a product.
  @Test func estimatesRankTheModels() throws {
    let array = CrossingSamples.array(.linear, 128, 64, relativeWire: 1e-4)
    var random = RandomStream(seed: 5)
    for density in [0.1, 0.5] {
      let bits = BitMatrix(rows: 64, columns: 128) { _, _ in
        Double.random(in: 0..<1, using: &random) < density
      }
      let exact = try #require(try CrossingArray(array).estimatedWork(.bits(bits)))
      let fast = try #require(
        try CrossingLadder(array, mesh: CoarseMesh(segmentCount: 8, passes: 2))
          .estimatedWork(.bits(bits)))
      #expect(fast < 0.5 * exact && fast > 64 * 128 * 64)
    }
  }
}

import CrossbarArray
import NumericKernels
import TestSupport
import Testing
import Units

@testable import BehavioralModels

/// What vectors strain in a mesh belongs to the domain of a calibrated model: voltages left in each
/// segment, the last change of `Q`, and walks that did not settle.
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

  /// The strain that lanes of single precision measure is that of the equations as written, whatever
  /// batch a vector is in.
  @Test(arguments: laws.indices)
  func strainIsThatOfTheReference(law: Int) throws {
    let array = CrossingSamples.array(Self.laws[law], 40, 24, relativeWire: 1e-3, hasPairs: true)
    let model = try CrossingLadder(array, mesh: CoarseMesh(segmentCount: 8, passes: 2))
    let bits = CrossingSamples.vectors(array)
    let strain = try strain(model, bits)
    #expect(strain.count == bits.rows && strain.lastChanges.contains { $0.max() > 5e-5 })
    for vector in 0..<bits.rows {
      let selected = (0..<40).filter { bits[vector, model.layout.wordLine($0)] }
      let found = model.planes.map { model.meshSolution($0, selected) }
      let change = found.reduce(0) { max($0, $1.lastChange) }
      #expect((Double(strain.lastChanges[vector / 16][vector % 16]) - change).magnitude < 1e-5)
      for segment in 0..<8 {
        let volts = found.flatMap { Array($0.volts.row(segment)) }
        let at = vector / 16 * 8 + segment
        let (least, most) = (strain.leastVolts[at][vector % 16], strain.mostVolts[at][vector % 16])
        #expect((Double(least) - (volts.min() ?? 0)).magnitude < 1e-5)
        #expect((Double(most) - (volts.max() ?? 0)).magnitude < 1e-5)
        let alone = try self.strain(model, bits.selecting([vector]))
        #expect(alone.lastChanges[0][0] == strain.lastChanges[vector / 16][vector % 16])
        #expect(alone.corrections[0][0] == strain.corrections[vector / 16][vector % 16])
        #expect(alone.leastVolts[segment][0] == least && alone.mostVolts[segment][0] == most)
      }
    }
  }

  /// A vector beyond any single feature is solved exactly and counted; those within all of them keep the
  /// model's answer, bit for bit. The ranges are stored with the model.
  @Test func vectorsBeyondAFeatureFallBack() throws {
    let array = CrossingSamples.array(Self.laws[1], 60, 24, relativeWire: 1e-4)
    let (model, mesh, exact) = try calibrated(array)
    let ranges = try #require(model.domain.mesh)
    #expect(ranges.remainders.count == mesh.segmentCount && ranges.lastChange > 0)
    let bits = CrossingSamples.vectors(array)
    let ladder = try CrossingLadder(array, mesh: mesh)
    let strain = try strain(ladder, bits)
    var (fast, solved): ([Float], [Float]) = ([], [])
    try ladder.currents(bits, into: &fast)
    try exact.currents(bits, into: &solved)
    typealias Edit = (inout InputDomain.MeshRanges) -> Void
    let middle = 0.5 * (ranges.remainders[3].lowerBound + ranges.remainders[3].upperBound)
    let edits: [(Edit, (Int) -> Bool)] = [
      (
        { $0.lastChange /= 2 },
        { Double(strain.lastChanges[$0 / 16][$0 % 16]) > ranges.lastChange / 2 + 1e-5 }
      ),
      (
        { $0.remainders[3] = middle...2 },
        {
          1 - Double(strain.mostVolts[$0 / 16 * mesh.segmentCount + 3][$0 % 16]) < middle - 1e-5
        }
      ),
      (
        { $0.remainders[3] = -1...middle },
        {
          1 - Double(strain.leastVolts[$0 / 16 * mesh.segmentCount + 3][$0 % 16]) > middle + 1e-5
        }
      ),
      ({ $0.correction = -1 }, { _ in true }),
    ]
    for (number, (edit, isBeyond)) in edits.enumerated() {
      var narrow = model
      var mesh = ranges
      edit(&mesh)
      narrow.domain.mesh = mesh
      let guarded = try CalibratedArray(
        narrow, of: HashedArray(array), exact: exact, auditRate: 0)
      var found: [Float] = []
      try guarded.currents(bits, into: &found)
      var (beyond, within) = (0, 0)
      for vector in 0..<bits.rows {
        let own = vector * 24..<(vector + 1) * 24
        if isBeyond(vector), bits.population(row: vector) > 0 {
          beyond += 1
          #expect(found[own] == solved[own], "\(number), vector \(vector)")
        } else if found[own] == fast[own] {
          within += 1
        }
      }
      #expect(beyond > 0 && guarded.observations.fallbacks >= beyond, "\(number)")
      #expect(number == 3 || within > 0, "\(number)")
    }
    let folder = try TemporaryFolder()
    let path = folder.file("one.model")
    try CalibrationStore.write(model, to: path)
    #expect(try CalibrationStore.read(path).domain.mesh == ranges)
  }

  /// The circuit's voltages cannot leave their ranges, those that a mesh finds can: at large drops of
  /// nonlinear cells it overestimates them. The other features let such vectors through.
  @Test func rangesOfSegmentsFindWhatTheMeshOverestimates() throws {
    let array = CrossingSamples.array(Self.laws[1], 128, 128, relativeWire: 3e-4)
    let (model, mesh, _) = try calibrated(array)
    let bits = CrossingSamples.vectors(array, draws: 200, countPerKind: 30)
    let strain = try strain(CrossingLadder(array, mesh: mesh), bits)
    let inputs = InputBatch.bits(bits)
    var plain = model.domain
    plain.mesh = nil
    let isInside = model.domain.contains(inputs, strain: strain)
    let found = (0..<bits.rows).filter { plain.contains(inputs, vector: $0) && !isInside[$0] }
    #expect(!found.isEmpty && found.count < bits.rows / 10)
  }

  private func calibrated(
    _ array: ArrayDescription
  ) throws -> (model: CalibratedModel, mesh: CoarseMesh, exact: any ArrayModel) {
    let exact = try ExactMethod.model(of: array)
    let model = try Calibrator(seed: 3).calibrate(
      HashedArray(array), against: exact, recorded: nil, lsbAmperes: nil)
    var mesh: CoarseMesh?
    if case .crossingLadder(let found) = model.form { mesh = found }
    return (model, try #require(mesh, "\(model.form)"), exact)
  }

  private func strain(_ model: CrossingLadder, _ bits: BitMatrix) throws -> MeshStrain {
    var (amperes, plain, strain): ([Float], [Float], MeshStrain?) = ([], [], nil)
    try model.currents(.bits(bits), into: &amperes, strain: &strain)
    try model.currents(bits, into: &plain)
    #expect(amperes == plain)
    return try #require(strain)
  }
}

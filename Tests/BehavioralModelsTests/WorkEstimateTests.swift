import BehavioralModels
import CrossbarArray
import NumericKernels
import Testing
import Units

/// Estimates rank models as `Benchmarks reducedLadder` measures them.
@Suite struct WorkEstimateTests {
  private static let array: ArrayDescription = {
    var random = RandomStream(seed: 3)
    return ArrayDescription(
      topology: .gateDriven(sourceLine: .parallel),
      conductances: Matrix(rows: 1152, columns: 64) { _, _ in
        Double.random(in: 1e-8...1.6e-5, using: &random)
      },
      wires: WireParasitics(bitLineSegment: 0.01.ohms),
      ends: LineEnds(bitLineSense: .far, sourceLineDrive: .far))
  }()

  private func bits(density: Double) -> InputBatch {
    var random = RandomStream(seed: 4)
    return .bits(
      BitMatrix(rows: 64, columns: 1152) { _, _ in
        Double.random(in: 0..<1, using: &random) < density
      })
  }

  private func reduced(_ length: Int, _ inputs: InputBatch) throws -> Double {
    try #require(try ReducedLadder(Self.array, segmentLength: length).estimatedWork(inputs))
  }

  private func exact(_ inputs: InputBatch) throws -> Double {
    try #require(try LadderArray(Self.array).estimatedWork(inputs))
  }

  @Test func denseVectorsAreCheaperInSegments() throws {
    let dense = bits(density: 0.5)
    let exact = try exact(dense)
    #expect(try reduced(64, dense) < exact)
    #expect(try reduced(2, dense) > exact)
  }

  @Test func sparseVectorsAreCheaperExactly() throws {
    let sparse = bits(density: 0.02)
    #expect(try exact(sparse) < reduced(64, sparse))
    #expect(try exact(bits(density: 0)) == 0)
  }

  /// What nobody measured has no estimate, so that no choice rests on it.
  @Test func onlyMeasuredMethodsHaveEstimates() throws {
    let bits = bits(density: 0.5)
    #expect(try ColumnArray(Self.array).estimatedWork(bits) == nil)
    let volts = InputBatch.volts(Matrix(rows: 1, columns: 1152, repeating: 0.1))
    #expect(try LadderArray(Self.array).estimatedWork(volts) == nil)
  }
}

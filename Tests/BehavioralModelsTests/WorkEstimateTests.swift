import BehavioralModels
import CrossbarArray
import NumericKernels
import Testing
import Units

/// Estimates rank models as `Benchmarks reducedLadder` measures them.
@Suite struct WorkEstimateTests {
  private func form(wordLines: Int, outputs: Int, length: Int) throws -> CalibratedModel.Form {
    var random = RandomStream(seed: 3)
    let array = ArrayDescription(
      topology: .gateDriven(sourceLine: .parallel),
      conductances: Matrix(rows: wordLines, columns: outputs) { _, _ in
        Double.random(in: 1e-8...1.6e-5, using: &random)
      },
      wires: WireParasitics(bitLineSegment: 0.01.ohms),
      ends: LineEnds(bitLineSense: .far, sourceLineDrive: .far))
    return .reducedLadder(try ReducedLadder(array, segmentLength: length).moments)
  }

  private func bits(_ wordLines: Int, density: Double) -> BitMatrix {
    var random = RandomStream(seed: 4)
    return BitMatrix(rows: 64, columns: wordLines) { _, _ in
      Double.random(in: 0..<1, using: &random) < density
    }
  }

  @Test func denseVectorsAreCheaperInSegments() throws {
    let long = try form(wordLines: 1152, outputs: 64, length: 64)
    let short = try form(wordLines: 1152, outputs: 64, length: 2)
    let dense = bits(1152, density: 0.5)
    let exact = WorkEstimate.exactLadder(dense, outputs: 64)
    #expect(WorkEstimate.calibrated(long, dense, outputs: 64) < exact)
    #expect(WorkEstimate.calibrated(short, dense, outputs: 64) > exact)
  }

  @Test func sparseVectorsAreCheaperExactly() throws {
    let long = try form(wordLines: 1152, outputs: 64, length: 64)
    let sparse = bits(1152, density: 0.02)
    #expect(
      WorkEstimate.exactLadder(sparse, outputs: 64)
        < WorkEstimate.calibrated(long, sparse, outputs: 64))
    #expect(WorkEstimate.exactLadder(bits(1152, density: 0), outputs: 64) == 0)
  }
}

import NeuralNetwork
import NumericKernels
import Testing

@testable import ONNXImport

/// Which stored integers of weights arrays can hold, and why not.
@Suite struct StoredCodesTests {
  @Test func misfitsAreNamed() {
    func codes(_ low: Int, _ high: Int, scales: [Float] = [0.5], axis: Int = 0) -> ONNXStoredCodes {
      ONNXStoredCodes(codes: [low, high, 0, 0], scales: scales, axis: axis)
    }
    #expect(codes(-128, 127).misfit(rows: 2, axis: 0) == nil)
    #expect(codes(-128, 127, scales: [1, 2]).misfit(rows: 2, axis: 0) == nil)
    let cases: [(String?, String)] = [
      (codes(-128, 128).misfit(rows: 2, axis: 0), "codes reach from -128 to 128"),
      (codes(-129, 0).misfit(rows: 2, axis: 0), "codes reach from -129 to 0"),
      (codes(0, 1, scales: [1, 2], axis: 1).misfit(rows: 2, axis: 0), "another axis"),
      (codes(0, 1).misfit(rows: 2, axis: 0, factor: -1), "times alpha is not positive"),
    ]
    for (found, expected) in cases {
      #expect(found?.contains(expected) == true, "\(found ?? "none")")
    }
  }

  /// Zero points stay only where codes without them have more than 8 bits.
  @Test func zeroPointsStayWhereCodesNeedThem() throws {
    var codes = ONNXStoredCodes(codes: [-100, 155, 0, 27], scales: [0.5], axis: 0)
    #expect(codes.weights(rows: 2, axis: 0) == nil)
    codes.zeroPoints = [-28]
    let kept = try #require(codes.weights(rows: 2, axis: 0))
    #expect(kept.codes.elements == [-128, 127, -28, -1] && kept.zeroPoints == [-28, -28])
    #expect((0..<4).map { kept.integer(output: $0 / 2, input: $0 % 2) } == codes.codes)
    codes = ONNXStoredCodes(
      codes: [-100, 155, 0, 27], scales: [0.5, 2], axis: 0, zeroPoints: [-28, 100])
    #expect(codes.weights(rows: 2, axis: 0)?.codes.elements == [-128, 127, 100, 127])
    #expect(codes.weights(rows: 2, axis: 0)?.zeroPoints == [-28, 100])
    codes.codes[1] = 127
    #expect(codes.weights(rows: 2, axis: 0)?.codes.elements == [-100, 127, 0, 27])
    #expect(codes.weights(rows: 2, axis: 0)?.zeroPoints == [])
  }
}

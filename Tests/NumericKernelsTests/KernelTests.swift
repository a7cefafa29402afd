import NumericKernels
import Testing

@Suite struct KernelTests {
  /// Against sums in double precision, one entry at a time; columns outside of all runs stay.
  @Test(arguments: 0..<40) func shiftedProductEqualsItsDefinition(seed: Int) {
    var random = RandomStream(seed: 5, stream: UInt64(seed))
    func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    func values(_ count: Int) -> [Float] {
      (0..<count).map { _ in .random(in: -1...1, using: &random) }
    }
    let (m, stride, offset) = (draw(1...9), 90, draw(0...3))
    // Sums in one part, and in several.
    let k = seed % 4 == 0 ? draw(200...900) : draw(1...20)
    let strideA = k + draw(0...2)
    let (a, x) = (values(m * strideA), values(200))
    let shifts = (0..<k).map { _ in draw(0...90) }
    let runs = (0..<draw(1...8)).map {
      ShiftedProduct.Run(start: draw(0...100), column: 11 * $0, count: draw(1...8))
    }
    let start = values(offset + m * stride)
    var c = start
    var target = c.mutableSpan
    ShiftedProduct.add(
      a.span, strideA: strideA, m: m, shifts: shifts.span, x.span, runs: runs[...], into: &target,
      offset: offset, strideC: stride)
    var expected = start.map { Double($0) }
    for row in 0..<m {
      for run in runs {
        for j in 0..<run.count {
          for i in 0..<k {
            expected[offset + row * stride + run.column + j] +=
              Double(a[row * strideA + i]) * Double(x[run.start + shifts[i] + j])
          }
        }
      }
    }
    for (found, right) in zip(c, expected) {
      #expect(abs(Double(found) - right) <= Double(k + 1) * Double(k + 1) * 1.2e-7)
    }
  }

  @Test func finiteValuesAreTold() {
    for count in [0, 1, 7, 8, 33] {
      let plain = (0..<count).map { Float($0) - 3 } + [-Float.greatestFiniteMagnitude, -0]
      let isFinite = plain.span.areFinite
      #expect(isFinite)
      for bad in [Float.nan, .infinity, -.infinity, Float(nan: 1, signaling: true)] {
        for place in plain.indices {
          var values = plain
          values[place] = bad
          let isFinite = values.span.areFinite
          #expect(!isFinite)
        }
      }
    }
  }
}

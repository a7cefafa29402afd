import Configuration
import Testing

@testable import Sweeps

/// Laws of sampling.
@Suite struct SweepSamplingTests {
  private func values(_ body: String) throws -> [[String]] {
    let spec = try SweepSample().spec(body)
    return spec.sampling.steps(spec.axes).map { point in
      point.flatMap { $0.settings.map(\.value.text) }
    }
  }

  /// Along every axis each part is used once, and the order is not that of another axis.
  @Test(arguments: [1, 2, 7, 100])
  func latinHypercubeUsesEachStratumOnce(count: Int) {
    let points = SweepSampling.strata(3, count, 5)
    #expect(points.count == count)
    for axis in 0..<3 {
      let strata = points.map { Int($0[axis] * Double(count)) }
      #expect(strata.sorted() == Array(0..<count))
      #expect(points.allSatisfy { $0[axis] >= 0 && $0[axis] < 1 })
    }
    #expect(points == SweepSampling.strata(3, count, 5))
    guard count > 5 else { return }
    #expect(points != SweepSampling.strata(3, count, 6))
    #expect(points.map { Int($0[0] * 7) } != points.map { Int($0[1] * 7) })
  }

  @Test func gridVariesTheLastAxisFastest() throws {
    #expect(
      try values("axes: [{key: a, values: [1, 2]}, {key: b, values: [x, y, z]}]")
        == [["1", "x"], ["1", "y"], ["1", "z"], ["2", "x"], ["2", "y"], ["2", "z"]])
  }

  @Test func zipTakesValuesTogether() throws {
    #expect(
      try values(
        "sampling: zip\naxes: [{key: a, values: [1, 2]}, {points: [{b: 3, c: x}, {b: 4, c: y}]}]")
        == [["1", "3", "x"], ["2", "4", "y"]])
  }

  /// The ends are exact, whatever the spacing; ratios of a logarithmic range are equal.
  @Test func rangesEndWhereTheySay() throws {
    let range = SweepRange(from: 0.1, to: 1000, count: 5, spacing: .logarithmic)
    #expect(range.grid.first == 0.1 && range.grid.last == 1000)
    // As anyone would write them.
    #expect(range.grid == [0.1, 1, 10, 100, 1000])
    #expect(SweepRange(from: 1, to: 2, count: 3).grid == [1, 1.5, 2])
    #expect(SweepRange(from: 8, to: 4, count: 3, isWhole: true).grid == [8, 6, 4])
  }

  /// Whole numbers, the ends included, get equal parts of the way.
  @Test func wholeNumbersAreDrawnEvenly() {
    for range in [
      SweepRange(from: 4, to: 8, isWhole: true), SweepRange(from: 8, to: 4, isWhole: true),
    ] {
      var counts: [Double: Int] = [:]
      for k in 0..<1000 {
        counts[range.value(at: (Double(k) + 0.5) / 1000, isContinuous: true), default: 0] += 1
      }
      #expect(counts == [4: 200, 5: 200, 6: 200, 7: 200, 8: 200])
    }
  }

  @Test func drawsAreThoseOfTheirSeed() throws {
    func draw(_ model: String, _ seed: Int) throws -> [[String]] {
      try values(
        """
        sampling: {model: \(model), count: 20, seed: \(seed)}
        axes:
          - {key: a, range: {from: 1, to: 100, spacing: logarithmic}}
          - {key: b, values: [x, y, z]}
        """)
    }
    for model in ["random", "latinHypercube"] {
      let points = try draw(model, 1)
      #expect(points.count == 20 && Set(points.map { $0[1] }) == ["x", "y", "z"])
      #expect(try draw(model, 1) == points)
      #expect(try draw(model, 2) != points)
      let numbers = points.compactMap { Double($0[0]) }
      #expect(numbers.count == 20 && numbers.allSatisfy { (1...100).contains($0) })
    }
  }
}

import NumericKernels
import Testing

@testable import CrossbarArray

@Suite struct LadderKernelTests {
  /// How many vectors go down side by side leaves their currents alone, whether columns fill their
  /// vectors or not.
  @Test(arguments: [3, 16, 17, 40, 70])
  func strandsDoNotMeet(columns: Int) {
    var random = RandomStream(seed: 71, stream: UInt64(columns))
    let cells = Matrix(rows: 130, columns: columns) { _, _ in
      Double.random(in: 1e-7...1e-5, using: &random)
    }
    let bits = BitMatrix(rows: 45, columns: 130) { row, _ in
      Int.random(in: 0..<45, using: &random) < row
    }
    let kernel = LadderKernel<SIMD16<Float>>(wordLines: 130, outputs: columns) { cells[$0, $1] }
    for runLength in [20, 1000] {
      let wiring = LadderKernel<SIMD16<Float>>.Wiring(
        wire: .init(
          ohmsPerSegment: 40, isReversed: runLength == 20, runLength: runLength,
          unused: UnusedWire()),
        terminalOhms: 100, readVolts: 0.2)
      var (two, four): ([Float], [Float]) = ([], [])
      kernel.currents(bits, wiring, into: &two, walksFour: false)
      kernel.currents(bits, wiring, into: &four, walksFour: true)
      #expect(four == two)
      for row in 0..<bits.rows {
        let own = BitMatrix(rows: 1, columns: 130) { bits[row, $1] }
        var alone: [Float] = []
        kernel.currents(own, wiring, into: &alone)
        #expect(alone == Array(two[row * columns..<(row + 1) * columns]))
      }
    }
  }

  /// A plan names the word lines that are on in the order of the walk, from the end that is not
  /// sensed, with the wire between them; runs end before they grow too long.
  @Test(arguments: [1, 9, 64, 130], [false, true])
  func plansNameSelectedLines(columns: Int, isReversed: Bool) {
    var random = RandomStream(seed: 72, stream: UInt64(columns))
    let runLength = columns % 2 == 0 ? 20 : Int.max
    let bits = BitMatrix(rows: 40, columns: columns) { row, _ in
      Int.random(in: 0..<39, using: &random) < row
    }
    var unused = UnusedWire()
    (unused.before, unused.after) = (5, 7)
    var plan = LadderPlan<Float>(
      .init(
        ohmsPerSegment: 0.5, isReversed: isReversed, runLength: runLength, unused: unused))
    for row in 0..<bits.rows { plan.append(bits, row: row) }
    for (row, planned) in plan.rows.enumerated() {
      let on = (0..<columns).filter { bits[row, isReversed ? columns - 1 - $0 : $0] }
      let steps = plan.steps[planned.steps]
      #expect(steps.map { Int($0.line) } == on)
      var last = isReversed ? -8 : -6
      for step in steps {
        #expect(step.ohms == 0.5 * Float(Int(step.line) - last))
        last = Int(step.line)
      }
      #expect(planned.endOhms == 0.5 * Float(columns + (isReversed ? 5 : 7) - last))
      let ends = plan.runEnds[planned.runs]
      #expect(ends.last == planned.steps.upperBound && ends.sorted() == Array(ends))
      for (start, end) in zip([planned.steps.lowerBound] + ends, ends) where end - start > 1 {
        #expect(Int(plan.steps[end - 1].line - plan.steps[start].line) < runLength)
      }
    }
  }
}

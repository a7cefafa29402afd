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
        ohmsPerSegment: 40, terminalOhms: 100, readVolts: 0.2, isReversed: runLength == 20,
        runLength: runLength, unused: UnusedWire())
      let two = kernel.currents(bits, wiring, walksFour: false)
      #expect(kernel.currents(bits, wiring, walksFour: true) == two)
      for row in 0..<bits.rows {
        let own = BitMatrix(rows: 1, columns: 130) { bits[row, $1] }
        let alone = kernel.currents(own, wiring)
        #expect(alone == Array(two[row * kernel.stride..<(row + 1) * kernel.stride]))
      }
    }
  }
}

/// The draws of a tile's sensed currents: one standard normal number per current and read, a
/// function only of the seed, the tile's place, the line and the read number.
struct OutputDraws: Sendable {
  private let draws: CellDraws
  private let inputBlock: Int
  private let outputs: Range<Int>

  init(
    seed: UInt64, layer: Int, weightSlice: Int, inputBlock: Int, outputs: Range<Int>
  ) {
    draws = CellDraws(seed: seed, purpose: .outputNoise, layer: layer, weightSlice: weightSlice)
    self.inputBlock = inputBlock
    self.outputs = outputs
  }

  /// Adds the noise of one read to the currents of `lineCount` lines from `base` on.
  ///
  /// - Parameter deviation: Standard deviation of a line's current in amperes.
  @inline(__always)
  func add(
    to amperes: inout MutableSpan<Float>, base: Int, lineCount: Int, read: UInt64,
    deviation: (_ line: Int) -> Float
  ) {
    let pairs = outputs.count
    for j in 0..<pairs {
      let normals = draws.normals(input: inputBlock, output: outputs.lowerBound + j, read: read)
      amperes[base + j] += deviation(j) * Float(normals[0])
      if lineCount > pairs { amperes[base + pairs + j] += deviation(pairs + j) * Float(normals[1]) }
    }
  }
}

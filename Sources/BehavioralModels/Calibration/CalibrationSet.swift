import NumericKernels

/// Gate vectors on which a model is fitted and judged: recorded ones and structured stress, with a
/// part of every kind held out.
public struct CalibrationSet: Sendable {
  /// Where a vector comes from.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// Input bits of the layer on calibration images.
    case recorded
    /// Every word line on with one probability, 1 % … 100 %.
    case density
    /// One run of neighbouring word lines.
    case block
    /// Every k-th word line.
    case comb
    /// One word line.
    case oneHot
    /// Every word line.
    case allOn
    /// None.
    case zero
  }

  /// The vectors, `[vectors, wordLines]`.
  public let bits: BitMatrix
  /// Their kinds.
  public let kinds: [Kind]
  /// Whether a vector is kept from the fit and judges it.
  public let isHeldOut: [Bool]

  /// Numbers of structured vectors.
  public struct Sizes: Sendable, Equatable, Codable {
    /// Vectors of random density, of blocks, of combs and of single word lines.
    public var density = 48, block = 24, comb = 16, oneHot = 8
    /// Recorded vectors at most.
    public var recorded = 192

    /// The default sizes.
    public init() {}
  }

  /// Draws structured vectors and adds at most `sizes.recorded` recorded ones, spread evenly over
  /// those given that select anything: empty ones are right in every model, and those of high bits
  /// would flatter the error. Every third vector of a kind is held out; all-on and zero are in both parts.
  public init(
    wordLineCount m: Int, recorded: BitMatrix?, sizes: Sizes = Sizes(), seed: UInt64,
    stream: UInt64 = 0
  ) {
    var random = RandomStream(seed: seed, stream: stream)
    var vectors: [(Kind, [Bool])] = []
    if let recorded, recorded.rows > 0 {
      precondition(recorded.columns == m, "recorded vectors fit the array")
      let driven = (0..<recorded.rows).filter { recorded.population(row: $0) > 0 }
      for index in stratifiedIndices(min(driven.count, sizes.recorded), of: driven.count) {
        let row = driven[index]
        vectors.append((.recorded, (0..<m).map { recorded[row, $0] }))
      }
    }
    for k in 0..<sizes.density {
      // From 1 % to 100 %, half of them below 10 %: bit planes are sparse.
      let t = Double(k) / Double(max(sizes.density - 1, 1))
      let density = t < 0.5 ? 0.01 + 0.18 * t : 0.1 + 1.8 * (t - 0.5)
      let vector = (0..<m).map { _ in Double.random(in: 0..<1, using: &random) < density }
      vectors.append((.density, vector))
    }
    for _ in 0..<sizes.block {
      let length = Int.random(in: 1...m, using: &random)
      let start = Int.random(in: 0...m - length, using: &random)
      vectors.append((.block, (0..<m).map { (start..<start + length).contains($0) }))
    }
    for k in 0..<sizes.comb {
      let period = min(2 + k, m)
      let phase = Int.random(in: 0..<period, using: &random)
      vectors.append((.comb, (0..<m).map { $0 % period == phase }))
    }
    for _ in 0..<sizes.oneHot {
      let line = Int.random(in: 0..<m, using: &random)
      vectors.append((.oneHot, (0..<m).map { $0 == line }))
    }
    for isOn in [true, true, false, false] {
      vectors.append((isOn ? .allOn : .zero, Array(repeating: isOn, count: m)))
    }
    var counts: [Kind: Int] = [:]
    var heldOut: [Bool] = []
    for (kind, _) in vectors {
      let index = counts[kind, default: 0]
      counts[kind] = index + 1
      heldOut.append(kind == .allOn || kind == .zero ? index == 1 : index % 3 == 2)
    }
    let all = vectors
    bits = BitMatrix(rows: all.count, columns: m) { all[$0].1[$1] }
    kinds = all.map(\.0)
    isHeldOut = heldOut
  }

  /// Indices of the vectors that fits may see.
  public var fittingRows: [Int] { kinds.indices.filter { !isHeldOut[$0] } }
  /// Indices of the vectors that judge.
  public var heldOutRows: [Int] { kinds.indices.filter { isHeldOut[$0] } }

  /// Some of the vectors, in the order given.
  public func vectors(_ rows: [Int]) -> BitMatrix { bits.selecting(rows) }
}

extension BitMatrix {
  /// The given rows in the order given.
  public func selecting(_ rows: [Int]) -> BitMatrix {
    var result = BitMatrix(rows: rows.count, columns: columns)
    for (k, row) in rows.enumerated() {
      for index in 0..<wordsPerRow {
        result.setWord(words[row * wordsPerRow + index], row: k, index: index)
      }
    }
    return result
  }
}

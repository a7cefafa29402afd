import CrossbarArray
import NumericKernels
import Units

/// Input vectors for fitting and judging a model, gate bits or voltages as the array takes them:
/// recorded ones and structured stress, with a part of every kind held out.
public struct CalibrationSet: Sendable {
  /// Origin of a vector.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// Inputs of the layer on calibration images.
    case recorded
    /// Every word line on with the same probability, 1 % … 100 %.
    case density
    /// One run of neighboring word lines.
    case block
    /// Every k-th word line.
    case comb
    /// One word line.
    case oneHot
    /// Every word line.
    case allOn
    /// No word line.
    case zero
  }

  /// The vectors.
  public let inputs: InputBatch
  /// Their kinds.
  public let kinds: [Kind]
  /// Whether a vector is held out of the fit and judges it.
  public let isHeldOut: [Bool]

  /// Numbers of structured vectors.
  public struct Sizes: Sendable, Equatable, Codable {
    /// Vectors of random density, of blocks, of combs and of single word lines.
    public var density = 48, block = 24, comb = 16, oneHot = 8
    /// Maximum number of recorded vectors.
    public var recorded = 192

    /// The default sizes.
    public init() {}
  }

  /// Draws structured vectors and adds at most `sizes.recorded` recorded ones, spread evenly over
  /// those that select any word line: empty vectors, frequent in bits of high significance, are
  /// right in every model and would flatter the error. Every third vector of a kind is held out;
  /// all-on and zero are in both parts.
  ///
  /// - Parameters:
  ///   - recorded: Vectors seen by the array; refused if they cannot drive it.
  ///   - fullScaleVolts: Largest voltage of structured vectors for a voltage-driven array: each
  ///     selected word line gets it times a random factor from 0 to 1. `nil` for the read voltage.
  public init(
    for array: ArrayDescription, recorded: InputBatch?, sizes: Sizes = Sizes(),
    fullScaleVolts: Double? = nil, seed: UInt64
  ) throws(ArrayError) {
    let m = array.wordLineCount
    var random = RandomStream(seed: seed, stream: 0)
    var vectors: [(Kind, [Bool])] = []
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
    let selections = vectors.map(\.1)
    let structured = InputBatch(
      selecting: BitMatrix(rows: selections.count, columns: m) { selections[$0][$1] },
      of: array.topology, fullScaleVolts: fullScaleVolts ?? array.readVoltage.value, seed: seed,
      stream: 1)
    var kinds = vectors.map(\.0)
    if let recorded, recorded.count > 0 {
      try array.check(recorded)
      let driven = (0..<recorded.count).filter { recorded.activeLines(vector: $0) > 0 }
      let chosen = stratifiedIndices(min(driven.count, sizes.recorded), of: driven.count)
      inputs = recorded.selecting(chosen.map { driven[$0] }).followed(by: structured)
      kinds = chosen.map { _ in .recorded } + kinds
    } else {
      inputs = structured
    }
    var counts: [Kind: Int] = [:]
    var heldOut: [Bool] = []
    for kind in kinds {
      let index = counts[kind, default: 0]
      counts[kind] = index + 1
      heldOut.append(kind == .allOn || kind == .zero ? index == 1 : index % 3 == 2)
    }
    self.kinds = kinds
    isHeldOut = heldOut
  }

  /// Indices of the vectors for fitting.
  public var fittingRows: [Int] { kinds.indices.filter { !isHeldOut[$0] } }
  /// Indices of the held-out vectors.
  public var heldOutRows: [Int] { kinds.indices.filter { isHeldOut[$0] } }

  /// The vectors for fitting.
  public var fitting: InputBatch { inputs.selecting(fittingRows) }
  /// The held-out vectors.
  public var heldOut: InputBatch { inputs.selecting(heldOutRows) }
}

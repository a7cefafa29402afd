extension CircuitConverter.Parts {
  /// Parts drawn for one converter. Draw 0 gives its offset and gain.
  init(_ specification: CircuitConverterSpecification, draws: ConverterDraws) {
    let bits = specification.bits
    func normal(_ k: Int) -> Double { draws.normals(index: 1 + k / 2)[k % 2] }
    switch specification.architecture {
    case .ramp(let mismatch):
      self = .ramp(
        stepHeights: (0..<1 << bits).map { mismatch > 0 ? max(1 + mismatch * normal($0), 0) : 1 })
    case .successiveApproximation(let mismatch):
      // The mismatch of 2^k units in parallel is √2^k unit deviations.
      let capacitors = (0..<bits).map { bit in
        let units = Double(1 << bit)
        return max(units + mismatch * units.squareRoot() * normal(bit), 0)
      }
      self = .successiveApproximation(
        capacitors: capacitors, terminating: max(1 + mismatch * normal(bits), 0))
    case .pipeline(let mismatch, let offset):
      self = .stages(
        (0..<bits - 2).map { k in
          AmplifyingStage(
            mismatch: mismatch * normal(3 * k),
            offsets: SIMD2(offset * normal(3 * k + 1), offset * normal(3 * k + 2)))
        })
    case .cyclic(let mismatch, let offset):
      let stage = AmplifyingStage(
        mismatch: mismatch * normal(0), offsets: SIMD2(offset * normal(1), offset * normal(2)))
      self = .stages(Array(repeating: stage, count: bits - 2))
    }
  }

  /// A staircase of `2^bits` steps with exact end points: each level is the sum of the steps below
  /// it over their mean, and codes change half a code below their level.
  static func ramp(stepHeights: [Double]) -> Self {
    let count = stepHeights.count
    let total = stepHeights.reduce(0, +)
    let scale = total > 0 ? Double(count) / total : 0
    let lowest = -Double(count / 2 - 1)
    var sum = 0.0
    var thresholds: [Double] = []
    // The topmost of the 2^bits codes has no negative counterpart and is left out.
    for height in stepHeights.prefix(count - 2) {
      sum += height
      thresholds.append(lowest + sum * scale - 0.5)
    }
    return .ramp(thresholds: thresholds)
  }

  /// A charge-redistribution array of `capacitors` in units, least significant first; a terminating
  /// unit completes the total of `2^bits`.
  static func successiveApproximation(capacitors: [Double], terminating: Double) -> Self {
    let total = capacitors.reduce(terminating, +)
    let scale = total > 0 ? Double(1 << capacitors.count) / total : 0
    return .successiveApproximation(bitWeights: capacitors.map { $0 * scale })
  }
}

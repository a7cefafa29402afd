import CrossbarArray
import NumericKernels

/// The coarse mesh of a `CrossingLadder` in single precision, sixteen vectors in lanes: the equations of
/// its reference.
struct CrossingMeshKernel: Sendable {
  typealias Lanes = SIMD16<Float>

  /// Memory for sixteen vectors.
  struct Workspace {
    /// Currents of the blocks by segment and vector, blocks in lanes, and the rows of each segment,
    /// vectors in lanes.
    var given: [Lanes], rows: [Lanes]
    /// Volts that the blocks' currents would drop on the way to the virtual ground, by vector, blocks in
    /// lanes.
    var moments: [Lanes]
    /// `Q` by segment and vector, blocks in lanes; then the voltages of the bit lines at the far end.
    fileprivate(set) var shared: [Lanes]
    /// Least and largest voltage of the blocks' bit lines by segment, and the largest change of `Q` by
    /// the last pass; vectors in lanes.
    fileprivate(set) var leastVolts: [Lanes], mostVolts: [Lanes]
    fileprivate(set) var lastChange = Lanes(repeating: 0)
    fileprivate var sums: [Lanes], q: [Lanes], volts: [Lanes], loads: [Lanes], injected: [Lanes]
    fileprivate var pivots: [Lanes], ones: [Lanes]

    init(segments: Int) {
      let zero = Lanes(repeating: 0)
      rows = [Lanes](repeating: zero, count: segments)
      sums = [Lanes](repeating: zero, count: segments * 16)
      (given, loads) = (sums, sums)
      (leastVolts, mostVolts) = (rows, rows)
      shared = [Lanes](repeating: zero, count: (segments + 1) * 16)
      (q, volts, injected) = (shared, shared, shared)
      pivots = [Lanes](repeating: zero, count: 16)
      (ones, moments) = (pivots, pivots)
    }
  }

  private let segmentCount: Int, blockCount: Int
  private let passes: Int
  private var gain: Float, bend: Float
  /// Whether cells are no resistors: then lumps are parabolas, and walks need guesses of the voltages at
  /// the far end.
  let isCurved: Bool
  /// By plane, segment and block.
  private let ratios: [Float], shares: [Float], curvatures: [Float]
  /// A sixth of the wire of each segment, and from its middle to the next one's or to the end.
  private let sixths: [Float], wires: [Float]
  /// Siemens between blocks and to the terminals of one source line, and columns of the blocks.
  private let between: [Float]
  private let near: Float, far: Float
  private let columns: [Float]

  init(_ planes: [CrossingPlane], layout: CrossingLayout, mesh: CoarseMesh) {
    (segmentCount, blockCount) = (layout.segments.count, layout.usedBlocks)
    let (segments, blocks) = (segmentCount, blockCount)
    passes = mesh.passes
    (gain, bend) = (Float(mesh.gain), Float(mesh.bend))
    func flat(_ values: KeyPath<CrossingPlane, Matrix<Double>>) -> [Float] {
      planes.flatMap { plane in
        (0..<segments * blocks).map { Float(plane[keyPath: values][$0 / blocks, $0 % blocks]) }
      }
    }
    (ratios, shares, curvatures) = (flat(\.ratios), flat(\.shares), flat(\.curvatures))
    isCurved = planes.contains { !$0.law.isLinear }
    sixths = layout.segments.map { Float(layout.ohmsPerSegment * Double($0.count) / 6) }
    wires = layout.segmentOhms.map { Float($0) }
    between = layout.blockOhms.map { Float(1 / $0) }
    near = layout.nearOhms.map { Float(1 / $0) } ?? 0
    far = layout.farOhms.map { Float(1 / $0) } ?? 0
    columns = (0..<blocks).map { Float(layout.columns(ofBlock: $0).count) }
  }

  /// Takes the corrections of another mesh.
  mutating func correct(by mesh: CoarseMesh) { (gain, bend) = (Float(mesh.gain), Float(mesh.bend)) }

  /// Solves the mesh of a plane for what `work` is given of sixteen vectors; `strained` also finds how
  /// far its voltages and its last pass reach.
  func solve(plane: Int, _ work: inout Workspace, strained: Bool) {
    let count = 16 * segmentCount
    transpose(work.given, count, into: &work.sums, by: &work.volts)
    let zero = Lanes(repeating: 0)
    for k in work.q.indices { (work.q[k], work.volts[k]) = (zero, zero) }
    for pass in 1...passes {
      solveBitLines(
        plane, work.sums, work.q, &work.volts, loads: &work.loads, injected: &work.injected)
      // What is injected is not needed until the next pass.
      let isMeasured = strained && pass == passes
      if isMeasured { swap(&work.injected, &work.q) }
      solveSourceLines(
        work.rows, work.volts, work.loads, &work.q, pivots: &work.pivots, ones: &work.ones)
      if isMeasured {
        work.lastChange = measure(
          work.volts, work.q, before: work.injected, least: &work.leastVolts, most: &work.mostVolts)
      }
    }
    let (one, gain, bend) = (
      Lanes(repeating: 1), Lanes(repeating: gain), Lanes(repeating: bend)
    )
    for k in 0..<count {
      let own = work.q[k]
      work.q[k] = own * (one + multiplyAdd(bend, own, gain))
    }
    if isCurved { for k in count..<count + 16 { work.q[k] = work.volts[k] } }
    transpose(work.q, isCurved ? count + 16 : count, into: &work.shared, by: &work.volts)
  }

  /// Finds the ranges of the voltages, and returns the largest change of `Q` since `before`.
  private func measure(
    _ volts: [Lanes], _ q: [Lanes], before: [Lanes], least: inout [Lanes], most: inout [Lanes]
  ) -> Lanes {
    let (volts, q, before) = (volts.span, q.span, before.span)
    var change = Lanes(repeating: 0)
    for b in 0..<segmentCount {
      var (low, high) = (volts[b * 16], volts[b * 16])
      for k in b * 16..<b * 16 + blockCount {
        let own = q[k] - before[k]
        low.lower(to: volts[k])
        high.raise(to: volts[k])
        change.raise(to: own)
        change.raise(to: -own)
      }
      (least[b], most[b]) = (low, high)
    }
    return change
  }

  /// The elements of two vectors in turn.
  @inline(__always)
  private func shuffled(_ a: Lanes, _ b: Lanes) -> (Lanes, Lanes) {
    (
      Lanes(
        a[0], b[0], a[1], b[1], a[2], b[2], a[3], b[3], a[4], b[4], a[5], b[5], a[6], b[6], a[7],
        b[7]),
      Lanes(
        a[8], b[8], a[9], b[9], a[10], b[10], a[11], b[11], a[12], b[12], a[13], b[13], a[14],
        b[14], a[15], b[15])
    )
  }

  /// Exchanges vectors and blocks of every sixteen of `count`: four perfect shuffles.
  private func transpose(
    _ given: [Lanes], _ count: Int, into other: inout [Lanes], by way: inout [Lanes]
  ) {
    shuffle(given.span, count, into: &way)
    shuffle(way.span, count, into: &other)
    shuffle(other.span, count, into: &way)
    shuffle(way.span, count, into: &other)
  }

  private func shuffle(_ from: Span<Lanes>, _ count: Int, into other: inout [Lanes]) {
    var out = other.mutableSpan
    for first in stride(from: 0, to: count, by: 16) {
      for k in first..<first + 8 {
        (out[2 * k - first], out[2 * k - first + 1]) = shuffled(from[k], from[k + 8])
      }
    }
  }

  /// Voltages of the bit lines from what the source lines take over of them.
  private func solveBitLines(
    _ plane: Int, _ sums: [Lanes], _ q: [Lanes], _ volts: inout [Lanes], loads: inout [Lanes],
    injected: inout [Lanes]
  ) {
    let (segments, blocks) = (segmentCount, blockCount)
    let (sums, q) = (sums.span, q.span)
    let (ratios, shares, curvatures) = (ratios.span, shares.span, curvatures.span)
    let one = Lanes(repeating: 1)
    let least = Lanes(repeating: Float(CrossingLadder.leastSlope))
    var volts = volts.mutableSpan
    var loads = loads.mutableSpan
    var injected = injected.mutableSpan
    for c in 0..<blocks {
      var start = Lanes(repeating: 0)
      var (slope, current, currentSlope) = (one, start, start)
      for b in 0..<segments {
        let k = b * 16 + c
        let place = (plane * segments + b) * blocks + c
        var (ratio, source) = (Lanes(repeating: ratios[place]), sums[k])
        let share = Lanes(repeating: shares[place])
        if isCurved {
          let d = multiplyAdd(-share, q[k], volts[k])
          let bent = d * Lanes(repeating: curvatures[place])
          let (bound, tangent) = (least * ratio, ratio - (bent + bent))
          ratio = tangent
          ratio.raise(to: bound)
          source *= multiplyAdd(-bent, d, one)
        }
        let load = ratio * sums[k]
        let t = load * Lanes(repeating: -sixths[b])
        let spread = one - t * (one - t)
        let own = multiplyAdd(load * share, q[k], source) * spread
        let loaded = load * spread
        (injected[k], loads[k]) = (own, loaded)
        current += own - loaded * start
        currentSlope -= loaded * slope
        let wire = Lanes(repeating: wires[b])
        start -= wire * current
        slope -= wire * currentSlope
      }
      var v = Lanes(repeating: 0) - start / slope
      if isCurved { volts[segments * 16 + c] = v }
      var flow = Lanes(repeating: 0)
      for b in 0..<segments {
        let k = b * 16 + c
        let own = injected[k] - loads[k] * v
        flow += own
        volts[k] = v - Lanes(repeating: sixths[b]) * own
        v -= Lanes(repeating: wires[b]) * flow
      }
    }
  }

  /// What source lines take over: their response to the bit lines' voltages over that to 1 V on all.
  private func solveSourceLines(
    _ rows: [Lanes], _ volts: [Lanes], _ loads: [Lanes], _ q: inout [Lanes],
    pivots: inout [Lanes], ones: inout [Lanes]
  ) {
    let blocks = blockCount
    let (volts, loads) = (volts.span, loads.span)
    var q = q.mutableSpan
    var pivots = pivots.mutableSpan
    var ones = ones.mutableSpan
    let least = Lanes(repeating: Float(CrossingLadder.leastLoad))
    for b in 0..<segmentCount {
      let rows = rows[b]
      var (previous, response, one) = (
        Lanes(repeating: 0), Lanes(repeating: 0), Lanes(repeating: 0)
      )
      for c in 0..<blocks {
        let k = b * 16 + c
        let load = multiplyAdd(loads[k], Lanes(repeating: columns[c]), least)
        var fixed: Float = 0
        if c + 1 < blocks { fixed += between[c] }
        if c == 0 { fixed += near }
        if c == blocks - 1 { fixed += far }
        let left = rows * Lanes(repeating: c > 0 ? between[c - 1] : 0)
        let through = left * previous
        let diagonal = multiplyAdd(
          rows, Lanes(repeating: fixed), load + left * (Lanes(repeating: 1) - through))
        let pivot = Lanes(repeating: 1) / diagonal
        response = multiplyAdd(left, response, load * volts[k]) * pivot
        one = multiplyAdd(left, one, load) * pivot
        (q[k], ones[c], pivots[c]) = (response, one, pivot)
        previous = pivot
      }
      for c in (0..<blocks).reversed() {
        let k = b * 16 + c
        if c + 1 < blocks {
          let passing = rows * Lanes(repeating: between[c]) * pivots[c]
          response = multiplyAdd(passing, response, q[k])
          one = multiplyAdd(passing, one, ones[c])
        }
        q[k] = response / one
      }
    }
  }
}

import CrossbarArray
import NumericKernels
import Units

/// Gate-driven arrays with crossing source lines: a coarse mesh for what the columns share, then one
/// exact walk down every column.
///
/// Where bit lines are at 0 V, the source line of a selected word line has the voltage `u0` at a cell,
/// per volt of its source. Of a common voltage on the bit lines it takes over `A = 1 − u0`, of different
/// ones a mean `Q` that varies slowly along the line: `u = u0 + A Q`. `Q` is found on a mesh of
/// segments of word lines by blocks of bit lines, whose columns and source lines are solved in turn.
/// With it a column is a ladder of its own, over the selected cells from the far end on,
///
///     y ← y + r J,   J ← J + g y − g A (1 − Q)        (y = 1 − w)
///
/// affine in the voltage at its start: a second, homogeneous walk beside the first finds where the
/// column ends at its virtual ground. What is lost is the variation of `Q` within a segment and a
/// block.
public struct CrossingLadder: ArrayModel {
  public let description: ArrayDescription
  /// The mesh with its corrections.
  public let mesh: CoarseMesh
  let layout: CrossingLayout
  let planes: [CrossingPlane]
  private let kernel: CrossingLadderKernel
  private let unit: Double

  /// Prepares an array; throws if it is not physical or not covered.
  public init(_ description: ArrayDescription, mesh: CoarseMesh) throws(ArrayError) {
    try description.validate()
    if let reason = Self.refusal(of: description) { throw .unsupported(reason) }
    guard (1...description.wordLineCount).contains(mesh.segmentCount), mesh.passes > 0,
      mesh.gain.isFinite, mesh.bend.isFinite
    else {
      throw .shapesDiffer(
        "the mesh has \(mesh.segmentCount) segments and \(mesh.passes) passes, the array "
          + "\(description.wordLineCount) word lines")
    }
    self.description = description
    self.mesh = mesh
    let cells = description.effectiveConductances
    let peak = cells.reduce(0) { $1.elements.reduce($0) { max($0, $1) } }
    let unit = peak > 0 ? peak : 1
    self.unit = unit
    let line = CrossingLine(description)
    let layout = CrossingLayout(
      description, unit: unit, line: line, segmentCount: mesh.segmentCount)
    self.layout = layout
    planes = cells.map { CrossingPlane($0, unit: unit, line: line, layout: layout) }
    kernel = CrossingLadderKernel(
      planes, layout: layout, mesh: mesh, ampereUnit: unit * description.readVoltage.value)
    let growth = kernel.greatestGrowth
    guard growth < 1e3 else {
      throw .unsupported(
        "the crossing ladder does not cover this drop: with every gate on, voltages along a bit line "
          + "differ by more than 1e3; take the exact path")
    }
  }

  public static func refusal(of array: ArrayDescription) -> String? {
    guard array.topology == .gateDriven(sourceLine: .crossing), array.law.isLinear,
      array.pairing == .separateLines, array.ends.bitLineSense != .both,
      array.wires.sourceLineSegment.value > 0, array.unused.bitLines.count == 0
    else {
      return
        "the crossing ladder covers gate-driven arrays of linear cells with resistive crossing "
        + "source lines, separate pairs, bit lines sensed at one end and no unused ones"
    }
    return array.wiringExclusion(from: "the crossing ladder")
  }

  static func method(_ mesh: CoarseMesh) -> ArrayMethod {
    ArrayMethod(
      .calibrated, "crossing ladder",
      parameters: ["mesh of \(mesh.segmentCount) segments, \(mesh.passes) passes"])
  }

  public var method: ArrayMethod { Self.method(mesh) }

  /// The walk over the selected cells and the mesh, as `Benchmarks crossing` measures them.
  public func estimatedWork(_ inputs: InputBatch) -> Double? {
    guard case .bits(let bits) = inputs else { return nil }
    let on = bits.words.reduce(0) { $0 + $1.nonzeroBitCount }
    let nodes = planes.count * layout.segments.count * CoarseMesh.blockCount
    return Double(on) * (11 * Double(description.outputCount) + 200)
      + Double(bits.rows * nodes * mesh.passes) * 100
  }

  /// The reference for the single-precision kernel: the equations as written, in double precision.
  public func currents(_ inputs: InputBatch) throws(ArrayError) -> ArrayCurrents {
    let bits = try bits(inputs)
    let n = description.bitLineCount
    var amperes = Matrix(rows: bits.rows, columns: description.outputCount, repeating: 0.0)
    for vector in 0..<bits.rows {
      let selected = (0..<layout.wordLineCount).filter { bits[vector, layout.wordLine($0)] }
      for (index, plane) in planes.enumerated() {
        let shared = sharedVolts(plane, selected)
        for j in 0..<n {
          amperes[vector, index * n + j] =
            unit * description.readVoltage.value * columnCurrent(plane, j, selected, shared)
        }
      }
    }
    return ArrayCurrents(amperes: amperes)
  }

  public func currents(_ inputs: InputBatch, into amperes: inout [Float]) throws(ArrayError) {
    let bits = try bits(inputs)
    let count = bits.rows * description.outputCount
    if amperes.count != count { amperes = Array(repeating: 0, count: count) }
    kernel.currents(bits, into: &amperes)
  }

  /// The gate bits of inputs that fit the array.
  private func bits(_ inputs: InputBatch) throws(ArrayError) -> BitMatrix {
    try description.check(inputs)
    guard case .bits(let bits) = inputs else { preconditionFailure("checked above") }
    return bits
  }

  // MARK: Reference

  /// Rows that a segment without selected ones counts as, and siemens added to every node of the
  /// source lines: without cells their equations would be 0 = 0.
  static let leastRows = 0.2, leastLoad = 1e-6

  /// `Q` of every segment and block for the selected positions.
  private func sharedVolts(_ plane: CrossingPlane, _ selected: [Int]) -> Matrix<Double> {
    let (segments, blocks) = (layout.segments, layout.usedBlocks)
    var sums = Matrix(rows: segments.count, columns: blocks, repeating: 0.0)
    var counts = [Double](repeating: 0, count: segments.count)
    for (b, rows) in segments.enumerated() {
      for i in selected where rows.contains(i) {
        counts[b] += 1
        for c in 0..<blocks { sums[b, c] += plane.currents[i, c] }
      }
    }
    var shared = Matrix(rows: segments.count, columns: blocks, repeating: 0.0)
    var (volts, loads) = (shared, shared)
    for _ in 0..<mesh.passes {
      for c in 0..<blocks {
        // Bit lines: v = start + slope x at each segment, x the voltage at the first one.
        var (start, slope, current, currentSlope) = (0.0, 1.0, 0.0, 0.0)
        var injected = [Double](repeating: 0, count: segments.count)
        for (b, rows) in segments.enumerated() {
          let load = plane.ratios[b, c] * sums[b, c]
          // Current that spreads over a segment sees less wire than at its middle.
          let t = -load * layout.ohmsPerSegment * Double(rows.count) / 6
          let spread = 1 - t * (1 - t)
          injected[b] = (sums[b, c] + (load - sums[b, c]) * shared[b, c]) * spread
          loads[b, c] = load * spread
          current += injected[b] - loads[b, c] * start
          currentSlope -= loads[b, c] * slope
          start -= current * layout.segmentOhms[b]
          slope -= currentSlope * layout.segmentOhms[b]
        }
        var (v, flow) = (-start / slope, 0.0)
        for (b, rows) in segments.enumerated() {
          let own = injected[b] - loads[b, c] * v
          flow += own
          volts[b, c] = v - layout.ohmsPerSegment * Double(rows.count) / 6 * own
          v -= flow * layout.segmentOhms[b]
        }
      }
      // Source lines: their response to the bit lines' voltages over that to one volt on all.
      for b in segments.indices {
        let rows = max(counts[b], Self.leastRows)
        let siemens = layout.blockOhms.map { rows / $0 }
        var (pivots, responses, ones) = ([Double](), [Double](), [Double]())
        for c in 0..<blocks {
          let load =
            loads[b, c] * Double(layout.columns(ofBlock: c).count) + Self.leastLoad
          var diagonal = load + (c > 0 ? siemens[c - 1] : 0)
          if c + 1 < blocks { diagonal += siemens[c] }
          if c == 0, let ohms = layout.nearOhms { diagonal += rows / ohms }
          if c == blocks - 1, let ohms = layout.farOhms { diagonal += rows / ohms }
          var (response, one) = (load * volts[b, c], load)
          if c > 0 {
            diagonal -= siemens[c - 1] * siemens[c - 1] * pivots[c - 1]
            response += siemens[c - 1] * responses[c - 1]
            one += siemens[c - 1] * ones[c - 1]
          }
          pivots.append(1 / diagonal)
          responses.append(response / diagonal)
          ones.append(one / diagonal)
        }
        for c in (0..<max(0, blocks - 1)).reversed() {
          responses[c] += siemens[c] * pivots[c] * responses[c + 1]
          ones[c] += siemens[c] * pivots[c] * ones[c + 1]
        }
        for c in 0..<blocks { shared[b, c] = responses[c] / ones[c] }
      }
    }
    return shared.map { $0 * (1 + mesh.gain + mesh.bend * $0) }
  }

  /// Sensed current of a column per volt of the sources, in units of the largest conductance.
  private func columnCurrent(
    _ plane: CrossingPlane, _ j: Int, _ selected: [Int], _ shared: Matrix<Double>
  ) -> Double {
    let block = j / layout.blockLength
    let weights = layout.weights(ofColumn: j)
    var (y, current, slope, currentSlope) = (1.0, 0.0, 1.0, 0.0)
    var last = selected.first ?? 0
    for (b, rows) in layout.segments.enumerated() {
      var q = weights.own * shared[b, block]
      if block > 0 { q += weights.previous * shared[b, block - 1] }
      if block + 1 < layout.usedBlocks { q += weights.next * shared[b, block + 1] }
      for i in selected where rows.contains(i) {
        let ohms = layout.ohmsPerSegment * Double(i - last)
        last = i
        y += ohms * current
        slope += ohms * currentSlope
        let g = plane.conductances[i, j]
        current += g * y - g * plane.takenOver[i, j] * (1 - q)
        currentSlope += g * slope
      }
    }
    let end = layout.ohmsPerSegment * Double(layout.wordLineCount - 1 - last) + layout.endOhms
    let x = (1 - y - end * current) / (slope + end * currentSlope)
    return current + x * currentSlope
  }
}

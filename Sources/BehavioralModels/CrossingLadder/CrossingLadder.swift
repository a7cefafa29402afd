import CrossbarArray
import NumericKernels
import Units

/// Gate-driven arrays with crossing source lines: a coarse mesh for what the columns share, then one
/// exact walk down every column.
///
/// Where bit lines are at 0 V, a cell of a selected word line carries `i₀`, and its current falls by `s`
/// per volt on its bit line alone. Of a common voltage on the bit lines the source line takes over `A`, of
/// different ones `A Q` with a mean `Q` that varies slowly along the line. `Q` is found on a mesh of
/// segments of word lines by blocks of bit lines, whose columns and source lines are solved in turn.
/// With it a column is a ladder of its own, over the selected cells from the far end on,
///
///     w ← w − r J,   J ← J + i₀ + f(w − A Q)
///
/// with `f(d) = −s d` for resistors and a cubic for other cells: from a guess of the voltage at its start
/// a walk and its tangent find where the column ends at its virtual ground (`CrossingStrand`). What is
/// lost is the variation of `Q` within a segment and a block, and that `A` changes with the voltages of
/// cells that are no resistors.
public struct CrossingLadder: ArrayModel, StrainedModel {
  public let description: ArrayDescription
  /// The mesh with its corrections.
  public private(set) var mesh: CoarseMesh
  let layout: CrossingLayout
  let planes: [CrossingPlane]
  private var kernel: Kernel
  private let unit: Double

  /// The kernel for the cells and the number of column vectors.
  private enum Kernel: Sendable {
    case resistors(CrossingLadderKernel<JoinedStrands<ResistorStrand>>)
    case parabolas(CrossingLadderKernel<JoinedStrands<CurveStrand<Parabola>>>)
    case manyParabolas(CrossingLadderKernel<JoinedStrands<JoinedStrands<CurveStrand<Parabola>>>>)
    case cubics(CrossingLadderKernel<JoinedStrands<CurveStrand<Cubic>>>)
    case manyCubics(CrossingLadderKernel<JoinedStrands<JoinedStrands<CurveStrand<Cubic>>>>)

    func corrected(by mesh: CoarseMesh) -> Kernel {
      switch self {
      case .resistors(let kernel): .resistors(kernel.corrected(by: mesh))
      case .parabolas(let kernel): .parabolas(kernel.corrected(by: mesh))
      case .manyParabolas(let kernel): .manyParabolas(kernel.corrected(by: mesh))
      case .cubics(let kernel): .cubics(kernel.corrected(by: mesh))
      case .manyCubics(let kernel): .manyCubics(kernel.corrected(by: mesh))
      }
    }

    /// Work of a walk past a cell, with the repeated walks that strong bends ask for.
    var workPerCell: Double {
      switch self {
      case .resistors: 11
      case .parabolas, .manyParabolas: 22
      case .cubics, .manyCubics: 40
      }
    }

    func currents(_ bits: BitMatrix, into amperes: inout [Float], strain: inout MeshStrain?) {
      switch self {
      case .resistors(let kernel): kernel.currents(bits, into: &amperes, strain: &strain)
      case .parabolas(let kernel): kernel.currents(bits, into: &amperes, strain: &strain)
      case .manyParabolas(let kernel): kernel.currents(bits, into: &amperes, strain: &strain)
      case .cubics(let kernel): kernel.currents(bits, into: &amperes, strain: &strain)
      case .manyCubics(let kernel): kernel.currents(bits, into: &amperes, strain: &strain)
      }
    }
  }

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
    let line = CrossingLine(description)
    let (law, volts) = (description.law, description.readVoltage.value)
    let cells = description.effectiveConductances
    var lines: [[GroundedSourceLine]] = []
    for plane in cells {
      var own: [GroundedSourceLine] = []
      for i in 0..<plane.rows {
        own.append(try line.grounded(plane.row(i), law: law, volts: volts))
      }
      lines.append(own)
    }
    let steepest = lines.joined().reduce(0) { $1.siemens.reduce($0) { max($0, $1) } }
    let unit = steepest > 0 ? steepest : 1
    self.unit = unit
    let layout = CrossingLayout(
      description, unit: unit, line: line, segmentCount: mesh.segmentCount)
    self.layout = layout
    let planes = zip(cells, lines).map {
      CrossingPlane($0, lines: $1, law: law, readVolts: volts, unit: unit, layout: layout)
    }
    self.planes = planes
    let growth = planes.reduce(1) { max($0, $1.greatestGrowth(layout)) }
    guard growth < 1e3 else {
      throw .unsupported(
        "the crossing ladder does not cover this drop: with every gate on, voltages along a bit line "
          + "differ by more than 1e3; take the exact path")
    }
    func make<Strand: CrossingStrand>(_: Strand.Type) -> CrossingLadderKernel<Strand> {
      CrossingLadderKernel(planes, layout: layout, mesh: mesh, ampereUnit: unit * volts)
    }
    let isMany = planes.count * layout.blockLength % 4 == 0
    if law.isLinear {
      kernel = .resistors(make(JoinedStrands<ResistorStrand>.self))
    } else if planes.allSatisfy({ $0.twistError <= CrossingPlane.leastTwist }) {
      kernel =
        isMany
        ? .manyParabolas(make(JoinedStrands<JoinedStrands<CurveStrand<Parabola>>>.self))
        : .parabolas(make(JoinedStrands<CurveStrand<Parabola>>.self))
    } else {
      kernel =
        isMany
        ? .manyCubics(make(JoinedStrands<JoinedStrands<CurveStrand<Cubic>>>.self))
        : .cubics(make(JoinedStrands<CurveStrand<Cubic>>.self))
    }
  }

  public static func refusal(of array: ArrayDescription) -> String? {
    guard array.topology == .gateDriven(sourceLine: .crossing), array.pairing == .separateLines,
      array.ends.bitLineSense != .both, array.wires.sourceLineSegment.value > 0,
      array.unused.bitLines.count == 0
    else {
      return
        "the crossing ladder covers gate-driven arrays with resistive crossing source lines, separate "
        + "pairs, bit lines sensed at one end and no unused ones"
    }
    if let reason = array.wiringExclusion(from: "the crossing ladder") { return reason }
    guard !array.law.isLinear else { return nil }
    return LineArray.refusal(of: array)
      ?? array.law.refusal(ofGatedReadAt: array.readVoltage.value)
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
    return Double(on) * (kernel.workPerCell * Double(description.outputCount) + 200)
      + Double(bits.rows * nodes * mesh.passes) * 100
  }

  /// The reference for the single-precision kernel: the equations as written, in double precision and
  /// with the cells' own law in place of a cubic.
  public func currents(_ inputs: InputBatch) throws(ArrayError) -> ArrayCurrents {
    let bits = try bits(inputs)
    let n = description.bitLineCount
    var amperes = Matrix(rows: bits.rows, columns: description.outputCount, repeating: 0.0)
    for vector in 0..<bits.rows {
      let selected = (0..<layout.wordLineCount).filter { bits[vector, layout.wordLine($0)] }
      for (index, plane) in planes.enumerated() {
        let shared = meshSolution(plane, selected).shared
        for j in 0..<n {
          amperes[vector, index * n + j] =
            unit * description.readVoltage.value * (try columnCurrent(plane, j, selected, shared))
        }
      }
    }
    return ArrayCurrents(amperes: amperes)
  }

  public func currents(_ inputs: InputBatch, into amperes: inout [Float]) throws(ArrayError) {
    var strain: MeshStrain?
    try answer(inputs, into: &amperes, strain: &strain)
  }

  func currents(
    _ inputs: InputBatch, into amperes: inout [Float], strain: inout MeshStrain?
  ) throws(ArrayError) {
    strain = MeshStrain(segmentCount: layout.segments.count)
    try answer(inputs, into: &amperes, strain: &strain)
  }

  private func answer(
    _ inputs: InputBatch, into amperes: inout [Float], strain: inout MeshStrain?
  ) throws(ArrayError) {
    let bits = try bits(inputs)
    let count = bits.rows * description.outputCount
    if amperes.count != count { amperes = Array(repeating: 0, count: count) }
    kernel.currents(bits, into: &amperes, strain: &strain)
  }

  /// The same mesh with other corrections.
  func corrected(gain: Double, bend: Double) -> CrossingLadder {
    var other = self
    (other.mesh.gain, other.mesh.bend) = (gain, bend)
    other.kernel = kernel.corrected(by: other.mesh)
    return other
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
  /// What is left of a lump's slope at least, where its parabola would turn back.
  static let leastSlope = 0.2

  /// What a mesh finds: `Q` with its corrections and the voltages of the bit lines by segment and block,
  /// and the largest change of `Q` by the last pass.
  struct MeshSolution {
    var shared: Matrix<Double>, volts: Matrix<Double>
    var lastChange: Double
  }

  /// Solves a plane's mesh for the selected positions.
  func meshSolution(_ plane: CrossingPlane, _ selected: [Int]) -> MeshSolution {
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
    var lastChange = 0.0
    for _ in 0..<mesh.passes {
      let before = shared
      for c in 0..<blocks {
        // Bit lines: v = start + slope x at each segment, x the voltage at the first one.
        var (start, slope, current, currentSlope) = (0.0, 1.0, 0.0, 0.0)
        var injected = [Double](repeating: 0, count: segments.count)
        for (b, rows) in segments.enumerated() {
          // The tangent of the lump's current where the last pass left it.
          let d = volts[b, c] - plane.shares[b, c] * shared[b, c]
          let bent = plane.curvatures[b, c] * d
          let ratio = max(Self.leastSlope * plane.ratios[b, c], plane.ratios[b, c] - 2 * bent)
          let load = ratio * sums[b, c]
          let source = sums[b, c] * (1 - bent * d)
          // Current that spreads over a segment sees less wire than at its middle.
          let t = -load * layout.ohmsPerSegment * Double(rows.count) / 6
          let spread = 1 - t * (1 - t)
          injected[b] = (source + load * plane.shares[b, c] * shared[b, c]) * spread
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
      lastChange = zip(shared.elements, before.elements).reduce(0) {
        max($0, ($1.0 - $1.1).magnitude)
      }
    }
    return MeshSolution(
      shared: shared.map { $0 * (1 + mesh.gain + mesh.bend * $0) }, volts: volts,
      lastChange: lastChange)
  }

  /// Sensed current of a column in the units of the plane.
  private func columnCurrent(
    _ plane: CrossingPlane, _ j: Int, _ selected: [Int], _ shared: Matrix<Double>
  ) throws(ArrayError) -> Double {
    let block = j / layout.blockLength
    let weights = layout.weights(ofColumn: j)
    var start = 0.0
    for _ in 0..<100 {
      var (w, current, slope, currentSlope) = (start, 0.0, 1.0, 0.0)
      var last = selected.first ?? 0
      for (b, rows) in layout.segments.enumerated() {
        var q = weights.own * shared[b, block]
        if block > 0 { q += weights.previous * shared[b, block - 1] }
        if block + 1 < layout.usedBlocks { q += weights.next * shared[b, block + 1] }
        for i in selected where rows.contains(i) {
          let ohms = layout.ohmsPerSegment * Double(i - last)
          last = i
          w -= ohms * current
          slope -= ohms * currentSlope
          let cell = plane.cell(i, j, w - plane.takenOver[i, j] * q)
          current += cell.current
          currentSlope -= cell.slope * slope
        }
      }
      let end = layout.ohmsPerSegment * Double(layout.wordLineCount - 1 - last) + layout.endOhms
      let x = (end * current - w) / (slope - end * currentSlope)
      // The tangent is as good as the square of its step.
      if plane.law.isLinear || x.magnitude <= 1e-8 { return current + x * currentSlope }
      start += x
    }
    throw .unsupported("the walk down bit line \(j) does not settle; take the exact path")
  }
}

import NumericKernels
import Units

extension LineSystem {
  /// The systems of an array that line CG covers: one, or one per matrix of a pair on separate
  /// lines.
  static func systems(of array: ArrayDescription, _ layout: ArrayLayout) -> [LineSystem] {
    let (m, n) = (layout.wordLineCount, layout.bitLineCount)
    let segment =
      array.topology == .voltageDriven
      ? array.wires.wordLineSegment : array.wires.sourceLineSegment
    func system(_ cells: [Double], rows: [WiredLine?], columns: [WiredLine?]) -> LineSystem {
      LineSystem(
        rowsPerPosition: rows.count / m, cells: cells, rows: rows.map { LineTerminals($0) },
        columns: columns.map { LineTerminals($0) }, driveSegment: 1 / segment.value,
        senseSegment: 1 / array.wires.bitLineSegment.value)
    }
    guard layout.sharesBitLines else {
      return layout.planes.map {
        system($0.cells.elements, rows: $0.driveLines, columns: $0.bitLines)
      }
    }
    var cells: [Double] = []
    var rows: [WiredLine?] = []
    cells.reserveCapacity(2 * m * n)
    for p in 0..<m {
      for plane in layout.planes {
        cells += plane.cells.row(p)
        rows.append(plane.driveLines[p])
      }
    }
    return [system(cells, rows: rows, columns: layout.planes[0].bitLines)]
  }
}

extension LineTerminals {
  /// The terminals of a line without faults; none if it is left out or floats.
  fileprivate init(_ line: WiredLine?) {
    guard let line, let ends = line.ends else {
      self = .none
      return
    }
    self.init(segment: line.segmentOhms.ohms, terminal: line.terminalOhms.ohms, ends: ends)
  }
}

/// A system with everything known before the inputs are.
struct LinePlan: Sendable {
  let system: LineSystem
  /// Reciprocal pivots of the drive lines.
  let drivePivots: [Double]
  /// Reciprocal pivots of the bit lines with every gate on; `nil` if inputs switch gates.
  let sharedPivots: [Double]?

  init(system: LineSystem, sharesGates: Bool) {
    self.system = system
    drivePivots = system.drivePivots(SharedReader<Double>.self, cells: system.cells)
    sharedPivots =
      sharesGates
      ? system.sensePivots(
        SharedReader<Double>.self, cells: system.cells,
        gates: [Double](repeating: 1, count: system.rows)) : nil
  }

  /// Solves for one batch of lanes; `gates` if inputs switch them.
  func solve<V: LineLanes>(
    _ work: inout LineWorkspace<V>, gates: [V]?, sources: LineSources<V>, tolerance: Double,
    iterationLimit: Int, firstVector: Int, keepsVoltages: Bool = false,
    sensing: LineSensing? = nil
  ) throws(ArrayError) -> (iterations: Int, residual: Double, sensedError: Double) {
    if let sharedPivots, gates == nil {
      let solver = LineSolver<V, SharedReader<V>, SharedReader<V>>(
        system: system, cells: system.cells, drivePivots: drivePivots, sensePivots: sharedPivots,
        gates: [V](repeating: .all(1), count: system.rows), sources: sources,
        iterationLimit: iterationLimit)
      let outcome = try solver.solve(
        &work, tolerance: tolerance, firstVector: firstVector, keepsVoltages: keepsVoltages,
        sensing: sensing)
      return (outcome.iterations, outcome.residual, outcome.sensedError)
    }
    let gates = gates ?? [V](repeating: .all(1), count: system.rows)
    let solver = LineSolver<V, SharedReader<V>, LaneReader<V>>(
      system: system, cells: system.cells, drivePivots: drivePivots,
      sensePivots: system.sensePivots(SharedReader<V>.self, cells: system.cells, gates: gates),
      gates: gates, sources: sources, iterationLimit: iterationLimit)
    let outcome = try solver.solve(
      &work, tolerance: tolerance, firstVector: firstVector, keepsVoltages: keepsVoltages,
      sensing: sensing)
    return (outcome.iterations, outcome.residual, outcome.sensedError)
  }
}

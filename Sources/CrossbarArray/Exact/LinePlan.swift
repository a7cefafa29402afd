import Units

extension LineSystem {
  /// The systems of an array that line CG covers: one, or one per matrix of a pair on separate lines.
  static func systems(of array: ArrayDescription) -> [LineSystem] {
    let (wires, terminals, ends) = (array.wires, array.terminals, array.ends)
    let isVoltageDriven = array.topology == .voltageDriven
    let driveSegment = isVoltageDriven ? wires.wordLineSegment : wires.sourceLineSegment
    let drive = LineTerminals(
      segment: driveSegment,
      terminal: isVoltageDriven ? terminals.wordLineDriver : terminals.sourceLineDriver,
      ends: isVoltageDriven ? ends.wordLineDrive : ends.sourceLineDrive)
    let sense = LineTerminals(
      segment: wires.bitLineSegment, terminal: terminals.bitLineSense, ends: ends.bitLineSense)
    let (m, n) = (array.wordLineCount, array.bitLineCount)
    func system(_ cells: [Double], rowsPerPosition: Int) -> LineSystem {
      LineSystem(
        rowsPerPosition: rowsPerPosition, cells: cells,
        rows: Array(repeating: drive, count: m * rowsPerPosition),
        columns: Array(repeating: sense, count: n), driveSegment: 1 / driveSegment.value,
        senseSegment: 1 / wires.bitLineSegment.value)
    }
    guard let negative = array.negativeConductances else {
      return [system(array.conductances.elements, rowsPerPosition: 1)]
    }
    guard array.pairing == .interleaved else {
      return [array.conductances, negative].map { system($0.elements, rowsPerPosition: 1) }
    }
    var cells: [Double] = []
    cells.reserveCapacity(2 * m * n)
    for i in 0..<m { cells += array.conductances.row(i) + negative.row(i) }
    return [system(cells, rowsPerPosition: 2)]
  }
}

/// A system with what is known before the inputs are.
struct LinePlan: Sendable {
  let system: LineSystem
  /// Reciprocal pivots of the drive lines.
  let drivePivots: [Double]
  /// Reciprocal pivots of the bit lines with every gate on; nil where inputs switch gates.
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

  /// Solves for one batch of lanes; `gates` where inputs switch them.
  func solve<V: LineLanes>(
    _ work: inout LineWorkspace<V>, gates: [V]?, sources: LineSources<V>, tolerance: Double,
    iterationLimit: Int, firstVector: Int, keepsVoltages: Bool = false
  ) throws(ArrayError) -> (iterations: Int, residual: Double) {
    if let sharedPivots, gates == nil {
      let solver = LineSolver<V, SharedReader<V>, SharedReader<V>>(
        system: system, cells: system.cells, drivePivots: drivePivots, sensePivots: sharedPivots,
        gates: [V](repeating: .all(1), count: system.rows), sources: sources,
        iterationLimit: iterationLimit)
      let outcome = try solver.solve(
        &work, tolerance: tolerance, firstVector: firstVector, keepsVoltages: keepsVoltages)
      return (outcome.iterations, outcome.residual)
    }
    let gates = gates ?? [V](repeating: .all(1), count: system.rows)
    let solver = LineSolver<V, SharedReader<V>, LaneReader<V>>(
      system: system, cells: system.cells, drivePivots: drivePivots,
      sensePivots: system.sensePivots(SharedReader<V>.self, cells: system.cells, gates: gates),
      gates: gates, sources: sources, iterationLimit: iterationLimit)
    let outcome = try solver.solve(
      &work, tolerance: tolerance, firstVector: firstVector, keepsVoltages: keepsVoltages)
    return (outcome.iterations, outcome.residual)
  }
}

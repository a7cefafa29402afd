import NumericKernels

/// Voltages and terminal currents of a batch of vectors on one line system.
struct LineVoltages: Sendable {
  /// Volts of the drive lines at each cell, `[vectors, drive lines × bit lines]`.
  var drive: Matrix<Double>
  /// Volts of the bit lines at each position, `[vectors, positions × bit lines]`.
  var sense: Matrix<Double>
  /// Amperes out of each bit line into its terminals, `[vectors, bit lines]`.
  var amperes: Matrix<Double>
  /// Amperes out of each drive line into its terminals, `[vectors, drive lines]`.
  var rowAmperes: Matrix<Double>
  /// Worst relative residual in the norm of `LineArray.tolerance`, and iterations of the slowest
  /// vector.
  var residual: Double
  var iterations: Int
  /// Worst bound on the relative error of the sensed currents.
  var sensedError = 0.0
}

/// Sources of a batch of vectors on one line system, in volts.
struct LineInputs: Sendable {
  /// Behind the terminals of each drive line, `[vectors, drive lines]`.
  var rowVolts: Matrix<Double>
  /// Behind the terminals of each bit line, `[vectors, bit lines]`; `nil` for 0 V.
  var columnVolts: Matrix<Double>?
  /// Whether the cells of each drive line conduct, `[vectors, drive lines]`; `nil` if all do.
  var gates: BitMatrix?

  var count: Int { rowVolts.rows }
}

extension LinePlan {
  /// Terminal currents of a batch, and voltages unless `keepsVoltages` is false (then those two
  /// matrices have no columns).
  ///
  /// Lines that no chain of cells connects to a terminal are at 0 V; a drive line whose gate is off
  /// has the voltage of its source.
  func solve(
    _ inputs: LineInputs, tolerance: Double, iterationLimit: Int, keepsVoltages: Bool = true,
    sensing: LineSensing? = nil
  ) throws(ArrayError) -> LineVoltages {
    precondition(
      inputs.rowVolts.columns == system.rows
        && (inputs.columnVolts.map { $0.columns == system.columns && $0.rows == inputs.count }
          ?? true)
        && (inputs.gates.map { $0.columns == system.rows && $0.rows == inputs.count } ?? true),
      "sources do not fit the lines")
    func matrix(_ columns: Int) -> Matrix<Double> {
      Matrix(rows: inputs.count, columns: columns, repeating: 0)
    }
    var result = LineVoltages(
      drive: matrix(keepsVoltages ? system.cells.count : 0),
      sense: matrix(keepsVoltages ? system.positions * system.columns : 0),
      amperes: matrix(system.columns), rowAmperes: matrix(system.rows), residual: 0, iterations: 0)
    let settings = Settings(
      tolerance: tolerance, iterationLimit: iterationLimit, sensing: sensing)
    for first in stride(from: 0, to: inputs.count, by: 8) {
      let group = first..<min(first + 8, inputs.count)
      switch group.count {
      case 1: try solve(inputs, group, Double.self, settings, &result)
      case 2: try solve(inputs, group, SIMD2<Double>.self, settings, &result)
      case 3...4: try solve(inputs, group, SIMD4<Double>.self, settings, &result)
      default: try solve(inputs, group, SIMD8<Double>.self, settings, &result)
      }
    }
    return result
  }

  private struct Settings {
    var tolerance: Double
    var iterationLimit: Int
    var sensing: LineSensing?
  }

  private func solve<V: LineLanes>(
    _ inputs: LineInputs, _ group: Range<Int>, _ lanes: V.Type, _ settings: Settings,
    _ result: inout LineVoltages
  ) throws(ArrayError) {
    let (rows, n) = (system.rows, system.columns)
    var sources = LineSources(rows: [V](repeating: .none, count: rows))
    if inputs.columnVolts != nil { sources.columns = [V](repeating: .none, count: n) }
    var gates: [V]?
    if let bits = inputs.gates {
      gates = (0..<rows).map { row in
        var gate = V.none
        for (lane, vector) in group.enumerated() where bits[vector, row] { gate[lane: lane] = 1 }
        return gate
      }
    }
    var scales: [Double] = []
    for (lane, vector) in group.enumerated() {
      // Amplitudes of 1 to 2 V, scaled by a power of two: see `LineArray`.
      var peak = inputs.rowVolts.row(vector).reduce(0) { max($0, $1.magnitude) }
      if let columnVolts = inputs.columnVolts {
        peak = columnVolts.row(vector).reduce(peak) { max($0, $1.magnitude) }
      }
      let scale = peak > 0 ? peak.binade : 1
      scales.append(scale)
      for row in 0..<rows {
        sources.rows[row][lane: lane] = inputs.rowVolts[vector, row] / scale
      }
      guard let columnVolts = inputs.columnVolts else { continue }
      for j in 0..<n { sources.columns[j][lane: lane] = columnVolts[vector, j] / scale }
    }
    var work: LineWorkspace<V> = LineWorkspacePool.shared.take(system)
    let keepsVoltages = result.drive.columns > 0
    let outcome = try solve(
      &work, gates: gates, sources: sources, tolerance: settings.tolerance,
      iterationLimit: settings.iterationLimit, firstVector: group.lowerBound,
      keepsVoltages: keepsVoltages, sensing: settings.sensing)
    for (lane, vector) in group.enumerated() {
      let scale = scales[lane]
      for j in 0..<n { result.amperes[vector, j] = scale * work.amperes[j][lane: lane] }
      for row in 0..<rows {
        result.rowAmperes[vector, row] = scale * work.rowAmperes[row][lane: lane]
      }
      guard keepsVoltages else { continue }
      for row in 0..<rows {
        let isOff = gates.map { $0[row][lane: lane] == 0 } ?? false
        for k in row * n..<row * n + n {
          result.drive[vector, k] =
            isOff ? inputs.rowVolts[vector, row] : scale * work.u[k][lane: lane]
        }
      }
      for i in 0..<system.positions {
        for j in 0..<n {
          let volts = work.z[i * system.rowsPerPosition * n + j]
          result.sense[vector, i * n + j] = scale * volts[lane: lane]
        }
      }
    }
    LineWorkspacePool.shared.give(work)
    result.residual = max(result.residual, outcome.residual)
    result.iterations = max(result.iterations, outcome.iterations)
    result.sensedError = max(result.sensedError, outcome.sensedError)
  }
}

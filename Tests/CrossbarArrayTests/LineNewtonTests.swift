import Foundation
import NumericKernels
import TestSupport
import Testing
import Units

@testable import CrossbarArray

/// Arrays of `sinh` cells against a dense Newton iteration that knows nothing of lines.
@Suite struct LineNewtonTests {
  /// Nodes with resistors and cells between them, solved by elimination with full pivots at every
  /// step, the sources raised in twenty steps.
  private struct DenseNetwork {
    var volts: [Double] = []
    var isKnown: [Bool] = []
    var resistors: [(a: Int, b: Int, siemens: Double)] = []
    var cells: [(a: Int, b: Int, siemens: Double)] = []
    var scaleVolts: Double

    mutating func node(_ known: Double? = nil) -> Int {
      volts.append(known ?? 0)
      isKnown.append(known != nil)
      return volts.count - 1
    }

    /// Nodes of a line with its terminals.
    mutating func line(
      _ length: Int, _ segment: Double, _ terminals: LineTerminals, _ known: Double
    ) -> [Int] {
      if terminals.isFixed {
        let source = node(known)
        return Array(repeating: source, count: length)
      }
      var nodes = [node()]
      for k in 1..<max(length, 1) {
        if segment == .infinity {
          nodes.append(nodes[0])
          continue
        }
        nodes.append(node())
        resistors.append((nodes[k - 1], nodes[k], segment))
      }
      let source = node(known)
      resistors.append((source, nodes[0], terminals.near))
      resistors.append((source, nodes[length - 1], terminals.far))
      return nodes
    }

    /// Node voltages at the operating point.
    func solve() -> [Double] {
      let unknowns = volts.indices.filter { !isKnown[$0] }
      var place = [Int?](repeating: nil, count: volts.count)
      for (k, node) in unknowns.enumerated() { place[node] = k }
      var v = volts.map { _ in 0.0 }
      for level in 1...20 {
        for node in v.indices where isKnown[node] { v[node] = volts[node] * Double(level) / 20 }
        for _ in 0..<60 {
          var matrix = [[Double]](
            repeating: [Double](repeating: 0, count: unknowns.count + 1), count: unknowns.count)
          var loads = resistors.map {
            (a: $0.a, b: $0.b, current: $0.siemens * (v[$0.a] - v[$0.b]), slope: $0.siemens)
          }
          for c in cells {
            let x = (v[c.a] - v[c.b]) / scaleVolts
            loads.append((c.a, c.b, c.siemens * scaleVolts * sinh(x), c.siemens * cosh(x)))
          }
          for load in loads {
            for (node, other, sign) in [(load.a, load.b, 1.0), (load.b, load.a, -1)] {
              guard let row = place[node] else { continue }
              matrix[row][unknowns.count] -= sign * load.current
              matrix[row][row] += load.slope
              if let column = place[other] { matrix[row][column] -= load.slope }
            }
          }
          let step = eliminate(&matrix)
          for (k, node) in unknowns.enumerated() { v[node] += step[k] }
          if (step.map(\.magnitude).max() ?? 0) < 1e-15 { break }
        }
      }
      return v
    }

    private func eliminate(_ m: inout [[Double]]) -> [Double] {
      let n = m.count
      for k in 0..<n {
        let pivot = (k..<n).max { m[$0][k].magnitude < m[$1][k].magnitude } ?? k
        m.swapAt(k, pivot)
        for row in k + 1..<max(n, k + 1) {
          let factor = m[row][k] / m[k][k]
          for column in k...n { m[row][column] -= factor * m[k][column] }
        }
      }
      var x = [Double](repeating: 0, count: n)
      for k in (0..<n).reversed() {
        x[k] = (m[k][n] - (k + 1..<max(n, k + 1)).reduce(0) { $0 + m[k][$1] * x[$1] }) / m[k][k]
      }
      return x
    }
  }

  private static func randomSystem(
    _ random: inout RandomStream, idealDrive: Bool, idealSense: Bool, rowsPerPosition: Int
  ) -> LineSystem {
    let rows = rowsPerPosition * Int.random(in: 1...4, using: &random)
    let columns = Int.random(in: 1...4, using: &random)
    func terminals(_ index: Int, _ isIdeal: Bool) -> LineTerminals {
      switch index == 0 ? 3 : Int.random(in: 0..<4, using: &random) {
      case 0: .none
      case 1 where isIdeal: LineTerminals(near: .infinity, far: .infinity)
      case 2: LineTerminals(near: 1e-2, far: 3e-2)
      default: LineTerminals(near: 0, far: 2e-2)
      }
    }
    return LineSystem(
      rowsPerPosition: rowsPerPosition,
      cells: (0..<rows * columns).map { _ in Double.random(in: 1e-6...1e-4, using: &random) },
      rows: (0..<rows).map { terminals($0, idealDrive) },
      columns: (0..<columns).map { terminals($0, idealSense) },
      driveSegment: idealDrive ? .infinity : 0.02, senseSegment: idealSense ? .infinity : 0.01)
  }

  private static func dense(
    _ system: LineSystem, rowVolts: [Double], columnVolts: [Double], scaleVolts: Double
  ) -> (drive: [Double], sense: [Double]) {
    var network = DenseNetwork(scaleVolts: scaleVolts)
    let n = system.columns
    var (rows, columns): ([[Int]], [[Int]]) = ([], [])
    for row in 0..<system.rows {
      rows.append(
        network.line(n, system.driveSegment, system.rowTerminals[row], rowVolts[row]))
    }
    for j in 0..<n {
      columns.append(
        network.line(
          system.positions, system.senseSegment, system.columnTerminals[j], columnVolts[j]))
    }
    for k in system.cells.indices {
      network.cells.append(
        (rows[k / n][k % n], columns[k % n][k / n / system.rowsPerPosition], system.cells[k]))
    }
    let volts = network.solve()
    return (
      (0..<system.cells.count).map { volts[rows[$0 / n][$0 % n]] },
      (0..<system.positions * n).map { volts[columns[$0 % n][$0 / n]] }
    )
  }

  /// Voltages at every node, from ohmic cells to currents a thousand times their tangent at 0 V.
  @Test(arguments: [(false, false), (false, true), (true, false), (true, true)], [1, 2])
  func agreesWithDenseNewton(ideal: (Bool, Bool), rowsPerPosition: Int) throws {
    for trial in 0..<12 {
      var random = RandomStream(seed: 51, stream: UInt64(trial))
      let system = Self.randomSystem(
        &random, idealDrive: ideal.0, idealSense: ideal.1, rowsPerPosition: rowsPerPosition)
      let scaleVolts = [1.0, 0.3, 0.1][trial % 3]
      let rowVolts = (0..<2).map { _ in
        (0..<system.rows).map { _ in Double.random(in: -1...1, using: &random) }
      }
      let columnVolts = (0..<system.columns).map { _ in
        trial % 2 == 0 ? 0 : Double.random(in: -0.2...0.2, using: &random)
      }
      let newton = LineNewton(
        system: system, cell: SinhLaw(scale: scaleVolts.volts),
        sources: LineSources(
          rows: (0..<system.rows).map { SIMD2(rowVolts[0][$0], rowVolts[1][$0]) },
          columns: columnVolts.map { SIMD2(repeating: $0) }))
      let solution = try newton.solve(firstVector: 0)
      for lane in 0..<2 {
        let expected = Self.dense(
          system, rowVolts: rowVolts[lane], columnVolts: columnVolts, scaleVolts: scaleVolts)
        let drive = zip(solution.state.u, expected.drive).map { ($0[lane] - $1).magnitude }.max()
        let sense = zip(solution.state.w, expected.sense).map { ($0[lane] - $1).magnitude }.max()
        // 1e-10 of the largest current, through the resistance of one cell at most.
        #expect(try #require(drive) < 1e-8, "trial \(trial)")
        #expect(try #require(sense) < 1e-8, "trial \(trial)")
      }
      #expect(solution.residual < 1e-9)
    }
  }

  private static func square(_ size: Int, ohms: Double) -> LineSystem {
    var random = RandomStream(seed: 52)
    return LineSystem(
      cells: (0..<size * size).map { _ in Double.random(in: 1e-6...1e-4, using: &random) },
      rows: Array(repeating: LineTerminals(near: 1 / ohms, far: 0), count: size),
      columns: Array(repeating: LineTerminals(near: 0, far: 1 / ohms), count: size),
      driveSegment: 1 / ohms, senseSegment: 1 / ohms)
  }

  /// A vector's solution does not depend on its lane, its neighbors or the width.
  @Test func vectorsAreIndependentToTheBit() throws {
    let system = Self.square(9, ohms: 10)
    var random = RandomStream(seed: 53)
    let volts = (0..<9).map { _ in
      SIMD4(0, 0.2, 1, Double.random(in: -1...1, using: &random))
    }
    let cell = SinhLaw(scale: 0.1.volts)
    let all = try LineNewton(system: system, cell: cell, sources: LineSources(rows: volts))
      .solve(firstVector: 0)
    for lane in 0..<4 {
      let one = try LineNewton(
        system: system, cell: cell, sources: LineSources(rows: volts.map { $0[lane] })
      ).solve(firstVector: 0)
      #expect(one.state.u == all.state.u.map { $0[lane] })
      #expect(one.state.amperes == all.state.amperes.map { $0[lane] })
    }
  }

  /// A batch is its vectors one by one, and conserves current: what rows deliver, bit lines take.
  @Test(arguments: [1, 2, 3, 7])
  func batchesAreTheirVectors(batch: Int) throws {
    let system = Self.square(8, ohms: 10)
    var random = RandomStream(seed: 54, stream: UInt64(batch))
    let volts = Matrix(rows: batch, columns: 8) { _, _ in
      Double.random(in: -1...1, using: &random)
    }
    let cell = SinhLaw(scale: 0.2.volts)
    let all = try system.solve(LineInputs(rowVolts: volts), cell: cell, sensed: 0..<8)
    #expect(all.residual < 1e-9)
    for vector in 0..<batch {
      let one = try system.solve(
        LineInputs(rowVolts: volts.block(rows: vector..<vector + 1, columns: 0..<8)), cell: cell,
        sensed: 0..<8)
      #expect(one.amperes.row(0).elementsEqual(all.amperes.row(vector)))
      #expect(one.drive.row(0).elementsEqual(all.drive.row(vector)))
      let out = all.amperes.row(vector).reduce(0, +) + all.rowAmperes.row(vector).reduce(0, +)
      let peak = all.amperes.row(vector).reduce(0) { max($0, $1.magnitude) }
      // 144 nodes within 1e-10 of the largest current each.
      #expect(out.magnitude < 144 * 1e-10 * peak)
    }
  }

  /// A start at the solution is recognized, one close to it takes fewer steps than none.
  @Test func aWarmStartSavesSteps() throws {
    let system = Self.square(12, ohms: 5)
    let newton = LineNewton(
      system: system, cell: SinhLaw(scale: 0.2.volts),
      sources: LineSources(rows: (0..<12).map { 0.1 * Double($0) }))
    let cold = try newton.solve(firstVector: 0)
    #expect(cold.steps > 1 && cold.steps < 15)
    let again = try newton.solve(startingAt: (cold.state.u, cold.state.w), firstVector: 0)
    #expect(again.steps == 0)
    #expect(relativeDifference(again.state.amperes, cold.state.amperes) < 1e-12)
    let near = (cold.state.u.map { 0.999 * $0 }, cold.state.w.map { 0.999 * $0 })
    #expect(try newton.solve(startingAt: near, firstVector: 0).steps < cold.steps)
  }

  /// The error names the vector and a cell of the array.
  @Test func notConvergingNamesTheWorstCell() throws {
    let system = Self.square(6, ohms: 5)
    var newton = LineNewton(
      system: system, cell: SinhLaw(scale: 0.05.volts),
      sources: LineSources(rows: (0..<6).map { _ in SIMD2(0, 1) }))
    newton.stepLimit = 1
    let failing = newton
    let error = #expect(throws: ArrayError.self) { _ = try failing.solve(firstVector: 40) }
    guard case .newtonNotConverged(let vector, let steps, let residual, let row, let column) = error
    else {
      Issue.record("one step cannot solve cells at twenty times their scale")
      return
    }
    #expect(vector == 41)
    #expect(steps == 1)
    #expect(residual > 1e-10)
    #expect((0..<6).contains(row) && (0..<6).contains(column))
  }
}

import CircuitSolver
import Netlist
import NumericKernels
import TestSupport
import Testing
import Units

@testable import CrossbarArray

/// Lines with terminals of their own against circuits drawn node by node.
@Suite struct LineSystemTests {
  /// A random system: driven, grounded, held and floating lines, lines without cells.
  private static func randomSystem(
    _ random: inout RandomStream, idealDrive: Bool, idealSense: Bool, rowsPerPosition: Int
  ) -> LineSystem {
    func siemens() -> Double { Double.random(in: 1e-3...1e-1, using: &random) }
    func terminals(_ isIdeal: Bool) -> LineTerminals {
      switch Int.random(in: 0..<6, using: &random) {
      case 0: .none
      case 1: LineTerminals(near: siemens(), far: siemens())
      case 2: LineTerminals(near: 0, far: siemens())
      case 3 where isIdeal: LineTerminals(near: .infinity, far: .infinity)
      default: LineTerminals(near: siemens(), far: 0)
      }
    }
    let rows = rowsPerPosition * Int.random(in: 1...6, using: &random)
    let columns = Int.random(in: 1...6, using: &random)
    let emptyRow = Int.random(in: 0..<12, using: &random)
    let emptyColumn = Int.random(in: 0..<12, using: &random)
    return LineSystem(
      rowsPerPosition: rowsPerPosition,
      cells: (0..<rows * columns).map { k in
        k / columns == emptyRow || k % columns == emptyColumn
          || Int.random(in: 0..<5, using: &random) == 0
          ? 0 : Double.random(in: 1e-6...1e-3, using: &random)
      },
      rows: (0..<rows).map { _ in terminals(idealDrive) },
      columns: (0..<columns).map { _ in terminals(idealSense) },
      driveSegment: idealDrive ? .infinity : 0.1, senseSegment: idealSense ? .infinity : 0.2)
  }

  /// The circuit's voltages and terminal currents; nil where it has no unique solution.
  private static func reference(
    _ system: LineSystem, rowVolts: [Double], columnVolts: [Double]
  ) throws -> (drive: [Double], sense: [Double], amperes: [Double], rowAmperes: [Double])? {
    var circuit = Circuit(title: "lines")
    let n = system.columns
    /// Nodes of one line, or nil where nothing connects it, and its sources.
    func line(
      _ kind: String, _ index: Int, _ length: Int, _ segment: Double, _ terminals: LineTerminals,
      _ volts: Double, hasCells: Bool
    ) -> (nodes: [Node]?, sources: [Int]) {
      guard hasCells || terminals != .none else { return (nil, []) }
      let isIdeal = segment == .infinity
      var nodes: [Node] = []
      for k in 0..<(isIdeal ? 1 : length) {
        nodes.append(circuit.addNode(circuit.label(kind, index, k)))
        if k > 0 {
          circuit.addResistor(
            circuit.label("r" + kind, index, k), nodes[k - 1], nodes[k], ohms: 1 / segment)
        }
      }
      var sources: [Int] = []
      if terminals.isFixed {
        sources.append(
          circuit.addVoltageSource(
            circuit.label("v" + kind, index), plus: nodes[0], minus: .ground, volts: volts))
      } else {
        for (name, siemens, node) in [
          ("n", terminals.near, nodes[0]), ("f", terminals.far, nodes[nodes.count - 1]),
        ] where siemens > 0 {
          let terminal = circuit.addNode(circuit.label("t" + name + kind, index))
          circuit.addResistor(
            circuit.label("rt" + name + kind, index), terminal, node, ohms: 1 / siemens)
          sources.append(
            circuit.addVoltageSource(
              circuit.label("v" + name + kind, index), plus: terminal, minus: .ground,
              volts: volts))
        }
      }
      return (isIdeal ? Array(repeating: nodes[0], count: length) : nodes, sources)
    }
    let rows = (0..<system.rows).map { row in
      line(
        "d", row, n, system.driveSegment, system.rowTerminals[row], rowVolts[row],
        hasCells: system.cells[row * n..<row * n + n].contains { $0 > 0 })
    }
    let columns = (0..<n).map { j in
      line(
        "s", j, system.positions, system.senseSegment, system.columnTerminals[j], columnVolts[j],
        hasCells: (0..<system.rows).contains { system.cells[$0 * n + j] > 0 })
    }
    for row in 0..<system.rows {
      for j in 0..<n where system.cells[row * n + j] > 0 {
        guard let drive = rows[row].nodes, let sense = columns[j].nodes else { continue }
        circuit.addResistor(
          circuit.label("rc", row, j), drive[j], sense[row / system.rowsPerPosition],
          ohms: 1 / system.cells[row * n + j])
      }
    }
    guard circuit.resistors.count + circuit.voltageSources.count > 0,
      var solver = try? LinearOperatingPoint(analyzing: circuit)
    else { return nil }
    try solver.factorize()
    let point = try solver.solve()
    func volts(_ nodes: [Node]?, _ k: Int) -> Double {
      nodes.map { point.nodeVolts[Int($0[k].index)] } ?? 0
    }
    func amperes(_ sources: [Int]) -> Double { sources.reduce(0) { $0 + point.sourceAmperes[$1] } }
    return (
      (0..<system.cells.count).map { volts(rows[$0 / n].nodes, $0 % n) },
      (0..<system.positions * n).map { volts(columns[$0 % n].nodes, $0 / n) },
      columns.map { amperes($0.sources) }, rows.map { amperes($0.sources) }
    )
  }

  /// Voltages and currents at every terminal, whatever the lines are connected to.
  @Test(arguments: [(false, false), (false, true), (true, false), (true, true)], [1, 2])
  func terminalsOfAnyKindAgreeWithTheCircuit(ideal: (Bool, Bool), rowsPerPosition: Int) throws {
    var compared = 0
    for trial in 0..<150 {
      var random = RandomStream(seed: 41, stream: UInt64(trial))
      let system = Self.randomSystem(
        &random, idealDrive: ideal.0, idealSense: ideal.1, rowsPerPosition: rowsPerPosition)
      let rowVolts = (0..<system.rows).map { _ in Double.random(in: -1...1, using: &random) }
      let columnVolts = (0..<system.columns).map { _ in
        Bool.random(using: &random) ? 0 : Double.random(in: -1...1, using: &random)
      }
      let plan = LinePlan(system: system, sharesGates: true)
      let solved = try plan.solve(
        LineInputs(
          rowVolts: Matrix(rows: 1, columns: system.rows, elements: rowVolts),
          columnVolts: Matrix(rows: 1, columns: system.columns, elements: columnVolts)),
        tolerance: 1e-13, iterationLimit: 200)
      guard
        let expected = try Self.reference(system, rowVolts: rowVolts, columnVolts: columnVolts)
      else {
        // Lines that float together: any voltages would do, but numbers they are.
        let isFinite = !solved.drive.elements.contains { !$0.isFinite }
        #expect(isFinite)
        continue
      }
      compared += 1
      let peak = (rowVolts + columnVolts).map(\.magnitude).max() ?? 1
      func worst(_ a: [Double], _ b: [Double]) -> Double {
        zip(a, b).reduce(0) { max($0, ($1.0 - $1.1).magnitude) }
      }
      #expect(worst(solved.drive.elements, expected.drive) < 1e-9 * peak, "trial \(trial)")
      #expect(worst(solved.sense.elements, expected.sense) < 1e-9 * peak, "trial \(trial)")
      let largest = (expected.amperes + expected.rowAmperes).map(\.magnitude).max() ?? 0
      // Where lines only float, currents are rounding of the conductances' share of the voltage.
      let scale = max(largest, 1e-6 * peak)
      #expect(worst(solved.amperes.elements, expected.amperes) < 1e-9 * scale, "trial \(trial)")
      #expect(
        worst(solved.rowAmperes.elements, expected.rowAmperes) < 1e-9 * scale, "trial \(trial)")
    }
    #expect(compared > 50)
  }

  /// Kirchhoff's law at every node of a batch with gates, and the sources of lines that are off.
  @Test(arguments: [1, 2, 3, 11])
  func voltagesConserveCurrentWhereverGatesAre(batch: Int) throws {
    var random = RandomStream(seed: 42, stream: UInt64(batch))
    let (m, n) = (7, 5)
    let drive = LineTerminals(near: 0.05, far: 0)
    let system = LineSystem(
      cells: (0..<m * n).map { _ in Double.random(in: 1e-6...1e-4, using: &random) },
      rows: Array(repeating: drive, count: m),
      columns: Array(repeating: LineTerminals(near: 0, far: 0.1), count: n), driveSegment: 0.1,
      senseSegment: 0.2)
    let gates = BitMatrix(rows: batch, columns: m) { _, _ in Bool.random(using: &random) }
    let solved = try LinePlan(system: system, sharesGates: false).solve(
      LineInputs(rowVolts: Matrix(rows: batch, columns: m, repeating: 0.2), gates: gates),
      tolerance: 1e-13, iterationLimit: 100)
    for vector in 0..<batch {
      var peak = 0.0
      for row in 0..<m {
        for j in 0..<n {
          let k = row * n + j
          let (u, w) = (solved.drive[vector, k], solved.sense[vector, k])
          let cell = gates[vector, row] ? system.cells[k] * (u - w) : 0
          let left =
            j == 0 ? 0.05 * (u - 0.2) : 0.1 * (u - solved.drive[vector, k - 1])
          let right = j == n - 1 ? 0 : 0.1 * (u - solved.drive[vector, k + 1])
          let above = row == 0 ? 0 : 0.2 * (w - solved.sense[vector, k - n])
          let below = row == m - 1 ? 0.1 * w : 0.2 * (w - solved.sense[vector, k + n])
          peak = max(peak, (cell + left + right).magnitude, (above + below - cell).magnitude)
          if !gates[vector, row] { #expect(u == 0.2) }
        }
      }
      // Voltages of 0.2 V rounded by an ulp, over segments of 0.2 S; the tolerance adds as much.
      #expect(peak < 1e-15)
      let alone = LineInputs(
        rowVolts: Matrix(rows: 1, columns: m, repeating: 0.2),
        gates: BitMatrix(rows: 1, columns: m) { gates[vector, $1] })
      let one = try LinePlan(system: system, sharesGates: false).solve(
        alone, tolerance: 1e-13, iterationLimit: 100)
      #expect(one.drive.row(0).elementsEqual(solved.drive.row(vector)))
      #expect(one.sense.row(0).elementsEqual(solved.sense.row(vector)))
      #expect(one.rowAmperes.row(0).elementsEqual(solved.rowAmperes.row(vector)))
    }
  }

  /// Both directions give the matrix that factorization gives.
  @Test(arguments: [(6, 9), (9, 6), (1, 5), (5, 1), (12, 12)], [false, true])
  func effectiveMatrixAgreesWithFactorization(size: (Int, Int), isInterleaved: Bool) throws {
    for trial in 0..<6 {
      var random = RandomStream(seed: 43, stream: UInt64(trial))
      func cells() -> Matrix<Double> {
        Matrix(rows: size.0, columns: size.1) { _, _ in
          Double.random(in: 1e-7...1e-4, using: &random)
        }
      }
      let array = ArrayDescription(
        topology: .voltageDriven, conductances: cells(),
        negativeConductances: isInterleaved || trial % 2 == 0 ? cells() : nil,
        pairing: isInterleaved ? .interleaved : .separateLines,
        wires: WireParasitics(
          wordLineSegment: (trial == 3 ? 0 : 20).ohms, bitLineSegment: (trial == 4 ? 0 : 10).ohms),
        terminals: TerminalResistances(
          wordLineDriver: (trial == 5 ? 0 : 50).ohms, bitLineSense: (trial > 3 ? 0 : 30).ohms),
        ends: LineEnds(
          wordLineDrive: LineEnd.allCases.randomElement(using: &random) ?? .near,
          bitLineSense: LineEnd.allCases.randomElement(using: &random) ?? .near,
          sourceLineDrive: .near))
      let expected = try EffectiveMatrix(array).siemens
      let solved = try LineArray(array).effectiveMatrix(tolerance: 1e-12)
      #expect(
        relativeDifference(solved.siemens.elements, expected.elements) < Tolerance.exactDouble)
      #expect(solved.relativeResidual < 1e-11)
    }
  }
}

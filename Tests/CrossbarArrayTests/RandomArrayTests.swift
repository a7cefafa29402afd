import CircuitSolver
import CrossbarArray
import NumericKernels
import TestSupport
import Testing
import Units

/// Two thousand random arrays over all options, against a dense solver that shares no code.
@Suite struct RandomArrayTests {
  /// Cells of 0.05 to 1 S and wires of 1e-9 to 1e-2 Ω: rounding of the dense elimination, times the
  /// factor 20 between cells and the number of its unknowns, stays below this.
  private static let bound = 1e-11
  /// What line CG promises at its default tolerance.
  private static let iterativeBound = 1e-9

  /// Every solver that covers the array.
  private func solvers(_ array: ArrayDescription, klu: Bool) throws -> [any ArrayModel] {
    var models: [any ArrayModel] = [try CircuitArray(array)]
    if klu { models.append(try CircuitArray(array, factorization: .klu)) }
    if array.topology == .voltageDriven, array.law == .linear {
      models.append(try EffectiveMatrix(array))
    }
    if LadderArray.covers(array) { models.append(try LadderArray(array)) }
    if ColumnArray.covers(array) { models.append(try ColumnArray(array)) }
    if LineArray.covers(array) { models.append(try lines(array)) }
    return models
  }

  /// Line CG; of transistors, whose gates the bit lines move, with the circuit behind it.
  private func lines(_ array: ArrayDescription) throws(ArrayError) -> any ArraySolver {
    if case .transistor = array.law { return try ExactMethod.solver(of: array) }
    return try LineArray(array)
  }

  private static func bound(_ model: any ArrayModel) -> Double {
    model is LineArray || model is GuardedLineArray ? iterativeBound : bound
  }

  private func check(_ drawn: RandomArray, _ index: Int, klu: Bool) throws {
    let expected = DenseArraySolver.solve(drawn.array, input: drawn.numbers).outputs
    for model in try solvers(drawn.array, klu: klu) {
      let found = try model.currents(drawn.input).amperes.elements
      let worst = zip(found, expected).reduce(0) { max($0, ($1.0 - $1.1).magnitude) }
      #expect(
        worst <= Self.bound(model)
          * expected.reduce(drawn.scale) { max($0, $1.magnitude) },
        "array \(index), \(model.method): \(found) for \(expected)\n\(drawn.array)")
    }
  }

  @Test(arguments: 0..<8)
  func everySolverAgreesWithTheDenseOne(part: Int) throws {
    for index in part * 150..<(part + 1) * 150 {
      try check(RandomArray(index), index, klu: index % 5 == 0)
    }
  }

  /// Open and resistive wires, shorts, stuck and open cells. Parts that an open wire leaves without
  /// any path are refused by the name of a node.
  @Test(arguments: 0..<8)
  func everySolverAgreesWithTheDenseOneOnDefects(part: Int) throws {
    for index in part * 100..<(part + 1) * 100 {
      var drawn = RandomArray(index, seed: 2)
      drawn.addDefects()
      if Self.floats(drawn.array) {
        let isOpen = drawn.array.defects.contains {
          if case .openSegment = $0.kind { true } else { false }
        }
        let unused = drawn.array.unused
        #expect(isOpen || unused.wordLines.state == .floating || unused.bitLines.state == .floating)
      } else {
        try check(drawn, index, klu: index % 5 == 0)
      }
    }
  }

  /// Whether the array is refused because a part of it has no path to a source.
  private static func floats(_ array: ArrayDescription) -> Bool {
    do throws(ArrayError) {
      _ = try CircuitArray(array)
      return false
    } catch {
      if case .circuit(.floatingNode) = error { return true } else { return false }
    }
  }

  /// Cells with a hyperbolic sine, selectors and transistors, with and without defects.
  @Test(arguments: 0..<6)
  func everySolverAgreesWithTheDenseOneOnNonlinearCells(part: Int) throws {
    for index in part * 100..<(part + 1) * 100 {
      var drawn = RandomArray(index, seed: 4)
      if index % 4 == 0 { drawn.addDefects() }
      drawn.makeNonlinear(index)
      if Self.floats(drawn.array) { continue }
      try check(drawn, index, klu: index % 5 == 0)
    }
  }

  /// Node voltages against the dense solver, and Kirchhoff's laws of the solution's own currents.
  @Test(arguments: 0..<4)
  func solutionsObeyKirchhoff(part: Int) throws {
    for index in part * 100..<(part + 1) * 100 {
      var drawn = RandomArray(index, seed: 3)
      if index % 2 == 0 { drawn.addDefects() }
      if index % 4 == 3 { drawn.makeNonlinear(index) }
      if Self.floats(drawn.array) { continue }
      let solvers: [any ArraySolver] =
        LineArray.covers(drawn.array)
        ? [try CircuitArray(drawn.array), try lines(drawn.array)]
        : [try CircuitArray(drawn.array)]
      for solver in solvers { try checkSolution(solver, drawn, index) }
    }
  }

  private func checkSolution(_ solver: any ArraySolver, _ drawn: RandomArray, _ index: Int) throws {
    let solution = try solver.solution(drawn.input)
    let dense = DenseArraySolver.solve(drawn.array, input: drawn.numbers)
    for (found, expected) in matched(solution.outputAmperes, dense.outputs) {
      #expect(
        (found - expected).magnitude <= Self.bound(solver)
          * max(drawn.scale, expected.magnitude))
    }
    #expect(
      solution.powerImbalance < 1e-9 || solution.sourceWatts.magnitude < 1e-12,
      "array \(index), \(solver.method): \(solution.sourceWatts) W in, \(solution.dissipatedWatts) W out"
    )
    let array = drawn.array
    let (rowShift, columnShift) = (
      array.unused.wordLines.side == .near ? array.unused.wordLines.count : 0,
      array.unused.bitLines.side == .near && array.topology != .gateDriven(sourceLine: .parallel)
        ? array.unused.bitLines.count : 0
    )
    for (polarity, cells) in solution.cells.enumerated() {
      let p = polarity == 0 ? "+" : "-"
      let bitPolarity = array.pairing == .interleaved ? "+" : p
      for i in 0..<array.wordLineCount {
        for j in 0..<array.bitLineCount {
          let (row, column) = (i + rowShift, j + columnShift)
          let isParallel = array.topology == .gateDriven(sourceLine: .parallel)
          let drive = isParallel ? "d\(p),\(column),\(row)" : "d\(p),\(row),\(column)"
          let sense = "b\(bitPolarity),\(column),\(row)"
          for (found, name) in [
            (cells.driveVolts[i, j], drive), (cells.bitLineVolts[i, j], sense),
          ] {
            let expected = dense.volts[name] ?? .nan
            #expect(
              (found - expected).magnitude
                < (solver is LineArray || solver is GuardedLineArray ? 1e-9 : 1e-10),
              "array \(index), node \(name): \(found) for \(expected)")
          }
        }
      }
    }
  }
}

import NumericKernels
import Units

/// Gate-driven arrays of nonlinear cells with parallel source lines, solved column by column: exact
/// for any law, at the cost of a few matrix products per vector.
///
/// In double precision each column is shot with the law itself (`ShootingColumn`); in single
/// precision polynomials take the place of cells (`CellFit`), whose error the method states.
/// Covers lines that are sensed at one end with the source driven at that same end, or with ideal
/// source lines. Other arrays are refused by name.
public struct NonlinearLadderArray: ExactModel {
  public let description: ArrayDescription
  let wiring: ColumnWiring
  /// Bound of what compiled cells with their gates off would add to a bit line, over the smallest
  /// current of a cell that is on; `nil` for other cells.
  private let offPart: Double?
  /// Walks in single precision; `nil` where no polynomial fits well enough.
  let fast: FittedLadder?

  static func solves(_ topology: CellTopology) -> Bool {
    topology == .gateDriven(sourceLine: .parallel)
  }

  static func suits(_ law: CellLaw) -> Bool { !law.isLinear }

  public static func refusal(of description: ArrayDescription) -> String? {
    let name = "the nonlinear ladder"
    guard solves(description.topology) else {
      return "\(name) needs a gate-driven array with sourceLine: parallel"
    }
    guard !description.isLinear else { return "\(name) is for nonlinear cells" }
    if let reason = description.wiringExclusion(from: name) { return reason }
    let hasGateCurves = needsGateCurves(description)
    if !hasGateCurves, let reason = description.tabulationRefusal { return reason }
    let (wires, terminals, ends) = (description.wires, description.terminals, description.ends)
    if ends.bitLineSense == .both { return "\(name) does not cover ends.bitLineSense: both" }
    let source = (wires.sourceLineSegment.value, terminals.sourceLineDriver.value)
    if source.0 > 0, ends.sourceLineDrive != ends.bitLineSense {
      return "\(name) needs resistive source lines driven at the end where bit lines are sensed"
    }
    if source.0 + source.1 > 0 {
      if ends.sourceLineDrive == .both {
        return "\(name) does not cover ends.sourceLineDrive: both with resistive source lines"
      }
      if description.pairing == .interleaved {
        return "\(name) does not cover pair: interleaved with resistive source lines"
      }
      let share = ColumnWiring.sourceShare(wires, terminals)
      let terminal = terminals.bitLineSense.value + source.1
      guard
        description.law.law.kind != .threeTerminal
          || (source.1 - share * terminal).magnitude <= 1e-12 * terminal
      else {
        return "\(name) needs terminals in the ratio of the wires for law: "
          + description.law.keyword
      }
    }
    let span = (description.pairing == .interleaved ? 2 : 1) * description.readVoltage.value
    if let limit = description.law.law.voltLimit, span > limit {
      return "cells may see \(span) V; law: \(description.law.keyword) holds to \(limit) V"
    }
    if let reason = description.law.refusal(ofGatedReadAt: description.readVoltage.value) {
      return reason
    }
    guard hasGateCurves else { return nil }
    do throws(ArrayError) {
      _ = try description.columnCurves(sourceShare: ColumnWiring.sourceShare(wires, terminals))
      return nil
    } catch {
      return "\(error)"
    }
  }

  /// Whether cells are compiled ones with a gate, which are tabulated for the columns of arrays.
  private static func needsGateCurves(_ description: ArrayDescription) -> Bool {
    description.law.law.kind == .threeTerminal && description.law.law.tabulation != nil
  }

  /// Tabulating takes the time of a few vectors by the circuit.
  static func isWorthPreparing(_ array: ArrayDescription, vectors: Int?) -> Bool {
    !needsGateCurves(array) || vectors.map { $0 >= 16 } ?? true
  }

  /// Prepares an array; throws if it is not physical or not covered.
  public init(_ description: ArrayDescription) throws(ArrayError) {
    try description.validate()
    if let reason = Self.refusal(of: description) { throw .unsupported(reason) }
    self.description = description
    let share = ColumnWiring.sourceShare(description.wires, description.terminals)
    let gated = try description.columnCurves(sourceShare: share)
    offPart = gated?.offPart
    wiring = ColumnWiring(description, curves: gated?.table)
    fast = FittedLadder(wiring)
  }

  /// Not the law's own curves, where those of the column are finer.
  public var response: Matrix<Double>? {
    wiring.path.curves == nil ? description.responseWithoutWires : nil
  }

  public var method: ArrayMethod {
    var method = ArrayMethod(.exact, "nonlinear ladder")
    if let fast { method.cellFit = fast.fit.relativeError } else { method.parameters = ["no fit"] }
    method.noteTabulation(of: description, wiring.path.curves)
    if let offPart, offPart > 0 { method.noteOffPart(offPart) }
    return method
  }

  public func currents(_ inputs: InputBatch) throws(ArrayError) -> ArrayCurrents {
    try description.check(inputs)
    guard case .bits(let bits) = inputs else { preconditionFailure("checked above") }
    let outputs = description.outputCount
    var amperes = Matrix(rows: bits.rows, columns: outputs, repeating: 0.0)
    var (residual, steps) = (0.0, 0)
    var plan = LadderPlan<Double>(
      .init(
        ohmsPerSegment: wiring.ohmsPerSegment, isReversed: wiring.isReversed,
        unused: wiring.unused))
    for row in 0..<bits.rows {
      plan.set(bits, row: row)
      for output in 0..<outputs {
        let found = try solution(wiring.column(output, plan), vector: row, output: output)
        amperes[row, output] = found.amperes
        residual = max(residual, found.residual)
        steps = max(steps, found.steps)
      }
    }
    return ArrayCurrents(
      amperes: amperes, residual: SolutionResidual(residual, .kirchhoff),
      work: SolutionWork(iterations: steps))
  }

  /// Shoots a column; throws if that does not converge.
  private func solution(
    _ column: ShootingColumn, vector: Int, output: Int
  ) throws(ArrayError) -> ShootingColumn.Solution {
    let found = column.solve()
    guard found.isConverged else {
      throw .newtonNotConverged(
        vector: vector, steps: found.steps, residual: found.residual,
        wordLine: wiring.isReversed ? description.wordLineCount - 1 : 0,
        bitLine: output % description.bitLineCount)
    }
    return found
  }

  /// Single precision: within the stated fit of cells and 1e-5 of the double-precision currents; for
  /// interleaved pairs, relative to what their positive and negative cells carry together.
  public func currents(_ inputs: InputBatch, into amperes: inout [Float]) throws(ArrayError) {
    try description.check(inputs)
    guard case .bits(let bits) = inputs else { preconditionFailure("checked above") }
    guard let fast else {
      amperes = try currents(inputs).amperes.elements.map { Float($0) }
      return
    }
    let failed = fast.currents(bits, into: &amperes)
    let outputs = description.outputCount
    for row in failed.sorted() {
      let exact = try currents(inputs.vector(row)).amperes.elements
      for k in 0..<outputs { amperes[row * outputs + k] = Float(exact[k]) }
    }
  }

  /// The time of twenty multiply-adds of a matrix product for every cell that is on: two walks with
  /// vectors of eight, on cubics.
  public func estimatedWork(_ inputs: InputBatch) -> Double? {
    guard fast != nil, case .bits(let bits) = inputs else { return nil }
    let on = bits.words.reduce(0) { $0 + $1.nonzeroBitCount }
    return Double(on) * (20 * Double(description.outputCount) + 60)
  }
}

extension NonlinearLadderArray: ArraySolver {
  public func solutions(
    _ inputs: InputBatch, each body: (Int, ArraySolution) -> Void
  ) throws(ArrayError) {
    try description.check(inputs)
    guard case .bits(let bits) = inputs else { preconditionFailure("checked above") }
    let layout = ArrayLayout(description)
    for vector in 0..<bits.rows {
      var planes = layout.planes.map { _ in ArraySolution.Plane(layout) }
      var (residual, steps) = (0.0, 0)
      for output in 0..<description.outputCount {
        // Every word line, so that its voltages are known where its gate is off.
        let column = wiring.column(output, bits, row: vector)
        let found = try solution(column, vector: vector, output: output)
        residual = max(residual, found.residual)
        steps = max(steps, found.steps)
        let (plane, bitLine) = (
          output / description.bitLineCount, output % description.bitLineCount
        )
        let at = layout.usedBitLines.lowerBound + bitLine
        var sums = [0.0, 0.0]
        _ = column.walk(from: found.topVolts) { position, y in
          let line =
            layout.usedWordLines.lowerBound
            + (wiring.isReversed ? bits.columns - 1 - position : position)
          let w = (1 - wiring.path.sourceShare) * (wiring.path.volts - y)
          for (sign, siemens) in [column.positive, column.negative].enumerated()
          where !siemens.isEmpty {
            let isNegative = sign == 1
            let cell = wiring.path.tangent(y, siemens: siemens[position], isNegative: isNegative)
            planes[plane + sign].bitLineVolts[line, at] = w
            planes[plane + sign].driveVolts[line, at] =
              isNegative ? -wiring.path.volts : w + y
            planes[plane + sign].amperes[line, at] = cell.amperes
            sums[sign] += cell.amperes
          }
        }
        let isSensedNear = description.ends.bitLineSense == .near
        let total = sums[0] + sums[1]
        planes[plane].bitLineTerminals[at] = .init(
          near: isSensedNear ? -total : 0, far: isSensedNear ? 0 : total)
        for (sign, sum) in sums.enumerated() where sign == 0 || !column.negative.isEmpty {
          let isDrivenFar = description.ends.sourceLineDrive == .far
          planes[plane + sign].driveTerminals[at] = .init(
            near: isDrivenFar ? 0 : sum, far: isDrivenFar ? -sum : 0)
        }
      }
      body(
        vector,
        ArraySolution(
          layout, planes, volts: [], outputs: description.outputCount,
          residual: SolutionResidual(residual, .kirchhoff), iterations: steps))
    }
  }
}

extension ArraySolution.Plane {
  /// A plane of cells without voltages and currents.
  fileprivate init(_ layout: ArrayLayout) {
    let none = Matrix(rows: layout.wordLineCount, columns: layout.bitLineCount, repeating: 0.0)
    let ends = [ArraySolution.TerminalAmperes](repeating: .init(), count: layout.bitLineCount)
    self.init(
      driveVolts: none, bitLineVolts: none, amperes: none, driveTerminals: ends,
      bitLineTerminals: ends)
  }
}

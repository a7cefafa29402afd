import CircuitSolver
import Netlist
import NumericKernels

/// The reference: the array's circuit, as the exporter writes it, solved by sparse factorisation.
/// Covers every linear array; every other model is tested against it.
public struct CircuitArray: ArrayModel {
  public let description: ArrayDescription
  private let built: ArrayCircuit
  private let factorization: Factorization

  /// How the circuit's matrix is factorised: two libraries that share no numerical code.
  public enum Factorization: String, Sendable {
    /// Cholesky factors by CHOLMOD: the matrix of an array is symmetric and positive definite.
    case cholmod = "CHOLMOD"
    /// LU factors by KLU, as general circuits need them.
    case klu = "KLU"
  }

  /// Emits the circuit; the network is analysed once per batch and factorised once per matrix.
  public init(
    _ description: ArrayDescription, factorization: Factorization = .cholmod
  ) throws(ArrayError) {
    built = try ArrayBuilder.circuit(of: description)
    self.description = description
    self.factorization = factorization
  }

  public var method: String { "exact: \(factorization.rawValue)" }

  public func currents(_ inputs: InputBatch) throws(ArrayError) -> ArrayCurrents {
    var amperes = Matrix(rows: inputs.count, columns: description.outputCount, repeating: 0.0)
    var residual = 0.0
    try forEachSolution(inputs) { vector, point in
      for (output, sources) in built.senseSources.enumerated() {
        amperes[vector, output] = sources.reduce(0) { $0 + point.sourceAmperes[$1] }
      }
      residual = max(residual, point.relativeResidual)
    }
    return ArrayCurrents(amperes: amperes, relativeResidual: residual)
  }

  /// Voltages across the cells of one input vector in volts, drive side minus bit line,
  /// `[wordLines, bitLines]` per matrix of cells (positive, then negative). Of a gate-driven cell
  /// that is off, the voltage that its open switch holds.
  public func cellVoltages(_ input: InputBatch) throws(ArrayError) -> [Matrix<Double>] {
    precondition(input.count == 1, "cell voltages are of one input vector")
    var voltages: [Matrix<Double>] = []
    try forEachSolution(input) { _, point in
      voltages = built.cellNodes.map { nodes in
        nodes.map { point.nodeVolts[Int($0.drive.index)] - point.nodeVolts[Int($0.sense.index)] }
      }
    }
    return voltages
  }

  private func forEachSolution(
    _ inputs: InputBatch, _ use: (Int, OperatingPoint) -> Void
  ) throws(ArrayError) {
    try description.check(inputs)
    guard inputs.count > 0 else { return }
    do {
      var solver = try LinearOperatingPoint(
        analyzing: built.circuit, method: factorization == .klu ? .lu : .cholesky)
      let sources = built.circuit.voltageSources.map(\.volts)
      switch inputs {
      case .volts(let volts):
        try solver.factorize()
        // Blocks bound the memory of node voltages.
        let block = 16
        for start in stride(from: 0, to: volts.rows, by: block) {
          let rows = start..<min(start + block, volts.rows)
          var batch = Matrix(rows: rows.count, columns: sources.count) { _, source in
            sources[source]
          }
          for (line, driven) in built.inputSources.enumerated() {
            for (source, sign) in driven {
              for row in rows { batch[row - start, source] = sign * volts[row, line] }
            }
          }
          for (offset, point) in try solver.solve(batch: batch).enumerated() {
            use(start + offset, point)
          }
        }
      case .bits(let bits):
        let cells = switchedCells()
        for vector in 0..<bits.rows {
          for (line, ofLine) in cells.enumerated() {
            let isOn = bits[vector, line]
            for cell in ofLine {
              solver.setConductance(isOn ? cell.siemens : 0, ofResistor: cell.resistor)
            }
          }
          try solver.factorize()
          use(vector, try solver.solve(sourceVolts: sources))
        }
      }
    } catch {
      throw .circuit(error)
    }
  }

  private struct SwitchedCell {
    var resistor: Int
    var siemens: Double
  }

  /// The resistors that each word line switches.
  private func switchedCells() -> [[SwitchedCell]] {
    (0..<description.wordLineCount).map { line in
      built.cellResistors.flatMap { matrix in
        matrix.row(line).compactMap { index in
          index.map {
            SwitchedCell(resistor: $0, siemens: 1 / built.circuit.resistors[$0].ohms)
          }
        }
      }
    }
  }
}

import CircuitSolver
import Netlist
import NumericKernels

/// A voltage-driven array as the matrix that it is: `I = K V`.
///
/// The network does not depend on the input, so one factorisation and min(inputs, outputs) solves
/// give `K` exactly; by reciprocity a bit line driven at 1 V with all inputs at 0 V delivers its row
/// of `K` through the word-line drivers. Every further vector costs one multiply-add per cell.
public struct EffectiveMatrix: ArrayModel {
  public let description: ArrayDescription
  /// `K` in siemens, `[wordLines, outputs]`: the current of an output per volt on a word line.
  public let siemens: Matrix<Double>
  /// Worst Kirchhoff violation of the solves that made `K`, relative to the currents at the node.
  public let relativeResidual: Double

  /// Solves a voltage-driven array for its effective matrix.
  public init(_ description: ArrayDescription) throws(ArrayError) {
    guard description.topology == .voltageDriven else {
      throw .unsupported("a gate-driven array has no effective matrix: it depends on the input")
    }
    let built = try ArrayBuilder.circuit(of: description)
    self.description = description
    let (inputs, outputs) = (description.wordLineCount, description.outputCount)
    let sourceCount = built.circuit.voltageSources.count
    var effective = Matrix(rows: inputs, columns: outputs, repeating: 0.0)
    var residual = 0.0
    let isAdjoint = outputs < inputs
    do {
      var solver = try LinearOperatingPoint(analyzing: built.circuit)
      try solver.factorize()
      let block = 16
      for start in stride(from: 0, to: isAdjoint ? outputs : inputs, by: block) {
        let range = start..<min(start + block, isAdjoint ? outputs : inputs)
        var batch = Matrix(rows: range.count, columns: sourceCount, repeating: 0.0)
        for k in range {
          if isAdjoint {
            for source in built.senseSources[k] { batch[k - start, source] = 1 }
          } else {
            for (source, sign) in built.inputSources[k] { batch[k - start, source] = sign }
          }
        }
        for (k, point) in zip(range, try solver.solve(batch: batch)) {
          residual = max(residual, point.relativeResidual)
          if isAdjoint {
            for i in 0..<inputs {
              effective[i, k] = built.inputSources[i].reduce(0) {
                $0 + $1.sign * point.sourceAmperes[$1.source]
              }
            }
          } else {
            for j in 0..<outputs {
              effective[k, j] = built.senseSources[j].reduce(0) { $0 + point.sourceAmperes[$1] }
            }
          }
        }
      }
    } catch {
      throw .circuit(error)
    }
    siemens = effective
    relativeResidual = residual
  }

  public var method: String { "exact: effective matrix" }

  public func currents(_ inputs: InputBatch) throws(ArrayError) -> ArrayCurrents {
    try description.check(inputs)
    guard case .volts(let volts) = inputs else { preconditionFailure("checked above") }
    var amperes = Matrix(rows: volts.rows, columns: siemens.columns, repeating: 0.0)
    for vector in 0..<volts.rows {
      for i in 0..<siemens.rows {
        let v = volts[vector, i]
        for j in 0..<siemens.columns {
          amperes[vector, j] = multiplyAdd(siemens[i, j], v, amperes[vector, j])
        }
      }
    }
    return ArrayCurrents(amperes: amperes, relativeResidual: relativeResidual)
  }
}

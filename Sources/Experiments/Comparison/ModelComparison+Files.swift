import BehavioralModels
import CrossbarArray
import Files
import Foundation
import NumericKernels

extension ModelComparison {
  /// Files written by `--dump`: the test vectors and the fitting vectors, `[vectors, wordLines]`,
  /// with the circuit's currents for them, `[vectors, outputs]`, all `.npy`.
  public var dumpedFiles: [(name: String, bytes: Data)] {
    func vectors(_ batch: InputBatch) -> Data {
      NPYFile.encode(batch.numbers, shape: [batch.count, batch.vectorLength])
    }
    func currents(_ amperes: Matrix<Double>) -> Data {
      NPYFile.encode(amperes.elements, shape: [amperes.rows, amperes.columns])
    }
    return [
      ("vectors.npy", vectors(inputs)), ("circuit.npy", currents(exact)),
      ("fitting-vectors.npy", vectors(fittingInputs)),
      ("fitting-circuit.npy", currents(fittingExact)),
    ]
  }

  /// The order of the columns of currents, in words.
  public var outputOrder: String {
    let n = array.bitLineCount
    return exact.columns == n
      ? "columns of currents are bit lines 0 to \(n - 1)"
      : "columns of currents are positive bit lines 0 to \(n - 1), then negative ones"
  }
}

import CircuitSolver
import Netlist
import NumericKernels

/// What the cells of interleaved pairs contribute to their bit lines, in linear voltage-driven arrays.
///
/// The effective matrix has one entry for both cells of a pair, whose lines carry opposite voltages. By
/// reciprocity a bit line driven at 1 V, all inputs at 0 V, delivers through the drivers of each line
/// what that line alone would bring to it per volt.
struct PairedMatrix {
  /// Conductances in siemens of the positive lines, then the negative ones, `[wordLines, bitLines]`.
  let siemens: [Matrix<Double>]
  private let array: ArrayDescription

  /// Solves an array once for each bit line.
  init(_ array: ArrayDescription) throws(ArrayError) {
    precondition(array.pairing == .interleaved && EffectiveMatrix.covers(array), "pairs of lines")
    self.array = array
    let built = try ArrayBuilder.circuit(of: array)
    do throws(CircuitError) {
      siemens = try Self.solve(built)
    } catch {
      throw .circuit(error)
    }
  }

  private static func solve(_ built: ArrayNetlist) throws(CircuitError) -> [Matrix<Double>] {
    let (inputs, outputs) = (built.meaning.inputSources, built.meaning.senseSources)
    var solver = try LinearOperatingPoint(analyzing: built.circuit)
    try solver.factorize()
    solver.sensedSources = Set(inputs.joined().map(\.source))
    var planes = (0..<2).map { _ in
      Matrix(rows: inputs.count, columns: outputs.count, repeating: 0.0)
    }
    let block = 16
    for start in stride(from: 0, to: outputs.count, by: block) {
      let range = start..<min(start + block, outputs.count)
      var batch = Matrix(
        rows: range.count, columns: built.circuit.voltageSources.count, repeating: 0.0)
      for k in range { for source in outputs[k] { batch[k - start, source] = 1 } }
      for (k, point) in zip(range, try solver.solve(batch: batch)) {
        for (i, sources) in inputs.enumerated() {
          for (source, sign) in sources {
            planes[sign > 0 ? 0 : 1][i, k] += point.sourceAmperes[source]
          }
        }
      }
    }
    return planes
  }

  /// The part of its conductance with which each cell enters the matrix; 1 for cells that have none.
  var shares: [Matrix<Double>] {
    zip(siemens, array.effectiveConductances).map { own, cells in
      Matrix(rows: own.rows, columns: own.columns) {
        cells[$0, $1] > 0 ? own[$0, $1] / cells[$0, $1] : 1
      }
    }
  }
}

import CircuitSolver
import Netlist
import NumericKernels

extension CircuitArray {
  /// Solves arrays of compiled cells, and of transistors with body effect: Newton's method over KLU,
  /// every vector from zero.
  func forEachGeneralSolution(
    _ inputs: InputBatch, _ use: (Int, OperatingPoint) -> Void
  ) throws(ArrayError) {
    if description.law.law.gateVolts == nil, case .bits(let bits) = inputs {
      // Cells without a gate are switched by leaving them out.
      for vector in 0..<bits.rows {
        let gates = (0..<bits.columns).map { bits[vector, $0] }
        let switched = try ArrayBuilder.circuit(of: description, gates: gates)
        var solver = try solver(of: switched.circuit)
        var point = try solve(&solver, switched.circuit.voltageSources.map(\.volts))
        point.compactAmperes = allCells(point.compactAmperes, of: switched)
        use(vector, point)
      }
      return
    }
    var solver = try solver(of: built.circuit)
    for vector in 0..<inputs.count {
      use(vector, try solve(&solver, sourceVolts(inputs, vector)))
    }
  }

  private func solver(of circuit: Circuit) throws(ArrayError) -> GeneralOperatingPoint {
    do throws(CircuitError) {
      return try GeneralOperatingPoint(analyzing: circuit)
    } catch {
      throw .circuit(error)
    }
  }

  private func solve(
    _ solver: inout GeneralOperatingPoint, _ volts: [Double]
  ) throws(ArrayError) -> OperatingPoint {
    do throws(CircuitError) {
      return try solver.solve(sourceVolts: volts)
    } catch {
      throw .circuit(error)
    }
  }

  /// Currents of the cells of a switched circuit in the order of the whole one; zero in others.
  private func allCells(_ amperes: [Double], of switched: ArrayNetlist) -> [Double] {
    var all = [Double](repeating: 0, count: built.circuit.compactDevices.count)
    for (whole, part) in zip(built.meaning.cells, switched.meaning.cells) {
      for (to, from) in zip(whole.compacts.elements, part.compacts.elements) {
        if let to, let from { all[to] = amperes[from] }
      }
    }
    return all
  }
}

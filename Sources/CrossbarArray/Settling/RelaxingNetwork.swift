import CircuitSolver
import Netlist
import SparseLinearAlgebra

/// A linear RC circuit after its sources have taken their last values: unknown node voltages `d`,
/// as deviations from their final values, obey `C d′ = −G d`.
struct RelaxingNetwork {
  /// Structure of `G`, lower triangle, every diagonal entry stored.
  let pattern: SparsePattern
  /// Values of `G` in siemens, by stored entry.
  let siemens: [Double]
  /// Stored entry of each unknown's diagonal.
  let diagonal: [Int]
  /// `C`, which is diagonal, in farads by unknown.
  let farads: [Double]
  /// Deviations at the start in volts, by unknown.
  let start: [Double]
  /// Weights of the unknowns in each output's current, in siemens.
  let outputs: [[(unknown: Int, siemens: Double)]]

  /// The network of a circuit of resistors, capacitors to ground and grounded sources.
  ///
  /// - Parameters:
  ///   - senses: Voltage sources of each output; their currents add up.
  ///   - start: Node voltages when the sources take their last values.
  ///   - end: Node voltages in the end.
  init(_ circuit: Circuit, senses: [[Int]], start: [Double], end: [Double]) {
    var isHeld = [Bool](repeating: false, count: circuit.nodeCount)
    isHeld[0] = true
    for source in circuit.voltageSources { isHeld[Int(source.plus.index)] = true }
    var unknowns = [Int](repeating: -1, count: circuit.nodeCount)
    var count = 0
    for node in isHeld.indices where !isHeld[node] {
      unknowns[node] = count
      count += 1
    }
    // The diagonal first, so that its slots are known even at nodes with capacitors only.
    var rows = (0..<Int32(count)).map { $0 }
    var columns = rows
    var values = [Double](repeating: 0, count: count)
    var takes: [Int32: [(unknown: Int, siemens: Double)]] = [:]
    for source in senses.joined() { takes[circuit.voltageSources[source].plus.index] = [] }
    for resistor in circuit.resistors {
      let g = 1 / resistor.ohms
      let (a, b) = (unknowns[Int(resistor.a.index)], unknowns[Int(resistor.b.index)])
      if a >= 0 { values[a] += g }
      if b >= 0 { values[b] += g }
      if a >= 0, b >= 0, a != b {
        rows.append(Int32(a))
        columns.append(Int32(b))
        values.append(-g)
      }
      if a >= 0, b < 0 { takes[resistor.b.index]?.append((a, g)) }
      if b >= 0, a < 0 { takes[resistor.a.index]?.append((b, g)) }
    }
    let pattern = SparsePattern(
      order: count, symmetry: .symmetric, rows: rows, columns: columns)
    self.pattern = pattern
    var entries = [Double](repeating: 0, count: pattern.entryCount)
    for (k, value) in values.enumerated() { entries[Int(pattern.slots[k])] += value }
    siemens = entries
    diagonal = (0..<count).map { Int(pattern.slots[$0]) }
    var farads = [Double](repeating: 0, count: count)
    for capacitor in circuit.capacitors {
      let node = capacitor.a == .ground ? capacitor.b : capacitor.a
      let unknown = unknowns[Int(node.index)]
      if unknown >= 0 { farads[unknown] += capacitor.farads }
    }
    self.farads = farads
    var deviations = [Double](repeating: 0, count: count)
    for node in isHeld.indices where unknowns[node] >= 0 {
      deviations[unknowns[node]] = start[node] - end[node]
    }
    self.start = deviations
    outputs = senses.map { sources in
      sources.flatMap { takes[circuit.voltageSources[$0].plus.index] ?? [] }
    }
  }
}

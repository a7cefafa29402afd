import Netlist
import NumericKernels

extension ArrayBuilder {
  /// Emits the cells of a plane between its drive and bit lines.
  mutating func emitCells(
    _ plane: ArrayLayout.Plane, suffix: String, from drive: Lines, to sense: Lines
  ) {
    let (m, n) = (layout.wordLineCount, layout.bitLineCount)
    let none = Matrix<Int?>(rows: m, columns: n, repeating: nil)
    var cells = ArrayCircuit.Cells(
      drive: drive.nodes, sense: sense.nodes, resistors: none, diodes: none, transistors: none,
      driveSources: drive.sources, bitLineSources: sense.sources)
    for p in 0..<m {
      let isUsed = layout.usedWordLines.contains(p)
      guard !isUsed || (gates?[p - layout.usedWordLines.lowerBound] ?? true) else { continue }
      for q in 0..<n {
        let siemens = plane.cells[p, q]
        guard siemens > 0, let from = drive.nodes[p, q],
          let to = sense.nodes[p, q]
        else { continue }
        let label = circuit.label("rc" + suffix, p, q)
        cells.resistors[p, q] = circuit.addResistor(label, from, to, ohms: 1 / siemens)
      }
    }
    result.cells.append(cells)
  }
}

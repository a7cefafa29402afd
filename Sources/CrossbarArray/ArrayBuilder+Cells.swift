import NumericKernels

extension ArrayBuilder {
  /// Emits the cells of a plane between its drive and bit lines.
  mutating func emitCells(
    _ plane: ArrayLayout.Plane, suffix: String, from drive: Lines, to sense: Lines
  ) {
    let (m, n) = (layout.wordLineCount, layout.bitLineCount)
    let none = Matrix<Int?>(rows: m, columns: n, repeating: nil)
    var cells = ArrayNetlist.Cells(
      drive: drive.nodes, sense: sense.nodes, resistors: none, diodes: none, transistors: none,
      compacts: none,
      driveSources: drive.sources, bitLineSources: sense.sources)
    let model = law.addModel(to: &circuit, suffix: suffix)
    for p in 0..<m {
      let isUsed = layout.usedWordLines.contains(p)
      // A gate line switches its transistors itself.
      let isOn =
        law.gateVolts != nil || !isUsed || (gates?[p - layout.usedWordLines.lowerBound] ?? true)
      for q in 0..<n where isOn {
        let siemens = plane.cells[p, q]
        guard siemens > 0, let from = drive.nodes[p, q],
          let to = sense.nodes[p, q]
        else { continue }
        let site = CellSite(
          wordLine: p, bitLine: q, from: from, to: to, siemens: siemens,
          gate: result.gateNodes.isEmpty ? nil : result.gateNodes[p], bulk: result.bulk,
          suffix: suffix)
        let elements = law.emit(site, model: model, to: &circuit)
        cells.resistors[p, q] = elements.resistor
        cells.diodes[p, q] = elements.diode
        cells.transistors[p, q] = elements.transistor
        cells.compacts[p, q] = elements.compact
      }
    }
    result.cells.append(cells)
  }
}

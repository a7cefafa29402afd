import DeviceModels
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
    let model = cellDevice(suffix: suffix)
    for p in 0..<m {
      let isUsed = layout.usedWordLines.contains(p)
      let isOn = !isUsed || (gates?[p - layout.usedWordLines.lowerBound] ?? true)
      for q in 0..<n {
        let siemens = plane.cells[p, q]
        guard siemens > 0, let from = drive.nodes[p, q],
          let to = sense.nodes[p, q]
        else { continue }
        emitCell(
          Place(p: p, q: q, from: from, to: to, siemens: siemens, isOn: isOn), model,
          suffix: suffix, into: &cells)
      }
    }
    result.cells.append(cells)
  }

  /// One cell to emit.
  private struct Place {
    var p: Int, q: Int
    var from: Node, to: Node
    var siemens: Double
    var isOn: Bool
  }

  /// The device of nonlinear cells and the conductance that a diode of area 1 belongs to.
  private enum CellDevice {
    case none
    case diodes(model: Int, siemens: Double)
    case selector(model: Int)
    case transistor(model: Int, CellModel.AccessTransistor)
  }

  private mutating func cellDevice(suffix: String) -> CellDevice {
    switch array.cell {
    case .linear: return .none
    case .sinh(let scale):
      // i = G v₀ sinh(v / v₀) is two antiparallel junctions of I_S = G v₀ / 2: the area scales G.
      let siemens = 1e-6
      let label = circuit.label("dsinh" + suffix)
      let model = circuit.addDiodeModel(
        label, saturationAmperes: siemens * scale.value / 2,
        emissionCoefficient: scale.value / ThermalVoltage.nominal.value)
      return .diodes(model: model, siemens: siemens)
    case .selector(let selector):
      let label = circuit.label("dsel" + suffix)
      let model = circuit.addDiodeModel(
        label, saturationAmperes: selector.saturation.value,
        emissionCoefficient: selector.slope.value / ThermalVoltage.nominal.value)
      return .selector(model: model)
    case .transistor(let transistor):
      let label = circuit.label("macc" + suffix)
      let model = circuit.addMOSFETModel(
        label, polarity: .n, thresholdVolts: transistor.threshold.value,
        transconductance: transistor.transconductance,
        channelLengthModulation: transistor.channelLengthModulation)
      return .transistor(model: model, transistor)
    }
  }

  private mutating func emitCell(
    _ cell: Place, _ device: CellDevice, suffix: String, into cells: inout ArrayCircuit.Cells
  ) {
    let (p, q) = (cell.p, cell.q)
    if case .transistor = device {} else if !cell.isOn { return }
    func addResistor(_ a: Node, _ b: Node) {
      let label = circuit.label("rc" + suffix, p, q)
      cells.resistors[p, q] = circuit.addResistor(label, a, b, ohms: 1 / cell.siemens)
    }
    func addDiodes(_ a: Node, _ b: Node, model: Int, area: Double) {
      let forward = circuit.label("da" + suffix, p, q)
      cells.diodes[p, q] = circuit.addDiode(
        forward, anode: a, cathode: b, model: model, area: area)
      let backward = circuit.label("db" + suffix, p, q)
      circuit.addDiode(backward, anode: b, cathode: a, model: model, area: area)
    }
    func middle() -> Node {
      let label = circuit.label("m" + suffix, p, q)
      return circuit.addNode(label)
    }
    switch device {
    case .none: addResistor(cell.from, cell.to)
    case .diodes(let model, let siemens):
      addDiodes(cell.from, cell.to, model: model, area: cell.siemens / siemens)
    case .selector(let model):
      let inner = middle()
      addDiodes(cell.from, inner, model: model, area: 1)
      addResistor(inner, cell.to)
    case .transistor(let model, _):
      guard let gate = result.gateNodes[p] else { return }
      let inner = middle()
      let label = circuit.label("mc" + suffix, p, q)
      cells.transistors[p, q] = circuit.addMOSFET(
        label, drain: cell.from, gate: gate, source: inner, bulk: result.bulk, model: model,
        widthMeters: 1e-6, lengthMeters: 1e-6)
      addResistor(inner, cell.to)
    }
  }
}

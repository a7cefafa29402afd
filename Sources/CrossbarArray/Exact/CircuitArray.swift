import CircuitSolver
import Netlist
import NumericKernels

/// The reference: the array's circuit, as the exporter writes it, solved by sparse factorization,
/// within Newton's method if cells are nonlinear. Covers every array; every other model is tested
/// against it.
public struct CircuitArray: ArrayModel {
  public let description: ArrayDescription
  let built: ArrayNetlist
  let layout: ArrayLayout
  private let factorization: Factorization
  private let reason: String?

  /// Factorization of the circuit's matrix: two libraries that share no numerical code.
  public enum Factorization: String, Sendable {
    /// Cholesky factors by CHOLMOD: the matrix of an array is symmetric and positive definite.
    case cholmod = "CHOLMOD"
    /// LU factors by KLU, the general choice for circuits.
    case klu = "KLU"
  }

  /// Emits the circuit; the network is analyzed once per batch and factorized once per matrix.
  ///
  /// - Parameter reason: Why a faster method does not apply, for the report.
  public init(
    _ description: ArrayDescription, factorization: Factorization = .cholmod,
    reason: String? = nil
  ) throws(ArrayError) {
    built = try ArrayBuilder.circuit(of: description)
    layout = ArrayLayout(description)
    self.description = description
    self.factorization = factorization
    self.reason = reason
  }

  public static func refusal(of array: ArrayDescription) -> String? {
    array.law.law.circuitRefusal
  }

  public var method: ArrayMethod {
    var solver = factorization.rawValue
    if !description.isLinear {
      if description.law.law.kind == .threeTerminal || description.law.law.needsGeneralSolver {
        solver = Factorization.klu.rawValue
      }
      solver = "Newton over \(solver)"
    }
    return ArrayMethod(.exact, solver, remark: reason)
  }

  public func currents(_ inputs: InputBatch) throws(ArrayError) -> ArrayCurrents {
    var amperes = Matrix(rows: inputs.count, columns: description.outputCount, repeating: 0.0)
    var residual = 0.0
    var sensedError: Double?
    var work = SolutionWork()
    try forEachSolution(inputs) { vector, point in
      if let error = point.sensedError { sensedError = max(sensedError ?? 0, error) }
      if point.isEliminated { work.eliminatedVectors += 1 }
      for (output, sources) in built.meaning.senseSources.enumerated() {
        amperes[vector, output] = sources.reduce(0) { $0 + point.sourceAmperes[$1] }
      }
      residual = max(residual, point.relativeResidual)
    }
    return ArrayCurrents(
      amperes: amperes, residual: SolutionResidual(residual, .kirchhoff), work: work,
      sensedError: sensedError)
  }

  private func forEachSolution(
    _ inputs: InputBatch, _ use: (Int, OperatingPoint) -> Void
  ) throws(ArrayError) {
    try description.check(inputs)
    guard inputs.count > 0 else { return }
    if description.law.law.needsGeneralSolver { return try forEachGeneralSolution(inputs, use) }
    guard description.isLinear else { return try forEachNonlinearSolution(inputs, use) }
    do throws(CircuitError) {
      try forEachLinearSolution(inputs, use)
    } catch {
      throw .circuit(error)
    }
  }

  private func forEachLinearSolution(
    _ inputs: InputBatch, _ use: (Int, OperatingPoint) -> Void
  ) throws(CircuitError) {
    var solver = try LinearOperatingPoint(
      analyzing: built.circuit, method: factorization == .klu ? .lu : .cholesky,
      isolatedParts: .ground)
    solver.sensedSources = Set(built.meaning.senseSources.joined())
    switch inputs {
    case .volts(let volts):
      try solver.factorize()
      // One by one: rounding in a block depends on its width, and so on a vector's neighbors.
      for vector in 0..<volts.rows {
        use(vector, try solver.solve(sourceVolts: sourceVolts(inputs, vector)))
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
        use(vector, try solver.solve(sourceVolts: sourceVolts(inputs, vector)))
      }
    }
  }

  /// Every vector starts from zero, so that none depends on its neighbors.
  private func forEachNonlinearSolution(
    _ inputs: InputBatch, _ use: (Int, OperatingPoint) -> Void
  ) throws(ArrayError) {
    var solver: NewtonOperatingPoint
    do throws(CircuitError) {
      solver = try NewtonOperatingPoint(
        analyzing: built.circuit, method: factorization == .klu ? .lu : nil,
        isolatedParts: .ground)
    } catch {
      throw .circuit(error)
    }
    solver.sensedSources = Set(built.meaning.senseSources.joined())
    let cells = switchedCells()
    for vector in 0..<inputs.count {
      if case .bits(let bits) = inputs {
        for (line, ofLine) in cells.enumerated() {
          let isOn = bits[vector, line]
          for cell in ofLine {
            if let diode = cell.diode {
              let area = isOn ? built.circuit.diodes[diode].area : 0
              solver.setArea(area, ofDiode: diode)
              solver.setArea(area, ofDiode: diode + 1)
            } else {
              solver.setConductance(isOn ? cell.siemens : 0, ofResistor: cell.resistor)
            }
          }
        }
      }
      let point: OperatingPoint
      do throws(CircuitError) {
        point = try solver.solve(sourceVolts: sourceVolts(inputs, vector))
      } catch {
        throw inTermsOfTheArray(error, vector: vector)
      }
      use(vector, point)
    }
  }

  /// The same error, naming the cell of the device farthest from convergence if it is a used cell.
  func inTermsOfTheArray(_ error: CircuitError, vector: Int) -> ArrayError {
    guard case .notConverged(let device, let iterations, let residual) = error,
      let place = built.place(ofDevice: device), layout.usedWordLines.contains(place.wordLine),
      layout.usedBitLines.contains(place.bitLine)
    else { return .circuit(error) }
    return .newtonNotConverged(
      vector: vector, steps: iterations, residual: residual,
      wordLine: place.wordLine - layout.usedWordLines.lowerBound,
      bitLine: place.bitLine - layout.usedBitLines.lowerBound)
  }

  /// Voltages of all sources for one input vector.
  func sourceVolts(_ inputs: InputBatch, _ vector: Int) -> [Double] {
    var volts = built.circuit.voltageSources.map(\.volts)
    switch inputs {
    case .volts(let matrix):
      for (line, driven) in built.meaning.inputSources.enumerated() {
        for (source, sign) in driven { volts[source] = sign * matrix[vector, line] }
      }
    case .bits(let bits):
      // Gates that are on are already on in the circuit.
      for (line, source) in built.meaning.gateSources.enumerated() where !bits[vector, line] {
        volts[source] = description.lowestVolts
      }
    }
    return volts
  }

  /// Elements that open when a gate is off: a cell's two diodes, or its resistor.
  private struct SwitchedCell {
    var resistor = 0
    var siemens = 0.0
    var diode: Int?
  }

  /// Elements that each input switches; empty if transistors do it.
  private func switchedCells() -> [[SwitchedCell]] {
    if description.law.law.gateVolts != nil { return [] }
    return layout.usedWordLines.map { line in
      built.meaning.cells.flatMap { cells in
        (0..<layout.bitLineCount).compactMap { j in
          if let resistor = cells.resistors[line, j] {
            SwitchedCell(resistor: resistor, siemens: 1 / built.circuit.resistors[resistor].ohms)
          } else {
            cells.diodes[line, j].map { SwitchedCell(diode: $0) }
          }
        }
      }
    }
  }
}

extension CircuitArray: ArraySolver {
  public func solutions(
    _ inputs: InputBatch, each body: (Int, ArraySolution) -> Void
  ) throws(ArrayError) {
    try forEachSolution(inputs) { vector, point in
      var volts: [Double] = []
      if case .volts(let matrix) = inputs { volts = Array(matrix.row(vector)) }
      body(
        vector,
        ArraySolution(
          layout, built.meaning.cells.map { plane($0, point, inputs, vector) }, volts: volts,
          outputs: description.outputCount,
          residual: SolutionResidual(point.relativeResidual, .kirchhoff),
          iterations: point.iterations, sensedError: point.sensedError,
          isEliminated: point.isEliminated))
    }
  }

  private func plane(
    _ cells: ArrayNetlist.Cells, _ point: OperatingPoint, _ inputs: InputBatch, _ vector: Int
  ) -> ArraySolution.Plane {
    let drive = cells.drive.map { $0.map { point.nodeVolts[Int($0.index)] } ?? 0 }
    let sense = cells.sense.map { $0.map { point.nodeVolts[Int($0.index)] } ?? 0 }
    let amperes = Matrix(rows: drive.rows, columns: drive.columns) { p, q in
      if let transistor = cells.transistors[p, q] {
        // The general solver has no list of them: the element in series carries the same current.
        guard point.drainAmperes.isEmpty else { return point.drainAmperes[transistor] }
        guard let resistor = cells.resistors[p, q] else { return 0 }
        let element = built.circuit.resistors[resistor]
        let inner = point.nodeVolts[Int(element.a.index)]
        return (inner - sense[p, q]) / element.ohms
      }
      if let compact = cells.compacts[p, q] {
        return point.compactAmperes[compact]
      }
      guard isOn(p, inputs, vector) else { return 0.0 }
      if let diode = cells.diodes[p, q] {
        return point.diodeAmperes[diode] - point.diodeAmperes[diode + 1]
      }
      guard let resistor = cells.resistors[p, q] else { return 0 }
      return (drive[p, q] - sense[p, q]) / built.circuit.resistors[resistor].ohms
    }
    func terminals(_ sources: [ArrayNetlist.LineSources]) -> [ArraySolution.TerminalAmperes] {
      sources.map {
        // SPICE counts a source's current as entering the plus terminal: out of the line.
        .init(
          near: $0.near.map { -point.sourceAmperes[$0] } ?? 0,
          far: $0.far.map { point.sourceAmperes[$0] } ?? 0)
      }
    }
    return ArraySolution.Plane(
      driveVolts: drive, bitLineVolts: sense, amperes: amperes,
      driveTerminals: terminals(cells.driveSources),
      bitLineTerminals: terminals(cells.bitLineSources))
  }

  private func isOn(_ position: Int, _ inputs: InputBatch, _ vector: Int) -> Bool {
    guard case .bits(let bits) = inputs, layout.usedWordLines.contains(position) else {
      return true
    }
    return bits[vector, position - layout.usedWordLines.lowerBound]
  }
}

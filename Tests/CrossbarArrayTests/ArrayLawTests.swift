import BehavioralModels
import CircuitSolver
import Netlist
import NumericKernels
import TestSupport
import Testing
import Units

@testable import CrossbarArray

@Suite struct ArrayLawTests {
  private func voltageDriven(
    _ random: inout RandomStream, _ m: Int, _ n: Int, pairing: PairArrangement? = nil
  ) -> ArrayDescription {
    func cells() -> Matrix<Double> {
      Matrix(rows: m, columns: n) { _, _ in Double.random(in: 1e-6...1e-4, using: &random) }
    }
    let ends = LineEnd.allCases
    return ArrayDescription(
      topology: .voltageDriven, conductances: cells(),
      negativeConductances: pairing == nil ? nil : cells(), pairing: pairing ?? .separateLines,
      wires: WireParasitics(wordLineSegment: 3.ohms, bitLineSegment: 5.ohms),
      terminals: TerminalResistances(wordLineDriver: 20.ohms, bitLineSense: 40.ohms),
      ends: LineEnds(
        wordLineDrive: ends.randomElement(using: &random) ?? .near,
        bitLineSense: ends.randomElement(using: &random) ?? .far))
  }

  /// The effective matrix, by adjoint or direct solves, is the circuit.
  @Test(arguments: [(1, 1), (3, 8), (8, 3), (20, 33), (33, 20)])
  func effectiveMatrixIsTheCircuit(m: Int, n: Int) throws {
    for (trial, pairing) in [nil, PairArrangement.separateLines, .interleaved].enumerated() {
      var random = RandomStream(seed: 21, stream: UInt64(trial))
      let array = voltageDriven(&random, m, n, pairing: pairing)
      let volts = Matrix(rows: 3, columns: m) { _, _ in Double.random(in: -1...1, using: &random) }
      let exact = try CircuitArray(array).currents(.volts(volts)).amperes
      let effective = try EffectiveMatrix(array)
      #expect(effective.residual.value < 1e-9)
      #expect(
        relativeDifference(try effective.currents(.volts(volts)).amperes.elements, exact.elements)
          < Tolerance.exactDouble)
    }
  }

  /// Reciprocity: exchanging drive and sense, and word and bit lines, leaves the matrix.
  @Test func transposedArraysHaveTheTransposedMatrix() throws {
    var random = RandomStream(seed: 22)
    let array = voltageDriven(&random, 9, 14)
    var exchanged = array
    exchanged.conductances = array.conductances.transposed()
    exchanged.wires = WireParasitics(
      wordLineSegment: array.wires.bitLineSegment, bitLineSegment: array.wires.wordLineSegment)
    exchanged.terminals = TerminalResistances(
      wordLineDriver: array.terminals.bitLineSense, bitLineSense: array.terminals.wordLineDriver)
    exchanged.ends = LineEnds(
      wordLineDrive: array.ends.bitLineSense, bitLineSense: array.ends.wordLineDrive)
    let a = try EffectiveMatrix(array).siemens
    let b = try EffectiveMatrix(exchanged).siemens.transposed()
    #expect(relativeDifference(a.elements, b.elements) < Tolerance.exactDouble)
  }

  /// Superposition and amplitude: no absolute threshold hides the drop of small inputs.
  @Test(arguments: [1.0, 1e-3, 1e-9])
  func currentsScaleWithTheInput(amplitude: Double) throws {
    var random = RandomStream(seed: 23)
    let array = voltageDriven(&random, 12, 10)
    let volts = Matrix(rows: 1, columns: 12) { _, _ in Double.random(in: -1...1, using: &random) }
    let model = try CircuitArray(array)
    let one = try model.currents(.volts(volts)).amperes.elements
    let scaled = try model.currents(.volts(volts.map { $0 * amplitude })).amperes.elements
    #expect(relativeDifference(scaled.map { $0 / amplitude }, one) < Tolerance.exactDouble)
  }

  /// Ideal wires give the ideal product, whatever the ends.
  @Test(arguments: LineEnd.allCases, LineEnd.allCases)
  func idealWiresGiveTheIdealProduct(drive: LineEnd, sense: LineEnd) throws {
    var array = ReferenceArray.voltageDriven(wires: false)
    array.ends = LineEnds(wordLineDrive: drive, bitLineSense: sense, sourceLineDrive: drive)
    let ideal = try IdealArray(array).currents(ReferenceArray.volts).amperes.elements
    #expect(
      relativeDifference(
        try CircuitArray(array).currents(ReferenceArray.volts).amperes.elements, ideal)
        < Tolerance.exactDouble)
    array.topology = .gateDriven(sourceLine: .crossing)
    let switched = try IdealArray(array).currents(ReferenceArray.bits).amperes.elements
    #expect(
      relativeDifference(
        try CircuitArray(array).currents(ReferenceArray.bits).amperes.elements, switched)
        < Tolerance.exactDouble)
  }

  /// Splitting a batch changes nothing, to the bit.
  @Test func batchesDoNotMix() throws {
    var random = RandomStream(seed: 24)
    let array = voltageDriven(&random, 10, 6)
    let volts = Matrix(rows: 37, columns: 10) { _, _ in Double.random(in: -1...1, using: &random) }
    let model = try CircuitArray(array)
    let all = try model.currents(.volts(volts)).amperes
    for vector in [0, 15, 16, 36] {
      let one = try model.currents(InputBatch.volts(volts).vector(vector)).amperes
      #expect(one.row(0).elementsEqual(all.row(vector)))
    }
  }

  /// Cell voltages: without wires the whole read voltage; with them less, and most at the terminal.
  @Test func cellVoltagesFallAwayFromTheTerminal() throws {
    let array = ArrayDescription(
      topology: .gateDriven(sourceLine: .parallel),
      conductances: Matrix(rows: 20, columns: 3, repeating: 1e-4),
      wires: WireParasitics(bitLineSegment: 10.ohms),
      ends: LineEnds(bitLineSense: .far, sourceLineDrive: .far), readVoltage: 0.5.volts)
    let bits = InputBatch.bits(BitMatrix(rows: 1, columns: 20) { _, _ in true })
    let voltages = try CircuitArray(array).solution(bits).cells.map(\.volts)
    #expect(voltages.count == 1)
    for i in 1..<20 { #expect(voltages[0][i, 1] > voltages[0][i - 1, 1]) }
    #expect(voltages[0][19, 0] < 0.5)
    let current = try CircuitArray(array).currents(bits).amperes[0, 1]
    let sum = (0..<20).reduce(0) { $0 + 1e-4 * voltages[0][$1, 1] }
    #expect((sum / current - 1).magnitude < 1e-12)
  }

  /// Wires that do nothing are named, and do nothing.
  @Test func ineffectiveWiresAreNamed() throws {
    var array = ReferenceArray.gateDriven
    let before = try CircuitArray(array).currents(ReferenceArray.bits).amperes
    #expect(array.ineffectiveParameters.isEmpty)
    array.wires.wordLineSegment = 5.ohms
    array.terminals.wordLineDriver = 7.ohms
    #expect(
      array.ineffectiveParameters.map { $0.split(separator: " ").first } == [
        "wires.wordLineOhms", "terminals.wordLineDriverOhms",
      ])
    #expect(try CircuitArray(array).currents(ReferenceArray.bits).amperes == before)
    array.topology = .voltageDriven
    #expect(
      array.ineffectiveParameters == [
        "wires.sourceLineOhms has no effect: a voltage-driven array has no source lines"
      ])
  }

  @Test func unphysicalArraysAreNamed() throws {
    var array = ReferenceArray.gateDriven
    array.conductances[2, 3] = -1
    func reason(_ array: ArrayDescription) -> String {
      (#expect(throws: ArrayError.self) { try array.validate() }).map { "\($0)" } ?? ""
    }
    #expect(reason(array).hasPrefix("conductances[2, 3] is -1.0 S"))
    array.conductances[2, 3] = .nan
    #expect(throws: ArrayError.self) { try CircuitArray(array) }
    array.conductances[2, 3] = 1
    array.wires.bitLineSegment = (-1).ohms
    #expect(reason(array).hasPrefix("wires.bitLineOhms is -1.0"))
    array.wires.bitLineSegment = 1.ohms
    array.negativeConductances = Matrix(rows: 6, columns: 4, repeating: 1)
    #expect(reason(array).contains("6 × 4"))
    array.negativeConductances = nil
    let model = try CircuitArray(array)
    #expect(throws: ArrayError.self) { try model.currents(ReferenceArray.volts) }
    #expect(throws: ArrayError.self) {
      try model.currents(.bits(BitMatrix(rows: 1, columns: 5)))
    }
  }

  /// Arrays of every kind of cell, with the input that fits.
  private func everyKind(_ random: inout RandomStream) -> [(ArrayDescription, [Double])] {
    let cells: [(CellTopology, CellLaw)] = [
      (.voltageDriven, .linear), (.voltageDriven, .sinh(SinhLaw(scale: 0.3.volts))),
      (
        .voltageDriven,
        .selector(.init(saturation: 1e-6.amperes, slope: 0.1.volts))
      ), (.gateDriven(sourceLine: .parallel), .linear),
      (.gateDriven(sourceLine: .crossing), .linear),
      (.gateDriven(sourceLine: .crossing), .sinh(SinhLaw(scale: 0.3.volts))),
      (
        .gateDriven(sourceLine: .parallel),
        .transistor(.init(gate: 1.5.volts, threshold: 0.4.volts, transconductance: 1e-3))
      ),
    ]
    return cells.map { topology, cell in
      let array = ArrayDescription(
        topology: topology,
        conductances: Matrix(rows: 7, columns: 4) { _, _ in
          Double.random(in: 1e-6...1e-4, using: &random)
        }, readVoltage: 0.5.volts, law: cell)
      let input = (0..<7).map {
        topology == .voltageDriven
          ? Double.random(in: 0.1...1, using: &random) : [1, 0, 1][$0 % 3]
      }
      return (array, input)
    }
  }

  private func batch(_ array: ArrayDescription, _ vectors: [[Double]]) -> InputBatch {
    let matrix = Matrix(rows: vectors.count, columns: array.wordLineCount) { vectors[$0][$1] }
    return array.topology == .voltageDriven
      ? .volts(matrix)
      : .bits(BitMatrix(rows: vectors.count, columns: array.wordLineCount) { matrix[$0, $1] == 1 })
  }

  /// Cells conduct more at a higher voltage, and inputs have one sign: more resistance anywhere
  /// leaves less total current, whatever the cells (Rayleigh's monotonicity law, of monotone cells).
  @Test func lossGrowsWithResistanceWhateverTheCells() throws {
    var random = RandomStream(seed: 25)
    for (array, input) in everyKind(&random) {
      var wired = array
      var last = Double.infinity
      for ohms in [0, 1e-3, 1, 10, 100, 1000] {
        wired.wires.bitLineSegment = ohms.ohms
        if array.topology == .voltageDriven {
          wired.wires.wordLineSegment = ohms.ohms
        } else {
          wired.wires.sourceLineSegment = ohms.ohms
        }
        let amperes = try CircuitArray(wired).currents(batch(wired, [input])).amperes.elements
        let total = amperes.reduce(0, +)
        // Newton holds Kirchhoff's law to 1e-9 of the largest current.
        #expect(total <= last * (1 + 1e-8), "\(wired.topology), \(wired.law) at \(ohms) Ω")
        #expect(total > 0)
        last = total
      }
    }
  }

  /// A vector's currents do not depend on its neighbors or its place, to the bit, with any solver.
  @Test func batchesOfEveryCellDoNotMix() throws {
    var random = RandomStream(seed: 26)
    for (array, input) in everyKind(&random) {
      var wired = array
      wired.wires.bitLineSegment = 20.ohms
      if array.topology == .voltageDriven {
        wired.wires.wordLineSegment = 20.ohms
      } else {
        wired.wires.sourceLineSegment = 20.ohms
      }
      let vectors: [[Double]] = [
        input, input.map { _ in 0 }, Array(input.reversed()), input.map { 1 - $0 }, input,
      ]
      for solver in try LineArray.covers(wired)
        ? [CircuitArray(wired), LineArray(wired)] as [any ArrayModel] : [CircuitArray(wired)]
      {
        let all = try solver.currents(batch(wired, vectors)).amperes
        #expect(all.row(0).elementsEqual(all.row(4)), "\(solver.method), \(wired.topology)")
        for (index, vector) in vectors.enumerated() {
          let one = try solver.currents(batch(wired, [vector])).amperes
          #expect(
            one.row(0).elementsEqual(all.row(index)),
            "\(solver.method), \(wired.topology), vector \(index)")
        }
      }
    }
  }

  /// Newton's farthest device is named as a cell of the array, not by its label in the circuit.
  @Test func theFarthestDeviceIsACell() throws {
    var random = RandomStream(seed: 27)
    for (array, _) in everyKind(&random) {
      var shifted = array
      if array.topology == .voltageDriven {
        shifted.unused = UnusedLines(
          wordLines: .init(count: 2, side: .near, state: .grounded),
          cellConductance: 1e-5.siemens)
      }
      let model = try CircuitArray(shifted)
      let firstWordLine = shifted.unused.wordLines.count
      let (cells, circuit) = (model.built.meaning.cells[0], model.built.circuit)
      let (p, q) = (firstWordLine + 3, 2)
      let label: Label? =
        cells.transistors[p, q].map { circuit.mosfets[$0].label }
        ?? cells.diodes[p, q].map { circuit.diodes[$0 + 1].label }
      guard let label else {
        #expect(!model.description.isLinear || cells.resistors[p, q] != nil)
        continue
      }
      let error = model.inTermsOfTheArray(
        .notConverged(device: circuit.name(of: label), iterations: 9, relativeResidual: 0.5),
        vector: 6)
      guard case .newtonNotConverged(6, 9, 0.5, wordLine: 3, bitLine: 2) = error else {
        Issue.record("\(error) for cell [3, 2]")
        continue
      }
    }
    let model = try CircuitArray(ReferenceArray.gateDriven)
    guard case .circuit = model.inTermsOfTheArray(.singular("n1"), vector: 0) else {
      Issue.record("other errors stay what they are")
      return
    }
  }
}

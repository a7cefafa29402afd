import NumericKernels
import Testing
import Units

@testable import CrossbarArray

/// Power of reads against the circuit: what all resistances and cells dissipate.
@Suite struct ArrayPowerTests {
  /// Sum of `I²R` and `V I` over every element of the solved circuit.
  private func dissipated(_ array: ArrayDescription, _ inputs: InputBatch) throws -> Double {
    var sum = 0.0
    try CircuitArray(array).solutions(inputs) { sum += $1.dissipatedWatts }
    return sum
  }

  private func power(_ array: ArrayDescription, _ inputs: InputBatch) throws -> Double {
    let amperes = try CircuitArray(array).currents(inputs).amperes.elements
    return try ArrayPower(array).watts(inputs, sensedAmperes: amperes.reduce(0, +))
  }

  /// Tellegen's theorem: what the terminals deliver is what the elements dissipate, for arrays drawn
  /// over all topologies, pairs, wires, ends and unused lines.
  @Test(arguments: 0..<120) func terminalsDeliverWhatElementsDissipate(index: Int) throws {
    let random = RandomArray(index)
    let circuit = try dissipated(random.array, random.input)
    let own = try power(random.array, random.input)
    // Lines held at opposite voltages may deliver and take up power that nearly cancels.
    #expect((own - circuit).magnitude <= 1e-6 * max(circuit, 1e-6), "\(own) W, \(circuit) W")
  }

  /// The cheap forms, each with wires or without, agree with a solve of every read.
  @Test(arguments: ["sensed currents", "lines", "lines of voltages", "cells", "drivers"])
  func cheapFormsAgreeWithSolves(form: String) throws {
    var random = RandomStream(seed: 5)
    func cells() -> Matrix<Double> {
      Matrix(rows: 9, columns: 7) { _, _ in Double.random(in: 1e-6...2e-5, using: &random) }
    }
    let isWired = form == "sensed currents" || form == "drivers"
    let isGated = form == "sensed currents" || form == "lines"
    let array = ArrayDescription(
      topology: isGated ? .gateDriven(sourceLine: .parallel) : .voltageDriven,
      conductances: cells(), negativeConductances: cells(),
      pairing: isGated ? .separateLines : .interleaved,
      wires: WireParasitics(
        wordLineSegment: isWired && !isGated ? 20.ohms : 0.ohms,
        bitLineSegment: isWired ? 30.ohms : 0.ohms),
      readVoltage: 0.2.volts, law: form == "cells" ? .sinh(SinhLaw(scale: 0.3.volts)) : .linear)
    let inputs: InputBatch =
      isGated
      ? .bits(BitMatrix(rows: 4, columns: 9) { ($0 + 2 * $1) % 3 == 0 })
      : .volts(Matrix(rows: 4, columns: 9) { Double(($0 * 5 + $1) % 7 - 3) * 0.05 })
    let own = try ArrayPower(array)
    let name =
      switch own.method {
      case .sensedCurrents: "sensed currents"
      case .lines: isGated ? "lines" : "lines of voltages"
      case .cells: "cells"
      case .drivers: "drivers"
      case .solutions: "solutions"
      }
    #expect(name == form)
    let watts = try power(array, inputs)
    let solved = try dissipated(array, inputs)
    #expect((watts - solved).magnitude <= 1e-9 * solved)
  }

  /// Inputs at rest cost nothing.
  @Test func linesAtRestTakeNoPower() throws {
    let array = ArrayDescription(
      topology: .gateDriven(sourceLine: .parallel),
      conductances: Matrix(rows: 3, columns: 2, repeating: 1e-5), readVoltage: 0.1.volts)
    #expect(try power(array, .bits(BitMatrix(rows: 2, columns: 3))) == 0)
    // One line of two cells: V² G each.
    let one = BitMatrix(rows: 1, columns: 3) { $1 == 1 }
    #expect((try power(array, .bits(one)) - 2 * 0.01 * 1e-5).magnitude <= 1e-22)
  }
}

import NumericKernels
import Testing
import Units

@testable import CrossbarArray

/// Source lines alone: the equations of their circuit, and their response to the bit lines.
@Suite struct GroundedSourceLineTests {
  private static let laws: [CellLaw] = [
    .linear, .sinh(SinhLaw(scale: 0.05.volts)),
    .selector(SelectorLaw(saturation: 1e-6.amperes, slope: 0.03.volts)),
    .transistor(TransistorLaw(gate: 1.0.volts, threshold: 0.4.volts, transconductance: 2e-4)),
  ]

  private static func cells(_ n: Int) -> [Double] {
    var random = RandomStream(seed: 3)
    return (0..<n).map { $0 % 7 == 5 ? 0 : 1e-4 * Double.random(in: 0.01...1, using: &random) }
  }

  private static func line(_ segment: Double, _ ends: LineEnd) -> CrossingLine {
    CrossingLine(segment: segment.ohms, terminal: 30.ohms, ends: ends)
  }

  /// Currents sum to zero at every node, for lines that conduct well, hardly and not at all.
  @Test(arguments: laws.indices, LineEnd.allCases)
  func currentsSumToZero(law: Int, ends: LineEnd) throws {
    let (volts, n) = (0.2, 41)
    for segment in [1e-3, 1.0, 300] {
      let cells = Self.cells(n)
      let found = try Self.line(segment, ends).grounded(
        cells[...], law: Self.laws[law], volts: volts)
      let u = found.volts
      let g = 1 / segment
      let terminal = 1 / (segment + 30)
      for j in 0..<n {
        let own = Self.laws[law].crossing(source: u[j], bitLine: 0, siemens: cells[j]).amperes
        #expect((found.amperes[j] - own).magnitude <= 1e-12 * own)
        var into = -own
        into += j > 0 ? g * (u[j - 1] - u[j]) : ends == .far ? 0 : terminal * (volts - u[j])
        into += j + 1 < n ? g * (u[j + 1] - u[j]) : ends == .near ? 0 : terminal * (volts - u[j])
        // Differences of voltages lose digits where segments conduct well.
        #expect(into.magnitude <= 1e-9 * own + 32 * g * volts * .ulpOfOne, "\(segment): \(j)")
      }
    }
  }

  /// For cells of two terminals a voltage on all bit lines is one taken from the source: what the line
  /// takes over is one less the response to the source.
  @Test(arguments: 0..<3, LineEnd.allCases)
  func whatIsTakenOverIsTheResponse(law: Int, ends: LineEnd) throws {
    let (volts, step) = (0.2, 1e-5)
    let (cells, line) = (Self.cells(30), Self.line(20, ends))
    let law = Self.laws[law]
    let here = try line.grounded(cells[...], law: law, volts: volts)
    let less = try line.grounded(cells[...], law: law, volts: volts - step).volts
    let more = try line.grounded(cells[...], law: law, volts: volts + step).volts
    for j in cells.indices {
      let response = (more[j] - less[j]) / (2 * step)
      #expect((here.takenOver[j] - (1 - response)).magnitude <= 1e-6, "\(j)")
    }
  }

  /// Currents fall with the bit lines as circuits say, by `siemens (1 − takenOver)` where all bit lines
  /// are at one voltage: equal cells on a line whose resistance is that of its driver.
  @Test(arguments: laws.indices, [0.0, 2000])
  func currentsFallAsInCircuits(law: Int, driver: Double) throws {
    let (n, sense) = (20, 10.0)
    let array = ArrayDescription(
      topology: .gateDriven(sourceLine: .crossing),
      conductances: Matrix(rows: 1, columns: n, repeating: 3e-5),
      wires: WireParasitics(sourceLineSegment: 1e-3.ohms),
      terminals: TerminalResistances(
        bitLineSense: sense.ohms, sourceLineDriver: driver.ohms),
      readVoltage: 0.2.volts, law: Self.laws[law])
    let bits = BitMatrix(rows: 1, columns: 1) { _, _ in true }
    let found = try CircuitArray(array, factorization: .klu).currents(.bits(bits)).amperes
    let line = try CrossingLine(array).grounded(
      array.conductances.row(0), law: Self.laws[law], volts: 0.2)
    for j in 0..<n {
      let expected = line.siemens[j] * (1 - line.takenOver[j]) * sense * found[0, j]
      let fall = line.amperes[j] - found[0, j]
      #expect(expected > 1e-5 * found[0, j])
      #expect((fall - expected).magnitude <= 1e-2 * expected, "\(j): \(fall), \(expected)")
    }
  }
}

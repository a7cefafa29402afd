import NumericKernels
import Testing
import Units

@testable import CrossbarArray

/// Derivatives of sensed currents by conductances, from one walk.
@Suite struct LadderSensitivitiesTests {
  private static let volts = 0.2

  private func array(
    pairs: Bool = true, m: Int = 7, n: Int = 5, ohms: Double = 800,
    _ change: (inout ArrayTechnology) -> Void = { _ in }
  ) -> ArrayDescription {
    var random = RandomStream(seed: 3)
    func cells() -> Matrix<Double> {
      Matrix(rows: m, columns: n) { _, _ in Double.random(in: 1e-6...2e-5, using: &random) }
    }
    let (positive, negative) = (cells(), cells())
    var technology = ArrayTechnology.fileDefaults(.gateDriven(sourceLine: .parallel))
    technology.readVoltage = Self.volts.volts
    technology.wires = WireParasitics(bitLineSegment: ohms.ohms)
    technology.terminals = TerminalResistances(bitLineSense: 150.ohms)
    change(&technology)
    return ArrayDescription(
      technology, conductances: positive, negativeConductances: pairs ? negative : nil)
  }

  private func bits(_ lines: Int, rows: Int) -> BitMatrix {
    var random = RandomStream(seed: 9)
    return BitMatrix(rows: rows, columns: lines) { _, _ in Bool.random(using: &random) }
  }

  /// The walk against central differences of the exact circuit, cell by cell, over weighted reads.
  @Test(arguments: 0..<4) func derivativesAreThoseOfTheCircuit(kind: Int) throws {
    let array = self.array(pairs: kind != 1, n: kind == 3 ? 9 : 5) {
      if kind == 2 {
        $0.ends.bitLineSense = .near
        $0.ends.sourceLineDrive = .near
        $0.wires.sourceLineSegment = 300.ohms
      }
      if kind == 3 { $0.unused.wordLines = UnusedLines.Group(count: 4, side: .far) }
    }
    let (m, n, outputs) = (array.wordLineCount, array.bitLineCount, array.outputCount)
    let weights = [1, 2, 4.0]
    let bits = bits(m, rows: 6)
    let squares = try LadderSensitivities(array).squares(bits, weights: weights)
    #expect(squares.count == 2 * outputs * m)
    for line in 0..<m {
      for output in 0..<outputs {
        func sums(_ change: Double) throws -> [Double] {
          var changed = array
          if output < n {
            changed.conductances[line, output] += change
          } else {
            changed.negativeConductances?[line, output - n] += change
          }
          let amperes = try LadderArray(changed).currents(.bits(bits)).amperes
          return (0..<2).map { vector in
            weights.indices.reduce(0) {
              $0 + weights[$1] * amperes[vector * weights.count + $1, output]
            }
          }
        }
        let step = 1e-9
        let (high, low) = (try sums(step), try sums(-step))
        for vector in 0..<2 {
          let slope = (high[vector] - low[vector]) / (2 * step) / Self.volts
          let own = Double(squares[(vector * outputs + output) * m + line])
          // Single precision holds the result; the difference of currents loses five digits.
          #expect((slope - own).magnitude <= 1e-6 * 7, "\(line), \(output): \(own) for \(slope)")
        }
      }
    }
  }

  /// Means over reads are those of the derivatives of single reads, by their weights and drives.
  @Test(arguments: [LineEnd.near, .far]) func meansAreThoseOfTheReads(sense: LineEnd) throws {
    let array = self.array {
      $0.ends.bitLineSense = sense
      $0.ends.sourceLineDrive = sense
    }
    let (m, n) = (array.wordLineCount, array.bitLineCount)
    let bits = BitMatrix(rows: 6, columns: m) { row, line in line > 0 && (row + line) % 3 != 0 }
    let weights = [1, 2, 4, 8, 16, 0.5]
    let ladder = try LadderSensitivities(array)
    let means = ladder.meanSquares(bits, weights: weights)
    let squares = (0..<6).map { row in
      ladder.squares(BitMatrix(rows: 1, columns: m) { bits[row, $1] }, weights: [1])
    }
    #expect(means.count == 2)
    for output in 0..<2 * n {
      var column: [Double] = []
      for line in 1..<m {
        var (sum, drive) = (0.0, 0.0)
        for row in 0..<6 where bits[row, line] {
          sum += weights[row] * Double(squares[row][output * m + line])
          drive += weights[row]
        }
        column.append(sum / drive)
        let own = means[output / n][line, output % n]
        // Six terms of single precision.
        #expect((own - sum / drive).magnitude <= 8 * Double(Float.ulpOfOne))
      }
      // A line that no read drives has the mean of its column.
      let mean = column.reduce(0, +) / Double(column.count)
      #expect((means[output / n][0, output % n] - mean).magnitude <= 1e-6)
    }
  }

  /// One cell behind its wire: `1 / (1 + R G)²`.
  @Test func oneCellHasAClosedForm() throws {
    let siemens = 2e-5
    var technology = ArrayTechnology.fileDefaults(.gateDriven(sourceLine: .parallel))
    technology.wires = WireParasitics(bitLineSegment: 700.ohms)
    technology.terminals = TerminalResistances(bitLineSense: 300.ohms)
    let array = ArrayDescription(
      technology, conductances: Matrix(rows: 1, columns: 1, repeating: siemens))
    let squares = try LadderSensitivities(array).squares(
      BitMatrix(rows: 2, columns: 1) { row, _ in row == 1 }, weights: [1, 2])
    let divider = 1 + 1000 * siemens
    #expect((Double(squares[0]) - 2 / (divider * divider)).magnitude <= 2e-7)
  }

  @Test func arraysThatAreNoLaddersAreRefused() {
    let crossing = array {
      $0.topology = .gateDriven(sourceLine: .crossing)
      $0.wires.sourceLineSegment = 10.ohms
    }
    #expect(
      LadderSensitivities.refusal(of: crossing)
        == "the ladder needs sourceLine: parallel, or source lines without resistance")
    let bent = array { $0.law = .sinh(SinhLaw(scale: 0.05.volts)) }
    #expect(LadderSensitivities.refusal(of: bent) == "the ladder does not cover nonlinear cells")
    #expect(LadderSensitivities.refusal(of: array()) == nil)
    #expect(throws: ArrayError.self) { _ = try LadderSensitivities(bent) }
  }
}

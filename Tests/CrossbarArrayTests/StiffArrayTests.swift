import CircuitSolver
import CrossbarArray
import Foundation
import NumericKernels
import TestSupport
import Testing
import Units

/// Wires of picoohms beside megohms: every sensed current is right to 1e-8, or refused.
@Suite struct StiffArrayTests {
  /// A small array over all topologies, with an input that fits.
  struct Case {
    var array: ArrayDescription
    var input: InputBatch
    var numbers: [Double]
  }

  static func draw(_ index: Int, stiffest: Double) -> Case {
    var random = RandomStream(seed: 31, stream: UInt64(index))
    func decades(_ low: Double, _ high: Double) -> Double {
      pow(10, Double.random(in: low...high, using: &random))
    }
    func chance(_ p: Double) -> Bool { Double.random(in: 0..<1, using: &random) < p }
    func end() -> LineEnd { LineEnd.allCases.randomElement(using: &random) ?? .near }
    let (m, n) = (Int.random(in: 1...7, using: &random), Int.random(in: 1...7, using: &random))
    func cells() -> Matrix<Double> {
      Matrix(rows: m, columns: n) { _, _ in chance(0.4) ? 0 : decades(-9, 0) }
    }
    func wire() -> Ohms { (chance(0.2) ? 0 : decades(stiffest, -3)).ohms }
    func terminal() -> Ohms { (chance(0.4) ? 0 : decades(-3, 6)).ohms }
    let topology: CellTopology = [
      .voltageDriven, .gateDriven(sourceLine: .parallel), .gateDriven(sourceLine: .crossing),
    ][index % 3]
    let isDriven = topology == .voltageDriven
    let pairs = index / 3 % 3
    var array = ArrayDescription(
      topology: topology, conductances: cells(), negativeConductances: pairs > 0 ? cells() : nil,
      pairing: pairs == 2 ? .interleaved : .separateLines,
      wires: WireParasitics(
        wordLineSegment: isDriven ? wire() : 0.ohms, bitLineSegment: wire(),
        sourceLineSegment: isDriven ? 0.ohms : wire()),
      terminals: TerminalResistances(
        wordLineDriver: isDriven ? terminal() : 0.ohms, bitLineSense: terminal(),
        sourceLineDriver: isDriven ? 0.ohms : terminal()),
      ends: LineEnds(wordLineDrive: end(), bitLineSense: end(), sourceLineDrive: end()),
      readVoltage: decades(-3, 0).volts)
    array.unused.cellConductance = decades(-9, 0).siemens
    if chance(0.5) {
      array.unused.bitLines = .init(
        count: 2, side: .far, state: chance(0.5) ? .floating : .grounded)
    }
    if isDriven, chance(0.5) {
      array.unused.wordLines = .init(
        count: 2, side: .near, state: chance(0.5) ? .floating : .grounded)
    }
    if chance(0.5) {
      let ohms = decades(-6, 6).ohms
      let (i, j) = (
        Int.random(in: 0..<m, using: &random), Int.random(in: 0..<n, using: &random)
      )
      let kinds: [ArrayDefect.Kind] = [
        .stuckCell(decades(-9, 0).siemens), .shortedCell(ohms), .resistiveSegment(.bitLine, ohms),
      ]
      var candidate = array
      candidate.defects.append(
        ArrayDefect(kinds.randomElement(using: &random) ?? .openCell, wordLine: i, bitLine: j))
      if (try? candidate.validate()) != nil { array = candidate }
    }
    let numbers = (0..<m).map { _ in
      chance(0.2) ? 0 : isDriven ? Double.random(in: -1...1, using: &random) : 1
    }
    return Case(
      array: array,
      input: isDriven
        ? .volts(Matrix(rows: 1, columns: m, elements: numbers))
        : .bits(BitMatrix(rows: 1, columns: m) { numbers[$1] == 1 }), numbers: numbers)
  }

  /// `nil` where a model says that it cannot vouch for the currents. Line CG may say so, and Newton's
  /// method where it does not converge; factorization of a linear circuit may not.
  private func currents(_ model: any ArrayModel, _ drawn: Case) throws -> ArrayCurrents? {
    do throws(ArrayError) {
      return try model.currents(drawn.input)
    } catch {
      switch error {
      case .currentsNotAccurate, .notConverged, .newtonNotConverged, .circuit(.notConverged):
        return nil
      default: throw error
      }
    }
  }

  @Test(arguments: 0..<6, [-12.0, -9, -6])
  func everyCurrentIsRightOrRefused(part: Int, stiffest: Double) throws {
    var (solved, refused) = (0, 0)
    for index in part * 60..<(part + 1) * 60 {
      let drawn = Self.draw(index, stiffest: stiffest)
      let array = drawn.array
      let truth = StarMesh(array, input: drawn.numbers)
      let peak = drawn.numbers.reduce(0) { max($0, $1.magnitude) }
      var models: [any ArrayModel] = []
      do throws(ArrayError) {
        models = [try CircuitArray(array), try CircuitArray(array, factorization: .klu)]
      } catch {
        // A line that floats without any cell has no solution, and is refused by its node's name.
        guard case .circuit(.floatingNode) = error else { throw error }
        continue
      }
      if array.topology == .voltageDriven { models.append(try EffectiveMatrix(array)) }
      if LadderArray.covers(array) { models.append(try LadderArray(array)) }
      if ColumnArray.covers(array) { models.append(try ColumnArray(array)) }
      if LineArray.covers(array) { models.append(try LineArray(array)) }
      for model in models {
        guard let found = try currents(model, drawn) else {
          #expect(model is LineArray, "array \(index): \(model.method) refuses it")
          refused += 1
          continue
        }
        if model is LineArray { solved += 1 }
        for (k, amperes) in found.amperes.elements.enumerated() {
          // What each promises where contributions cancel; see `ArrayCurrents` and `LineSensing`.
          var scale = max(truth.outputs[k].magnitude, 1e-5 * truth.uncanceled[k])
          if found.boundsContributions { scale = truth.uncanceled[k] }
          if model is LineArray {
            scale = max(scale, 1e-5 * truth.siemens[k] * max(peak, array.readVoltage.value))
          }
          #expect(
            (amperes - truth.outputs[k]).magnitude <= 1e-8 * scale,
            "array \(index), \(model.method), output \(k): \(amperes) for \(truth.outputs[k])")
        }
        if let error = found.sensedError { #expect(error <= 1e-8) }
      }
    }
    // To refuse them all would be right as well, and of no use: one of twenty is refused.
    #expect(solved >= 20 && refused <= 2)
  }

  /// Cells that a million volts would bend are linear to 1e-12 at one volt: Newton's method has to find
  /// the currents of the linear array, by every way of solving its steps.
  @Test(arguments: 0..<3, [-12.0, -9, -6])
  func nonlinearCurrentsAreRightOrRefused(part: Int, stiffest: Double) throws {
    var refused = 0
    for index in part * 40..<(part + 1) * 40 {
      let drawn = Self.draw(index, stiffest: stiffest)
      var array = drawn.array
      let truth = StarMesh(array, input: drawn.numbers)
      let peak = drawn.numbers.reduce(0) { max($0, $1.magnitude) }
      array.law = .sinh(SinhLaw(scale: 1e6.volts))
      guard (try? array.validate()) != nil else { continue }
      var models: [any ArrayModel] = []
      do throws(ArrayError) {
        models = [try CircuitArray(array), try CircuitArray(array, factorization: .klu)]
      } catch {
        guard case .circuit(.floatingNode) = error else { throw error }
        continue
      }
      if LineArray.covers(array) { models.append(try LineArray(array)) }
      for model in models {
        guard let found = try currents(model, drawn) else {
          refused += 1
          continue
        }
        for (k, amperes) in found.amperes.elements.enumerated() {
          var scale = max(truth.outputs[k].magnitude, 1e-5 * truth.uncanceled[k])
          if model is LineArray {
            scale = max(scale, 1e-5 * truth.siemens[k] * max(peak, array.readVoltage.value))
          }
          #expect(
            (amperes - truth.outputs[k]).magnitude <= 1e-8 * scale,
            "array \(index), \(model.method), output \(k): \(amperes) for \(truth.outputs[k])")
        }
        let error = try #require(found.sensedError)
        #expect(error <= 1e-8)
      }
    }
    // Of about a hundred; most with wires of picoohms, where no factorization lets Newton converge.
    #expect(refused <= 6)
  }

  /// Star-mesh elimination itself, where the circuit is a chain: one column of two cells, the second
  /// open, behind wire and a megohm.
  @Test func oneColumnIsASeriesCircuit() throws {
    let array = ArrayDescription(
      topology: .voltageDriven, conductances: Matrix(rows: 2, columns: 1, elements: [1e-6, 0]),
      wires: WireParasitics(bitLineSegment: 4e-9.ohms),
      terminals: TerminalResistances(bitLineSense: 5e5.ohms))
    let expected = 3.2e-4 / (1e6 + 5e5 + 2 * 4e-9)
    let truth = StarMesh(array, input: [3.2e-4, 2.5e-4])
    #expect((truth.outputs[0] / expected - 1).magnitude < 1e-15)
    let input = InputBatch.volts(Matrix(rows: 1, columns: 2, elements: [3.2e-4, 2.5e-4]))
    for factorization in [CircuitArray.Factorization.cholmod, .klu] {
      let currents = try CircuitArray(array, factorization: factorization).currents(input)
      #expect((currents.amperes[0, 0] / expected - 1).magnitude < 1e-13)
      #expect(currents.work.eliminatedVectors == 1)
    }
  }
}

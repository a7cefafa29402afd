import NumericKernels
import Testing
import Units

@testable import CrossbarArray

/// The part of its ideal current that every cell delivers behind its wires.
@Suite struct CellSharesTests {
  private static let volts = 0.2

  private func array(
    _ topology: CellTopology = .gateDriven(sourceLine: .parallel), m: Int = 7, n: Int = 5,
    pairing: PairArrangement? = .separateLines, ohms: Double = 800, seed: UInt64 = 3,
    _ change: (inout ArrayTechnology) -> Void = { _ in }
  ) -> ArrayDescription {
    var random = RandomStream(seed: seed)
    func cells() -> Matrix<Double> {
      // One in five does not conduct.
      Matrix(rows: m, columns: n) { _, _ in
        // The effective matrix has entries where cells do not conduct, by way of others.
        topology != .voltageDriven && Int.random(in: 0..<5, using: &random) == 0
          ? 0 : Double.random(in: 1e-6...2e-5, using: &random)
      }
    }
    let (positive, negative) = (cells(), cells())
    var technology = ArrayTechnology.fileDefaults(topology)
    technology.readVoltage = Self.volts.volts
    technology.wires = WireParasitics(
      wordLineSegment: topology == .voltageDriven ? (ohms / 2).ohms : 0.ohms,
      bitLineSegment: ohms.ohms)
    technology.terminals = TerminalResistances(bitLineSense: 150.ohms)
    change(&technology)
    return ArrayDescription(
      technology, conductances: positive,
      negativeConductances: pairing == nil ? nil : negative, pairing: pairing ?? .separateLines)
  }

  private func bits(_ array: ArrayDescription, count: Int = 6, seed: UInt64 = 9) -> InputBatch {
    var random = RandomStream(seed: seed)
    return .bits(
      BitMatrix(rows: count, columns: array.wordLineCount) { _, _ in
        Bool.random(using: &random)
      })
  }

  private func volts(_ array: ArrayDescription, count: Int = 6) -> InputBatch {
    var random = RandomStream(seed: 5)
    return .volts(
      Matrix(rows: count, columns: array.wordLineCount) { _, _ in
        Double.random(in: -Self.volts...Self.volts, using: &random)
      })
  }

  static let ladders: [(pairing: PairArrangement?, sense: LineEnd, unused: Int)] = [
    (nil, .far, 0), (.separateLines, .far, 0), (.separateLines, .near, 0), (nil, .near, 3),
    (.separateLines, .far, 4),
  ]

  /// The walk against solutions of the circuit, read by read, over all ends of lines that it covers.
  @Test(arguments: ladders.indices) func walkAgreesWithSolutions(index: Int) throws {
    let (pairing, sense, unused) = Self.ladders[index]
    let array = array(pairing: pairing) {
      $0.ends.bitLineSense = sense
      $0.ends.sourceLineDrive = sense
      $0.wires.sourceLineSegment = 300.ohms
      if unused > 0 { $0.unused.wordLines = UnusedLines.Group(count: unused, side: .far) }
    }
    #expect(CellShares.Method(array) == .ladder)
    let inputs = bits(array)
    let weights = [1, 2, 4, 8, 16, 32.0]
    let walk = try CellShares(array, over: inputs, weights: weights)
    let solved = try CellShares(array, over: inputs, weights: weights, by: .solver)
    let single = try CellShares(array, over: inputs, weights: weights, isSingle: true)
    #expect(walk.shares.count == (pairing == nil ? 1 : 2))
    for (own, wanted) in zip(zip(walk.shares, single.shares), solved.shares) {
      for (k, b) in wanted.elements.enumerated() {
        let (a, single) = (own.0.elements[k], own.1.elements[k])
        #expect((a - b).magnitude <= 1e-10 && a > 0 && a < 1, "\(a) for \(b)")
        #expect((single - b).magnitude <= 1e-6, "\(single) for \(b)")
      }
    }
  }

  /// Neither many word lines nor many reads, of weights far apart, wear single precision down.
  @Test func singlePrecisionLastsForManyReads() throws {
    let array = array(m: 400, n: 3, ohms: 2)
    guard case .bits(let reads) = bits(array, count: 500) else { return }
    let weights = (0..<500).map { Double(1 << ($0 % 8)) }
    let found = try CellShares(array, over: .bits(reads), weights: weights, isSingle: true).shares
    let double = try CellShares(array, over: .bits(reads), weights: weights).shares
    var least = 1.0
    for (a, b) in zip(found, double) {
      for (a, b) in zip(a.elements, b.elements) {
        #expect((a - b).magnitude <= 2e-6 * b, "\(a) for \(b)")
        least = min(least, b)
      }
    }
    #expect(least < 0.8)
  }

  /// What cells deliver adds up to what is sensed, in every topology, arrangement of pairs and law.
  @Test(arguments: [0, 1, 2, 3, 4, 5]) func sharesAddUpToTheSensedCurrents(kind: Int) throws {
    let array =
      switch kind {
      case 0: self.array()
      case 1: self.array(pairing: .interleaved)
      case 2:
        self.array(.gateDriven(sourceLine: .crossing)) { $0.wires.sourceLineSegment = 90.ohms }
      case 3: self.array { $0.law = .sinh(SinhLaw(scale: 0.05.volts)) }
      case 4: self.array(.voltageDriven)
      default: self.array(.voltageDriven, pairing: .interleaved)
      }
    let isLinearMap = kind >= 4
    let all = kind < 4 ? bits(array) : volts(array)
    for vector in 0..<all.count {
      let input = all.vector(vector)
      // The effective matrix has the same shares for every read.
      let shares = try CellShares(
        array, over: isLinearMap ? all : input,
        weights: Array(repeating: 1, count: isLinearMap ? all.count : 1)
      ).shares
      let sensed = try ExactMethod.judge(of: array).currents(input).amperes
      var sums = [Double](repeating: 0, count: array.outputCount)
      for line in 0..<array.wordLineCount {
        let drive: Double =
          switch input {
          case .bits(let bits): bits[0, line] ? Self.volts : 0
          case .volts(let volts): volts[0, line]
          }
        guard drive != 0 else { continue }
        for (polarity, cells) in array.effectiveConductances.enumerated() {
          for j in 0..<array.bitLineCount {
            let sign: Double = array.pairing == .interleaved && polarity == 1 ? -1 : 1
            let output = array.pairing == .interleaved ? j : polarity * array.bitLineCount + j
            sums[output] +=
              sign * shares[polarity][line, j] * array.law.amperes(drive, siemens: cells[line, j])
          }
        }
      }
      let scale = sensed.elements.reduce(0) { max($0, $1.magnitude) }
      for (output, amperes) in sums.enumerated() {
        #expect(
          (amperes - sensed[0, output]).magnitude <= 2e-8 * scale,
          "\(kind), vector \(vector): \(amperes) A for \(sensed[0, output]) A")
      }
    }
  }

  /// The lines of interleaved pairs apart: each brings less than its cell, and both together what the
  /// effective matrix says.
  @Test func pairsOfLinesHaveSharesOfTheirOwn() throws {
    let array = array(.voltageDriven, m: 4, n: 3, pairing: .interleaved)
    #expect(CellShares.Method(array) == .pairedMatrix)
    let found = try PairedMatrix(array)
    for (polarity, cells) in array.effectiveConductances.enumerated() {
      for line in 0..<4 {
        for j in 0..<3 {
          #expect(found.siemens[polarity][line, j] > 0)
          #expect(found.shares[polarity][line, j] < 1)
          #expect(found.siemens[polarity][line, j] < cells[line, j])
        }
      }
    }
    let matrix = try EffectiveMatrix(array).siemens
    for line in 0..<4 {
      for j in 0..<3 {
        let both = found.siemens[0][line, j] - found.siemens[1][line, j]
        #expect((both - matrix[line, j]).magnitude <= 1e-12 * found.siemens[0][line, j])
      }
    }
  }

  /// Reciprocity: a column's current changes with a conductance by `V u²`, here by central differences
  /// of the exact circuit.
  @Test func currentsChangeByTheSquareOfShares() throws {
    let array = array(pairing: nil)
    let input = bits(array, count: 1)
    guard case .bits(let set) = input else { return }
    let shares = try CellShares(array, over: input, weights: [1]).shares[0]
    for line in 0..<array.wordLineCount where set[0, line] {
      for j in 0..<array.bitLineCount {
        func amperes(_ change: Double) throws -> Double {
          var changed = array
          changed.conductances[line, j] += change
          return try LadderArray(changed).currents(input).amperes[0, j]
        }
        let base = max(array.conductances[line, j], 1e-6)
        let step = 1e-4 * base
        let low = array.conductances[line, j] == 0 ? 0 : -step
        let slope = (try amperes(step) - amperes(low)) / (step - low)
        let expected = Self.volts * shares[line, j] * shares[line, j]
        // One-sided where the cell does not conduct: off by half a second derivative.
        #expect(
          (slope - expected).magnitude <= (low == 0 ? 1e-5 : 1e-7) * Self.volts,
          "cell \(line), \(j): \(slope) for \(expected)")
      }
    }
  }

  /// One cell behind a segment of its line and the terminal: a voltage divider.
  @Test func oneCellIsAVoltageDivider() throws {
    let siemens = 2e-5
    var technology = ArrayTechnology.fileDefaults(.gateDriven(sourceLine: .parallel))
    technology.wires = WireParasitics(bitLineSegment: 700.ohms)
    technology.terminals = TerminalResistances(bitLineSense: 300.ohms)
    let array = ArrayDescription(
      technology, conductances: Matrix(rows: 1, columns: 1, repeating: siemens))
    let found = try CellShares(
      array, over: .bits(BitMatrix(rows: 1, columns: 1) { _, _ in true }), weights: [3])
    #expect((found.shares[0][0, 0] - 1 / (1 + 1000 * siemens)).magnitude <= 4 * .ulpOfOne)
  }

  @Test(arguments: [CellTopology.gateDriven(sourceLine: .parallel), .voltageDriven])
  func withoutWiresEverythingIsDelivered(topology: CellTopology) throws {
    let array = array(topology, ohms: 0) { $0.terminals = TerminalResistances() }
    #expect(CellShares.Method(array) == .unwired)
    let inputs = topology == .voltageDriven ? volts(array) : bits(array)
    let found = try CellShares(array, over: inputs, weights: Array(repeating: 1, count: 6))
    #expect(found.shares.allSatisfy { $0.elements.allSatisfy { $0 == 1 } })
  }

  /// Lines that no read drives say nothing of their cells: those have the mean of their column, and 1
  /// without any read.
  @Test func idleLinesHaveTheMeanOfTheirColumn() throws {
    let array = array(pairing: nil)
    let inputs = InputBatch.bits(
      BitMatrix(rows: 2, columns: 7) { row, line in line < 3 && (line + row) % 2 == 0 })
    let shares = try CellShares(array, over: inputs, weights: [1, 5]).shares[0]
    for j in 0..<array.bitLineCount {
      let mean = (0..<3).reduce(0) { $0 + shares[$1, j] } / 3
      for line in 3..<7 { #expect((shares[line, j] - mean).magnitude <= 1e-15) }
    }
    let none = InputBatch.bits(BitMatrix(rows: 1, columns: 7) { _, _ in false })
    let idle = try CellShares(array, over: none, weights: [1]).shares[0]
    #expect(idle.elements.allSatisfy { $0 == 1 })
  }

  /// Reads count by their weights: three of one are one of weight three.
  @Test func readsCountByTheirWeights() throws {
    let array = array()
    guard case .bits(let two) = bits(array, count: 2) else { return }
    let four = BitMatrix(rows: 4, columns: 7) { two[$0 == 0 ? 0 : 1, $1] }
    let weighted = try CellShares(array, over: .bits(two), weights: [1, 3])
    let repeated = try CellShares(array, over: .bits(four), weights: [1, 1, 1, 1])
    for (a, b) in zip(weighted.shares, repeated.shares) {
      for (a, b) in zip(a.elements, b.elements) { #expect((a - b).magnitude <= 1e-14) }
    }
  }
}

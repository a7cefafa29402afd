import CrossbarArray
import Foundation
import NumericKernels
import Units

/// Small arrays drawn over all options of a description, with an input that fits.
struct RandomArray {
  var array: ArrayDescription
  var input: InputBatch
  /// The same input as numbers.
  var numbers: [Double]
  private var random: RandomStream

  /// Array `index` of a fixed series. Cells are about 1 S, wires 1e-9 to 1e-2 of their resistance.
  init(_ index: Int, seed: UInt64 = 1) {
    var random = RandomStream(seed: seed, stream: UInt64(index))
    let (m, n) = (Int.random(in: 1...4, using: &random), Int.random(in: 1...4, using: &random))
    func cells() -> Matrix<Double> {
      Matrix(rows: m, columns: n) { _, _ in
        Int.random(in: 0..<6, using: &random) == 0 ? 0 : Double.random(in: 0.05...1, using: &random)
      }
    }
    func ohms(_ chance: Double) -> Ohms {
      Double.random(in: 0..<1, using: &random) < chance
        ? pow(10, Double.random(in: -9 ... -2, using: &random)).ohms : 0.ohms
    }
    func end() -> LineEnd { LineEnd.allCases.randomElement(using: &random) ?? .near }
    let topologies: [CellTopology] = [
      .voltageDriven, .gateDriven(sourceLine: .parallel), .gateDriven(sourceLine: .crossing),
    ]
    let topology = topologies[index % 3]
    let isVoltageDriven = topology == .voltageDriven
    let hasPairs = index / 3 % 3
    var description = ArrayDescription(
      topology: topology, conductances: cells(),
      negativeConductances: hasPairs > 0 ? cells() : nil,
      pairing: hasPairs == 2 ? .interleaved : .separateLines,
      wires: WireParasitics(
        wordLineSegment: isVoltageDriven ? ohms(0.7) : 0.ohms, bitLineSegment: ohms(0.7),
        sourceLineSegment: isVoltageDriven ? 0.ohms : ohms(0.7)),
      terminals: TerminalResistances(
        wordLineDriver: isVoltageDriven ? ohms(0.4) : 0.ohms, bitLineSense: ohms(0.4),
        sourceLineDriver: isVoltageDriven ? 0.ohms : ohms(0.4)),
      ends: LineEnds(wordLineDrive: end(), bitLineSense: end(), sourceLineDrive: end()),
      readVoltage: Double.random(in: 0.1...1, using: &random).volts)
    func group(onlyOff: Bool) -> UnusedLines.Group {
      let states: [UnusedLines.State] = [
        .off, .grounded, .floating, .held(Double.random(in: -1...1, using: &random).volts),
      ]
      return UnusedLines.Group(
        count: Int.random(in: 1...2, using: &random),
        side: Bool.random(using: &random) ? .near : .far,
        state: onlyOff ? .off : states.randomElement(using: &random) ?? .off)
    }
    if Int.random(in: 0..<3, using: &random) == 0 {
      description.unused.wordLines = group(onlyOff: !isVoltageDriven)
    }
    if Int.random(in: 0..<3, using: &random) == 0 {
      description.unused.bitLines = group(onlyOff: false)
    }
    description.unused.cellConductance = Double.random(in: 0.05...1, using: &random).siemens
    numbers = (0..<m).map { _ in
      Int.random(in: 0..<5, using: &random) == 0
        ? 0 : isVoltageDriven ? Double.random(in: -1...1, using: &random) : 1
    }
    let values = numbers
    input =
      isVoltageDriven
      ? .volts(Matrix(rows: 1, columns: m, elements: values))
      : .bits(BitMatrix(rows: 1, columns: m) { values[$1] == 1 })
    array = description
    self.random = random
  }

  /// The same array with one to three defects that do not contradict each other.
  mutating func addDefects() {
    var random = random
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let line = ArrayLineKind.allCases.randomElement(using: &random) ?? .bitLine
      let ohms = pow(10, Double.random(in: -4...1, using: &random)).ohms
      let kinds: [ArrayDefect.Kind] = [
        .stuckCell(Double.random(in: 0...1, using: &random).siemens), .openCell, .shortedCell(ohms),
        .openSegment(line), .resistiveSegment(line, ohms), .shortedLines(line, ohms),
      ]
      let defect = ArrayDefect(
        kinds.randomElement(using: &random) ?? .openCell,
        wordLine: Int.random(in: 0...array.wordLineCount, using: &random),
        bitLine: Int.random(in: 0...array.bitLineCount, using: &random),
        isNegative: array.negativeConductances != nil && Bool.random(using: &random))
      var candidate = array
      candidate.defects.append(defect)
      if (try? candidate.validate()) != nil { array = candidate }
    }
    self.random = random
  }

  /// The same array with nonlinear cells: hyperbolic sines, selectors, or transistors behind gates.
  mutating func makeNonlinear(_ index: Int) {
    func draw(_ low: Double, _ high: Double) -> Double { .random(in: low...high, using: &random) }
    let isVoltageDriven = array.topology == .voltageDriven
    switch index / 9 % (isVoltageDriven ? 2 : 3) {
    case 0: array.law = .sinh(SinhLaw(scale: draw(0.2, 1).volts))
    case 1:
      array.law = .selector(
        .init(saturation: draw(1e-3, 0.1).amperes, slope: draw(0.05, 0.3).volts))
    default:
      array.law = .transistor(
        .init(
          gate: draw(0.8, 2).volts, threshold: draw(-0.2, 0.6).volts,
          transconductance: draw(0.5, 5),
          channelLengthModulation: Bool.random(using: &random) ? draw(0, 0.1) : 0))
    }
  }

  /// Bound of the outputs in amperes: what ideal wires would carry without cancellation.
  var scale: Double {
    let volts =
      array.topology == .voltageDriven
      ? numbers.map(\.magnitude) : numbers.map { $0 * array.readVoltage.value }
    var held = 0.0
    if case .held(let volts) = array.unused.wordLines.state { held = volts.value.magnitude }
    if case .held(let volts) = array.unused.bitLines.state { held += volts.value.magnitude }
    return max(volts.reduce(0, +) + held, 1e-300)
  }
}

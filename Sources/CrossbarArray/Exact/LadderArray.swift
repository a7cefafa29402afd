import Foundation
import NumericKernels
import Units

/// Gate-driven arrays with parallel source lines or rails, solved column by column in one walk: exact, with
/// two multiply-adds per selected cell and none for the others.
///
/// Covers lines that are sensed at one end with the source driven at that same end, or with source
/// lines of no segment resistance: then the line current at a cell is the sum of the cells above it
/// and the drops on both lines add. Other arrays are refused by name.
public struct LadderArray: ExactModel {
  public let description: ArrayDescription
  private let ohmsPerSegment: Double
  private let terminalOhms: Double
  private let isReversed: Bool
  private let unused: UnusedWire
  /// The walk in double precision, which takes twice the memory of the one that inference uses.
  private let doubles = MadeOnce<LadderKernel<SIMD8<Double>>>()
  private let floats: LadderKernel<SIMD16<Float>>
  /// Columns that conduct on few word lines, if all do; their currents are looked up.
  private let blocks: [PatternTables.Block]?
  private let tables = MadeOnce<PatternTables>()

  /// Whether currents in single precision are looked up.
  var looksUp: Bool { blocks != nil }

  /// Word lines after which the walk restarts, so that its voltage grows by at most 1e12.
  ///
  /// With every cell at the largest conductance `g` the voltage grows from one word line to the
  /// next by at most `exp(2 asinh(√(r g) / 2))`, and all terms are positive: no input makes it
  /// grow faster.
  private let runLength: Int

  static func solves(_ topology: CellTopology) -> Bool { topology != .voltageDriven }

  static func suits(_ law: CellLaw) -> Bool { law.isLinear }

  public static func refusal(of description: ArrayDescription) -> String? {
    guard solves(description.topology) else { return "the ladder needs a gate-driven array" }
    let hasSourceResistance = description.wires.sourceLineSegment.value > 0
    // Crossing source lines without resistance are rails, like parallel ones.
    if description.topology == .gateDriven(sourceLine: .crossing),
      hasSourceResistance || description.terminals.sourceLineDriver.value > 0
    {
      return "the ladder needs sourceLine: parallel, or source lines without resistance"
    }
    if let reason = description.exclusion(from: "the ladder") { return reason }
    if description.pairing == .interleaved { return "the ladder does not cover pair: interleaved" }
    if description.ends.bitLineSense == .both {
      return "the ladder does not cover ends.bitLineSense: both"
    }
    if hasSourceResistance, description.ends.sourceLineDrive != description.ends.bitLineSense {
      return "the ladder needs resistive source lines driven at the end where bit lines are sensed"
    }
    if description.ends.sourceLineDrive == .both,
      description.terminals.sourceLineDriver.value > 0 || hasSourceResistance
    {
      return "the ladder does not cover ends.sourceLineDrive: both with resistive source lines"
    }
    return nil
  }

  /// Prepares an array; throws if it is not physical or not covered.
  public init(_ description: ArrayDescription) throws(ArrayError) {
    try description.validate()
    if let reason = Self.refusal(of: description) { throw .unsupported(reason) }
    self.description = description
    unused = UnusedWire(description)
    let (wires, terminals) = (description.wires, description.terminals)
    ohmsPerSegment = wires.bitLineSegment.value + wires.sourceLineSegment.value
    terminalOhms = terminals.bitLineSense.value + terminals.sourceLineDriver.value
    isReversed = description.ends.bitLineSense == .near

    floats = Self.kernel(description)
    let (loads, n) = (description.effectiveConductances, description.bitLineCount)
    blocks = PatternTables.blocks(
      wordLines: description.wordLineCount, outputs: description.outputCount
    ) { line, output in loads[output / n][line, output % n] != 0 }
    runLength = Self.runLength(
      description.effectiveConductances, ohmsPerSegment: ohmsPerSegment)
  }

  private static func kernel<V>(_ description: ArrayDescription) -> LadderKernel<V> {
    let matrices = description.effectiveConductances
    let (m, n) = (description.wordLineCount, description.bitLineCount)
    return LadderKernel(wordLines: m, outputs: description.outputCount) { position, output in
      let line = description.ends.bitLineSense == .near ? m - 1 - position : position
      return matrices[output / n][line, output % n]
    }
  }

  /// See the property; also for the walks of `ColumnArray`.
  static func runLength(_ loads: [Matrix<Double>], ohmsPerSegment: Double) -> Int {
    let peak = loads.reduce(0) { $1.elements.reduce($0) { max($0, $1) } }
    let logarithm = 2 * asinh((ohmsPerSegment * peak).squareRoot() / 2)
    return logarithm > 0 ? max(1, Int(min(27.6 / logarithm, 1e9))) : .max
  }

  /// Whether currents through `ohms`, and their products with voltages that grew by 1e12, stay in
  /// the range of single precision.
  static func fitsSinglePrecision(_ ohms: Double) -> Bool { ohms <= 1e18 }

  public var response: Matrix<Double>? { description.responseWithoutWires }
  public var method: ArrayMethod { ArrayMethod(.exact, "ladder") }

  public func currents(_ inputs: InputBatch) throws(ArrayError) -> ArrayCurrents {
    try description.check(inputs)
    guard case .bits(let bits) = inputs else { preconditionFailure("checked above") }
    var amperes: [Double] = []
    doubles.value { Self.kernel(description) }.currents(bits, wiring(), into: &amperes)
    return ArrayCurrents(
      amperes: Matrix(rows: bits.rows, columns: description.outputCount, elements: amperes))
  }

  /// Single precision: within 1e-5 of the double-precision walk.
  public func currents(_ inputs: InputBatch, into amperes: inout [Float]) throws(ArrayError) {
    try description.check(inputs)
    guard case .bits(let bits) = inputs else { preconditionFailure("checked above") }
    guard Self.fitsSinglePrecision(ohmsPerSegment + terminalOhms) else {
      amperes = try currents(inputs).amperes.elements.map { Float($0) }
      return
    }
    if let blocks {
      let tables = tables.value {
        PatternTables(
          blocks, wordLines: description.wordLineCount, outputs: description.outputCount
        ) { bits in
          var solved: [Double] = []
          let doubles: LadderKernel<SIMD8<Double>> = Self.kernel(description)
          doubles.currents(bits, wiring(), into: &solved)
          return solved
        }
      }
      tables.currents(bits, into: &amperes)
      return
    }
    floats.currents(bits, wiring(), into: &amperes)
  }

  /// Two multiply-adds for every cell that is on, and the plan of its walk, as measured by
  /// `Benchmarks reducedLadder`.
  public func estimatedWork(_ inputs: InputBatch) -> Double? {
    guard case .bits(let bits) = inputs else { return nil }
    let on = bits.words.reduce(0) { $0 + $1.nonzeroBitCount }
    return Double(on) * (1.9 * Double(description.outputCount) + 60)
  }

  private func wiring<V>() -> LadderKernel<V>.Wiring {
    LadderKernel<V>.Wiring(
      wire: LadderPlan<V.Scalar>.Wire(
        ohmsPerSegment: V.Scalar(ohmsPerSegment), isReversed: isReversed, runLength: runLength,
        unused: unused),
      terminalOhms: V.Scalar(terminalOhms), readVolts: V.Scalar(description.readVoltage.value))
  }
}

import CircuitSolver
import Foundation
import NumericKernels
import SparseLinearAlgebra

/// How the sensed currents of an array of linear cells settle after its input is applied.
///
/// At time zero the word lines of a voltage-driven array step from 0 V to the input; in a
/// gate-driven one, whose source lines are at the read voltage already, the gates switch. Lines
/// have the capacitances of `WireParasitics`; drivers and virtual grounds are ideal behind their
/// resistances.
public struct ArraySettling: Sendable {
  /// The array.
  public let description: ArrayDescription
  /// Final currents in amperes, by output; both ends summed.
  public let finalAmperes: [Double]
  private let modes: DecayModes

  /// Agreement required of currents at any time from a hundredth of the slowest time constant on,
  /// relative to the largest final current.
  static let tolerance = 1e-9

  /// Prepares an array and one input vector; throws if cells are not linear or no line has a
  /// capacitance.
  public init(_ array: ArrayDescription, input: InputBatch) throws(ArrayError) {
    precondition(input.count == 1, "settling is of one input vector")
    try array.check(input)
    guard array.isLinear else {
      throw .unsupported(
        "settling is computed for law: linear; export nonlinear arrays and run a transient")
    }
    var gates: [Bool]?
    var volts: [Double]?
    switch input {
    case .bits(let bits): gates = (0..<bits.columns).map { bits[0, $0] }
    case .volts(let matrix): volts = matrix.elements
    }
    let after = try ArrayBuilder.circuit(of: array, gates: gates, volts: volts, dynamic: true)
    let senses = after.meaning.senseSources
    let end = try Self.operatingPoint(of: array, gates: gates, volts: volts)
    let start = try Self.operatingPoint(
      of: array, gates: gates.map { $0.map { _ in false } },
      volts: volts.map { $0.map { _ in 0 } })
    precondition(
      start.nodeVolts.count == end.nodeVolts.count, "linear cells have no nodes of their own")
    finalAmperes = senses.map { $0.reduce(0) { $0 + end.sourceAmperes[$1] } }
    let network = RelaxingNetwork(
      after.circuit, senses: senses, start: start.nodeVolts, end: end.nodeVolts)
    let peak = finalAmperes.reduce(0) { max($0, abs($1)) }
    let modes: DecayModes?
    do throws(SparseError) {
      modes = try DecayModes(network, tolerance: Self.tolerance * peak)
    } catch {
      throw .circuit(.factorization(error))
    }
    guard let modes else {
      throw .unsupported(
        "no line that can move has a capacitance; set wires.wordLineFarads, bitLineFarads or "
          + "sourceLineFarads")
    }
    self.modes = modes
    description = array
  }

  static func operatingPoint(
    of array: ArrayDescription, gates: [Bool]?, volts: [Double]?
  ) throws(ArrayError) -> OperatingPoint {
    let circuit = try ArrayBuilder.circuit(of: array, gates: gates, volts: volts).circuit
    do throws(CircuitError) {
      var solver = try LinearOperatingPoint(analyzing: circuit, isolatedParts: .ground)
      try solver.factorize()
      return try solver.solve()
    } catch {
      throw .circuit(error)
    }
  }

  /// The method behind the numbers, for reports.
  public var method: String {
    "exact: \(modes.rates.count) decaying modes of the RC network, shift-and-invert Lanczos"
  }

  /// Estimated error of currents in amperes.
  public var estimatedError: Double { modes.change }

  /// The slowest time constant in seconds.
  public var slowestSeconds: Double { modes.slowest }

  /// The current of an output in amperes at a positive time after the step.
  public func amperes(ofOutput output: Int, at seconds: Double) -> Double {
    finalAmperes[output] + modes.deviation(ofOutput: output, at: seconds)
  }

  /// The time in seconds from which each output stays within `amperes` of its final current; zero
  /// if that is before a thousandth of the slowest time constant.
  public func settlingSeconds(within amperes: Double) -> [Double] {
    precondition(amperes > 0, "currents settle to within a positive band")
    return finalAmperes.indices.map { settlingSeconds(ofOutput: $0, within: amperes) }
  }

  /// Searches back from a time at which all modes have decayed, in steps of 2 %, then by bisection.
  private func settlingSeconds(ofOutput output: Int, within amperes: Double) -> Double {
    func isOutside(_ seconds: Double) -> Bool {
      abs(modes.deviation(ofOutput: output, at: seconds)) > amperes
    }
    let total = (0..<modes.rates.count).reduce(0) {
      $0 + abs(modes.amplitudes[output * modes.rates.count + $1])
    }
    guard total > amperes else { return 0 }
    // Every mode has decayed to its share of the band.
    let slowest = modes.rates.min().map { 1 / max($0, 1e-3 / modes.slowest) } ?? 0
    var later = slowest * (log(total / amperes) + 1)
    let first = 1e-3 * modes.slowest
    var earlier = later
    while !isOutside(earlier) {
      later = earlier
      earlier /= 1.02
      if earlier < first { return 0 }
    }
    for _ in 0..<60 {
      let middle = (earlier + later) / 2
      if isOutside(middle) { earlier = middle } else { later = middle }
    }
    return later
  }
}

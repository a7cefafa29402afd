import NumericKernels
import Units

/// Power that the sources of an array deliver during a read: what its cells, wires and terminals
/// dissipate, `Σ V I` over all terminals (Tellegen's theorem).
///
/// Where sources have only one voltage and everything else is at 0 V, the sensed currents give it for
/// any wires. Without wires it is a sum over the driven word lines. Otherwise it takes the currents
/// of the drivers: of a linear array those of unit inputs, once, of others a solve of every read.
public struct ArrayPower: Sendable {
  /// What determines the power of a read.
  enum Method: Sendable {
    /// `V Σ I` of all sensed lines: gates select cells between the voltage `V` and 0 V.
    case sensedCurrents(volts: Double)
    /// Watts of each word line, without wires: of a gate that is on, or per V² of its voltage.
    case lines(watts: [Double])
    /// `Σ V i(V, G)` over the cells of driven lines, without wires.
    case cells(ArrayDescription)
    /// `Vᵀ Y V` with the conductances between the drivers of a linear array.
    case drivers(Matrix<Double>)
    /// A circuit solve of every read.
    case solutions(any ArraySolver)
  }

  let method: Method

  /// The power of reads of `array`.
  ///
  /// - Parameter isUnwired: Whether its currents are computed without its wires and terminals.
  public init(_ array: ArrayDescription, isUnwired: Bool = false) throws(ArrayError) {
    let isPlain = array.defects.isEmpty
    let isOff = array.unused.wordLines.isOff && array.unused.bitLines.isOff
    let hasWires =
      array.wires.hasResistance || array.terminals != TerminalResistances()
    if isPlain, isOff, isUnwired || !hasWires {
      method = Self.unwired(array)
    } else if isPlain, array.topology != .voltageDriven,
      array.negativeConductances == nil || array.pairing == .separateLines,
      array.unused.wordLines.isOff,
      array.topology == .gateDriven(sourceLine: .parallel) || array.unused.bitLines.isOff
    {
      // Unused columns with source lines of their own carry no current.
      method = .sensedCurrents(volts: array.readVoltage.value)
    } else if isPlain, isOff, array.topology == .voltageDriven, array.law.isLinear {
      method = .drivers(try Self.driverConductances(array))
    } else {
      method = .solutions(try ExactMethod.solver(of: array))
    }
  }

  /// Watts of each word line in an array without wires: of a gate that is on, or per V² of its
  /// voltage; `nil` if the power of a read is no sum of these.
  public var lineWatts: [Double]? {
    if case .lines(let watts) = method { watts } else { nil }
  }

  /// Whether the power of a read follows from its sensed currents.
  public var needsCurrents: Bool {
    if case .sensedCurrents = method { true } else { false }
  }

  /// Watts summed over the vectors of a batch: joules per second of integration.
  ///
  /// - Parameter sensedAmperes: Sum of all sensed currents over all vectors; only asked for where the
  ///   power follows from it, and then with the noise of the reads if it has any.
  public func watts(
    _ inputs: InputBatch, sensedAmperes: @autoclosure () -> Double
  ) throws(ArrayError) -> Double {
    switch (method, inputs) {
    case (.sensedCurrents(let volts), _): return volts * sensedAmperes()
    case (.lines(let watts), .bits(let bits)): return Self.sum(watts, of: bits)
    case (.lines(let watts), .volts(let volts)):
      var sum = 0.0
      for row in 0..<volts.rows {
        for k in 0..<volts.columns { sum += watts[k] * volts[row, k] * volts[row, k] }
      }
      return sum
    case (.cells(let array), .volts(let volts)):
      var sum = 0.0
      for row in 0..<volts.rows {
        for k in 0..<volts.columns { sum += Self.watts(of: k, at: volts[row, k], array) }
      }
      return sum
    case (.cells, .bits): preconditionFailure("gates see one voltage")
    case (.drivers(let conductances), .volts(let volts)):
      var sum = 0.0
      for row in 0..<volts.rows {
        for i in 0..<volts.columns where volts[row, i] != 0 {
          var amperes = 0.0
          for j in 0..<volts.columns { amperes += conductances[i, j] * volts[row, j] }
          sum += volts[row, i] * amperes
        }
      }
      return sum
    case (.drivers, .bits): preconditionFailure("only voltages drive cells through drivers")
    case (.solutions(let solver), _):
      var sum = 0.0
      try solver.solutions(inputs) { sum += $1.sourceWatts }
      return sum
    }
  }

  // MARK: Methods

  private static func unwired(_ array: ArrayDescription) -> Method {
    let lines = 0..<array.wordLineCount
    switch array.topology {
    case .gateDriven:
      let volts = array.readVoltage.value
      return .lines(watts: lines.map { watts(of: $0, at: volts, array) })
    case .voltageDriven:
      return array.law.isLinear
        ? .lines(watts: lines.map { watts(of: $0, at: 1, array) }) : .cells(array)
    }
  }

  /// Power of all cells of a word line with `volts` across the positive ones; negative cells of
  /// interleaved pairs see the opposite voltage.
  private static func watts(of line: Int, at volts: Double, _ array: ArrayDescription) -> Double {
    guard volts != 0 else { return 0 }
    func sum(_ conductances: Matrix<Double>, _ volts: Double) -> Double {
      conductances.row(line).reduce(0) { $0 + volts * array.law.amperes(volts, siemens: $1) }
    }
    let negative = array.negativeConductances.map {
      sum($0, array.pairing == .interleaved ? -volts : volts)
    }
    return sum(array.conductances, volts) + (negative ?? 0)
  }

  private static func sum(_ watts: [Double], of bits: BitMatrix) -> Double {
    var counts = [Int](repeating: 0, count: bits.columns)
    for row in 0..<bits.rows {
      for index in 0..<bits.wordsPerRow {
        var word = bits.words[row * bits.wordsPerRow + index]
        while word != 0 {
          counts[64 * index + word.trailingZeroBitCount] += 1
          word &= word &- 1
        }
      }
    }
    return zip(counts, watts).reduce(0) { $0 + Double($1.0) * $1.1 }
  }

  /// Currents out of the driver of each word line, `[wordLines, wordLines]`, at 1 V on one of them
  /// (columns): a source's own power is its voltage times its current.
  private static func driverConductances(
    _ array: ArrayDescription
  ) throws(ArrayError) -> Matrix<Double> {
    let count = array.wordLineCount
    var result = Matrix(rows: count, columns: count, repeating: 0.0)
    let units = Matrix(rows: count, columns: count) { $0 == $1 ? 1.0 : 0 }
    try ExactMethod.solver(of: array).solutions(.volts(units)) { input, solution in
      for (polarity, lines) in solution.lines.driveAmperes.enumerated() {
        // The lines of negative cells of interleaved pairs are driven with the opposite voltage.
        let sign = polarity == 1 && array.pairing == .interleaved ? -1.0 : 1
        for line in 0..<count {
          result[line, input] += sign * (lines[line, 0] - lines[line, lines.columns - 1])
        }
      }
    }
    return result
  }
}

extension UnusedLines.Group {
  /// Whether the lines carry no current.
  var isOff: Bool { count == 0 || state == .off }
}

extension WireParasitics {
  /// Whether any segment has a resistance.
  fileprivate var hasResistance: Bool {
    [wordLineSegment, bitLineSegment, sourceLineSegment].contains { $0.value > 0 }
  }
}

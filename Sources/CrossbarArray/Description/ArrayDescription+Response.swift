import NumericKernels
import Units

extension ArrayDescription {
  /// Amperes per volt on a word line, or per set gate bit, `[wordLines, outputs]`, as if lines and
  /// terminals had no resistance: then a current is the sum of what the word lines contribute.
  /// That of voltage-driven cells is their conductance, whatever their law.
  public var unwiredResponse: Matrix<Double> {
    let isVoltageDriven = self.topology == .voltageDriven
    let (law, volts) = (self.law.law, self.readVoltage.value)
    func amperes(_ siemens: Double, _ sign: Double) -> Double {
      isVoltageDriven ? sign * siemens : law.amperes(sign * volts, siemens: siemens)
    }
    let matrices = effectiveConductances
    let positive = matrices[0]
    guard matrices.count == 2 else { return positive.map { amperes($0, 1) } }
    let negative = matrices[1]
    let n = bitLineCount
    return Matrix(rows: wordLineCount, columns: outputCount) { i, j in
      switch pairing {
      case .interleaved: amperes(positive[i, j], 1) + amperes(negative[i, j], -1)
      case .separateLines: amperes(j < n ? positive[i, j] : negative[i, j - n], 1)
      }
    }
  }

  /// Whether currents without wires are sums: gates select cells that see one voltage, linear cells
  /// follow any.
  public var isSum: Bool { self.topology != .voltageDriven || self.law.isLinear }

  /// The response if lines and terminals have no resistance; else `nil`.
  package var responseWithoutWires: Matrix<Double>? {
    let isUnwired = self.wires == WireParasitics() && self.terminals == TerminalResistances()
    return isUnwired && isSum ? unwiredResponse : nil
  }
}

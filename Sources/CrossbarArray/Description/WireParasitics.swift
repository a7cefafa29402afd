import Units

/// Resistance and capacitance of one wire segment between neighboring cells, per line kind.
///
/// Between a terminal and the first cell there is one full segment. Capacitances only matter in
/// transients; that of a segment is lumped at the cell beside it, from the line to ground.
public struct WireParasitics: Sendable, Equatable {
  /// One word-line segment.
  public var wordLineSegment: Ohms
  /// One bit-line segment.
  public var bitLineSegment: Ohms
  /// One source-line segment.
  public var sourceLineSegment: Ohms
  /// Capacitance of one word-line segment.
  public var wordLineCapacitance = Farads(0)
  /// Capacitance of one bit-line segment.
  public var bitLineCapacitance = Farads(0)
  /// Capacitance of one source-line segment.
  public var sourceLineCapacitance = Farads(0)

  /// Segment resistances; zero is an ideal wire. Capacitances start at zero.
  public init(
    wordLineSegment: Ohms = 0.ohms, bitLineSegment: Ohms = 0.ohms, sourceLineSegment: Ohms = 0.ohms
  ) {
    self.wordLineSegment = wordLineSegment
    self.bitLineSegment = bitLineSegment
    self.sourceLineSegment = sourceLineSegment
  }

  /// The same wires with `factor` times the resistance.
  public func scalingResistances(by factor: Double) -> WireParasitics {
    var wires = self
    wires.wordLineSegment = (factor * wordLineSegment.value).ohms
    wires.bitLineSegment = (factor * bitLineSegment.value).ohms
    wires.sourceLineSegment = (factor * sourceLineSegment.value).ohms
    return wires
  }
}

/// Resistances of drivers and sense amplifiers, in series with the end segment of their line.
public struct TerminalResistances: Sendable, Equatable {
  /// Output resistance of a word-line driver.
  public var wordLineDriver: Ohms
  /// Input resistance of a bit-line sense terminal.
  public var bitLineSense: Ohms
  /// Output resistance of a source-line driver.
  public var sourceLineDriver: Ohms

  /// Terminal resistances; zero is an ideal terminal.
  public init(
    wordLineDriver: Ohms = 0.ohms, bitLineSense: Ohms = 0.ohms, sourceLineDriver: Ohms = 0.ohms
  ) {
    self.wordLineDriver = wordLineDriver
    self.bitLineSense = bitLineSense
    self.sourceLineDriver = sourceLineDriver
  }

  /// The same terminals with `factor` times the resistance.
  public func scalingResistances(by factor: Double) -> TerminalResistances {
    TerminalResistances(
      wordLineDriver: (factor * wordLineDriver.value).ohms,
      bitLineSense: (factor * bitLineSense.value).ohms,
      sourceLineDriver: (factor * sourceLineDriver.value).ohms)
  }
}

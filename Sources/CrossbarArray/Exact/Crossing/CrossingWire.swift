import Units

/// The bit-line wire of an array of crossing source lines, from one selected word line to the next.
struct CrossingWire: Sendable {
  /// Whether elimination starts at the last word line: currents are sensed near the first.
  let isReversed: Bool
  /// Resistance of the terminal behind the last segment.
  let terminalOhms: Double
  private let ohmsPerSegment: Double
  private let unused: UnusedWire
  /// Resistance of a second terminal, before the first word line; `nil` if there is none.
  private let startOhms: Double?

  init(_ description: ArrayDescription) {
    isReversed = description.ends.bitLineSense == .near
    ohmsPerSegment = description.wires.bitLineSegment.value
    unused = UnusedWire(description)
    let sense = description.terminals.bitLineSense.value
    let isBoth = description.ends.bitLineSense == .both
    // A line without resistance is one node.
    startOhms = isBoth && ohmsPerSegment > 0 ? sense : nil
    terminalOhms = isBoth && ohmsPerSegment == 0 ? sense / 2 : sense
  }

  /// The wire of the walk over the selected cells.
  func plan<Scalar>() -> LadderPlan<Scalar>.Wire {
    LadderPlan<Scalar>.Wire(
      ohmsPerSegment: Scalar(ohmsPerSegment), isReversed: isReversed, unused: unused)
  }

  /// Conductance of the terminal at the start, `firstOhms` before the first selected cell.
  func startSiemens<Scalar: BinaryFloatingPoint>(firstOhms: Scalar) -> Scalar {
    startOhms.map { 1 / (firstOhms + Scalar($0)) } ?? 0
  }

  /// Resistance of a whole bit line of `count` word lines with its terminals.
  func ohms(wordLines count: Int) -> Double {
    ohmsPerSegment * Double(count + 1 + unused.before + unused.after) + terminalOhms
  }
}

import Units

/// A line of an array of crossing source lines with its terminals, as the elimination along it sees
/// them.
package struct CrossingLine: Sendable, Equatable {
  /// Resistance of a segment.
  package let ohmsPerSegment: Double
  /// Resistance of the terminal at the near end, without the segment before the first place; `nil` if
  /// there is none.
  package let nearOhms: Double?
  /// Resistance of the terminal at the far end, without the segment behind the last place; `nil` if
  /// there is none. Lines without resistance are one node, whose terminals count as near.
  package let farOhms: Double?

  /// The source lines of an array.
  package init(_ array: ArrayDescription) {
    self.init(
      segment: array.wires.sourceLineSegment, terminal: array.terminals.sourceLineDriver,
      ends: array.ends.sourceLineDrive)
  }

  init(segment: Ohms, terminal: Ohms, ends: LineEnd) {
    ohmsPerSegment = segment.value
    if segment.value == 0 {
      nearOhms = terminal.value / (ends == .both ? 2 : 1)
      farOhms = nil
    } else {
      nearOhms = ends == .far ? nil : terminal.value
      farOhms = ends == .near ? nil : terminal.value
    }
  }

  /// What elimination from the far end finds of a line and its cells.
  package struct Elimination {
    /// Factors `1 / (1 + r c)` of the segments before the cells, and currents that arrive at the cells
    /// from the far end per volt of the source, with the bit lines at 0 V.
    var passing: [Double], arriving: [Double]
    /// Share of the source's voltage before the first segment, and ohms by which a current that
    /// arrives there raises it.
    var driven: Double, carried: Double
    /// Siemens between the terminal at the far end and the last cell.
    var farSiemens: Double
    /// Volts at the cells per volt of the source, with the bit lines at 0 V.
    package var reached: [Double]
  }

  /// Eliminates along a line with cells of `siemens`.
  package func eliminate(_ siemens: ArraySlice<Double>) -> Elimination {
    let (r, n) = (ohmsPerSegment, siemens.count)
    let farSiemens = farOhms.map { 1 / (r + $0) } ?? 0
    var (passing, arriving) = ([Double](repeating: 1, count: n), [Double](repeating: 0, count: n))
    var (c, arrived) = (farSiemens, farSiemens)
    for j in (0..<n).reversed() {
      c += siemens[siemens.startIndex + j]
      passing[j] = 1 / (1 + r * c)
      arriving[j] = arrived
      (c, arrived) = (passing[j] * c, passing[j] * arrived)
    }
    // Without a driver here the line ends: no current crosses the first segment.
    let (driven, carried) =
      nearOhms.map { (1 / (1 + $0 * c), $0 / (1 + $0 * c)) } ?? (0, 1 / c)
    var u = driven + carried * arrived
    var reached = passing
    for j in 0..<n {
      u = passing[j] * (u + r * arriving[j])
      reached[j] = u
    }
    return Elimination(
      passing: passing, arriving: arriving, driven: driven, carried: carried,
      farSiemens: farSiemens, reached: reached)
  }
}

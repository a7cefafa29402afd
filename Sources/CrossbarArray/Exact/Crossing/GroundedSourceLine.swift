import Units

/// A selected source line of an array whose lines cross, with all bit lines at 0 V.
package struct GroundedSourceLine: Sendable {
  /// Voltages of the line at its cells.
  package var volts: [Double]
  /// Currents of the cells in amperes.
  package var amperes: [Double]
  /// What a cell's current falls by per volt on its bit line with the source line held, in siemens.
  package var siemens: [Double]
  /// Share `A` of a small voltage on all bit lines that the source line takes over: a cell's current
  /// falls by `siemens (1 − A)` per volt on all of them.
  package var takenOver: [Double]
}

extension CrossingLine {
  /// The line of a source at `volts`, above 0, with the cells of `siemens`: Newton's method, whose
  /// steps are eliminations along the line. Throws if they do not settle.
  package func grounded(
    _ siemens: ArraySlice<Double>, law: CellLaw, volts: Double
  ) throws(ArrayError) -> GroundedSourceLine {
    let curve = law.law
    let cells = Array(siemens)
    func tangents(_ u: [Double]) -> [CellTangent] {
      zip(u, cells).map {
        $1 > 0
          ? curve.tangent($0, bitLine: 0, siemens: $1) : CellTangent(amperes: 0, siemens: 0)
      }
    }
    var u = [Double](repeating: volts, count: cells.count)
    var own = tangents(u)
    var change = Double.infinity
    // Chords first: Newton's method then starts near the solution.
    u = solve(own.map { $0.amperes / volts }, injected: own.map { _ in 0 }, volts: volts)
    for _ in 0..<60 where change > 1e-12 * volts {
      own = tangents(u)
      let next = solve(
        own.map(\.siemens), injected: zip(own, u).map { $0.siemens * $1 - $0.amperes },
        volts: volts)
      change = zip(next, u).reduce(0) { max($0, ($1.0 - $1.1).magnitude) }
      u = next
    }
    guard change <= 1e-12 * volts else {
      throw .unsupported(
        "the voltages of a source line with cells of law: \(law.keyword) do not settle: the last "
          + "step is \(change) V")
    }
    own = tangents(u)
    let falling = own.map { $0.siemens - $0.bitLineSiemens }
    let raised = solve(own.map(\.siemens), injected: falling, volts: 0)
    return GroundedSourceLine(
      volts: u, amperes: own.map(\.amperes), siemens: falling,
      takenOver: own.indices.map {
        falling[$0] > 0 ? raised[$0] * own[$0].siemens / falling[$0] : raised[$0]
      })
  }

  /// Voltages at cells that carry `siemens u − injected` to ground, with the source at `volts`. Of
  /// positive terms, they keep their digits however well the wire conducts.
  private func solve(_ siemens: [Double], injected: [Double], volts: Double) -> [Double] {
    let r = ohmsPerSegment
    let farSiemens = farOhms.map { 1 / (r + $0) } ?? 0
    var (c, arrived) = (farSiemens, farSiemens * volts)
    var (passing, arriving) = (siemens, injected)
    for j in siemens.indices.reversed() {
      c += siemens[j]
      arrived += injected[j]
      passing[j] = 1 / (1 + r * c)
      arriving[j] = arrived
      (c, arrived) = (passing[j] * c, passing[j] * arrived)
    }
    // Without a driver here the line ends: no current crosses the first segment.
    var u = nearOhms.map { (volts + $0 * arrived) / (1 + $0 * c) } ?? arrived / c
    return siemens.indices.map { j in
      u = passing[j] * (u + r * arriving[j])
      return u
    }
  }
}

extension CellLaw {
  /// Current of a selected cell in amperes with its source line at `source` volts and its bit line at
  /// `bitLine`, and what it falls by per volt on the bit line, in siemens.
  package func crossing(
    source: Double, bitLine: Double, siemens: Double
  ) -> (amperes: Double, siemens: Double) {
    guard siemens > 0 else { return (0, 0) }
    let cell = law.tangent(source - bitLine, bitLine: bitLine, siemens: siemens)
    return (cell.amperes, cell.siemens - cell.bitLineSiemens)
  }
}

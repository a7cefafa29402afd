import CrossbarArray
import NumericKernels
import Units

/// Plain models of wire resistance that need no calibration: a modeler's first approximation.
///
/// They replace each cell conductance by a lower one and take the dot product. They cost one matrix
/// product, and the attenuation does not depend on the input.
public enum WireBaselines {
  /// Each cell in series with the wire between it and its terminals, as if no other cell conducted:
  /// `g / (1 + g R_path)`.
  public static func seriesSum(_ array: ArrayDescription) -> ArrayDescription {
    array.withoutWires { siemens, i, j in siemens / (1 + siemens * array.pathOhms(i, j)) }
  }

  /// The same path carrying the mean current of its line: every cell of the line conducts half the
  /// time, and attenuation is the product of one factor per word line and one per bit line.
  ///
  /// The factor of a line is `1 / (1 + G R)` with `G` half the line's conductance and `R` the wire
  /// between the cell and the line's terminal.
  public static func separableAttenuation(_ array: ArrayDescription) -> ArrayDescription {
    let (m, n) = (array.wordLineCount, array.bitLineCount)
    let planes = array.effectiveConductances
    func sums(_ plane: Int) -> (rows: [Double], columns: [Double]) {
      let matrix = planes[plane]
      return (
        (0..<m).map { i in (0..<n).reduce(0) { $0 + matrix[i, $1] } },
        (0..<n).map { j in (0..<m).reduce(0) { $0 + matrix[$1, j] } }
      )
    }
    let all = planes.indices.map(sums)
    return array.withoutWiresChangingPlanes { plane, siemens, i, j in
      let (rows, columns) = all[plane]
      let (drive, sense) = array.lineOhms(i, j)
      let isCrossing = array.topology != .gateDriven(sourceLine: .parallel)
      let onDrive = 0.5 * (isCrossing ? rows[i] : columns[j])
      return siemens / ((1 + onDrive * drive) * (1 + 0.5 * columns[j] * sense))
    }
  }
}

extension ArrayDescription {
  /// Wire and terminal ohms between a cell and the drive of its line, and between it and the sense
  /// terminal; two paths in parallel if both ends are connected.
  func lineOhms(_ i: Int, _ j: Int) -> (drive: Double, sense: Double) {
    let (m, n) = (wordLineCount, bitLineCount)
    func ohms(_ index: Int, _ count: Int, _ segment: Double, _ terminal: Double, _ end: LineEnd)
      -> Double
    {
      let near = Double(index + 1) * segment + terminal
      let far = Double(count - index) * segment + terminal
      switch end {
      case .near: return near
      case .far: return far
      case .both: return near + far > 0 ? near * far / (near + far) : 0
      }
    }
    let sense = ohms(
      i, m, self.wires.bitLineSegment.value, self.terminals.bitLineSense.value,
      self.ends.bitLineSense)
    switch self.topology {
    case .voltageDriven:
      return (
        ohms(
          j, n, self.wires.wordLineSegment.value, self.terminals.wordLineDriver.value,
          self.ends.wordLineDrive), sense
      )
    case .gateDriven(let sourceLine):
      let (index, count) = sourceLine == .parallel ? (i, m) : (j, n)
      return (
        ohms(
          index, count, self.wires.sourceLineSegment.value, self.terminals.sourceLineDriver.value,
          self.ends.sourceLineDrive), sense
      )
    }
  }

  /// Sum of both.
  func pathOhms(_ i: Int, _ j: Int) -> Double {
    let (drive, sense) = lineOhms(i, j)
    return drive + sense
  }

  /// The array with ideal wires and other conductances.
  func withoutWires(_ change: (Double, Int, Int) -> Double) -> ArrayDescription {
    withoutWiresChangingPlanes { change($1, $2, $3) }
  }

  /// The array with ideal wires and other conductances, given plane, siemens, word line, bit line.
  func withoutWiresChangingPlanes(_ change: (Int, Double, Int, Int) -> Double) -> ArrayDescription {
    var result = self
    let planes = effectiveConductances
    func changed(_ plane: Int) -> Matrix<Double> {
      Matrix(rows: wordLineCount, columns: bitLineCount) {
        change(plane, planes[plane][$0, $1], $0, $1)
      }
    }
    result.conductances = changed(0)
    if negativeConductances != nil { result.negativeConductances = changed(1) }
    result.wires = WireParasitics()
    result.terminals = TerminalResistances()
    result.unused = UnusedLines()
    result.defects = []
    return result
  }
}

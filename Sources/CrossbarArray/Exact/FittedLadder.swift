import NumericKernels

/// The walks of a tile in single precision: the fit of its cells over the voltages that they can have,
/// and the parameters that decide how often a vector is walked.
struct FittedLadder: Sendable {
  let fit: CellFit
  private let kernel: NonlinearLadderKernel
  private let outputCount: Int

  /// Errors of cells above this are not called exact: such arrays are shot in double precision.
  static let largestError = 1e-4
  /// What the tangent may leave of a current, relative.
  private static let tangentError = 1e-6
  /// Walks whose voltage grows beyond this lose single precision.
  private static let largestGrowth = 1e6

  /// The walks of an array; `nil` where no polynomial fits or single precision does not reach.
  init?(_ wiring: ColumnWiring) {
    let (path, ohms) = (wiring.path, wiring.ohmsPerSegment)
    let conducting = wiring.siemens.flatMap(\.elements).filter { $0 > 0 }
    // Without conducting cells, any range does.
    let (least, most) = (conducting.min() ?? 1, conducting.max() ?? 1)
    guard LadderArray.fitsSinglePrecision((ohms + wiring.terminalOhms) / path.volts) else {
      return nil
    }
    outputCount = wiring.outputCount
    let losses = Self.losses(wiring)
    let worst = wiring.column(losses.worst)
    let solved = worst.solve()
    let end = worst.walk(from: solved.topVolts)
    guard solved.isConverged, end.slope.magnitude < Self.largestGrowth else { return nil }
    let fit = CellFit(
      path, range: losses.range, siemens: least...most, isPaired: wiring.isInterleaved)
    guard fit.relativeError <= Self.largestError else { return nil }
    self.fit = fit
    let largestStep = Self.largestStep(worst, solved)
    // Cells without errors hold few values.
    var known: [Double: [Double]] = [:]
    func coefficients(_ siemens: Double) -> [Double] {
      if let found = known[siemens] { return found }
      let made = fit.coefficients(siemens)
      if known.count < 4096 { known[siemens] = made }
      return made
    }
    kernel = NonlinearLadderKernel(
      wordLines: wiring.wordLineCount, outputs: outputCount, degree: fit.degree,
      wiring: NonlinearLadderKernel.Wiring(
        perSegment: Float(ohms / path.volts), terminal: Float(wiring.terminalOhms / path.volts),
        isReversed: wiring.isReversed, unused: wiring.unused,
        start: Self.start(wiring, losses, largestStep: largestStep),
        largestStep: Float(largestStep), walkLimit: 8)
    ) { position, output in
      let (positive, negative) = wiring.cell(position, output)
      let own = coefficients(positive)
      guard negative > 0 else { return own }
      return zip(own, fit.coefficients(negative, isNegative: true)).map { $0 + $1 }
    }
  }

  /// Sensed currents in amperes, `[bits.rows, outputs]`, and the rows whose walks were given up.
  func currents(_ bits: BitMatrix, into amperes: inout [Float]) -> Set<Int> {
    let (padded, failed) = kernel.currents(bits)
    let (width, panels) = (NonlinearLadderKernel.V.scalarCount, kernel.panelCount)
    if amperes.count != bits.rows * outputCount {
      amperes = Array(repeating: 0, count: bits.rows * outputCount)
    }
    var out = amperes.mutableSpan
    for row in 0..<bits.rows {
      for panel in 0..<panels {
        let lanes = padded[row * panels + panel]
        let first = row * outputCount + width * panel
        if width * panel + width <= outputCount {
          // A constant count: one vector store.
          for k in 0..<width { out[first + k] = lanes[k] }
        } else {
          for k in 0..<outputCount - width * panel { out[first + k] = lanes[k] }
        }
      }
    }
    return failed
  }

  // MARK: Preparation

  /// Bounds of `d` over all inputs and cells, and the output that loses most.
  ///
  /// A cell that is turned on raises every voltage of its bit line, because the currents of the
  /// others only fall with it: no input loses more than all cells of one sign together. Their loss
  /// at the topmost cell, in turn, is at most the one that their currents without wires would cause.
  private static func losses(_ wiring: ColumnWiring) -> (range: ClosedRange<Double>, worst: Int) {
    let (path, m) = (wiring.path, wiring.wordLineCount)
    let after = Double(wiring.isReversed ? wiring.unused.before : wiring.unused.after)
    func bound(_ output: Int, isNegative: Bool) -> Double {
      var sum = 0.0
      for position in 0..<m {
        let cell = wiring.cell(position, output)
        let ohms = (Double(m - position) + after) * wiring.ohmsPerSegment + wiring.terminalOhms
        let siemens = isNegative ? cell.negative : cell.positive
        let amperes = path.tangent(path.volts, siemens: siemens, isNegative: isNegative).amperes
        sum += ohms * amperes.magnitude
      }
      return sum / path.volts
    }
    let outputs = 0..<wiring.outputCount
    let positive = outputs.map { bound($0, isNegative: false) }
    let worst = positive.indices.max { positive[$0] < positive[$1] } ?? 0
    func largest(_ bounds: [Double], isNegative: Bool) -> Double {
      let most = bounds.max() ?? 0
      guard most > 0.02 else { return most }
      let losses = outputs.map { output in
        let column = wiring.column(output, positive: !isNegative, negative: isNegative)
        return (column.solve().topVolts / path.volts - 1).magnitude
      }
      return losses.max() ?? 0
    }
    let down = 1.02 * largest(positive, isNegative: false)
    guard wiring.isInterleaved else { return (-min(1, max(down, 0.01))...0, worst) }
    let up = 1.02 * largest(outputs.map { bound($0, isNegative: true) }, isNegative: true)
    return (-min(1, max(down, 0.01))...min(1, max(up, 0.01)), worst)
  }

  /// One first guess for all inputs where a tangent takes it to the loss of the worst column with every
  /// other cell on and to no loss: cells that are nearly resistors allow long steps, and most inputs
  /// then take one walk. Otherwise the walk of resistors on wires with the factor that gives that loss.
  private static func start(
    _ wiring: ColumnWiring, _ losses: (range: ClosedRange<Double>, worst: Int), largestStep: Double
  ) -> NonlinearLadderKernel.Start {
    let most = -losses.range.lowerBound
    if wiring.isInterleaved || most <= 0.01 { return .same(0) }
    let column = wiring.column(losses.worst) { $0 % 2 == 0 }
    let top = column.solve().topVolts
    let guess = min(largestStep, most / 2)
    if guess + largestStep >= 1 - top / wiring.path.volts { return .same(Float(-guess)) }
    return .resistors(wireFactor: Float(wireFactor(wiring, column, top)))
  }

  /// Factor on the wires with which the linear walk gives the loss of a column that is known to be left
  /// with `topVolts`.
  private static func wireFactor(
    _ wiring: ColumnWiring, _ column: ShootingColumn, _ topVolts: Double
  ) -> Double {
    let wanted = wiring.path.volts / topVolts
    let chords = column.positive.map {
      wiring.path.tangent(wiring.path.volts, siemens: $0).amperes / wiring.path.volts
    }
    func growth(_ factor: Double) -> Double {
      var (v, i) = (1.0, 0.0)
      for (k, chord) in chords.enumerated() {
        v += factor * column.ohms[k] * i
        i += chord * v
      }
      return v + factor * column.endOhms * i
    }
    var (low, high) = (0.0, 16.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if growth(middle) < wanted { low = middle } else { high = middle }
    }
    return high
  }

  /// The step `e` whose tangent leaves `tangentError`, by the second derivatives of a column with all
  /// cells on, `(q p'/p − q') e² / 2`, with a margin of two.
  private static func largestStep(
    _ column: ShootingColumn, _ solved: ShootingColumn.Solution
  ) -> Double {
    let (volts, top) = (column.path.volts, solved.topVolts)
    let h = 1e-3 * top
    let (below, end, above) = (
      column.walk(from: top - h), column.walk(from: top), column.walk(from: top + h)
    )
    let p = (above.slope - below.slope) / (2 * h)
    let q = (above.siemens - below.siemens) / (2 * h)
    let positive = column.positive.reduce(0) {
      $0 + column.path.tangent(volts, siemens: $1).amperes
    }
    let scale = column.negative.isEmpty ? end.amperes : positive
    let left = (end.siemens * p / end.slope - q).magnitude * volts * volts / (2 * scale)
    return left > 0 ? min(0.3, (tangentError / (2 * left)).squareRoot()) : 0.3
  }
}

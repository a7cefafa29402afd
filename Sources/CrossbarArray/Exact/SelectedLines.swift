/// The part of a system that one vector of gates selects: the positions where a drive line is on, with
/// the wire of the bit lines between them. Cells behind gates that are off carry no current, so that
/// their nodes follow from the others.
struct SelectedLines {
  /// The whole system.
  let whole: LineSystem
  /// Positions of the whole system that are left, rising.
  let positions: [Int]
  /// The system of these positions; cells of drive lines that are off do not conduct.
  let system: LineSystem

  /// `nil` if no drive line is on.
  init?(_ whole: LineSystem, isOn: (Int) -> Bool) {
    let (each, n) = (whole.rowsPerPosition, whole.columns)
    let on = (0..<whole.rows).map(isOn)
    let positions = (0..<whole.positions).filter { on[$0 * each..<($0 + 1) * each].contains(true) }
    guard let first = positions.first, let last = positions.last else { return nil }
    var cells: [Double] = []
    cells.reserveCapacity(positions.count * each * n)
    for row in positions.flatMap({ $0 * each..<($0 + 1) * each }) {
      if on[row] {
        cells += whole.cells[row * n..<(row + 1) * n]
      } else {
        cells += repeatElement(0, count: n)
      }
    }
    /// A terminal with `segments` more of the wire in series.
    func lengthened(_ terminal: Double, by segments: Int) -> Double {
      guard terminal > 0, terminal < .infinity, !whole.hasIdealSense else { return terminal }
      return 1 / (1 / terminal + Double(segments) / whole.senseSegment)
    }
    self.whole = whole
    self.positions = positions
    system = LineSystem(
      rowsPerPosition: each, cells: cells,
      rows: positions.flatMap { whole.rowTerminals[$0 * each..<($0 + 1) * each] },
      columns: whole.columnTerminals.map {
        LineTerminals(
          near: lengthened($0.near, by: first),
          far: lengthened($0.far, by: whole.positions - 1 - last))
      }, driveSegment: whole.driveSegment, senseSegment: whole.senseSegment,
      senseSteps: zip(positions, positions.dropFirst()).map { $1 - $0 })
  }

  /// Voltages of the bit lines at every position of the whole system, `[positions × columns]`.
  ///
  /// - Parameters:
  ///   - volts: The same at the selected positions.
  ///   - held: Voltage behind the terminals of a bit line.
  func senseVolts(_ volts: [Double], held: (Int) -> Double) -> [Double] {
    let n = whole.columns
    var result = [Double](repeating: 0, count: whole.positions * n)
    let last = positions.count - 1
    var next = 0
    for i in 0..<whole.positions {
      if next < last, i >= positions[next + 1] { next += 1 }
      for j in 0..<n {
        let here = volts[next * n + j]
        let (distance, terminals) = (i - positions[next], whole.columnTerminals[j])
        if distance == 0 || whole.hasIdealSense {
          result[i * n + j] = here
        } else if distance < 0 {
          // Between the near terminal and the first position.
          result[i * n + j] = leaning(
            here, to: held(j), terminals.near, segments: -distance, of: positions[0])
        } else if next == last {
          result[i * n + j] = leaning(
            here, to: held(j), terminals.far, segments: distance,
            of: whole.positions - 1 - positions[last])
        } else {
          let part = Double(distance) / Double(positions[next + 1] - positions[next])
          result[i * n + j] = here + part * (volts[(next + 1) * n + j] - here)
        }
      }
    }
    return result
  }

  /// The voltage `segments` of the wire away from a node of `volts`, on the way to a terminal behind all
  /// `count` of them.
  private func leaning(
    _ volts: Double, to held: Double, _ terminal: Double, segments: Int, of count: Int
  ) -> Double {
    guard terminal > 0 else { return volts }
    let wire = 1 / whole.senseSegment
    return volts
      + (held - volts) * (Double(segments) * wire / (Double(count) * wire + 1 / terminal))
  }
}

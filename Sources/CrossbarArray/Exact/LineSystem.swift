import Units

/// Conductances from one line to its surroundings, in siemens: zero without a connection; infinity
/// where an ideal line is the source or ground itself.
struct LineTerminals: Sendable, Equatable {
  /// From the first and from the last cell of the line.
  var near: Double, far: Double

  /// No connection: the line floats.
  static let none = LineTerminals(near: 0, far: 0)

  init(near: Double, far: Double) {
    self.near = near
    self.far = far
  }

  /// A terminal in series with one full segment, at the given ends. Two terminals of a line without
  /// any resistance are one.
  init(segment: Ohms, terminal: Ohms, ends: LineEnd) {
    let end = 1 / (segment.value + terminal.value)
    self.init(near: ends == .far ? 0 : end, far: ends == .near ? 0 : end)
  }

  /// Whether a terminal fixes the line's voltage.
  var isFixed: Bool { near == .infinity || far == .infinity }
  /// The finite conductances; none for a fixed line, which is not an unknown.
  var finite: LineTerminals { isFixed ? .none : self }
}

/// Kirchhoff's current law of an array with lines in both directions,
///
///     T_u u − G w = b_u,   T_w w − G u = b_w
///
/// `u` and `w` are the voltages of the drive and bit lines at each cell, `T_u` and `T_w` one
/// tridiagonal matrix per line (a number for an ideal line), `G` the diagonal of cell conductances,
/// `b` the currents of the sources. Every line has its own terminals, so lines can be driven,
/// grounded, held or floating.
struct LineSystem: Sendable {
  /// Positions along a bit line.
  let positions: Int
  /// Drive lines at each of them: 1, or 2 where the cells of a pair share a bit-line node.
  let rowsPerPosition: Int
  /// Bit lines.
  let columns: Int
  /// Cell conductances in siemens, `[drive lines, bit lines]`; drive lines of one position adjoin.
  let cells: [Double]
  let rowTerminals: [LineTerminals]
  let columnTerminals: [LineTerminals]
  /// Between neighboring cells of a drive line, of a bit line; infinity for ideal lines.
  let driveSegment: Double, senseSegment: Double
  /// Segments of the bit lines between neighboring positions; none where all are one.
  let senseSteps: [Int]

  /// Drive lines.
  var rows: Int { positions * rowsPerPosition }
  var hasIdealDrive: Bool { driveSegment == .infinity }
  var hasIdealSense: Bool { senseSegment == .infinity }

  init(
    rowsPerPosition: Int = 1, cells: [Double], rows: [LineTerminals], columns: [LineTerminals],
    driveSegment: Double, senseSegment: Double, senseSteps: [Int] = []
  ) {
    precondition(
      cells.count == rows.count * columns.count && rows.count % rowsPerPosition == 0,
      "cells do not fit the lines")
    positions = rows.count / rowsPerPosition
    precondition(
      senseSteps.isEmpty || senseSteps.count == positions - 1, "a step between every two positions")
    self.senseSteps = senseSteps
    self.rowsPerPosition = rowsPerPosition
    self.columns = columns.count
    self.cells = cells
    rowTerminals = rows
    columnTerminals = columns
    self.driveSegment = driveSegment
    self.senseSegment = senseSegment
    precondition(
      hasIdealDrive || !rows.contains(where: \.isFixed), "a resistive line is not its terminal")
    precondition(
      hasIdealSense || !columns.contains(where: \.isFixed), "a resistive line is not its terminal")
  }

  /// Siemens of the bit lines between a position and the next one; beyond the ends, of a segment.
  @inline(__always)
  func senseSiemens(behind position: Int) -> Double {
    guard position >= 0, position < senseSteps.count else { return senseSegment }
    return senseSegment / Double(senseSteps[position])
  }

  // Elimination keeps e, the conductance from a node to everything but the next one. The pivot is
  // e + segment, and e grows by sums of positive terms: no digits cancel however small the wire
  // resistance (the textbook pivot subtracts segment² / pivot from 2 segment).

  /// Reciprocal pivots of the drive lines with every cell on, by drive line; one per ideal line.
  func drivePivots<R: LineReader>(_ reader: R.Type, cells: [R.Element]) -> [R.Lanes] {
    var pivots = [R.Lanes](repeating: .none, count: hasIdealDrive ? rows : cells.count)
    // Eight lines at a time: each waits for its own divisions.
    for first in stride(from: 0, to: rows, by: 8) {
      let block = first..<min(first + 8, rows)
      var e = block.map { R.Lanes.all(rowTerminals[$0].finite.near) }
      let last = columns - 1
      for j in 0..<columns {
        for r in block {
          let own = e[r - first] + R.lanes(cells[r * columns + j])
          if hasIdealDrive {
            e[r - first] = own
          } else if j < last {
            let inverse = R.Lanes.all(1) / (own + .all(driveSegment))
            pivots[r * columns + j] = inverse
            e[r - first] = own * (.all(driveSegment) * inverse)
          } else {
            pivots[r * columns + j] = (own + .all(rowTerminals[r].finite.far)).pivotInverse
          }
        }
      }
      guard hasIdealDrive else { continue }
      for r in block where !rowTerminals[r].isFixed {
        pivots[r] = (e[r - first] + .all(rowTerminals[r].far)).pivotInverse
      }
    }
    return pivots
  }

  /// Reciprocal pivots of the bit lines, by position, with the cells of drive line `r` weighted by
  /// `gates[r]` (0 or 1); one per ideal line.
  func sensePivots<R: LineReader>(
    _ reader: R.Type, cells: [R.Element], gates: [R.Lanes]
  ) -> [R.Lanes] {
    let n = columns
    var e = columnTerminals.map { R.Lanes.all($0.finite.near) }
    let fars = columnTerminals.map { R.Lanes.all($0.finite.far) }
    var pivots = [R.Lanes](repeating: .none, count: hasIdealSense ? n : positions * n)
    for i in 0..<positions {
      for r in i * rowsPerPosition..<(i + 1) * rowsPerPosition {
        for j in 0..<n { e[j] = .fused(gates[r], R.lanes(cells[r * n + j]), e[j]) }
      }
      if hasIdealSense { continue }
      if i < positions - 1 {
        let across = R.Lanes.all(senseSiemens(behind: i))
        for j in 0..<n {
          let inverse = R.Lanes.all(1) / (e[j] + across)
          pivots[i * n + j] = inverse
          e[j] = e[j] * (across * inverse)
        }
      } else {
        for j in 0..<n { pivots[i * n + j] = (e[j] + fars[j]).pivotInverse }
      }
    }
    guard hasIdealSense else { return pivots }
    for j in 0..<n where !columnTerminals[j].isFixed { pivots[j] = (e[j] + fars[j]).pivotInverse }
    return pivots
  }
}

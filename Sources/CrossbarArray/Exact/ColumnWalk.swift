import NumericKernels

/// The cells of an array, outputs padded to vectors: vector `line * stride + group`.
struct ColumnCells<V: SIMD & Sendable>: Sendable where V.Scalar: BinaryFloatingPoint {
  /// First and second number of each cell in siemens; the walk defines their meaning.
  private(set) var first: [V]
  private(set) var second: [V]
  /// Vectors per word line.
  let stride: Int

  /// Matrices side by side; absent outputs do not conduct.
  init(first: [Matrix<Double>], second: [Matrix<Double>]) {
    let outputs = first.reduce(0) { $0 + $1.columns }
    stride = (outputs + V.scalarCount - 1) / V.scalarCount
    self.first = Self.lanes(first, stride: stride)
    self.second = Self.lanes(second, stride: stride)
  }

  private static func lanes(_ matrices: [Matrix<Double>], stride: Int) -> [V] {
    guard let shape = matrices.first else { return [] }
    let (m, n) = (shape.rows, shape.columns)
    var lanes = [V](repeating: V(repeating: 0), count: m * stride)
    for (k, matrix) in matrices.enumerated() {
      for i in 0..<m {
        for j in 0..<n {
          let output = k * n + j
          lanes[i * stride + output / V.scalarCount][output % V.scalarCount] = V.Scalar(
            matrix[i, j])
        }
      }
    }
    return lanes
  }
}

/// The state of a group of columns that is walked from cell to cell.
protocol ColumnWalk {
  associatedtype V: SIMD & Sendable where V.Scalar: BinaryFloatingPoint
  /// Constants that do not depend on the input.
  associatedtype Circuit
  /// Whether a cell has a second number.
  static var isPaired: Bool { get }
  init(_ circuit: Circuit)
  /// Passes `ohms` of wire, then a cell.
  mutating func step(_ ohms: V, _ first: V, _ second: V)
  /// Divides the state by a common factor, so that it does not overflow.
  mutating func restart()
  /// Passes the wire to the far end and closes the column there.
  consuming func sensedAmperes(_ circuit: Circuit, endOhms: V) -> V
}

/// Walks every column for one input; writes a vector of currents for each group.
///
/// Four groups keep enough independent chains in flight to hide latency; they are spelled out
/// because an indexed group is kept in memory.
@inline(__always)
func walkColumns<W: ColumnWalk>(
  _: W.Type, _ circuit: W.Circuit, _ cells: borrowing ColumnCells<W.V>,
  _ plan: borrowing LadderPlan<W.V.Scalar>, into out: inout MutableSpan<W.V>, at: Int
) {
  let stride = cells.stride
  let (first, second) = (cells.first.span, cells.second.span)
  let steps = plan.steps.span
  let end = W.V(repeating: plan.endOhms)
  let none = W.V(repeating: 0)
  var group = 0
  while group + 4 <= stride {
    var (a, b, c, d) = (W(circuit), W(circuit), W(circuit), W(circuit))
    var start = 0
    for runEnd in plan.runEnds {
      if start > 0 {
        a.restart()
        b.restart()
        c.restart()
        d.restart()
      }
      for k in start..<runEnd {
        let ohms = W.V(repeating: steps[k].ohms)
        let cell = Int(steps[k].line) * stride + group
        let g = first.extracting(cell..<cell + 4)
        if W.isPaired {
          let h = second.extracting(cell..<cell + 4)
          a.step(ohms, g[0], h[0])
          b.step(ohms, g[1], h[1])
          c.step(ohms, g[2], h[2])
          d.step(ohms, g[3], h[3])
        } else {
          a.step(ohms, g[0], none)
          b.step(ohms, g[1], none)
          c.step(ohms, g[2], none)
          d.step(ohms, g[3], none)
        }
      }
      start = runEnd
    }
    out[at + group] = a.sensedAmperes(circuit, endOhms: end)
    out[at + group + 1] = b.sensedAmperes(circuit, endOhms: end)
    out[at + group + 2] = c.sensedAmperes(circuit, endOhms: end)
    out[at + group + 3] = d.sensedAmperes(circuit, endOhms: end)
    group += 4
  }
  while group < stride {
    var walk = W(circuit)
    var start = 0
    for runEnd in plan.runEnds {
      if start > 0 { walk.restart() }
      for k in start..<runEnd {
        let cell = Int(steps[k].line) * stride + group
        walk.step(
          W.V(repeating: steps[k].ohms), first[cell], W.isPaired ? second[cell] : none)
      }
      start = runEnd
    }
    out[at + group] = walk.sensedAmperes(circuit, endOhms: end)
    group += 1
  }
}

import CrossbarArray
import Foundation
import NumericKernels
import Units

/// An array solved the obvious way, sharing nothing with the package but its description: every
/// node voltage and every wire current is an unknown of one dense system (sparse tableau; Hachtel,
/// Brayton, Gustavson, IEEE TCT 18(1), 1971), so that wires may have any resistance, zero included.
///
/// Conductances should be of order 1 S: elimination then loses no digits.
struct DenseArraySolver {
  private var names: [String: Int] = [:]
  private(set) var wires: [(a: Int, b: Int, ohms: Double)] = []
  private(set) var conductors: [(a: Int, b: Int, siemens: Double)] = []
  private var devices: [(a: Int, b: Int, law: (Double, Double) -> Tangent)] = []
  private(set) var sources: [(node: Int, volts: Double, output: Int?)] = []
  private(set) var nodeCount = 1

  /// Nothing yet.
  init() {}

  /// Current of a device from a to b, and its derivatives by the voltages of a and b.
  struct Tangent {
    var amperes: Double, byA: Double, byB: Double
  }

  /// Currents of the outputs in amperes, and the voltage of each named node in volts.
  struct Solution {
    var outputs: [Double]
    var volts: [String: Double]
  }

  static func solve(_ array: ArrayDescription, input: [Double]) -> Solution {
    var solver = DenseArraySolver()
    solver.add(array, input: input)
    return solver.solve(outputs: array.outputCount)
  }

  // MARK: The array

  private mutating func node(_ name: String) -> Int {
    if let index = names[name] { return index }
    names[name] = nodeCount
    nodeCount += 1
    return nodeCount - 1
  }

  private mutating func connect(_ a: String, _ b: String, ohms: Double) {
    guard ohms.isFinite else { return }
    let (a, b) = (node(a), node(b))
    wires.append((a, b, ohms))
  }

  /// A line of `length` places named `prefix` + place; `fault(p)` replaces the segment before `p`.
  private mutating func addLine(
    _ prefix: String, length: Int, segment: Double, terminal: Double, ends: LineEnd?,
    volts: Double, output: Int?, fault: (Int) -> Double?
  ) {
    for p in 0..<length { _ = node(prefix + "\(p)") }
    for p in 1..<max(1, length) {
      connect(prefix + "\(p - 1)", prefix + "\(p)", ohms: fault(p) ?? segment)
    }
    var isPerfect = terminal + segment == 0
    for p in 0...length where fault(p) != nil { isPerfect = false }
    guard let ends else { return }
    if ends != .far {
      connect(prefix + "near", prefix + "0", ohms: terminal + (fault(0) ?? segment))
      sources.append((node(prefix + "near"), volts, output))
    }
    // Two perfect conductors to one node share its current in no particular way: one will do.
    if ends == .far || (ends == .both && !isPerfect) {
      connect(
        prefix + "far", prefix + "\(length - 1)", ohms: terminal + (fault(length) ?? segment))
      sources.append((node(prefix + "far"), volts, output))
    }
  }

  mutating func add(_ array: ArrayDescription, input: [Double]) {
    let (m, n) = (array.wordLineCount, array.bitLineCount)
    let (extraRows, extraColumns) = (array.unused.wordLines, array.unused.bitLines)
    let isVoltageDriven = array.topology == .voltageDriven
    let isParallel = array.topology == .gateDriven(sourceLine: .parallel)
    let columnsBefore = extraColumns.side == .near && !isParallel ? extraColumns.count : 0
    let rowsBefore = extraRows.side == .near ? extraRows.count : 0
    let rows = m + extraRows.count
    let columns = n + (isParallel ? 0 : extraColumns.count)
    let isShared = array.pairing == .interleaved
    for polarity in 0..<(array.negativeConductances == nil ? 1 : 2) {
      let p = polarity == 0 ? "+" : "-"
      let sign = isShared && polarity == 1 ? -1.0 : 1.0
      let bits = isShared ? "b+" : "b" + p
      func fault(_ line: ArrayLineKind, _ at: @escaping (Int) -> (Int, Int)) -> (Int) -> Double? {
        { place in
          for defect in array.defects {
            let shared = isShared && line == .bitLine
            guard defect.isNegative == (polarity == 1 && !shared) else { continue }
            guard (defect.wordLine + rowsBefore, defect.bitLine + columnsBefore) == at(place)
            else { continue }
            switch defect.kind {
            case .openSegment(line): return .infinity
            case .resistiveSegment(line, let ohms): return ohms.value
            default: continue
            }
          }
          return nil
        }
      }
      // Bit lines.
      for j in 0..<columns where !(isShared && polarity == 1) {
        let isOutput = j >= columnsBefore && j < columnsBefore + n
        if !isOutput, extraColumns.state == .off { continue }
        let output = isOutput ? polarity * n + j - columnsBefore : nil
        addLine(
          "\(bits),\(j),", length: rows, segment: array.wires.bitLineSegment.value,
          terminal: array.terminals.bitLineSense.value,
          ends: !isOutput && extraColumns.state == .floating ? nil : array.ends.bitLineSense,
          volts: isOutput ? 0 : Self.volts(extraColumns.state), output: output,
          fault: fault(.bitLine) { ($0, j) })
      }
      // Lines that feed the cells.
      if isParallel {
        for j in 0..<columns {
          addLine(
            "d\(p),\(j),", length: rows, segment: array.wires.sourceLineSegment.value,
            terminal: array.terminals.sourceLineDriver.value, ends: array.ends.sourceLineDrive,
            volts: sign * array.readVoltage.value, output: nil,
            fault: fault(.sourceLine) { ($0, j) })
        }
      } else {
        for i in 0..<rows {
          let isInput = i >= rowsBefore && i < rowsBefore + m
          if !isInput, extraRows.state == .off { continue }
          let volts = isInput ? input[i - rowsBefore] : Self.volts(extraRows.state)
          addLine(
            "d\(p),\(i),", length: columns,
            segment: isVoltageDriven
              ? array.wires.wordLineSegment.value : array.wires.sourceLineSegment.value,
            terminal: isVoltageDriven
              ? array.terminals.wordLineDriver.value : array.terminals.sourceLineDriver.value,
            ends: !isInput && extraRows.state == .floating
              ? nil : isVoltageDriven ? array.ends.wordLineDrive : array.ends.sourceLineDrive,
            volts: sign * (isVoltageDriven ? volts : array.readVoltage.value), output: nil,
            fault: fault(isVoltageDriven ? .wordLine : .sourceLine) { (i, $0) })
        }
      }
      // Cells and shorts.
      func drive(_ i: Int, _ j: Int) -> String {
        isParallel ? "d\(p),\(j),\(i)" : "d\(p),\(i),\(j)"
      }
      func sense(_ i: Int, _ j: Int) -> String { "\(bits),\(j),\(i)" }
      for i in 0..<rows {
        for j in 0..<columns {
          let (k, l) = (i - rowsBefore, j - columnsBefore)
          let (isInput, isOutput) = (k >= 0 && k < m, l >= 0 && l < n)
          if !isInput, extraRows.state == .off { continue }
          if !isOutput, extraColumns.state == .off { continue }
          var siemens = array.unused.cellConductance.value
          if isInput, isOutput {
            let matrix = polarity == 0 ? array.conductances : array.negativeConductances
            siemens = matrix?[k, l] ?? 0
          }
          for defect in array.defects
          where (defect.wordLine, defect.bitLine) == (k, l) && defect.isNegative == (polarity == 1)
          {
            switch defect.kind {
            case .stuckCell(let value): siemens = value.value
            case .openCell: siemens = 0
            case .shortedCell(let ohms): connect(drive(i, j), sense(i, j), ohms: ohms.value)
            case .shortedLines(.bitLine, let ohms):
              connect(sense(i, j), sense(i, j + 1), ohms: ohms.value)
            case .shortedLines(_, let ohms):
              connect(drive(i, j), isParallel ? drive(i, j + 1) : drive(i + 1, j), ohms: ohms.value)
            default: break
            }
          }
          var cell = array.law
          if !isVoltageDriven, isInput, input[k] == 0 {
            if case .transistor(var transistor) = cell {
              transistor.gate = (isShared ? -array.readVoltage.value : 0).volts
              cell = .transistor(transistor)
            } else {
              siemens = 0
            }
          }
          if siemens > 0 { addCell(cell, from: node(drive(i, j)), to: node(sense(i, j)), siemens) }
        }
      }
    }
  }

  private mutating func addCell(
    _ model: CellLaw, from a: Int, to b: Int, _ siemens: Double
  ) {
    func addInner() -> Int {
      nodeCount += 1
      conductors.append((nodeCount - 1, b, siemens))
      return nodeCount - 1
    }
    func pair(_ current: Double, _ volts: Double) -> (Double, Double) -> Tangent {
      { va, vb in
        let x = (va - vb) / volts
        let slope = current / volts * cosh(x)
        return Tangent(amperes: current * sinh(x), byA: slope, byB: -slope)
      }
    }
    switch model {
    case .linear: conductors.append((a, b, siemens))
    case .sinh(let law):
      devices.append((a, b, pair(siemens * law.scale.value, law.scale.value)))
    case .selector(let selector):
      devices.append((a, addInner(), pair(2 * selector.saturation.value, selector.slope.value)))
    case .transistor(let transistor):
      let law = Self.channel(transistor)
      devices.append((a, addInner(), law))
    case .table, .compact: preconditionFailure("measured curves have tests of their own")
    }
  }

  /// Shichman and Hodges: the terminal at the lower voltage is the source.
  private static func channel(
    _ transistor: TransistorLaw
  ) -> (Double, Double) -> Tangent {
    func forward(_ d: Double, _ s: Double) -> Tangent {
      let over = transistor.gate.value - s - transistor.threshold.value
      let (across, k) = (d - s, transistor.transconductance)
      guard over > 0 else { return Tangent(amperes: 0, byA: 0, byB: 0) }
      let stretch = 1 + transistor.channelLengthModulation * across
      let isTriode = across < over
      let core = isTriode ? across * (over - across / 2) : over * over / 2
      let byD = isTriode ? over - across : 0
      // Raising the source lowers both the overdrive and the voltage across the channel.
      let byS = isTriode ? -across - (over - across) : -over
      return Tangent(
        amperes: k * core * stretch,
        byA: k * (byD * stretch + core * transistor.channelLengthModulation),
        byB: k * (byS * stretch - core * transistor.channelLengthModulation))
    }
    return { va, vb in
      if va >= vb { return forward(va, vb) }
      let back = forward(vb, va)
      return Tangent(amperes: -back.amperes, byA: -back.byB, byB: -back.byA)
    }
  }

  private static func volts(_ state: UnusedLines.State) -> Double {
    if case .held(let volts) = state { volts.value } else { 0 }
  }

  // MARK: The equations

  /// Unknowns: node voltages (0 is ground), wire currents from a to b, currents out of the sources.
  private func solve(outputs: Int) -> Solution {
    let order = nodeCount + wires.count + sources.count
    var x = [Double](repeating: 0, count: order)
    // Newton's method; steps are at most half a volt per node.
    for _ in 0..<(devices.isEmpty ? 1 : 100) {
      let next = linearSolution(around: x)
      let largest = (0..<nodeCount).reduce(0.0) { max($0, (next[$1] - x[$1]).magnitude) }
      let isLimited = !devices.isEmpty && largest > 0.5
      let share = isLimited ? 0.5 / largest : 1
      for k in x.indices { x[k] += share * (next[k] - x[k]) }
      if !isLimited, largest < 1e-14 { break }
    }
    var solution = Solution(outputs: [Double](repeating: 0, count: outputs), volts: [:])
    for (k, source) in sources.enumerated() {
      if let output = source.output { solution.outputs[output] -= x[nodeCount + wires.count + k] }
    }
    for (name, index) in names { solution.volts[name] = x[index] }
    return solution
  }

  private func linearSolution(around x: [Double]) -> [Double] {
    let order = x.count
    var rows = [[Double]](repeating: [Double](repeating: 0, count: order + 1), count: order)
    rows[0][0] = 1
    for (a, b, siemens) in conductors {
      rows[a][a] += siemens
      rows[a][b] -= siemens
      rows[b][b] += siemens
      rows[b][a] -= siemens
    }
    for (a, b, law) in devices {
      let tangent = law(x[a], x[b])
      let rest = tangent.amperes - tangent.byA * x[a] - tangent.byB * x[b]
      for (row, sign) in [(a, 1.0), (b, -1)] {
        rows[row][a] += sign * tangent.byA
        rows[row][b] += sign * tangent.byB
        rows[row][order] -= sign * rest
      }
    }
    for (k, wire) in wires.enumerated() {
      let current = nodeCount + k
      rows[wire.a][current] += 1
      rows[wire.b][current] -= 1
      rows[current][wire.a] += 1
      rows[current][wire.b] -= 1
      rows[current][current] -= wire.ohms
    }
    for (k, source) in sources.enumerated() {
      let current = nodeCount + wires.count + k
      rows[source.node][current] -= 1
      rows[current][source.node] = 1
      rows[current][order] = source.volts
    }
    return Self.eliminate(&rows)
  }

  /// Gauss-Jordan with row pivoting; unknowns that no equation fixes (isolated parts) become zero.
  private static func eliminate(_ rows: inout [[Double]]) -> [Double] {
    let order = rows.count
    var pivotRow = [Int](repeating: -1, count: order)
    var next = 0
    for column in 0..<order {
      var best = next
      for row in next..<order where rows[row][column].magnitude > rows[best][column].magnitude {
        best = row
      }
      guard next < order, rows[best][column].magnitude > 1e-13 else { continue }
      rows.swapAt(next, best)
      let pivot = rows[next]
      for row in next + 1..<max(order, next + 1) where rows[row][column] != 0 {
        let factor = rows[row][column] / pivot[column]
        for k in column...order where pivot[k] != 0 { rows[row][k] -= factor * pivot[k] }
        rows[row][column] = 0
      }
      pivotRow[column] = next
      next += 1
    }
    var x = [Double](repeating: 0, count: order)
    for column in (0..<order).reversed() where pivotRow[column] >= 0 {
      let row = rows[pivotRow[column]]
      var sum = row[order]
      for k in column + 1..<max(order, column + 1) { sum -= row[k] * x[k] }
      x[column] = sum / row[column]
    }
    return x
  }
}

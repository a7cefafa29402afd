import CircuitSolver
import Foundation
import Netlist
import NumericKernels
import Units

/// Currents of a cell of compiled Verilog-A against its voltage, one curve per conductance.
///
/// `f(v, G) = i / G` at equidistant voltages and at conductances equidistant in their logarithm.
/// Between voltages, cubics with slopes of fourth order; between conductances, cubics through four
/// curves, none of them across a row of a table of parameters, where currents may have a corner. Both
/// grids are refined until the error, measured between their points against the module,
/// is small enough. A cell with a gate is tabulated with its bit line at 0 V and its gate on, or with
/// the voltages that the lines of its column give it (`CompactTable.Column`).
struct CompactTable: Sendable {
  /// Largest voltage across a cell, of either sign unless it is in a column.
  let maximumVolts: Double
  private let leastVolts: Double
  /// Conductances between which curves are known.
  let siemens: ClosedRange<Double>
  /// Largest error of a current over the current itself, seen between the points.
  private(set) var relativeError = 0.0
  /// Whether the current is proportional to the conductance, and whether it is odd in the voltage.
  private(set) var isProportional = false, isOdd = false
  /// Why curves cannot stand in for the module; `nil` if they can.
  private(set) var refusal: String?

  /// What all cells of a bit line whose gates are off may carry, over the smallest current of one whose
  /// gate is on.
  static let largestOffPart = 1e-6

  /// Errors below this are not worth a finer grid.
  static let wanted = 1e-7

  /// Whether curves reach to a conductance, up to the rounding of conductances that are computed.
  func knows(_ g: Double) -> Bool {
    g >= siemens.lowerBound * (1 - 1e-13) && g <= siemens.upperBound * (1 + 1e-13)
  }

  private var intervals = 0
  /// Curves, an equal number of steps of the conductance's logarithm in every segment.
  private var states = 0, statesPerSegment = 0
  private var segments: [Segment] = []

  /// Conductances between two corners, by their logarithms.
  private struct Segment {
    var low: Double, high: Double
    var perLog = 0.0
  }

  /// Conductance of a curve, or between two of them.
  private func siemens(_ segment: Int, _ place: Double) -> Double {
    let (low, high) = (segments[segment].low, segments[segment].high)
    return exp(low + (high - low) * place / Double(statesPerSegment))
  }
  /// `f` and its slope times the step, `[states, intervals + 1]`.
  private var values: [Double] = []
  private var slopes: [Double] = []

  /// A table of nothing.
  static let none = CompactTable()
  private init() { (maximumVolts, leastVolts, siemens) = (0, 0, 0...0) }

  /// The lines of a column, which carry the same current (`CellPath`): with `y` volts left across a
  /// cell, its bit line is at `bitLineShare (readVolts − y)`.
  struct Column: Sendable, Hashable {
    var readVolts: Double, bitLineShare: Double
  }

  /// Curves to `maximumVolts` of either sign or, in a column, from 0 V.
  init(
    of law: CompactLaw, maximumVolts: Double, siemens: ClosedRange<Double>, in column: Column? = nil
  ) throws(ArrayError) {
    (self.maximumVolts, self.siemens) = (maximumVolts, siemens)
    leastVolts = column == nil ? -maximumVolts : 0
    let span = leastVolts...maximumVolts
    let corners = Set([law.cell.states, law.access?.states].compactMap { $0?.corners }.joined())
      .filter { $0 > siemens.lowerBound && $0 < siemens.upperBound }.sorted()
    // Without a column, cells with a gate are solved as circuits: their curves only give levels their
    // full scale.
    let isCoarse = law.gate != nil && column == nil
    let mostIntervals = isCoarse ? 128 : 1024
    let mostPerDecade = isCoarse ? 4 : corners.isEmpty && column == nil ? 16 : 32
    let (low, high) = (log(siemens.lowerBound), log(siemens.upperBound))
    // The grid of voltages, by the curves at both ends and in the middle.
    var count = 32
    let samples = [siemens.lowerBound, exp((low + high) / 2), siemens.upperBound] + corners
    var finer = try samples.map { (g) throws(ArrayError) in
      try Self.curve(law, g, Self.grid(span, count), in: column)
    }
    var voltError = Double.infinity
    while true {
      let coarse = finer
      finer = try samples.map { (g) throws(ArrayError) in
        try Self.curve(law, g, Self.grid(span, 2 * count), in: column)
      }
      voltError = 0
      for (a, b) in zip(coarse, finer) {
        voltError = max(voltError, Self.interpolationError(coarse: a, fine: b))
      }
      if voltError <= Self.wanted || count >= mostIntervals { break }
      count *= 2
    }
    intervals = count
    // The curves.
    let ends = [low] + corners.map { log($0) } + [high]
    segments = (1..<ends.count).map { Segment(low: ends[$0 - 1], high: ends[$0]) }
    let decades = (segments.map { $0.high - $0.low }.max() ?? 0) / log(10)
    var perDecade = 1
    var stateError = Double.infinity
    while true {
      statesPerSegment = max(3, Int((decades * Double(perDecade)).rounded(.up)))
      states = segments.count * statesPerSegment + 1
      for k in segments.indices {
        let width = segments[k].high - segments[k].low
        segments[k].perLog = width > 0 ? Double(statesPerSegment) / width : 0
      }
      (values, slopes) = ([], [])
      for k in 0..<states {
        let segment = min(k / statesPerSegment, segments.count - 1)
        let g = self.siemens(segment, Double(k - segment * statesPerSegment))
        let curve = try Self.curve(law, g, Self.grid(span, intervals), in: column)
        values += curve.dropFirst(2).dropLast(2)
        slopes += Self.slopes(curve)
      }
      isProportional = Self.differ(values, states, intervals + 1) <= 1e-10
      stateError = isProportional ? 0 : try errorBetweenStates(law, column)
      if stateError <= Self.wanted || perDecade >= mostPerDecade { break }
      perDecade *= 2
    }
    relativeError = voltError + stateError
    examine()
  }

  /// Points from one voltage to another, and two more beyond each end, for slopes; of opposite
  /// voltages to the last bit where the ends are.
  private static func grid(_ volts: ClosedRange<Double>, _ intervals: Int) -> [Double] {
    let (low, high, n) = (volts.lowerBound, volts.upperBound, Double(intervals))
    return (-2...intervals + 2).map {
      low == -high ? high * (2 * Double($0) - n) / n : low + (high - low) * Double($0) / n
    }
  }

  /// `f` at these voltages, from the module; its gate is selected unless another voltage is given.
  static func curve(
    _ law: CompactLaw, _ siemens: Double, _ volts: [Double], in column: Column? = nil,
    gate other: Double? = nil
  ) throws(ArrayError) -> [Double] {
    let gateVolts = other ?? law.gate ?? 0
    var circuit = Circuit(title: "cell")
    let (from, gate) = (circuit.addNode(circuit.label("a")), circuit.addNode(circuit.label("g")))
    circuit.addVoltageSource(circuit.label("v"), plus: from, minus: .ground, volts: 0)
    circuit.addVoltageSource(
      circuit.label("vg"), plus: gate, minus: .ground, volts: gateVolts)
    var bitLine = Node.ground
    if column != nil {
      bitLine = circuit.addNode(circuit.label("b"))
      circuit.addVoltageSource(circuit.label("vb"), plus: bitLine, minus: .ground, volts: 0)
    }
    let model = law.addModel(to: &circuit, suffix: "")
    let site = CellSite(
      wordLine: 0, bitLine: 0, from: from, to: bitLine, siemens: siemens, gate: gate,
      bulk: .ground, suffix: "")
    guard let device = law.emit(site, model: model, to: &circuit).compact else { return [] }
    do throws(CircuitError) {
      var solver = try GeneralOperatingPoint(analyzing: circuit)
      var found: [Double] = []
      for v in volts {
        let w = column.map { $0.bitLineShare * ($0.readVolts - v) }
        let point = try solver.solve(
          sourceVolts: [(w ?? 0) + v, gateVolts] + (w.map { [$0] } ?? []))
        found.append(point.compactAmperes[device] / siemens)
      }
      return found
    } catch {
      throw .circuit(error)
    }
  }

  /// Slopes times the step at the points of a curve but for two at each end.
  private static func slopes(_ curve: [Double]) -> [Double] {
    (2..<curve.count - 2).map { k -> Double in
      let near: Double = curve[k + 1] - curve[k - 1]
      let far: Double = curve[k + 2] - curve[k - 2]
      return (8 * near - far) / 12
    }
  }

  /// Relative error of a curve in the middle of its intervals, where a curve of half the step is
  /// known; currents count as at least a millionth of the largest.
  private static func interpolationError(coarse: [Double], fine: [Double]) -> Double {
    let inner = Array(coarse.dropFirst(2).dropLast(2))
    let d = slopes(coarse)
    let floor = 1e-6 * (inner.map(\.magnitude).max() ?? 0)
    var worst = 0.0
    for k in 0..<inner.count - 1 {
      let middle = (inner[k] + inner[k + 1]) / 2 + (d[k] - d[k + 1]) / 8
      let exact = fine[2 + 2 * k + 1]
      worst = max(worst, (middle - exact).magnitude / max(exact.magnitude, floor, 1e-300))
    }
    return worst
  }

  private static func differ(_ values: [Double], _ states: Int, _ count: Int) -> Double {
    var worst = 0.0
    let largest = values.reduce(0) { max($0, $1.magnitude) }
    for state in 1..<states {
      for k in 0..<count {
        worst = max(worst, (values[state * count + k] - values[k]).magnitude)
      }
    }
    return largest > 0 ? worst / largest : 0
  }

  private func errorBetweenStates(
    _ law: CompactLaw, _ column: Column?
  ) throws(ArrayError) -> Double {
    var worst = 0.0
    var volts: [Double] = []
    for k in (column == nil ? -8 : 0)...8 where k != 0 {
      volts.append(maximumVolts * Double(k) / 8)
    }
    for k in 0..<states - 1 {
      let segment = k / statesPerSegment
      let g = siemens(segment, Double(k - segment * statesPerSegment) + 0.5)
      let exact = try Self.curve(law, g, volts, in: column)
      let floor = 1e-6 * exact.reduce(0.0) { max($0, abs($1)) }
      for (v, f) in zip(volts, exact) {
        let found = value(at: v, siemens: g).amperes / g
        let scale: Double = max(abs(f), floor, 1e-300)
        worst = max(worst, abs(found - f) / scale)
      }
    }
    return worst
  }

  /// Finds what keeps curves from standing in for the module.
  private mutating func examine() {
    let (count, last) = (intervals + 1, intervals)
    let largest = values.reduce(0) { max($0, $1.magnitude) }
    isOdd = true
    for state in 0..<states {
      for k in 0...last {
        let here = values[state * count + k]
        let opposite = values[state * count + last - k]
        if leastVolts == 0 || (here + opposite).magnitude > 1e-12 * largest { isOdd = false }
        if k > 0, here <= values[state * count + k - 1], refusal == nil {
          let v = leastVolts + (maximumVolts - leastVolts) * Double(k) / Double(last)
          refusal = "the current of law: compact does not rise near \(v) V"
        }
      }
      let atRest = values[state * count + (leastVolts == 0 ? 0 : last / 2)]
      if atRest.magnitude > 1e-9 * largest {
        refusal = "cells of law: compact carry a current at 0 V"
      }
    }
    if relativeError > 1e-3, refusal == nil {
      refusal = "curves of law: compact are off by \(relativeError) of a current"
    }
  }

  /// Current and slope of a cell; beyond the voltages along the tangent, beyond the conductances in
  /// proportion to them. Solvers refuse both.
  func value(at volts: Double, siemens: Double) -> (amperes: Double, siemens: Double) {
    guard siemens > 0 else { return (0, 0) }
    let step = (maximumVolts - leastVolts) / Double(intervals)
    let place = (volts - leastVolts) / step
    let k = min(max(Int(max(place, 0)), 0), intervals - 1)
    let t = min(max(place - Double(k), 0), 1)
    var (y0, y1, d0, d1) = (0.0, 0.0, 0.0, 0.0)
    func add(_ state: Int, _ weight: Double) {
      let at = state * (intervals + 1) + k
      y0 += weight * values[at]
      y1 += weight * values[at + 1]
      d0 += weight * slopes[at]
      d1 += weight * slopes[at + 1]
    }
    if isProportional {
      add(0, 1)
    } else {
      let logarithm = log(siemens)
      var segment = 0
      while segment < segments.count - 1, logarithm > segments[segment].high { segment += 1 }
      let at = min(
        max((logarithm - segments[segment].low) * segments[segment].perLog, 0),
        Double(statesPerSegment))
      let inner = min(max(Int(at) - 1, 0), statesPerSegment - 3)
      let s = at - Double(inner)
      let first = segment * statesPerSegment + inner
      add(first, -(s - 1) * (s - 2) * (s - 3) / 6)
      add(first + 1, s * (s - 2) * (s - 3) / 2)
      add(first + 2, -s * (s - 1) * (s - 3) / 2)
      add(first + 3, s * (s - 1) * (s - 2) / 6)
    }
    let c2 = 3 * (y1 - y0) - 2 * d0 - d1
    let c3 = 2 * (y0 - y1) + d0 + d1
    var current = y0 + t * (d0 + t * (c2 + t * c3))
    let slope = (d0 + t * (2 * c2 + 3 * t * c3)) / step
    if volts > maximumVolts || volts < leastVolts {
      current += slope * (volts - (volts > maximumVolts ? maximumVolts : leastVolts))
    }
    return (siemens * current, siemens * slope)
  }

  /// Why the conductances are no measure of the current at `volts`; `nil` if it rises with them.
  func disorder(at volts: Double) -> String? {
    guard volts > 0, !isProportional else { return nil }
    var (known, before) = (0.0, 0.0)
    for k in 0..<states {
      let segment = min(k / statesPerSegment, segments.count - 1)
      let g = siemens(segment, Double(k - segment * statesPerSegment))
      let current = value(at: volts, siemens: g).amperes
      guard current > before else {
        return "at \(volts) V a cell of \(known) S carries \(before) A and one of \(g) S "
          + "\(current) A: the states of law.parameterMap must carry more from row to row"
      }
      (known, before) = (g, current)
    }
    return nil
  }

  /// Conductance of a cell that carries `amperes` at `volts`; infinite if none carries as much.
  func siemens(at volts: Double, amperes: Double) -> Double {
    guard amperes > 0 else { return 0 }
    func current(_ g: Double) -> Double { value(at: volts, siemens: g).amperes }
    let least = current(siemens.lowerBound)
    if isProportional || amperes <= least { return siemens.lowerBound * amperes / least }
    guard amperes <= current(siemens.upperBound) else { return .infinity }
    var (low, high) = (log(siemens.lowerBound), log(siemens.upperBound))
    for _ in 0..<200 {
      let middle = (low + high) / 2
      guard middle > low, middle < high else { break }
      if current(exp(middle)) < amperes { low = middle } else { high = middle }
    }
    return exp((low + high) / 2)
  }
}

extension ArrayDescription {
  /// Why the curves of compiled cells cannot stand in for them in this array; `nil` if they can, and
  /// for other laws.
  var tabulationRefusal: String? {
    guard let table = self.law.law.tabulation else { return nil }
    if self.law.law.kind == .threeTerminal {
      return "cells of law: compact with a gate are solved as circuits"
    }
    return table.refusal ?? stateRefusal(table)
  }

  /// Names a conductance to which curves do not reach; `nil` if they reach to all.
  private func stateRefusal(_ table: CompactTable) -> String? {
    let planes = [conductances] + (negativeConductances.map { [$0] } ?? [])
    for siemens in planes.lazy.flatMap(\.elements) where siemens > 0 && !table.knows(siemens) {
      return "a cell has \(siemens) S; law: compact has curves from \(table.siemens.lowerBound) to "
        + "\(table.siemens.upperBound) S"
    }
    return nil
  }

  /// Curves of compiled cells with a gate in the columns of this array; `nil` for other laws.
  ///
  /// Throws the reason why they cannot stand in for the cells: among others, cells whose gates are
  /// off may not carry more than `CompactTable.largestOffPart`.
  func columnCurves(
    sourceShare: Double
  ) throws(ArrayError) -> (table: CompactTable, offPart: Double)? {
    guard case .compact(let law) = self.law, law.gate != nil else { return nil }
    let conducting = effectiveConductances.flatMap(\.elements).filter { $0 > 0 }
    guard let least = conducting.min(), let most = conducting.max() else { return nil }
    guard pairing != .interleaved else {
      throw .unsupported(
        "cells of law: compact with a gate are solved as circuits in pairs of one line")
    }
    if let reason = stateRefusal(law.table) { throw .unsupported(reason) }
    // Whole decades, so that the arrays of a network share curves.
    let known = law.siemens
    func decade(_ g: Double, _ rule: FloatingPointRoundingRule) -> Double {
      min(max(pow(10, log10(g).rounded(rule)), known.lowerBound), known.upperBound)
    }
    let volts = self.readVoltage.value
    let curves = try law.columnCurves(
      .init(
        column: .init(readVolts: volts, bitLineShare: 1 - sourceShare),
        least: min(decade(least, .down), least), most: max(decade(most, .up), most)))
    if let refusal = curves.table.refusal { throw .unsupported(refusal) }
    let smallest = curves.table.value(at: volts, siemens: least).amperes
    let part = Double(wordLineCount) * curves.offAmperes / smallest
    guard part <= CompactTable.largestOffPart else {
      throw .unsupported(
        "a cell of law: compact whose gate is off, at 0 V, carries up to \(curves.offAmperes) A: with "
          + "\(wordLineCount) word lines more than \(CompactTable.largestOffPart) of what a cell of "
          + "\(least) S carries")
    }
    return (curves.table, part)
  }
}

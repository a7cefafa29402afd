import Files
import Netlist

/// A measured curve: `i = G f(v)`, where `f` is in volts and `f(v) = v` would be a resistor; or one
/// curve for each of several states, between whose conductances the current is a straight line. An open
/// cell, 0 S, counts as a state without current.
///
/// Between the points, `f` is the monotone cubic of Fritsch and Butland (SIAM J. Sci. Stat. Comput.
/// 5(2), 1984): current and slope are continuous and the current never falls. Voltages beyond the
/// points are refused, since the curve is unknown there.
public struct TableLaw: Sendable, Equatable {
  /// Voltages of the points, ascending, from below to above 0 V.
  public let volts: [Double]
  /// Conductances in siemens of the states, ascending; empty if one curve is that of all.
  public let stateSiemens: [Double]
  /// `f` at the points in volts, ascending along every curve, `[curves, points]`.
  public let relativeCurrents: [[Double]]
  /// `df/dv` at the points, `[curves, points]`.
  let slopes: [[Double]]

  /// The curve through points of ascending voltage and current that passes through the origin.
  ///
  /// If 0 V lies between two points, the origin becomes a point of the curve.
  public init(volts: [Double], relativeCurrents: [Double]) throws(ArrayError) {
    let points = try Self.points(volts, relativeCurrents, of: "law: table")
    (self.volts, stateSiemens) = (points.volts, [])
    self.relativeCurrents = [points.currents]
    slopes = [Self.slopes(points.volts, points.currents)]
  }

  /// A curve for every state, at common voltages. A cell between two states carries as much of their
  /// currents as its conductance is near theirs; one beyond the highest state is refused.
  ///
  /// - Parameters:
  ///   - stateSiemens: At least two, ascending, above 0.
  ///   - relativeCurrents: Currents over the state's conductance in volts, `[states, points]`. The
  ///     current itself rises from state to state, at every voltage but 0 V.
  public init(
    volts: [Double], stateSiemens: [Double], relativeCurrents: [[Double]]
  ) throws(ArrayError) {
    guard stateSiemens.count == relativeCurrents.count, stateSiemens.count > 1 else {
      throw .shapesDiffer(
        "law: table has \(stateSiemens.count) states and \(relativeCurrents.count) curves; at "
          + "least two states with a curve each are needed")
    }
    for (k, state) in stateSiemens.enumerated() {
      guard ArrayDescription.physical.contains(state) else {
        throw .unsupported("law: table, state of \(state) S: a conductance is above 0")
      }
      guard k == 0 || state > stateSiemens[k - 1] else {
        throw .unsupported(
          "law: table must have its states in the order of their conductances; "
            + "\(stateSiemens[k - 1]) S is followed by \(state) S")
      }
    }
    var curves: [[Double]] = []
    var common = volts
    for (state, currents) in zip(stateSiemens, relativeCurrents) {
      let points = try Self.points(volts, currents, of: "law: table, state of \(state) S,")
      common = points.volts
      curves.append(points.currents)
    }
    for k in stateSiemens.indices.dropFirst() {
      for (point, v) in common.enumerated() where v != 0 {
        let before = stateSiemens[k - 1] * curves[k - 1][point]
        let current = stateSiemens[k] * curves[k][point]
        guard current.magnitude > before.magnitude else {
          throw .unsupported(
            "law: table must have currents that rise from state to state; at \(v) V, "
              + "\(stateSiemens[k - 1]) S carries \(before) A and \(stateSiemens[k]) S \(current) A"
          )
        }
      }
    }
    (self.volts, self.stateSiemens, self.relativeCurrents) = (common, stateSiemens, curves)
    slopes = curves.map { Self.slopes(common, $0) }
  }

  /// The points of a curve, the origin among them; refuses those of no monotone curve.
  private static func points(
    _ volts: [Double], _ currents: [Double], of name: String
  ) throws(ArrayError) -> (volts: [Double], currents: [Double]) {
    guard volts.count == currents.count else {
      throw .shapesDiffer("\(name) has \(volts.count) voltages and \(currents.count) currents")
    }
    var points = Array(zip(volts, currents))
    for (k, point) in points.enumerated() where !point.0.isFinite || !point.1.isFinite {
      let comma = name.hasSuffix(",") ? "" : ","
      throw .unsupported("\(name)\(comma) point \(k): (\(point.0), \(point.1)) is not finite")
    }
    if !points.contains(where: { $0.0 == 0 }) {
      points.insert((0, 0), at: points.firstIndex { $0.0 > 0 } ?? points.count)
    }
    for k in points.indices.dropFirst()
    where !(points[k].0 > points[k - 1].0 && points[k].1 > points[k - 1].1) {
      throw .unsupported(
        "\(name) must rise in voltage and current; (\(points[k - 1].0), \(points[k - 1].1)) is "
          + "followed by (\(points[k].0), \(points[k].1))")
    }
    guard let first = points.first, let last = points.last, first.0 < 0, last.0 > 0 else {
      throw .unsupported("\(name) needs points on both sides of 0 V")
    }
    guard let origin = points.first(where: { $0.0 == 0 }), origin.1 == 0 else {
      throw .unsupported("\(name) must have no current at 0 V")
    }
    return (points.map(\.0), points.map(\.1))
  }

  /// The weighted harmonic mean of the neighboring secants, which keeps every interval monotone.
  private static func slopes(_ x: [Double], _ y: [Double]) -> [Double] {
    let secants = x.indices.dropLast().map { (y[$0 + 1] - y[$0]) / (x[$0 + 1] - x[$0]) }
    return x.indices.map { k in
      guard k > 0 else { return secants[0] }
      guard k < x.count - 1 else { return secants[k - 1] }
      let (before, after) = (x[k] - x[k - 1], x[k + 1] - x[k])
      let (w0, w1) = (2 * after + before, after + 2 * before)
      return (w0 + w1) / (w0 / secants[k - 1] + w1 / secants[k])
    }
  }

  /// A conductance as parts of the neighboring states, in siemens: it carries what both parts carry.
  /// An open cell, 0 S, counts as a state without current.
  struct Mixture {
    /// The lower state, and the parts of it and of the next one.
    var curve = 0
    var own: Double
    var next = 0.0
  }

  func mixture(_ siemens: Double) -> Mixture {
    guard let lowest = stateSiemens.first, siemens > lowest else { return Mixture(own: siemens) }
    let above = stateSiemens.firstIndex { $0 > siemens } ?? stateSiemens.count
    let k = min(max(above - 1, 0), stateSiemens.count - 2)
    let (a, b) = (stateSiemens[k], stateSiemens[k + 1])
    let t = (siemens - a) / (b - a)
    return Mixture(curve: k, own: (1 - t) * a, next: t * b)
  }

  /// `f` of the first curve and its slope at `v`.
  func value(at v: Double) -> (current: Double, slope: Double) { value(at: v, Mixture(own: 1)) }

  /// Current and slope at `v`; beyond the points, where no solution is accepted, along the tangent.
  @inline(__always)
  func value(at v: Double, _ cell: Mixture) -> (current: Double, slope: Double) {
    let last = volts.count - 1
    /// Current and slope at a point.
    @inline(__always)
    func at(_ point: Int) -> (y: Double, d: Double) {
      let (y, d) = (
        cell.own * relativeCurrents[cell.curve][point], cell.own * slopes[cell.curve][point]
      )
      guard cell.next != 0 else { return (y, d) }
      return (
        y + cell.next * relativeCurrents[cell.curve + 1][point],
        d + cell.next * slopes[cell.curve + 1][point]
      )
    }
    if v <= volts[0] {
      let (y, d) = at(0)
      return (y + d * (v - volts[0]), d)
    }
    if v >= volts[last] {
      let (y, d) = at(last)
      return (y + d * (v - volts[last]), d)
    }
    var (low, high) = (0, last)
    while high - low > 1 {
      let middle = (low + high) / 2
      if volts[middle] <= v { low = middle } else { high = middle }
    }
    let width = volts[high] - volts[low]
    let t = (v - volts[low]) / width
    let (a, b) = (at(low), at(high))
    let (y0, y1) = (a.y, b.y)
    let (d0, d1) = (a.d * width, b.d * width)
    // Hermite's cubic as y₀ + t (d₀ + t (c₂ + t c₃)): exact at the points, odd curves stay odd.
    let c2 = 3 * (y1 - y0) - 2 * d0 - d1
    let c3 = 2 * (y0 - y1) + d0 + d1
    return (y0 + t * (d0 + t * (c2 + t * c3)), (d0 + t * (2 * c2 + 3 * t * c3)) / width)
  }
}

extension TableLaw: CurrentVoltageLaw {
  static let keyword = "table"
  var voltLimit: Double? { min(-volts[0], volts[volts.count - 1]) }
  var siemensLimit: ClosedRange<Double>? {
    stateSiemens.last.map { 0...$0 }
  }
  var isProportional: Bool { stateSiemens.isEmpty }
  var isOdd: Bool {
    volts == volts.reversed().map { -$0 }
      && relativeCurrents.allSatisfy { curve in curve == curve.reversed().map { -$0 } }
  }
  var circuitRefusal: String? {
    "law: table has no element that every circuit simulator knows; on crossing lines, line CG "
      + "solves it, on parallel source lines the nonlinear ladder"
  }

  func encode(into encoding: inout CanonicalEncoding) {
    encoding.add("volts", volts)
    if stateSiemens.isEmpty {
      encoding.add("relativeCurrents", relativeCurrents[0])
    } else {
      encoding.add("stateSiemens", stateSiemens)
      encoding.add("relativeCurrents", Array(relativeCurrents.joined()))
    }
  }

  func validate(_ topology: CellTopology) throws(ArrayError) {}

  func refusal(ofReadAt volts: Double) -> String? {
    if let reason = refusal(beyondLimit: volts) { return reason }
    let currents = stateSiemens.map { amperes(volts, siemens: $0) }
    for k in currents.indices.dropFirst() where volts > 0 && !(currents[k] > currents[k - 1]) {
      return "the curves of law: table for \(stateSiemens[k - 1]) and \(stateSiemens[k]) S cross "
        + "at \(volts) V, between their points"
    }
    return nil
  }

  func amperes(_ volts: Double, siemens: Double) -> Double {
    stateSiemens.isEmpty
      ? siemens * value(at: volts).current : value(at: volts, mixture(siemens)).current
  }

  /// The inverse of the straight lines between the states, from the open cell on; infinite beyond the
  /// highest.
  func siemens(_ volts: Double, amperes: Double) -> Double {
    guard !stateSiemens.isEmpty else { return amperes / self.amperes(volts, siemens: 1) }
    guard amperes > 0 else { return 0 }
    let currents = stateSiemens.map { self.amperes(volts, siemens: $0) }
    guard let above = currents.firstIndex(where: { $0 >= amperes }) else { return .infinity }
    if above == 0 { return stateSiemens[0] * (amperes / currents[0]) }
    let (low, high) = (currents[above - 1], currents[above])
    let (a, b) = (stateSiemens[above - 1], stateSiemens[above])
    return amperes == high ? b : a + (b - a) * ((amperes - low) / (high - low))
  }

  func emit(_ site: CellSite, model: Int?, to circuit: inout Circuit) -> CellElements {
    preconditionFailure("refused before")
  }
}

extension TableLaw: LaneLaw {
  @inline(__always)
  func amperes<V: LineLanes>(_ volts: V, bitLine: V, siemens: V) -> (amperes: V, siemens: V) {
    var (current, slope) = (V.none, V.none)
    guard stateSiemens.isEmpty else {
      for lane in 0..<V.width {
        let point = value(at: volts[lane: lane], mixture(siemens[lane: lane]))
        current[lane: lane] = point.current
        slope[lane: lane] = point.slope
      }
      return (current, slope)
    }
    for lane in 0..<V.width {
      let point = value(at: volts[lane: lane])
      current[lane: lane] = point.current
      slope[lane: lane] = point.slope
    }
    return (siemens * current, siemens * slope)
  }
}

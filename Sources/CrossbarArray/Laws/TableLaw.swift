import Files
import Netlist

/// A measured curve: `i = G f(v)`, where `f` is in volts and `f(v) = v` would be a resistor.
///
/// Between the points, `f` is the monotone cubic of Fritsch and Butland (SIAM J. Sci. Stat. Comput.
/// 5(2), 1984): current and slope are continuous and the current never falls. Voltages beyond the
/// points are refused, since the curve is unknown there.
public struct TableLaw: Sendable, Equatable {
  /// Voltages of the points, ascending, from below to above 0 V.
  public let volts: [Double]
  /// `f` at the points in volts, ascending.
  public let relativeCurrents: [Double]
  /// `df/dv` at the points.
  let slopes: [Double]

  /// The curve through points of ascending voltage and current that passes through the origin.
  ///
  /// If 0 V lies between two points, the origin becomes a point of the curve.
  public init(volts: [Double], relativeCurrents: [Double]) throws(ArrayError) {
    guard volts.count == relativeCurrents.count else {
      throw .shapesDiffer(
        "law: table has \(volts.count) voltages and \(relativeCurrents.count) currents")
    }
    var points = Array(zip(volts, relativeCurrents))
    for (k, point) in points.enumerated() where !point.0.isFinite || !point.1.isFinite {
      throw .unsupported("law: table, point \(k): (\(point.0), \(point.1)) is not finite")
    }
    if !points.contains(where: { $0.0 == 0 }) {
      points.insert((0, 0), at: points.firstIndex { $0.0 > 0 } ?? points.count)
    }
    for k in points.indices.dropFirst()
    where !(points[k].0 > points[k - 1].0 && points[k].1 > points[k - 1].1) {
      throw .unsupported(
        "law: table must rise in voltage and current; (\(points[k - 1].0), \(points[k - 1].1)) is "
          + "followed by (\(points[k].0), \(points[k].1))")
    }
    guard let first = points.first, let last = points.last, first.0 < 0, last.0 > 0 else {
      throw .unsupported("law: table needs points on both sides of 0 V")
    }
    guard let origin = points.first(where: { $0.0 == 0 }), origin.1 == 0 else {
      throw .unsupported("law: table must have no current at 0 V")
    }
    self.volts = points.map(\.0)
    self.relativeCurrents = points.map(\.1)
    slopes = Self.slopes(self.volts, self.relativeCurrents)
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

  /// `f` and its slope at `v`; beyond the points, where no solution is accepted, along the tangent.
  func value(at v: Double) -> (current: Double, slope: Double) {
    let last = volts.count - 1
    if v <= volts[0] { return (relativeCurrents[0] + slopes[0] * (v - volts[0]), slopes[0]) }
    if v >= volts[last] {
      return (relativeCurrents[last] + slopes[last] * (v - volts[last]), slopes[last])
    }
    var (low, high) = (0, last)
    while high - low > 1 {
      let middle = (low + high) / 2
      if volts[middle] <= v { low = middle } else { high = middle }
    }
    let width = volts[high] - volts[low]
    let t = (v - volts[low]) / width
    let (y0, y1) = (relativeCurrents[low], relativeCurrents[high])
    let (d0, d1) = (slopes[low] * width, slopes[high] * width)
    // Hermite's cubic as y₀ + t (d₀ + t (c₂ + t c₃)): exact at the points, odd curves stay odd.
    let c2 = 3 * (y1 - y0) - 2 * d0 - d1
    let c3 = 2 * (y0 - y1) + d0 + d1
    return (y0 + t * (d0 + t * (c2 + t * c3)), (d0 + t * (2 * c2 + 3 * t * c3)) / width)
  }
}

extension TableLaw: CurrentVoltageLaw {
  static let keyword = "table"
  var voltLimit: Double? { min(-volts[0], volts[volts.count - 1]) }
  var isOdd: Bool {
    volts == volts.reversed().map { -$0 }
      && relativeCurrents == relativeCurrents.reversed().map { -$0 }
  }
  var circuitRefusal: String? {
    "law: table has no element that every circuit simulator knows; on crossing lines, line CG "
      + "solves it, on parallel source lines the nonlinear ladder"
  }

  func encode(into encoding: inout CanonicalEncoding) {
    encoding.add("volts", volts)
    encoding.add("relativeCurrents", relativeCurrents)
  }

  func validate(_ topology: CellTopology) throws(ArrayError) {}

  func amperes(_ volts: Double, siemens: Double) -> Double { siemens * value(at: volts).current }

  func emit(_ site: CellSite, model: Int?, to circuit: inout Circuit) -> CellElements {
    preconditionFailure("refused before")
  }
}

extension TableLaw: LaneLaw {
  @inline(__always)
  func amperes<V: LineLanes>(_ volts: V, bitLine: V, siemens: V) -> (amperes: V, siemens: V) {
    var (current, slope) = (V.none, V.none)
    for lane in 0..<V.width {
      let point = value(at: volts[lane: lane])
      current[lane: lane] = point.current
      slope[lane: lane] = point.slope
    }
    return (siemens * current, siemens * slope)
  }
}

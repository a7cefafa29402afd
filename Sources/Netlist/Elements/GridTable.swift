/// Values of a function on a grid of two or three axes, interpolated by cubics along every axis.
///
/// Between points each axis has the cubic with the values and slopes of its ends, the slopes being
/// those of the parabola through three points (Bessel; de Boor, A Practical Guide to Splines, 1978,
/// chapter IV): continuous with its first derivatives, exact for parabolas. Beyond its ends it goes on
/// along the tangent.
public final class GridTable: Hashable, Sendable {
  /// Points of each axis, growing, at least two; the first axis goes fastest through the values.
  public let axes: [[Double]]
  /// As many as the axes' points together make.
  public let values: [Double]

  /// A table of these points and values.
  public init(axes: [[Double]], values: [Double]) {
    precondition(
      axes.allSatisfy { axis in
        axis.count >= 2 && zip(axis, axis.dropFirst()).allSatisfy { $0 < $1 }
      }, "the points of an axis grow")
    precondition(
      values.count == axes.reduce(1) { $0 * $1.count }, "a grid has a value at each point")
    (self.axes, self.values) = (axes, values)
  }

  public static func == (a: GridTable, b: GridTable) -> Bool { a === b }
  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }

  /// The value at a point, and its slope along each axis.
  public func value(at point: [Double]) -> (value: Double, gradient: [Double]) {
    precondition(point.count == axes.count, "a point has a number for each axis")
    let weights = zip(axes, point).map { Self.weights($0, $1) }
    var value = 0.0
    var gradient = [Double](repeating: 0, count: axes.count)
    func add(_ axis: Int, _ stride: Int, _ place: Int, _ weight: Double, _ slopes: [Double]) {
      guard axis < axes.count else {
        value += weight * values[place]
        for k in slopes.indices { gradient[k] += slopes[k] * values[place] }
        return
      }
      for entry in weights[axis] {
        var inner = slopes.map { $0 * entry.weight }
        inner.append(weight * entry.slope)
        add(
          axis + 1, stride * axes[axis].count, place + stride * entry.index, weight * entry.weight,
          inner)
      }
    }
    add(0, 1, 0, 1, [])
    return (value, gradient)
  }

  /// What the points of an axis have to do with the value at `place` and with its slope.
  private static func weights(
    _ axis: [Double], _ place: Double
  ) -> [(index: Int, weight: Double, slope: Double)] {
    var (low, high) = (0, axis.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if axis[middle] <= place { low = middle } else { high = middle }
    }
    var found: [Int: (weight: Double, slope: Double)] = [:]
    func add(_ index: Int, _ weight: Double, _ slope: Double) {
      let before = found[index] ?? (0, 0)
      found[index] = (before.weight + weight, before.slope + slope)
    }
    let width = axis[low + 1] - axis[low]
    let inside = min(max(place, axis[0]), axis[axis.count - 1])
    let t = (inside - axis[low]) / width
    // Hermite's cubics of values and slopes, and their derivatives.
    add(low, (1 + 2 * t) * (1 - t) * (1 - t), 6 * t * (t - 1) / width)
    add(low + 1, t * t * (3 - 2 * t), 6 * t * (1 - t) / width)
    for (end, cubic, rate) in [
      (low, t * (1 - t) * (1 - t) * width, (1 - t) * (1 - 3 * t)),
      (low + 1, t * t * (t - 1) * width, t * (3 * t - 2)),
    ] {
      for (index, share) in slope(axis, end) { add(index, share * cubic, share * rate) }
    }
    // Along the tangent beyond the ends.
    return found.sorted { $0.key < $1.key }.map { index, entry in
      (index, entry.weight + entry.slope * (place - inside), entry.slope)
    }
  }

  /// The slope at a point of an axis as shares of the values around it.
  private static func slope(_ axis: [Double], _ k: Int) -> [(index: Int, share: Double)] {
    guard axis.count > 2 else {
      let width = axis[1] - axis[0]
      return [(0, -1 / width), (1, 1 / width)]
    }
    let m = min(max(k, 1), axis.count - 2)
    let (left, right) = (axis[m] - axis[m - 1], axis[m + 1] - axis[m])
    let at = axis[k] - axis[m]
    // The derivative of the parabola through three points.
    return [
      (m - 1, (2 * at - right) / (left * (left + right))),
      (m, -(2 * at + left - right) / (left * right)),
      (m + 1, (2 * at + left) / (right * (left + right))),
    ]
  }
}

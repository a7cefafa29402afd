import NumericKernels

/// How the points of a sweep are chosen from its axes.
public enum SweepSampling: Sendable, Equatable {
  /// Every combination of values, those of the last axis varying fastest.
  case grid
  /// The first values of all axes together, the second, …
  case zip
  /// Independent draws, uniform along every axis.
  case random(count: Int, seed: UInt64)
  /// As many strata as points along every axis, each used once (McKay, Beckman and Conover,
  /// Technometrics 21, 239, 1979).
  case latinHypercube(count: Int, seed: UInt64)

  /// Points drawn; `nil` if the axes give their number.
  var count: Int? {
    switch self {
    case .grid, .zip: nil
    case .random(let count, _), .latinHypercube(let count, _): count
    }
  }

  /// The steps of every point, one for each axis.
  func steps(_ axes: [SweepAxis]) -> [[SweepAxis.Step]] {
    switch self {
    case .grid:
      axes.reduce([[]]) { points, axis in
        points.flatMap { point in axis.grid.map { point + [$0] } }
      }
    case .zip:
      (0..<(axes.map(\.grid.count).min() ?? 1)).map { k in axes.map { $0.grid[k] } }
    case .random(let count, let seed):
      Self.draws(axes.count, count, seed).map { parts in
        Swift.zip(axes, parts).map { $0.step(at: $1) }
      }
    case .latinHypercube(let count, let seed):
      Self.strata(axes.count, count, seed).map { parts in
        Swift.zip(axes, parts).map { $0.step(at: $1) }
      }
    }
  }

  /// Parts of the way along each axis for every point of a Latin hypercube: `[count, axes]`.
  static func strata(_ axes: Int, _ count: Int, _ seed: UInt64) -> [[Double]] {
    var columns: [[Double]] = []
    for axis in 0..<axes {
      var random = RandomStream(seed: seed, stream: UInt64(axis))
      let order = (0..<count).shuffled(using: &random)
      columns.append(
        order.map { stratum in
          let part = (Double(stratum) + Double.random(in: 0..<1, using: &random)) / Double(count)
          // Rounding must not push a draw into the next stratum.
          return min(part, (Double(stratum + 1) / Double(count)).nextDown)
        })
    }
    return (0..<count).map { point in columns.map { $0[point] } }
  }

  /// Independent parts of the way along each axis for every point: `[count, axes]`.
  private static func draws(_ axes: Int, _ count: Int, _ seed: UInt64) -> [[Double]] {
    var streams = (0..<axes).map { RandomStream(seed: seed, stream: UInt64($0)) }
    return (0..<count).map { _ in
      streams.indices.map { Double.random(in: 0..<1, using: &streams[$0]) }
    }
  }
}

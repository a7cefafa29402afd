/// The largest or smallest values along an axis: their positions, themselves, or both.
public struct Ranking: Sendable, Equatable {
  /// The result of a ranking.
  public enum Result: Sendable, Equatable {
    /// The position of the first, as ONNX `ArgMax` and `ArgMin`.
    case position(keepsAxis: Bool, takesLast: Bool)
    /// One at the position of the first and zero elsewhere, as ONNX `Hardmax`.
    case indicator
    /// That many values in order, and behind them along the axis as many positions: the two outputs
    /// of ONNX `TopK`.
    case first(Int)
  }

  public var axis: Int
  public var isLargest: Bool
  public var result: Result

  public init(axis: Int, isLargest: Bool = true, result: Result) {
    self.axis = axis
    self.isLargest = isLargest
    self.result = result
  }

  /// The name of the operator in ONNX.
  var name: String {
    switch result {
    case .position: isLargest ? "ArgMax" : "ArgMin"
    case .indicator: "Hardmax"
    case .first: "TopK"
    }
  }

  func outputShape(_ shape: [Int]) throws(OperatorError) -> [Int] {
    let axis = try Operation.resolve(axis, in: shape)
    var extents = shape
    switch result {
    case .indicator: break
    case .position(keepsAxis: true, _): extents[axis] = 1
    case .position: extents.remove(at: axis)
    case .first(let count):
      guard (1...max(shape[axis], 1)).contains(count) else {
        throw OperatorError("takes \(count) of \(shape[axis]) values")
      }
      extents[axis] = 2 * count
    }
    return extents
  }

  func apply(_ x: Tensor, to extents: [Int]) throws(OperatorError) -> Tensor {
    let axis = try Operation.resolve(axis, in: x.shape)
    let (extent, inner) = (x.shape[axis], x.shape[(axis + 1)...].reduce(1, *))
    let length =
      switch result {
      case .position: 1
      case .indicator: extent
      case .first(let count): 2 * count
      }
    var values = [Float](repeating: 0, count: extents.reduce(1, *))
    for outer in 0..<x.shape[..<axis].reduce(1, *) {
      for k in 0..<inner {
        let run = (0..<extent).map { x.values[(outer * extent + $0) * inner + k] }
        for (place, value) in ranked(run).enumerated() {
          values[(outer * length + place) * inner + k] = value
        }
      }
    }
    return Tensor(shape: extents, values: values)
  }

  /// The results of one run. NaN has no rank: it makes the whole result NaN, so that the check of
  /// the results reports it.
  private func ranked(_ run: [Float]) -> [Float] {
    let isOrdered = !run.contains(where: \.isNaN)
    func precedes(_ a: Int, _ b: Int) -> Bool { isLargest ? run[a] > run[b] : run[a] < run[b] }
    var first = 0
    for k in run.indices where precedes(k, first) { first = k }
    switch result {
    case .position(_, let takesLast):
      if takesLast { first = run.lastIndex(of: run[first]) ?? first }
      return [isOrdered ? Float(first) : .nan]
    case .indicator: return run.indices.map { isOrdered ? ($0 == first ? 1 : 0) : .nan }
    case .first(let count):
      guard isOrdered else { return [Float](repeating: .nan, count: 2 * count) }
      let order = run.indices.sorted { precedes($0, $1) || (run[$0] == run[$1] && $0 < $1) }
      return order.prefix(count).map { run[$0] } + order.prefix(count).map { Float($0) }
    }
  }
}

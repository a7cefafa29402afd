import Foundation

/// A reduction along some axes to one value.
public struct Reduction: Sendable, Equatable {
  /// The reduction computed; the raw value is the operator's name in ONNX.
  public enum Kind: String, Sendable, CaseIterable {
    case absoluteSum = "ReduceL1"
    case logarithmOfExponentials = "ReduceLogSumExp"
    case logarithmOfSum = "ReduceLogSum"
    case maximum = "ReduceMax"
    case mean = "ReduceMean"
    case minimum = "ReduceMin"
    case norm = "ReduceL2"
    case product = "ReduceProd"
    case squareSum = "ReduceSumSquare"
    case sum = "ReduceSum"
  }

  public var kind: Kind
  /// Reduced axes; negative ones count from the end.
  public var axes: [Int]
  /// Whether reduced axes are kept, with extent 1.
  public var keepsAxes: Bool

  public init(_ kind: Kind, axes: [Int], keepsAxes: Bool) {
    self.kind = kind
    self.axes = axes
    self.keepsAxes = keepsAxes
  }

  private func reduced(_ shape: [Int]) throws(OperatorError) -> Set<Int> {
    var places = Set<Int>()
    for axis in axes {
      guard places.insert(try Operation.resolve(axis, in: shape)).inserted else {
        throw OperatorError("reduces axis \(axis) twice")
      }
    }
    return places
  }

  func outputShape(_ shape: [Int]) throws(OperatorError) -> [Int] {
    let places = try reduced(shape)
    return shape.indices.compactMap {
      places.contains($0) ? (keepsAxes ? 1 : nil) : shape[$0]
    }
  }

  func apply(_ x: Tensor, to extents: [Int]) throws(OperatorError) -> Tensor {
    let places = try reduced(x.shape)
    let kept = x.shape.indices.filter { !places.contains($0) }
    let length = places.reduce(1) { $0 * x.shape[$1] }
    // Reduced axes innermost: each result reads one run of values.
    let runs = x.transposed(kept + places.sorted()).values
    return Tensor(
      shape: extents,
      values: (0..<runs.count / length).map { reduce(runs[$0 * length..<($0 + 1) * length]) })
  }

  private func reduce(_ run: ArraySlice<Float>) -> Float {
    // In double precision: a run may be a whole image.
    func sum(_ term: (Double) -> Double) -> Double { run.reduce(0) { $0 + term(Double($1)) } }
    switch kind {
    case .absoluteSum: return Float(sum(\.magnitude))
    case .logarithmOfExponentials:
      // Shifted by the maximum so that no exponential overflows.
      let peak = Double(run.max() ?? 0)
      return peak.isFinite ? Float(peak + log(sum { exp($0 - peak) })) : Float(peak)
    case .logarithmOfSum: return Float(log(sum { $0 }))
    case .maximum: return run.contains(where: \.isNaN) ? .nan : run.max() ?? 0
    case .mean: return Float(sum { $0 } / Double(run.count))
    case .minimum: return run.contains(where: \.isNaN) ? .nan : run.min() ?? 0
    case .norm: return Float(sum { $0 * $0 }.squareRoot())
    case .product: return Float(run.reduce(1.0) { $0 * Double($1) })
    case .squareSum: return Float(sum { $0 * $0 })
    case .sum: return Float(sum { $0 })
    }
  }
}

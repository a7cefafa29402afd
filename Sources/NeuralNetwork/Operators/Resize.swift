/// An input sampled at other positions along some axes (ONNX `Resize`).
public struct Resize: Sendable, Equatable {
  /// Where a position of the output lies on the input; the raw value is ONNX's
  /// `coordinate_transformation_mode`.
  public enum Coordinates: String, Sendable, CaseIterable {
    case alignedCorners = "align_corners"
    case asymmetric = "asymmetric"
    case halfPixel = "half_pixel"
    case halfPixelOrOrigin = "pytorch_half_pixel"
    case symmetricHalfPixel = "half_pixel_symmetric"
  }

  /// Which neighbor of a position between two is the nearest; the raw value is ONNX's
  /// `nearest_mode`.
  public enum Rounding: String, Sendable, CaseIterable {
    case up = "ceil"
    case down = "floor"
    case nearestOrUp = "round_prefer_ceil"
    case nearestOrDown = "round_prefer_floor"
    /// Down where the axis grows and up where it shrinks: the rule of operator sets before 11.
    case inward = "simple"
  }

  /// The value at a position between two.
  public enum Interpolation: Sendable, Equatable {
    case nearest(Rounding)
    case linear
    /// Keys 1981, IEEE Trans. ASSP 29, equation 15, with the free parameter `a`. Beyond the edges
    /// the outermost value goes on, or nothing is if `excludesOutside`: the weights inside are then
    /// scaled to sum to one.
    case cubic(a: Float, excludesOutside: Bool)
  }

  /// One axis of the output.
  public struct Axis: Sendable, Equatable {
    public var axis: Int
    /// Extent of the output.
    public var extent: Int
    /// Positions of the output per position of the input, as the file has it: the extent is rounded.
    public var scale: Float

    public init(axis: Int, extent: Int, scale: Float) {
      self.axis = axis
      self.extent = extent
      self.scale = scale
    }
  }

  public var axes: [Axis]
  public var coordinates: Coordinates
  public var interpolation: Interpolation

  public init(axes: [Axis], coordinates: Coordinates, interpolation: Interpolation) {
    self.axes = axes
    self.coordinates = coordinates
    self.interpolation = interpolation
  }

  func outputShape(_ input: [Int]) throws(OperatorError) -> [Int] {
    var extents = input
    for axis in axes {
      // Single precision tells positions apart up to this limit.
      guard input.indices.contains(axis.axis), axis.scale > 0, axis.scale.isFinite,
        (1...WindowShape.limit).contains(input[axis.axis]),
        (0...WindowShape.limit).contains(axis.extent)
      else {
        throw OperatorError(
          "resizes axis \(axis.axis) of \(input) by \(axis.scale) to \(axis.extent)")
      }
      extents[axis.axis] = axis.extent
    }
    return extents
  }

  /// Axis after axis: a value between two along each of several axes is the same weighted sum in
  /// any order.
  func apply(_ x: Tensor) -> Tensor {
    var result = x
    for axis in axes {
      let extent = result.shape[axis.axis]
      let samples = (0..<axis.extent).map { sample($0, axis, extent: extent) }
      result = result.sampled(samples, axis: axis.axis)
    }
    return result
  }

  /// The neighbors of a position of the output, all within the input, and their weights.
  private func sample(_ position: Int, _ axis: Axis, extent: Int) -> Sample {
    let exact = coordinate(Float(position), axis, extent: Float(extent))
    // An extreme scale makes infinities, and of two of them no number.
    let x = exact.isNaN ? 0 : exact
    func inside(_ position: Float) -> Int { Int(min(max(position, 0), Float(extent - 1))) }
    switch interpolation {
    case .nearest(let rounding):
      let nearest =
        switch rounding {
        case .up: x.rounded(.up)
        case .down: x.rounded(.down)
        case .nearestOrUp: x.rounded(.toNearestOrAwayFromZero)
        case .nearestOrDown: (x - 0.5).rounded(.up)
        case .inward: axis.scale < 1 ? x.rounded(.up) : x.rounded(.down)
        }
      return Sample(taps: [(inside(nearest), 1)])
    case .linear:
      let clamped = min(max(x, 0), Float(extent - 1))
      let low = Int(clamped)
      let share = clamped - Float(low)
      guard share > 0 else { return Sample(taps: [(low, 1)]) }
      return Sample(taps: [(low, 1 - share), (min(low + 1, extent - 1), share)])
    case .cubic(let a, let excludesOutside):
      let low = x.rounded(.down)
      var weights = Self.cubicWeights(x - low, a)
      let places = (0..<4).map { low + Float($0) - 1 }
      if excludesOutside {
        for k in 0..<4 where places[k] < 0 || places[k] > Float(extent - 1) { weights[k] = 0 }
        let sum = weights.reduce(0, +)
        weights = weights.map { $0 / sum }
      }
      return Sample(taps: zip(places, weights).map { (inside($0), $1) })
    }
  }

  /// Weights of the four neighbors of a position `s` behind the second of them, in ONNX Runtime's
  /// order of operations.
  private static func cubicWeights(_ s: Float, _ a: Float) -> [Float] {
    func far(_ d: Float) -> Float { ((a * d - 5 * a) * d + 8 * a) * d - 4 * a }
    func near(_ d: Float) -> Float { ((a + 2) * d - (a + 3)) * d * d + 1 }
    return [far(s + 1), near(s), near(1 - s), far(1 - s + 1)]
  }

  /// In single precision and in ONNX Runtime's order: positions halfway between two decide.
  private func coordinate(_ x: Float, _ axis: Axis, extent: Float) -> Float {
    let length = Float(axis.extent)
    // Where nothing changes, no rounding of a scale may move a position.
    guard axis.scale != 1 || length != extent else { return x }
    switch coordinates {
    case .asymmetric: return x / axis.scale
    case .halfPixel: return (x + 0.5) / axis.scale - 0.5
    case .halfPixelOrOrigin: return length > 1 ? (x + 0.5) / axis.scale - 0.5 : 0
    case .alignedCorners: return length == 1 ? 0 : x * (extent - 1) / (length - 1)
    case .symmetricHalfPixel:
      let adjustment = length / (axis.scale * extent)
      return extent / 2 * (1 - adjustment) + (x + 0.5) / axis.scale - 0.5
    }
  }
}

/// Positions of an axis, with the weights of their sum.
private struct Sample {
  let taps: [(position: Int, weight: Float)]
}

extension Tensor {
  fileprivate func sampled(_ samples: [Sample], axis: Int) -> Tensor {
    let extent = shape[axis]
    let inner = shape[(axis + 1)...].reduce(1, *)
    var extents = shape
    extents[axis] = samples.count
    var result: [Float] = []
    result.reserveCapacity(extents.reduce(1, *))
    for outer in 0..<shape[..<axis].reduce(1, *) {
      for sample in samples {
        let starts = sample.taps.map { (outer * extent + $0.position) * inner }
        let weights = sample.taps.map(\.weight)
        guard weights != [1] else {
          result += values[starts[0]..<starts[0] + inner]
          continue
        }
        for k in 0..<inner {
          var sum = values[starts[0] + k] * weights[0]
          for tap in 1..<weights.count { sum += values[starts[tap] + k] * weights[tap] }
          result.append(sum)
        }
      }
    }
    return Tensor(shape: extents, values: result)
  }
}

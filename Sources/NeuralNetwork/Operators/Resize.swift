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
      return Sample(low: inside(nearest), high: inside(nearest), share: 0)
    case .linear:
      let clamped = min(max(x, 0), Float(extent - 1))
      let low = Int(clamped)
      return Sample(low: low, high: min(low + 1, extent - 1), share: clamped - Float(low))
    }
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

/// Two positions of an axis and the share of the second in their mean.
private struct Sample {
  let low: Int
  let high: Int
  let share: Float
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
        let low = (outer * extent + sample.low) * inner
        guard sample.share > 0 else {
          result += values[low..<low + inner]
          continue
        }
        let high = (outer * extent + sample.high) * inner
        for k in 0..<inner {
          result.append(
            values[low + k] * (1 - sample.share) + values[high + k] * sample.share)
        }
      }
    }
    return Tensor(shape: extents, values: result)
  }
}

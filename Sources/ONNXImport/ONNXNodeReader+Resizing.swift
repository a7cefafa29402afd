import NeuralNetwork

/// Resize, and Upsample, which it replaced.
extension ONNXNodeReader {
  static let resizingAttributes: [String: Set<String>] = [
    "Resize": [
      "antialias", "axes", "coordinate_transformation_mode", "cubic_coeff_a", "exclude_outside",
      "extrapolation_value", "keep_aspect_ratio_policy", "mode", "nearest_mode",
    ],
    "Upsample": ["mode", "scales"],
  ]

  func resize() throws(ONNXReason) -> Resize {
    let shape = try shape(0)
    let isFormer = node.opType == "Upsample" || values.opset < 11
    let interpolation: Resize.Interpolation
    switch try text("mode", default: "nearest") {
    case "nearest": interpolation = .nearest(try nearestMode(isFormer: isFormer))
    case "linear", "bilinear": interpolation = .linear
    case "cubic":
      interpolation = .cubic(
        a: try float("cubic_coeff_a", default: -0.75),
        excludesOutside: try flag("exclude_outside"))
    case let mode:
      throw ONNXReason("attribute mode is \(mode); nearest, linear and cubic are read")
    }
    let axes = try resizedAxes(rank: shape.count)
    var result = Resize(
      axes: [], coordinates: try coordinates(isFormer: isFormer), interpolation: interpolation)
    if let scales = try resizingScales(isFormer: isFormer, count: axes.count) {
      for (axis, scale) in zip(axes, scales) {
        let exact = Float(shape[axis]) * scale
        let extent = exact.rounded(.down)
        // ONNX's definition divides by the fractional length, ONNX Runtime by the whole one.
        guard result.coordinates != .alignedCorners || (exact - exact.rounded()).magnitude < 1e-3
        else {
          throw ONNXReason(
            "align_corners with scale \(scale) makes axis \(axis) of \(shape) \(exact) long, which "
              + "programs read differently; scales of whole lengths and sizes are read")
        }
        guard extent >= 1, extent <= 16_777_216 else {
          throw ONNXReason("scales \(scales) make axis \(axis) of \(shape) \(extent) long")
        }
        result.axes.append(Resize.Axis(axis: axis, extent: Int(extent), scale: scale))
      }
    } else {
      result.axes = try resizedExtents(axes, shape)
    }
    // An axis that keeps its extent at a scale of one keeps its values.
    result.axes.removeAll { $0.scale == 1 && $0.extent == shape[$0.axis] }
    return result
  }

  private func coordinates(isFormer: Bool) throws(ONNXReason) -> Resize.Coordinates {
    guard try !flag("antialias") else { throw ONNXReason("attribute antialias is set; 0 is read") }
    guard !isFormer else { return .asymmetric }
    let name = try text("coordinate_transformation_mode", default: "half_pixel")
    guard let found = Resize.Coordinates(rawValue: name) else {
      let known = Resize.Coordinates.allCases.map(\.rawValue).joined(separator: ", ")
      throw ONNXReason("attribute coordinate_transformation_mode is \(name); read are \(known)")
    }
    return found
  }

  private func nearestMode(isFormer: Bool) throws(ONNXReason) -> Resize.Rounding {
    guard !isFormer else { return .inward }
    let name = try text("nearest_mode", default: "round_prefer_floor")
    guard let found = Resize.Rounding(rawValue: name), found != .inward else {
      let known = Resize.Rounding.allCases.filter { $0 != .inward }.map(\.rawValue)
      throw ONNXReason(
        "attribute nearest_mode is \(name); read are \(known.joined(separator: ", "))")
    }
    return found
  }

  private func resizedAxes(rank: Int) throws(ONNXReason) -> [Int] {
    guard let given = try integers("axes") else { return Array(0..<rank) }
    let axes = given.map { $0 < 0 ? $0 &+ rank : $0 }
    guard Set(axes).count == axes.count, axes.allSatisfy((0..<rank).contains) else {
      throw ONNXReason("attribute axes is \(given), its input has \(rank) axes")
    }
    return axes
  }

  /// Scales by axis; `nil` if sizes are given instead.
  private func resizingScales(isFormer: Bool, count: Int) throws(ONNXReason) -> [Float]? {
    let scales: [Float]
    if isFormer, let stored = try attribute("scales", .floats)?.floats {
      scales = stored
    } else {
      let place = isFormer ? 1 : 2
      guard hasInput(place) else { return nil }
      scales = try finite(place, "scales").floats
      // Before operator set 13, sizes stood behind an empty list of scales.
      if scales.isEmpty, !isFormer, hasInput(3) { return nil }
    }
    guard scales.count == count, scales.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw ONNXReason("scales are \(scales); \(count) positive numbers are read")
    }
    return scales
  }

  /// Axes of given sizes, or of the sizes that keep proportions.
  private func resizedExtents(
    _ axes: [Int], _ shape: [Int]
  ) throws(ONNXReason) -> [Resize.Axis] {
    guard hasInput(3) else { throw ONNXReason("has neither scales nor sizes") }
    let sizes = try integers(3, "sizes")
    guard sizes.count == axes.count, sizes.allSatisfy({ (1...(1 << 24)).contains($0) }) else {
      throw ONNXReason("sizes are \(sizes); \(axes.count) extents from 1 on are read")
    }
    let scales = zip(axes, sizes).map { Float($1) / Float(shape[$0]) }
    let policy = try text("keep_aspect_ratio_policy", default: "stretch")
    let common: Float?
    switch policy {
    case "stretch": common = nil
    case "not_larger": common = scales.min()
    case "not_smaller": common = scales.max()
    default:
      throw ONNXReason(
        "attribute keep_aspect_ratio_policy is \(policy); stretch, not_larger and not_smaller are "
          + "read")
    }
    var result: [Resize.Axis] = []
    for (k, axis) in axes.enumerated() {
      let exact = common.map { Float(shape[axis]) * $0 } ?? Float(sizes[k])
      guard exact >= 0.5, exact <= 16_777_216 else {
        throw ONNXReason("sizes \(sizes) make axis \(axis) of \(shape) \(exact) long")
      }
      let extent = Int(exact.rounded(.toNearestOrAwayFromZero))
      result.append(Resize.Axis(axis: axis, extent: extent, scale: common ?? scales[k]))
    }
    return result
  }
}

/// A two-dimensional pooling: each output is the maximum or the mean of one window.
public struct Pooling: Sendable, Equatable {
  /// The window; `roundsUp` is ONNX's `ceil_mode`.
  public var window: WindowShape
  /// Whether padding positions count in the divisor of a mean (ONNX `count_include_pad`).
  public var countsPadding: Bool

  /// A pooling; whether its windows fit is checked against each image.
  public init(window: WindowShape, countsPadding: Bool = false) {
    self.window = window
    self.countsPadding = countsPadding
  }

  /// The windows over each plane of `[N, channels, height, width]`.
  func geometry(_ shape: [Int]) throws(OperatorError) -> WindowGeometry {
    guard shape.count == 4 else { throw OperatorError("takes [N, channels, height, width]") }
    do throws(WindowMisfit) {
      let geometry = try WindowGeometry(
        channels: 1, height: shape[2], width: shape[3], window: window)
      guard
        max(window.padTop, window.padBottom) <= (window.kernelHeight - 1) * window.dilationHeight,
        max(window.padLeft, window.padRight) <= (window.kernelWidth - 1) * window.dilationWidth
      else { throw WindowMisfit(description: "a window would lie in the padding entirely") }
      return geometry
    } catch {
      throw OperatorError("\(error)")
    }
  }
}

extension Tensor {
  /// The largest pixel of each window; padding is never the largest.
  func maxima(_ pooling: Pooling) throws(OperatorError) -> Tensor {
    try pooled(
      pooling, from: -.infinity, accumulate: { $1 > $0 ? $1 : $0 },
      finish: { largest, _, _ in largest })
  }

  /// The mean of each window over its pixels, or over its positions in the padded image if the
  /// pooling counts those; positions added only by rounding up never count.
  func means(_ pooling: Pooling) throws(OperatorError) -> Tensor {
    try pooled(pooling, from: 0, accumulate: +) { sum, inside, padded in
      let divisor = pooling.countsPadding ? padded : inside
      return divisor == 0 ? 0 : sum / Float(divisor)
    }
  }

  @inline(__always)
  private func pooled(
    _ pooling: Pooling, from start: Float, accumulate: (Float, Float) -> Float,
    finish: (Float, _ inside: Int, _ padded: Int) -> Float
  ) throws(OperatorError) -> Tensor {
    let geometry = try pooling.geometry(shape)
    let window = pooling.window
    let (height, width) = (shape[2], shape[3])
    // Positions along both axes are found once, clamped to the image: a window costs its pixels.
    let rows = (0..<geometry.outputHeight).map {
      WindowPositions(
        start: $0 * window.strideHeight - window.padTop, count: window.kernelHeight,
        step: window.dilationHeight, extent: height, padAfter: window.padBottom)
    }
    let columns = (0..<geometry.outputWidth).map {
      WindowPositions(
        start: $0 * window.strideWidth - window.padLeft, count: window.kernelWidth,
        step: window.dilationWidth, extent: width, padAfter: window.padRight)
    }
    let taps = (0..<window.kernelWidth).compactMap { tap in
      let range = geometry.insideColumns(tap: tap)
      return range.isEmpty ? nil : (tap, range)
    }
    let step = window.strideWidth
    var result = [Float](repeating: start, count: shape[0] * shape[1] * geometry.windowCount)
    var out = result.mutableSpan
    let pixels = values.span
    var column = [Float](repeating: start, count: width)
    var at = 0
    for plane in 0..<shape[0] * shape[1] {
      for row in rows {
        // Down the columns first, which are contiguous, then along the rest.
        var sums = column.mutableSpan
        for x in sums.indices { sums[x] = start }
        for k in 0..<row.inside {
          let line = (plane * height + row.first + k * window.dilationHeight) * width
          let source = pixels.extracting(line..<line + width)
          for x in sums.indices { sums[x] = accumulate(sums[x], source[x]) }
        }
        var totals = out._mutatingExtracting(at..<at + columns.count)
        at += columns.count
        for (tap, range) in taps {
          let first = range.lowerBound * step - window.padLeft + tap * window.dilationWidth
          var run = totals._mutatingExtracting(range)
          if step == 1 {
            let source = column.span.extracting(first..<first + range.count)
            for j in run.indices { run[j] = accumulate(run[j], source[j]) }
          } else {
            let source = column.span.extracting(first..<first + (range.count - 1) * step + 1)
            for j in run.indices { run[j] = accumulate(run[j], source[j * step]) }
          }
        }
        for j in columns.indices {
          totals[j] = finish(
            totals[j], row.inside * columns[j].inside, row.padded * columns[j].padded)
        }
      }
    }
    return Tensor(shape: [shape[0], shape[1], rows.count, columns.count], values: result)
  }

  /// Means over the spatial positions of `[N, channels, …]`, kept as extents of 1.
  func spatialMeans() throws(OperatorError) -> Tensor {
    let length = shape.dropFirst(2).reduce(1, *)
    let means = (0..<shape[0] * shape[1]).map { plane in
      values[plane * length..<(plane + 1) * length].reduce(0, +) / Float(length)
    }
    return Tensor(
      shape: [shape[0], shape[1]] + Array(repeating: 1, count: shape.count - 2), values: means)
  }
}

/// Position of one window along one axis.
private struct WindowPositions {
  /// The first position inside the image, meaningful if `inside` is positive.
  let first: Int
  /// Positions inside the image.
  let inside: Int
  /// Positions inside the padded image.
  let padded: Int

  init(start: Int, count: Int, step: Int, extent: Int, padAfter: Int) {
    func positions(below end: Int) -> Int {
      end <= start ? 0 : min(count, (end - start - 1) / step + 1)
    }
    let skipped = positions(below: 0)
    first = start + skipped * step
    inside = positions(below: extent) - skipped
    padded = positions(below: extent + padAfter)
  }
}

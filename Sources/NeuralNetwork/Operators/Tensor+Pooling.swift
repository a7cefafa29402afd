enum PoolingRule {
  case maximum
  /// Sum over the positions inside the image divided by their number.
  case meanInside
  /// Sum divided by the positions of the window, padding included.
  case meanOfWindow
}

extension Tensor {
  /// Pools every channel of `[N, channels, height, width]`.
  func pooled(_ window: WindowShape, by rule: PoolingRule) throws(OperatorError) -> Tensor {
    guard shape.count == 4 else { throw OperatorError("takes [N, channels, height, width]") }
    let geometry: WindowGeometry
    do throws(WindowMisfit) {
      geometry = try WindowGeometry(channels: 1, height: shape[2], width: shape[3], window: window)
    } catch {
      throw OperatorError("\(error)")
    }
    let (height, width) = (shape[2], shape[3])
    let (rows, columns) = (geometry.outputHeight, geometry.outputWidth)
    var result: [Float] = []
    result.reserveCapacity(shape[0] * shape[1] * rows * columns)
    for plane in 0..<shape[0] * shape[1] {
      let start = plane * height * width
      for row in 0..<rows {
        for column in 0..<columns {
          let top = row * window.strideHeight - window.padTop
          let left = column * window.strideWidth - window.padLeft
          var sum: Float = 0
          var largest = -Float.infinity
          var inside = 0
          // ONNX counts padding up to the padded border, not the overhang of a rounded-up window.
          var counted = 0
          for i in 0..<window.kernelHeight {
            let y = top + i * window.dilationHeight
            for j in 0..<window.kernelWidth {
              let x = left + j * window.dilationWidth
              if y < height + window.padBottom, x < width + window.padRight { counted += 1 }
              guard y >= 0, y < height, x >= 0, x < width else { continue }
              let value = values[start + y * width + x]
              sum += value
              largest = max(largest, value)
              inside += 1
            }
          }
          switch rule {
          case .maximum: result.append(largest)
          case .meanInside: result.append(inside == 0 ? 0 : sum / Float(inside))
          case .meanOfWindow: result.append(counted == 0 ? 0 : sum / Float(counted))
          }
        }
      }
    }
    return Tensor(shape: [shape[0], shape[1], rows, columns], values: result)
  }

  /// Means over the spatial positions of `[N, channels, …]`, kept as extents of 1.
  func spatialMeans() throws(OperatorError) -> Tensor {
    guard shape.count >= 3, count > 0 else { throw OperatorError("takes [N, channels, height, …]") }
    let length = shape.dropFirst(2).reduce(1, *)
    let means = (0..<shape[0] * shape[1]).map { plane in
      values[plane * length..<(plane + 1) * length].reduce(0, +) / Float(length)
    }
    return Tensor(
      shape: [shape[0], shape[1]] + Array(repeating: 1, count: shape.count - 2), values: means)
  }
}

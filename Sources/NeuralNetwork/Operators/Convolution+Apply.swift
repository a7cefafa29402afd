import NumericKernels

extension Convolution {
  func outputShape(_ input: [Int]) throws(OperatorError) -> [Int] {
    guard input.count == 4 else { throw OperatorError("takes [N, channels, height, width]") }
    let geometry = try windows(over: input)
    return [input[0], weights.rows, geometry.outputHeight, geometry.outputWidth]
  }

  private func windows(over input: [Int]) throws(OperatorError) -> WindowGeometry {
    do throws(WindowMisfit) {
      return try geometry(inputShape: input)
    } catch {
      throw OperatorError("\(error)")
    }
  }

  /// Float reference: windows are unrolled in blocks and multiplied by the weights.
  func apply(_ input: Tensor) throws(OperatorError) -> Tensor {
    let geometry = try windows(over: input.shape)
    let (images, outputs) = (input.shape[0], weights.rows)
    let windows = geometry.windowCount
    let imageLength = input.shape[1] * input.shape[2] * input.shape[3]
    var result = [Float](repeating: 0, count: images * outputs * windows)
    // Blocks keep the unrolled windows within a few hundred kilobytes.
    let block = max(1, min(windows, 65536 / max(geometry.rowCount, 1)))
    var patches = [Float](repeating: 0, count: block * geometry.rowCount)
    let outputsPerGroup = outputs / groups
    var sums = [Float](repeating: 0, count: block * outputsPerGroup)
    for image in 0..<images {
      let source = input.values.span.extracting(image * imageLength..<(image + 1) * imageLength)
      for group in 0..<groups {
        let first = group * outputsPerGroup
        for start in stride(from: 0, to: windows, by: block) {
          let range = start..<min(start + block, windows)
          var target = patches.mutableSpan
          geometry.gather(
            source, channelOffset: group * channelsPerGroup, windows: range, padding: 0,
            into: &target)
          var out = sums.mutableSpan
          MatrixProduct.multiplyTransposed(
            weights.elements.span.extracting(
              first * weights.columns..<(first + outputsPerGroup) * weights.columns),
            patches.span, into: &out, m: outputsPerGroup, n: range.count, k: weights.columns)
          for k in 0..<outputsPerGroup {
            let output = first + k
            let shift = bias.isEmpty ? 0 : bias[output]
            let at = (image * outputs + output) * windows + start
            for window in 0..<range.count {
              result[at + window] = sums[k * range.count + window] + shift
            }
          }
        }
      }
    }
    return Tensor(
      shape: [images, outputs, geometry.outputHeight, geometry.outputWidth], values: result)
  }
}

extension Dense {
  /// Float reference.
  func apply(_ input: Tensor) -> Tensor {
    let outputs = weights.rows
    let images = input.shape.dropLast().reduce(1, *)
    var result = [Float](repeating: 0, count: images * outputs)
    var out = result.mutableSpan
    MatrixProduct.multiplyTransposed(
      input.values.span, weights.elements.span, into: &out, m: images, n: outputs,
      k: weights.columns)
    if !bias.isEmpty { for k in result.indices { result[k] += bias[k % outputs] } }
    return Tensor(shape: input.shape.dropLast() + [outputs], values: result)
  }
}

extension BatchNormalization {
  /// Per channel on `[N, channels, …]`.
  func apply(_ input: Tensor) -> Tensor {
    let length = input.shape.dropFirst(2).reduce(1, *)
    var result = input
    for plane in 0..<input.shape[0] * factor.count {
      let (a, b) = (factor[plane % factor.count], offset[plane % factor.count])
      for k in plane * length..<(plane + 1) * length {
        result.values[k] = result.values[k] * a + b
      }
    }
    return result
  }
}

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

  /// The convolution of a batch. Depthwise channels are summed directly, most others by products
  /// with shifted runs of pixels. The rest go through a matrix product over unrolled windows, one
  /// block of them at a time, so that memory does not grow with the image. An image gives the same
  /// bits alone and in a batch.
  func apply(_ input: Tensor) throws(OperatorError) -> Tensor {
    let geometry = try windows(over: input.shape)
    let (images, outputs) = (input.shape[0], weights.rows)
    let imageLength = input.shape[1] * input.shape[2] * input.shape[3]
    var result = startingValues(images: images, windows: geometry.windowCount)
    let isDepthwise = channelsPerGroup == 1 && groups > 1
    var columns = isDepthwise ? nil : WindowColumns(geometry)
    for image in 0..<images {
      let pixels = input.values.span.extracting(image * imageLength..<(image + 1) * imageLength)
      let offset = image * outputs * geometry.windowCount
      var out = result.mutableSpan
      if columns == nil {
        addDepthwise(pixels, geometry, into: &out, offset: offset)
      } else {
        columns?.add(self, pixels, into: &out, offset: offset)
      }
    }
    return Tensor(
      shape: [images, outputs, geometry.outputHeight, geometry.outputWidth], values: result)
  }

  /// The bias on every window, to which sums are added.
  private func startingValues(images: Int, windows: Int) -> [Float] {
    guard !bias.isEmpty else {
      return [Float](repeating: 0, count: images * weights.rows * windows)
    }
    var result: [Float] = []
    result.reserveCapacity(images * weights.rows * windows)
    for _ in 0..<images {
      for value in bias { result.append(contentsOf: repeatElement(value, count: windows)) }
    }
    return result
  }
}

extension WindowColumns {
  /// Adds the sums of one image, the windows of whose groups these are, to `result` from `offset`
  /// on.
  mutating func add(
    _ convolution: Convolution, _ pixels: Span<Float>, into result: inout MutableSpan<Float>,
    offset: Int
  ) {
    let (windows, columns) = (geometry.windowCount, convolution.weights.columns)
    let rows = convolution.weights.rows / convolution.groups
    for group in 0..<convolution.groups {
      take(pixels, channelOffset: group * convolution.channelsPerGroup)
      let matrix = convolution.weights.elements.span.extracting(
        group * rows * columns..<(group + 1) * rows * columns)
      for block in blocks {
        add(
          matrix, strideA: columns, m: rows, rows: 0..<columns, block: block, pixels,
          into: &result, offset: offset + group * rows * windows + block.windows.lowerBound,
          strideC: windows)
      }
    }
  }
}

extension Dense {
  /// `y = W x + b`; few vectors one by one, which reads the weights in memory order.
  func apply(_ input: Tensor) -> Tensor {
    let outputs = weights.rows
    let images = input.shape.dropLast().reduce(1, *)
    var result = [Float](repeating: 0, count: images * outputs)
    var out = result.mutableSpan
    if images <= 4 {
      for image in 0..<images {
        MatrixProduct.multiply(
          weights.elements.span,
          vector: input.values.span.extracting(
            image * weights.columns..<(image + 1) * weights.columns),
          into: &out, offset: image * outputs, m: outputs, k: weights.columns)
      }
    } else {
      MatrixProduct.multiplyTransposed(
        input.values.span, weights.elements.span, into: &out, m: images, n: outputs,
        k: weights.columns)
    }
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

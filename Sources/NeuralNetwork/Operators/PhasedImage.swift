import NumericKernels

/// A padded image whose columns lie by their remainder in strides, so that neighboring windows read
/// neighboring values.
struct PhasedImage {
  private let geometry: WindowGeometry
  /// Values of one phase of a row, of a row, and of a channel.
  private let phase: Int, row: Int, plane: Int

  init(_ geometry: WindowGeometry) {
    self.geometry = geometry
    let reach = (geometry.kernelWidth - 1) * geometry.dilationWidth
    let width = max(
      (geometry.outputWidth - 1) * geometry.strideWidth + reach + 1,
      geometry.width + geometry.padLeft)
    phase = (width + geometry.strideWidth - 1) / geometry.strideWidth
    row = phase * geometry.strideWidth
    let height = max(
      (geometry.outputHeight - 1) * geometry.strideHeight
        + (geometry.kernelHeight - 1) * geometry.dilationHeight + 1,
      geometry.height + geometry.padTop)
    plane = height * row
  }

  /// Values in all, those included that a run's last vector reads beyond it.
  var count: Int { geometry.channels * plane + ShiftedProduct.lanes }

  /// Where the weights of a window, in their order, find their pixels from its start.
  var shifts: [Int] {
    var shifts: [Int] = []
    shifts.reserveCapacity(geometry.rowCount)
    for channel in 0..<geometry.channels {
      for kernelRow in 0..<geometry.kernelHeight {
        for tap in 0..<geometry.kernelWidth {
          let column = tap * geometry.dilationWidth
          shifts.append(
            channel * plane + kernelRow * geometry.dilationHeight * row
              + column % geometry.strideWidth * phase + column / geometry.strideWidth)
        }
      }
    }
    return shifts
  }

  /// The windows, a vector of a row at a time.
  var runs: [ShiftedProduct.Run] {
    let (columns, lanes) = (geometry.outputWidth, ShiftedProduct.lanes)
    var runs: [ShiftedProduct.Run] = []
    runs.reserveCapacity(geometry.outputHeight * ((columns + lanes - 1) / lanes))
    for y in 0..<geometry.outputHeight {
      for x in stride(from: 0, to: columns, by: lanes) {
        runs.append(
          ShiftedProduct.Run(
            start: y * geometry.strideHeight * row + x, column: y * columns + x,
            count: min(lanes, columns - x)))
      }
    }
    return runs
  }

  /// Copies the channels from `channelOffset` on; padding stays as it is.
  func copy(
    _ pixels: Span<Float>, channelOffset: Int, into target: inout MutableSpan<Float>
  ) {
    let (width, step) = (geometry.width, geometry.strideWidth)
    for channel in 0..<geometry.channels {
      for y in 0..<geometry.height {
        let first = ((channelOffset + channel) * geometry.height + y) * width
        let source = pixels.extracting(first..<first + width)
        let line = channel * plane + (y + geometry.padTop) * row
        for remainder in 0..<step {
          // Columns of the padded row with this remainder, from the first that the image has.
          let column = geometry.padLeft + (remainder - geometry.padLeft % step + step) % step
          let place = line + remainder * phase + column / step
          let first = column - geometry.padLeft
          guard first < width else { continue }
          let count = (width - first + step - 1) / step
          var run = target._mutatingExtracting(place..<place + count)
          if step == 1 {
            for x in source.indices { run[x] = source[x] }
          } else {
            for x in run.indices { run[x] = source[first + x * step] }
          }
        }
      }
    }
  }
}

import NumericKernels

/// Convolutions as products with shifted runs of the padded image, which need no copies of windows.
extension Convolution {
  private static let pixelsPerBlock = 32_768

  /// Whether products with shifted runs are faster than those with copies of windows: not for
  /// windows of one pixel, which need no copies or few, not where vectors reach far beyond the rows
  /// of the result, and not for many channels of which strides skip most pixels.
  func prefersShifted(_ geometry: WindowGeometry) -> Bool {
    let (columns, lanes) = (geometry.outputWidth, ShiftedProduct.lanes)
    let computed = (columns + lanes - 1) / lanes * lanes
    return kernelHeight * kernelWidth > 1 && 5 * computed <= 6 * columns
      && (strideHeight * strideWidth == 1 || channelsPerGroup <= 64)
  }

  /// Adds the sums of one image to `result` from `offset` on.
  func addShifted(
    _ pixels: Span<Float>, _ geometry: WindowGeometry, into result: inout MutableSpan<Float>,
    offset: Int
  ) {
    let image = PhasedImage(geometry)
    let windows = geometry.windowCount
    let rows = weights.rows / groups
    let (shifts, runs) = (image.shifts, image.runs)
    // Blocks of runs, three of which are summed at once, whose pixels stay in a core's cache while
    // all weights pass over them.
    let pixelsPerRun = ShiftedProduct.lanes * channelsPerGroup * strideHeight * strideWidth
    let block = 3 * max(1, Self.pixelsPerBlock / (3 * pixelsPerRun))
    var padded = [Float](repeating: 0, count: image.count)
    for group in 0..<groups {
      var target = padded.mutableSpan
      image.copy(pixels, channelOffset: group * channelsPerGroup, into: &target)
      let matrix = weights.elements.span.extracting(
        group * rows * weights.columns..<(group + 1) * rows * weights.columns)
      for start in stride(from: 0, to: runs.count, by: block) {
        ShiftedProduct.add(
          matrix, m: rows, shifts: shifts, padded.span,
          runs: runs[start..<min(start + block, runs.count)], into: &result,
          offset: offset + group * rows * windows, strideC: windows)
      }
    }
  }
}

/// A padded image whose columns lie by their remainder in strides, so that neighboring windows read
/// neighboring values.
private struct PhasedImage {
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

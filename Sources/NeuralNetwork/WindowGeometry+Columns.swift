extension WindowGeometry {
  /// Output columns whose window has its column `tap` inside the image.
  func insideColumns(tap: Int) -> Range<Int> {
    let shift = padLeft - tap * dilationWidth
    // The first c with c · stride ≥ shift, and the first with c · stride ≥ shift + width.
    func first(_ bound: Int) -> Int {
      bound <= 0 ? 0 : min(outputWidth, (bound + strideWidth - 1) / strideWidth)
    }
    let low = first(shift)
    return low..<max(low, first(shift + width))
  }

  /// Copies windows as columns `[rowCount, windows.count]`, rows in the order channel, kernel row,
  /// kernel column; positions outside the image read as zero.
  public func unroll(
    _ image: Span<Float>, channelOffset: Int, windows: Range<Int>,
    into patches: inout MutableSpan<Float>
  ) {
    precondition(patches.count >= windows.count * rowCount, "patches too small")
    let ranges = (0..<kernelWidth).map { insideColumns(tap: $0) }
    // One window per pixel: a row of the result is the plane itself, moved.
    let isShift = strideWidth == 1 && strideHeight == 1 && outputWidth == width
    var at = 0
    for channel in channelOffset..<channelOffset + channels {
      let plane = image.extracting(channel * height * width..<(channel + 1) * height * width)
      for kernelRow in 0..<kernelHeight {
        for tap in 0..<kernelWidth {
          var target = patches._mutatingExtracting(at..<at + windows.count)
          at += windows.count
          let top = kernelRow * dilationHeight - padTop
          let left = tap * dilationWidth - padLeft
          if isShift {
            shift(plane, top, left, windows: windows, inside: ranges[tap], into: &target)
          } else {
            copyRows(plane, top, left, windows: windows, inside: ranges[tap], into: &target)
          }
        }
      }
    }
  }

  /// One row of the unrolled windows if there are as many windows as pixels in a row: a single run
  /// of the plane, in which the columns that belong to the neighboring row are cleared.
  private func shift(
    _ plane: Span<Float>, _ top: Int, _ left: Int, windows: Range<Int>, inside: Range<Int>,
    into target: inout MutableSpan<Float>
  ) {
    let distance = top * width + left
    let first = windows.lowerBound
    // The windows whose pixel lies in the plane, or beside a row of it.
    let low = max(windows.lowerBound, min(windows.upperBound, -distance))
    let high = max(low, min(windows.upperBound, height * width - distance))
    for k in 0..<low - first { target[k] = 0 }
    for k in high - first..<target.count { target[k] = 0 }
    guard low < high else { return }
    let source = plane.extracting(low + distance..<high + distance)
    var run = target._mutatingExtracting(low - first..<high - first)
    for k in source.indices { run[k] = source[k] }
    guard inside.count < width else { return }
    for row in windows.lowerBound / width...(windows.upperBound - 1) / width {
      let start = row * width - first
      for k in 0..<inside.lowerBound where target.indices.contains(start + k) {
        target[start + k] = 0
      }
      for k in inside.upperBound..<width where target.indices.contains(start + k) {
        target[start + k] = 0
      }
    }
  }

  /// One row of the unrolled windows, output row by output row.
  private func copyRows(
    _ plane: Span<Float>, _ top: Int, _ left: Int, windows: Range<Int>, inside: Range<Int>,
    into target: inout MutableSpan<Float>
  ) {
    let columns = outputWidth
    for row in windows.lowerBound / columns...(windows.upperBound - 1) / columns {
      // The requested columns of this output row, and their destination.
      let first = max(0, windows.lowerBound - row * columns)
      let end = min(columns, windows.upperBound - row * columns)
      let place = row * columns - windows.lowerBound
      let y = row * strideHeight + top
      let seen = (0..<height).contains(y) ? inside.clamped(to: first..<end) : first..<first
      for k in first..<seen.lowerBound { target[place + k] = 0 }
      for k in seen.upperBound..<end { target[place + k] = 0 }
      guard !seen.isEmpty else { continue }
      let start = y * width + seen.lowerBound * strideWidth + left
      var line = target._mutatingExtracting(place + seen.lowerBound..<place + seen.upperBound)
      if strideWidth == 1 {
        let source = plane.extracting(start..<start + seen.count)
        for k in source.indices { line[k] = source[k] }
      } else {
        let source = plane.extracting(start..<start + (seen.count - 1) * strideWidth + 1)
        for k in line.indices { line[k] = source[k * strideWidth] }
      }
    }
  }
}

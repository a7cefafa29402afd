import NumericKernels

/// Convolutions whose groups see one channel each.
extension Convolution {
  /// Adds the sums of one image to `result` from `offset` on.
  func addDepthwise(
    _ pixels: Span<Float>, _ geometry: WindowGeometry, into result: inout MutableSpan<Float>,
    offset: Int
  ) {
    let height = geometry.height + padTop + padBottom
    let width = geometry.width + padLeft + padRight
    // Every position is summed, and those between strides are dropped: worthwhile up to a stride of
    // 2 and with no more padding than image.
    if max(strideHeight, strideWidth) <= 2, height * width <= 4 * geometry.height * geometry.width {
      addPlanes(pixels, geometry, (height, width), into: &result, offset: offset)
    } else {
      addRows(pixels, geometry, into: &result, offset: offset)
    }
  }

  /// Sums over whole padded planes, where every tap is one shifted run; positions that wrap around
  /// a row's end are dropped with the padding.
  private func addPlanes(
    _ pixels: Span<Float>, _ geometry: WindowGeometry, _ padded: (height: Int, width: Int),
    into result: inout MutableSpan<Float>, offset: Int
  ) {
    let (height, width) = (geometry.height, geometry.width)
    let (rows, columns) = (geometry.outputHeight, geometry.outputWidth)
    let perGroup = weights.rows / groups
    let reach = (kernelWidth - 1) * dilationWidth
    let count = (padded.height - (kernelHeight - 1) * dilationHeight) * padded.width
    var plane = [Float](repeating: 0, count: padded.height * padded.width + reach)
    var sums = [Float](repeating: 0, count: count)
    for output in 0..<weights.rows {
      if output % perGroup == 0 {
        let first = output / perGroup * height * width
        var target = plane.mutableSpan
        for y in 0..<height {
          let source = pixels.extracting(first + y * width..<first + (y + 1) * width)
          let start = (y + padTop) * padded.width + padLeft
          var line = target._mutatingExtracting(start..<start + width)
          for x in source.indices { line[x] = source[x] }
        }
      }
      var total = sums.mutableSpan
      for k in total.indices { total[k] = 0 }
      for kernelRow in 0..<kernelHeight {
        let line = kernelRow * dilationHeight * padded.width
        let taps = output * weights.columns + kernelRow * kernelWidth
        var tap = 0
        while tap < kernelWidth {
          // Three at once: the sums are read and written a third as often.
          let first = line + tap * dilationWidth
          let a = plane.span.extracting(first..<first + count)
          let wa = weights.elements[taps + tap]
          if tap + 2 < kernelWidth {
            let b = plane.span.extracting(first + dilationWidth..<first + dilationWidth + count)
            let last = first + 2 * dilationWidth
            let c = plane.span.extracting(last..<last + count)
            let (wb, wc) = (weights.elements[taps + tap + 1], weights.elements[taps + tap + 2])
            for k in total.indices {
              let two = multiplyAdd(wb, b[k], multiplyAdd(wa, a[k], total[k]))
              total[k] = multiplyAdd(wc, c[k], two)
            }
            tap += 3
          } else {
            for k in total.indices { total[k] = multiplyAdd(wa, a[k], total[k]) }
            tap += 1
          }
        }
      }
      for row in 0..<rows {
        let start = offset + (output * rows + row) * columns
        var line = result._mutatingExtracting(start..<start + columns)
        let first = row * strideHeight * padded.width
        let source = sums.span.extracting(first..<first + (columns - 1) * strideWidth + 1)
        if strideWidth == 1 {
          for k in line.indices { line[k] += source[k] }
        } else {
          for k in line.indices { line[k] += source[k * strideWidth] }
        }
      }
    }
  }

  /// The form for any stride: each output row is summed tap by tap.
  func addRows(
    _ pixels: Span<Float>, _ geometry: WindowGeometry, into result: inout MutableSpan<Float>,
    offset: Int
  ) {
    let (height, width) = (geometry.height, geometry.width)
    let (rows, columns) = (geometry.outputHeight, geometry.outputWidth)
    let perGroup = weights.rows / groups
    let ranges = (0..<kernelWidth).map { geometry.insideColumns(tap: $0) }
    let step = strideWidth
    for output in 0..<weights.rows {
      let plane = output / perGroup * height * width
      let taps = output * weights.columns
      for row in 0..<rows {
        let start = offset + (output * rows + row) * columns
        var target = result._mutatingExtracting(start..<start + columns)
        for kernelRow in 0..<kernelHeight {
          let y = row * strideHeight - padTop + kernelRow * dilationHeight
          guard y >= 0, y < height else { continue }
          for kernelColumn in 0..<kernelWidth {
            let range = ranges[kernelColumn]
            guard !range.isEmpty else { continue }
            let weight = weights.elements[taps + kernelRow * kernelWidth + kernelColumn]
            let x = range.lowerBound * step - padLeft + kernelColumn * dilationWidth
            let line = plane + y * width + x
            var sums = target._mutatingExtracting(range)
            if step == 1 {
              let source = pixels.extracting(line..<line + range.count)
              for k in source.indices { sums[k] = multiplyAdd(weight, source[k], sums[k]) }
            } else {
              let source = pixels.extracting(line..<line + (range.count - 1) * step + 1)
              for k in sums.indices { sums[k] = multiplyAdd(weight, source[k * step], sums[k]) }
            }
          }
        }
      }
    }
  }
}

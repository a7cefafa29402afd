extension WindowGeometry {
  /// Sums of a pixel map over all windows, `[rowCount]`, in the order channel, kernel row, kernel
  /// column: what each row of the unrolled windows adds up to.
  ///
  /// - Parameter image: `[channels, height, width]`; values of at most 2¹⁶.
  public func sumsOverWindows(_ image: Span<Int32>) -> [Int] {
    precondition(image.count >= channels * height * width, "image too small")
    let (height, width) = (height, width)
    let rowsOfKernel = (0..<kernelHeight).map { visitedRows(kernelRow: $0) }
    let columnsOfTap = (0..<kernelWidth).map { visitedColumns(tap: $0) }
    var sums: [Int] = []
    sums.reserveCapacity(rowCount)
    // Sums along the rows of the image first: kernel rows share them.
    var lines = [Int](repeating: 0, count: height)
    var totals = lines
    for channel in 0..<channels {
      let pixels = image.extracting(channel * height * width..<(channel + 1) * height * width)
      if strideWidth == 1 {
        for y in 0..<height {
          let line = pixels.extracting(y * width..<(y + 1) * width)
          var total: Int32 = 0
          for x in line.indices { total &+= line[x] }
          totals[y] = Int(total)
        }
      }
      let first = sums.count
      for _ in 0..<kernelHeight * kernelWidth { sums.append(0) }
      for tap in 0..<kernelWidth {
        let columns = columnsOfTap[tap]
        for y in 0..<height {
          let line = pixels.extracting(y * width..<(y + 1) * width)
          if strideWidth == 1 {
            // The line without the pixels that this tap leaves out at its ends.
            lines[y] = columns.isEmpty ? 0 : totals[y]
            if !columns.isEmpty {
              for x in 0..<columns.lowerBound { lines[y] -= Int(line[x]) }
              for x in columns.upperBound..<width { lines[y] -= Int(line[x]) }
            }
          } else {
            lines[y] = stride(from: columns.lowerBound, to: columns.upperBound, by: strideWidth)
              .reduce(0) { $0 + Int(line[$1]) }
          }
        }
        for (kernelRow, rows) in rowsOfKernel.enumerated() {
          sums[first + kernelRow * kernelWidth + tap] =
            stride(from: rows.lowerBound, to: rows.upperBound, by: strideHeight)
            .reduce(0) { $0 + lines[$1] }
        }
      }
    }
    return sums
  }

  /// Rows of the image that a kernel row visits, `strideHeight` apart, up to behind the last.
  private func visitedRows(kernelRow: Int) -> Range<Int> {
    Self.visited(
      kernelRow * dilationHeight - padTop, count: outputHeight, step: strideHeight, of: height)
  }

  /// Columns of the image that a tap visits, `strideWidth` apart, up to behind the last.
  private func visitedColumns(tap: Int) -> Range<Int> {
    Self.visited(
      tap * dilationWidth - padLeft, count: outputWidth, step: strideWidth, of: width)
  }

  /// Of `count` places from `first` on, `step` apart, those within `0..<extent`.
  private static func visited(_ first: Int, count: Int, step: Int, of extent: Int) -> Range<Int> {
    let skipped = first < 0 ? (-first + step - 1) / step : 0
    let start = first + skipped * step
    let end = min(first + (count - 1) * step + 1, extent)
    return start < end ? start..<end : 0..<0
  }
}

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
    if strideHeight == 1, strideWidth == 1, Self.areNearlyAll(rowsOfKernel, of: height),
      Self.areNearlyAll(columnsOfTap, of: width)
    {
      return sumsWithoutEdges(image, rowsOfKernel, columnsOfTap)
    }
    var sums: [Int] = []
    sums.reserveCapacity(rowCount)
    // Sums along the rows of the image, of whole rows and up to each row: kernel rows share them.
    var totals = [Int](repeating: 0, count: height)
    var upTo = [Int](repeating: 0, count: height + 1)
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
          var sum = 0
          if strideWidth == 1 {
            // The line without the pixels that this tap leaves out at its ends.
            sum = columns.isEmpty ? 0 : totals[y]
            if !columns.isEmpty {
              for x in 0..<columns.lowerBound { sum -= Int(line[x]) }
              for x in columns.upperBound..<width { sum -= Int(line[x]) }
            }
          } else {
            var x = columns.lowerBound
            while x < columns.upperBound {
              sum += Int(line[x])
              x += strideWidth
            }
          }
          upTo[y + 1] = upTo[y] + sum
        }
        for (kernelRow, rows) in rowsOfKernel.enumerated() {
          var sum = 0
          if strideHeight == 1 {
            sum = upTo[rows.upperBound] - upTo[rows.lowerBound]
          } else {
            var y = rows.lowerBound
            while y < rows.upperBound {
              sum += upTo[y + 1] - upTo[y]
              y += strideHeight
            }
          }
          sums[first + kernelRow * kernelWidth + tap] = sum
        }
      }
    }
    return sums
  }

  /// Whether each of the ranges leaves out few of `extent` places.
  private static func areNearlyAll(_ ranges: [Range<Int>], of extent: Int) -> Bool {
    ranges.allSatisfy { 4 * (extent - $0.count) <= extent && !$0.isEmpty }
  }

  /// The same for windows that leave out a few rows and columns at the edges of the image: the sum of
  /// each channel less those of what is left out.
  private func sumsWithoutEdges(
    _ image: Span<Int32>, _ rowsOfKernel: [Range<Int>], _ columnsOfTap: [Range<Int>]
  ) -> [Int] {
    let (height, width) = (height, width)
    func outside(_ range: Range<Int>, _ extent: Int) -> [Int] {
      Array(0..<range.lowerBound) + Array(range.upperBound..<extent)
    }
    let outerRows = rowsOfKernel.map { outside($0, height) }
    let outerColumns = columnsOfTap.map { outside($0, width) }
    let edges = Set(outerColumns.joined()).sorted()
    var sums: [Int] = []
    sums.reserveCapacity(rowCount)
    var rowTotals = [Int](repeating: 0, count: height)
    var columnTotals = [Int](repeating: 0, count: width)
    for channel in 0..<channels {
      let pixels = image.extracting(channel * height * width..<(channel + 1) * height * width)
      var all = 0
      for y in 0..<height {
        let line = pixels.extracting(y * width..<(y + 1) * width)
        var total: Int32 = 0
        for x in line.indices { total &+= line[x] }
        rowTotals[y] = Int(total)
        all += Int(total)
      }
      for x in edges {
        var total = 0
        for y in 0..<height { total += Int(pixels[y * width + x]) }
        columnTotals[x] = total
      }
      for rows in outerRows {
        let within = rows.reduce(all) { $0 - rowTotals[$1] }
        for columns in outerColumns {
          var sum = within
          for x in columns {
            sum -= columnTotals[x]
            for y in rows { sum += Int(pixels[y * width + x]) }
          }
          sums.append(sum)
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

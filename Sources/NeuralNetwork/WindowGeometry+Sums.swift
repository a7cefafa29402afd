extension WindowGeometry {
  /// Sums of a pixel map over all windows, `[rowCount]`, in the order channel, kernel row, kernel
  /// column: what each row of the unrolled windows adds up to.
  ///
  /// - Parameter image: `[channels, height, width]`; values of at most 2¹⁶.
  public func sumsOverWindows(_ image: Span<Int32>) -> [Int] {
    precondition(image.count >= channels * height * width, "image too small")
    let taps = (0..<kernelWidth).map { insideColumns(tap: $0) }
    var sums: [Int] = []
    sums.reserveCapacity(rowCount)
    // Sums along the rows of the image first: kernel rows share them.
    var rowSums = [Int](repeating: 0, count: kernelWidth * height)
    for channel in 0..<channels {
      for y in 0..<height {
        let first = (channel * height + y) * width
        let line = image.extracting(first..<first + width)
        for tap in 0..<kernelWidth {
          let left = tap * dilationWidth - padLeft
          var sum = 0
          if strideWidth == 1 {
            let run = line.extracting(
              taps[tap].isEmpty ? 0..<0 : taps[tap].lowerBound + left..<taps[tap].upperBound + left)
            var part: Int32 = 0
            for k in run.indices { part &+= run[k] }
            sum = Int(part)
          } else {
            for column in taps[tap] { sum += Int(line[column * strideWidth + left]) }
          }
          rowSums[tap * height + y] = sum
        }
      }
      for kernelRow in 0..<kernelHeight {
        for tap in 0..<kernelWidth {
          var sum = 0
          for row in 0..<outputHeight {
            let y = row * strideHeight + kernelRow * dilationHeight - padTop
            if y >= 0, y < height { sum += rowSums[tap * height + y] }
          }
          sums.append(sum)
        }
      }
    }
    return sums
  }
}

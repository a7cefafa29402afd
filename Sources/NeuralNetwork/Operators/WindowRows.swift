/// The windows of one image of codes as rows `[windows, rowCount]`, a block at a time, from a padded
/// image and four codes at once.
public struct WindowRows {
  /// Codes beyond the last row of a block that `copy` may overwrite.
  public static let slack = 3

  /// The windows.
  public let geometry: WindowGeometry
  /// Codes of a padded row, and of a channel.
  private let row: Int, plane: Int
  private var padded: [UInt16]

  /// Windows without an image.
  public init(_ geometry: WindowGeometry) {
    self.geometry = geometry
    row = max(
      (geometry.outputWidth - 1) * geometry.strideWidth
        + (geometry.kernelWidth - 1) * geometry.dilationWidth + 1,
      geometry.width + geometry.padLeft)
    let height = max(
      (geometry.outputHeight - 1) * geometry.strideHeight
        + (geometry.kernelHeight - 1) * geometry.dilationHeight + 1,
      geometry.height + geometry.padTop)
    plane = height * row
    padded = [UInt16](repeating: 0, count: geometry.channels * plane + Self.slack)
  }

  /// Takes an image, whose padding is zero.
  public mutating func take(_ pixels: Span<UInt16>) {
    let (channels, height, width) = (geometry.channels, geometry.height, geometry.width)
    let (row, plane, padTop, padLeft) = (row, plane, geometry.padTop, geometry.padLeft)
    precondition(pixels.count >= channels * height * width, "image too small")
    var target = padded.mutableSpan
    for line in 0..<channels * height {
      let source = pixels.extracting(line * width..<(line + 1) * width)
      let place = line / height * plane + (line % height + padTop) * row + padLeft
      var own = target._mutatingExtracting(place..<place + width)
      for x in source.indices { own[x] = source[x] }
    }
  }

  /// Copies windows in the order channel, kernel row, kernel column.
  ///
  /// - Parameters:
  ///   - windows: Their numbers, within `0..<geometry.windowCount`.
  ///   - rows: Overwritten; `[windows.count, rowCount]` and `slack` codes more.
  public func copy(_ windows: Range<Int>, into rows: inout MutableSpan<UInt16>) {
    precondition(
      windows.lowerBound >= 0 && windows.upperBound <= geometry.windowCount,
      "window number out of range")
    precondition(rows.count >= windows.count * geometry.rowCount + Self.slack, "rows too short")
    let (taps, step) = (geometry.kernelWidth, geometry.dilationWidth)
    let lineStep = geometry.dilationHeight * row
    let columns = geometry.outputWidth
    unsafe padded.span.withUnsafeBufferPointer { image in
      unsafe rows.withUnsafeMutableBufferPointer { rows in
        // Windows lie within the padded image, and blocks within the rows, as sized above.
        guard let image = image.baseAddress, var out = rows.baseAddress else { return }
        for window in windows {
          let first =
            window / columns * geometry.strideHeight * row
            + window % columns * geometry.strideWidth
          for channel in 0..<geometry.channels {
            var line = unsafe image + (first + channel * plane)
            for _ in 0..<geometry.kernelHeight {
              if step == 1 {
                for tap in stride(from: 0, to: taps, by: 4) {
                  let four = unsafe UnsafeRawPointer(line + tap).loadUnaligned(as: UInt64.self)
                  unsafe UnsafeMutableRawPointer(out + tap).storeBytes(of: four, as: UInt64.self)
                }
              } else {
                for tap in 0..<taps { unsafe out[tap] = line[tap * step] }
              }
              unsafe out += taps
              unsafe line += lineStep
            }
          }
        }
      }
    }
  }
}

/// The windows that a convolution or pooling visits on one image `[channels, height, width]`.
public struct WindowGeometry: Sendable, Equatable {
  /// Channels that a window covers.
  public var channels: Int
  /// Extents of the image.
  public var height: Int, width: Int
  /// Extents, steps and spacing of the window.
  public var window: WindowShape

  /// Windows of `window` over an image; throws if no window fits.
  public init(channels: Int, height: Int, width: Int, window: WindowShape) throws(WindowMisfit) {
    self.channels = channels
    self.height = height
    self.width = width
    self.window = window
    guard outputHeight > 0, outputWidth > 0 else {
      throw WindowMisfit(
        description: "a \(window.kernelHeight) × \(window.kernelWidth) window does not fit an image "
          + "of \(height) × \(width)")
    }
  }

  /// Windows along the vertical axis.
  public var outputHeight: Int {
    WindowShape.count(
      height + window.padTop + window.padBottom, kernel: window.kernelHeight,
      dilation: window.dilationHeight, stride: window.strideHeight, roundsUp: window.roundsUp,
      start: window.padTop, extent: height)
  }
  /// Windows along the horizontal axis.
  public var outputWidth: Int {
    WindowShape.count(
      width + window.padLeft + window.padRight, kernel: window.kernelWidth,
      dilation: window.dilationWidth, stride: window.strideWidth, roundsUp: window.roundsUp,
      start: window.padLeft, extent: width)
  }
  /// Number of windows, row by row.
  public var windowCount: Int { outputHeight * outputWidth }
  /// Values in a window: the rows of the unrolled kernel.
  public var rowCount: Int { channels * window.kernelHeight * window.kernelWidth }

  /// Copies windows as rows `[windows.count, rowCount]`, in the order channel, kernel row, kernel
  /// column.
  ///
  /// - Parameters:
  ///   - image: `[…, height, width]` in C order.
  ///   - channelOffset: First channel that the windows cover.
  ///   - padding: What positions outside the image read as.
  @inlinable
  public func gather<T>(
    _ image: Span<T>, channelOffset: Int, windows: Range<Int>, padding: T,
    into patches: inout MutableSpan<T>
  ) {
    precondition(image.count >= (channelOffset + channels) * height * width, "image too small")
    precondition(patches.count >= windows.count * rowCount, "patches too small")
    let columns = outputWidth
    var at = 0
    for index in windows {
      let top = index / columns * window.strideHeight - window.padTop
      let left = index % columns * window.strideWidth - window.padLeft
      for channel in channelOffset..<channelOffset + channels {
        for kernelRow in 0..<window.kernelHeight {
          let y = top + kernelRow * window.dilationHeight
          guard y >= 0, y < height else {
            for _ in 0..<window.kernelWidth {
              patches[at] = padding
              at += 1
            }
            continue
          }
          let start = (channel * height + y) * width
          var x = left
          for _ in 0..<window.kernelWidth {
            patches[at] = x >= 0 && x < width ? image[start + x] : padding
            at += 1
            x += window.dilationWidth
          }
        }
      }
    }
  }
}

/// Extents, steps, spacing and padding of a window.
public struct WindowShape: Sendable, Equatable {
  public var kernelHeight: Int, kernelWidth: Int
  public var strideHeight = 1, strideWidth = 1
  public var padTop = 0, padLeft = 0, padBottom = 0, padRight = 0
  public var dilationHeight = 1, dilationWidth = 1
  /// Whether a window that only starts inside the image counts (ONNX `ceil_mode`).
  public var roundsUp = false

  /// A window of one step and no padding.
  public init(kernelHeight: Int, kernelWidth: Int) {
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
  }

  static func count(
    _ padded: Int, kernel: Int, dilation: Int, stride: Int, roundsUp: Bool, start: Int, extent: Int
  ) -> Int {
    let room = padded - (dilation * (kernel - 1) + 1)
    guard room >= 0 else { return 0 }
    guard roundsUp else { return room / stride + 1 }
    let count = (room + stride - 1) / stride + 1
    // A last window that would start in the padding behind the image is dropped.
    return (count - 1) * stride >= start + extent ? count - 1 : count
  }
}

/// A window larger than the image it should visit.
public struct WindowMisfit: Error, CustomStringConvertible, Sendable {
  /// The sizes that do not fit.
  public let description: String
}

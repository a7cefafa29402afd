/// The windows that a convolution or pooling visits on one image `[channels, height, width]`.
public struct WindowGeometry: Sendable, Equatable {
  /// Channels that a window covers.
  public var channels: Int
  /// Extents of the image.
  public var height: Int, width: Int
  /// Extents, steps and spacing of the window.
  public var window: WindowShape

  /// Windows of `window` over an image; throws if no window fits or a count exceeds 2³¹ − 1.
  public init(channels: Int, height: Int, width: Int, window: WindowShape) throws(WindowMisfit) {
    self.channels = channels
    self.height = height
    self.width = width
    self.window = window
    if let fault = window.fault { throw WindowMisfit(description: fault) }
    guard [channels, height, width].allSatisfy({ (1...WindowShape.limit).contains($0) }) else {
      throw WindowMisfit(description: "an image of \([channels, height, width]) cannot be visited")
    }
    guard outputHeight > 0, outputWidth > 0 else {
      throw WindowMisfit(
        description:
          "a \(window.kernelHeight) × \(window.kernelWidth) window does not fit an image "
          + "of \(height) × \(width)")
    }
    guard Tensor.elementCount(of: [channels, window.kernelHeight, window.kernelWidth]) != nil,
      Tensor.elementCount(of: [outputHeight, outputWidth]) != nil
    else { throw WindowMisfit(description: "has too many windows or too many pixels in one") }
  }

  /// Rows of a window.
  public var kernelHeight: Int { window.kernelHeight }
  /// Columns of a window.
  public var kernelWidth: Int { window.kernelWidth }
  /// Pixel rows between neighboring windows.
  public var strideHeight: Int { window.strideHeight }
  /// Pixel columns between neighboring windows.
  public var strideWidth: Int { window.strideWidth }
  /// Padding rows above the image.
  public var padTop: Int { window.padTop }
  /// Padding columns left of the image.
  public var padLeft: Int { window.padLeft }
  /// Padding rows below the image.
  public var padBottom: Int { window.padBottom }
  /// Padding columns right of the image.
  public var padRight: Int { window.padRight }
  /// Pixel rows between neighboring rows of a window.
  public var dilationHeight: Int { window.dilationHeight }
  /// Pixel columns between neighboring columns of a window.
  public var dilationWidth: Int { window.dilationWidth }

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
}

/// Extents, steps, spacing and padding of a window.
public struct WindowShape: Sendable, Equatable {
  /// Rows and columns of pixels that a window covers.
  public var kernelHeight: Int, kernelWidth: Int
  /// Pixels between neighboring windows.
  public var strideHeight = 1, strideWidth = 1
  /// Padding rows and columns around the image.
  public var padTop = 0, padLeft = 0, padBottom = 0, padRight = 0
  /// Pixels between neighboring rows and columns of a window.
  public var dilationHeight = 1, dilationWidth = 1
  /// Whether a last window that only partly fits the padded image counts (ONNX `ceil_mode`).
  public var roundsUp = false

  /// A window of one step and no padding.
  public init(kernelHeight: Int, kernelWidth: Int) {
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
  }

  /// Largest extent, step, spacing or padding: sums and products of two stay far from overflow.
  static let limit = 1 << 24

  /// Why this window fits no image; `nil` if it fits some.
  var fault: String? {
    let positive = [
      kernelHeight, kernelWidth, strideHeight, strideWidth, dilationHeight, dilationWidth,
    ]
    guard positive.allSatisfy({ (1...Self.limit).contains($0) }) else {
      return "kernel, strides and dilations \(positive) must lie between 1 and \(Self.limit)"
    }
    let pads = [padTop, padLeft, padBottom, padRight]
    guard pads.allSatisfy({ (0...Self.limit).contains($0) }) else {
      return "pads \(pads) must lie between 0 and \(Self.limit)"
    }
    return nil
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

/// A window that cannot be laid over the image that it should visit.
public struct WindowMisfit: Error, CustomStringConvertible, Sendable {
  /// The sizes that do not fit.
  public let description: String
}

/// Antialiased bilinear resizing in the fixed-point steps of Pillow, on which torchvision's
/// `Resize` rests: a triangle as wide as the reduction, along rows, then along columns, each
/// rounded to bytes. `validation/datasets` compares both.
struct ImageResize {
  /// Weights have this many fractional bits: sums of 255 times them fit 32 bits.
  private static let fractionBits = 22

  /// The input samples of one output sample.
  private struct Tap {
    var first: Int
    var weights: [Int]
  }

  /// Taps of every output sample along one axis.
  private static func taps(from inputCount: Int, to outputCount: Int) -> [Tap] {
    let scale = Double(inputCount) / Double(outputCount)
    // Enlarging interpolates between neighbors; reducing averages over all it covers.
    let reach = max(scale, 1)
    return (0..<outputCount).map { output in
      let center = (Double(output) + 0.5) * scale
      let first = max(0, Int(center - reach + 0.5))
      let end = min(inputCount, Int(center + reach + 0.5))
      var weights = (first..<end).map { input in
        max(0, 1 - abs((Double(input) - center + 0.5) / reach))
      }
      let sum = weights.reduce(0, +)
      if sum != 0 { weights = weights.map { $0 / sum } }
      let one = Double(1 << fractionBits)
      return Tap(first: first, weights: weights.map { Int($0 * one + 0.5) })
    }
  }

  private static func byte(_ sum: Int) -> UInt8 {
    UInt8(clamping: (sum + 1 << (fractionBits - 1)) >> fractionBits)
  }

  /// `image` at another size.
  static func resized(_ image: PixelImage, width: Int, height: Int) -> PixelImage {
    precondition(width > 0 && height > 0, "an image has at least one pixel")
    var current = image
    if width != current.width { current = alongRows(current, width) }
    if height != current.height { current = alongColumns(current, height) }
    return current
  }

  private static func alongRows(_ image: PixelImage, _ width: Int) -> PixelImage {
    let taps = taps(from: image.width, to: width)
    var result = [UInt8](repeating: 0, count: 3 * width * image.height)
    for row in 0..<image.height {
      for (column, tap) in taps.enumerated() {
        for channel in 0..<3 {
          var sum = 0
          var at = 3 * (row * image.width + tap.first) + channel
          for weight in tap.weights {
            sum += weight * Int(image.rgb[at])
            at += 3
          }
          result[3 * (row * width + column) + channel] = byte(sum)
        }
      }
    }
    return PixelImage(width: width, height: image.height, rgb: result)
  }

  private static func alongColumns(_ image: PixelImage, _ height: Int) -> PixelImage {
    let taps = taps(from: image.height, to: height)
    let stride = 3 * image.width
    var result = [UInt8](repeating: 0, count: stride * height)
    for (row, tap) in taps.enumerated() {
      for k in 0..<stride {
        var sum = 0
        var at = tap.first * stride + k
        for weight in tap.weights {
          sum += weight * Int(image.rgb[at])
          at += stride
        }
        result[row * stride + k] = byte(sum)
      }
    }
    return PixelImage(width: image.width, height: height, rgb: result)
  }
}

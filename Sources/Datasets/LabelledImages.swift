import Foundation
import NumericKernels

/// Images of one shape, each with the index of its class.
public struct LabelledImages: Sendable {
  /// Raw pixels of all images in C order, as the file stores them.
  enum Pixels: Sendable {
    case bytes([UInt8])
    case floats([Float])
  }

  /// Shape `[channels, height, width]` of every image.
  public let shape: [Int]
  /// Number of images.
  public let count: Int
  private let storage: Pixels
  private let labels: [Int]

  /// Images over existing pixels, `labels.count` times as many as `shape` holds.
  init(shape: [Int], pixels: Pixels, labels: [Int]) {
    let pixelCount =
      switch pixels {
      case .bytes(let bytes): bytes.count
      case .floats(let floats): floats.count
      }
    precondition(
      shape.count == 3 && pixelCount == shape.reduce(1, *) * labels.count,
      "pixels do not fill the images")
    self.shape = shape
    self.storage = pixels
    self.labels = labels
    count = labels.count
  }

  private func range(_ index: Int) -> Range<Int> {
    precondition(index >= 0 && index < count, "image index out of range")
    let length = shape.reduce(1, *)
    return index * length..<(index + 1) * length
  }

  /// Raw pixels `[C, H, W]` of one image; those of floating-point files rounded and clipped to 0…255.
  public func pixels(_ index: Int) -> [UInt8] {
    switch storage {
    case .bytes(let bytes): Array(bytes[range(index)])
    case .floats(let floats): floats[range(index)].map { UInt8(min(max($0.rounded(), 0), 255)) }
    }
  }

  /// Normalized pixels `[C, H, W]` of one image; `normalization` fits the channels (see
  /// `Normalization.fault(channels:)`).
  public func tensor(_ index: Int, normalization: Normalization) -> [Float] {
    precondition(
      normalization.fault(channels: shape[0]) == nil, "the normalization does not fit the images")
    var values: [Float] =
      switch storage {
      case .bytes(let bytes): bytes[range(index)].map { Float($0) }
      case .floats(let floats): Array(floats[range(index)])
      }
    let plane = shape[1] * shape[2]
    for channel in 0..<shape[0] {
      let (mean, deviation) = normalization.statistics(channel: channel)
      for k in channel * plane..<(channel + 1) * plane {
        values[k] = (values[k] * normalization.scale - mean) / deviation
      }
    }
    return values
  }

  /// Class of one image; whether the network has that class is the caller's check.
  public func label(_ index: Int) -> Int { labels[index] }

  /// The largest class of any image; nil if there is no image.
  public var maximumLabel: Int? { labels.max() }

  /// The first `n` images, or all if there are fewer.
  public func prefix(_ n: Int) -> LabelledImages {
    precondition(n >= 0, "a prefix has no negative count")
    let kept = min(n, count)
    let end = kept * shape.reduce(1, *)
    let pixels: Pixels =
      switch storage {
      case .bytes(let bytes): .bytes(Array(bytes[..<end]))
      case .floats(let floats): .floats(Array(floats[..<end]))
      }
    return LabelledImages(shape: shape, pixels: pixels, labels: Array(labels[..<kept]))
  }

  /// SHA-256, in hexadecimal, of shape, count, labels and raw pixels.
  public var contentHash: String {
    var bytes = Data("\(shape) \(labels) ".utf8)
    switch storage {
    case .bytes(let pixels):
      bytes.append(Data("uint8 ".utf8))
      bytes.append(contentsOf: pixels)
    case .floats(let pixels):
      bytes.append(Data("float32 ".utf8))
      for pixel in pixels {
        let pattern = pixel.bitPattern
        for shift: UInt32 in [0, 8, 16, 24] {
          bytes.append(UInt8(truncatingIfNeeded: pattern >> shift))
        }
      }
    }
    return ContentHash(bytes).hexadecimal
  }
}

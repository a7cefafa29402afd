import Foundation
import NumericKernels

/// Images of one shape with a class each, as the files hold them; never downloaded.
public struct LabelledImages: Sendable {
  /// Shape of one image: channels, height, width.
  public let shape: [Int]
  /// SHA-256 of all pixels and labels of the files, whatever part of them is used.
  public let contentHash: String
  private let pixels: Pixels
  private let labels: [Int]

  /// Pixels of all images, image by image, in C order.
  enum Pixels: Sendable {
    case bytes([UInt8])
    case floats([Float])
  }

  init(shape: [Int], pixels: Pixels, labels: [Int], contentHash: String) {
    self.shape = shape
    self.pixels = pixels
    self.labels = labels
    self.contentHash = contentHash
  }

  /// Number of images.
  public var count: Int { labels.count }
  /// Largest label; −1 if there are no images.
  public var maximumLabel: Int { labels.max() ?? -1 }
  /// Class of one image, from 0.
  public func label(_ index: Int) -> Int { labels[index] }

  /// The first `count` images, or all if there are fewer.
  public func prefix(_ count: Int) -> LabelledImages {
    LabelledImages(
      shape: shape, pixels: pixels, labels: Array(labels.prefix(count)), contentHash: contentHash)
  }

  /// Normalised values of one image in C order.
  public func tensor(_ index: Int, normalization: Normalization) -> [Float] {
    let length = shape.reduce(1, *)
    let range = index * length..<(index + 1) * length
    let raw: [Float] =
      switch pixels {
      case .bytes(let bytes): bytes[range].map { Float($0) }
      case .floats(let floats): Array(floats[range])
      }
    return normalization.apply(raw, channels: shape[0])
  }
}

/// How pixels become network inputs: `(pixel · scale − mean) / deviation`, per channel.
public struct Normalization: Sendable, Equatable {
  /// Factor on raw pixels, applied first; 1/255 turns bytes into 0 … 1.
  public var scale: Float
  /// Subtracted per channel after scaling; empty for zero, one value for all channels.
  public var mean: [Float]
  /// Divisor per channel; empty for one, one value for all channels.
  public var deviation: [Float]

  /// A normalisation.
  public init(scale: Float, mean: [Float] = [], deviation: [Float] = []) {
    self.scale = scale
    self.mean = mean
    self.deviation = deviation
  }

  /// Raw pixel values.
  public static let none = Normalization(scale: 1)
  /// The usual statistics of ImageNet, R, G, B, for pixels of 0 … 255.
  public static let imageNet = Normalization(
    scale: 1 / 255, mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])

  /// Normalised values of an image `[channels, …]`.
  func apply(_ raw: [Float], channels: Int) -> [Float] {
    let length = max(raw.count / max(channels, 1), 1)
    func value(_ list: [Float], _ channel: Int, _ missing: Float) -> Float {
      list.isEmpty ? missing : list[min(channel, list.count - 1)]
    }
    var result = raw
    for channel in 0..<channels {
      let (mean, deviation) = (value(mean, channel, 0), value(deviation, channel, 1))
      for k in channel * length..<(channel + 1) * length {
        result[k] = (raw[k] * scale - mean) / deviation
      }
    }
    return result
  }
}

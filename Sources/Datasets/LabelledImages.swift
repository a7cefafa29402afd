import Files
import Foundation

/// Images of one shape, each with the index of its class.
public struct LabelledImages: Sendable {
  /// Raw pixels of all images in C order, as the file stores them.
  enum Pixels: Sendable {
    case bytes([UInt8])
    case floats([Float])
    /// Decoded on demand; the hashes are those of the planes.
    case files(ImageFiles, hashes: [String])
  }

  /// Shape `[channels, height, width]` of every image.
  public let shape: [Int]
  private let storage: Pixels
  private let labels: [Int]
  /// Places in the storage, in the order of the images.
  private var order: [Int]

  /// Number of images.
  public var count: Int { order.count }

  /// Images over existing pixels, `labels.count` times as many as `shape` holds.
  init(shape: [Int], pixels: Pixels, labels: [Int]) {
    let length = shape.reduce(1, *)
    let pixelCount =
      switch pixels {
      case .bytes(let bytes): bytes.count
      case .floats(let floats): floats.count
      case .files(let files, _): files.entries.count * length
      }
    precondition(
      shape.count == 3 && pixelCount == length * labels.count, "pixels do not fill the images")
    self.shape = shape
    self.storage = pixels
    self.labels = labels
    order = Array(labels.indices)
  }

  private func place(_ index: Int) -> Int {
    precondition(index >= 0 && index < count, "image index out of range")
    return order[index]
  }

  private func range(_ place: Int) -> Range<Int> {
    let length = shape.reduce(1, *)
    return place * length..<(place + 1) * length
  }

  /// Raw pixels `[C, H, W]` of one image; those of floating-point files rounded and clipped to
  /// 0…255. Throws if an image file can no longer be read.
  public func pixels(_ index: Int) throws(DatasetError) -> [UInt8] {
    let place = place(index)
    switch storage {
    case .bytes(let bytes): return Array(bytes[range(place)])
    case .floats(let floats):
      return floats[range(place)].map { UInt8(min(max($0.rounded(), 0), 255)) }
    case .files(let files, _):
      let (own, bytes) = try files.planes(place)
      guard own == shape else {
        throw DatasetError(
          path: files.entries[place].path, reason: "has changed: shape \(own), was \(shape)")
      }
      return bytes
    }
  }

  /// Normalized pixels `[C, H, W]` of one image; `normalization` fits the channels (see
  /// `Normalization.fault(channels:)`). Throws if an image file can no longer be read.
  public func tensor(
    _ index: Int, normalization: Normalization
  ) throws(DatasetError) -> [Float] {
    precondition(
      normalization.fault(channels: shape[0]) == nil, "the normalization does not fit the images")
    var values: [Float]
    if case .floats(let floats) = storage {
      values = Array(floats[range(place(index))])
    } else {
      values = try pixels(index).map { Float($0) }
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
  public func label(_ index: Int) -> Int { labels[place(index)] }

  /// Name of one image: its file name, or its index in the data set, from 0.
  public func name(_ index: Int) -> String {
    let place = place(index)
    if case .files(let files, _) = storage { return files.entries[place].name }
    return "\(place)"
  }

  /// The largest class of any image; `nil` if there is no image.
  public var maximumLabel: Int? { order.map { labels[$0] }.max() }

  /// The first `n` images, or all if there are fewer.
  public func prefix(_ n: Int) -> LabelledImages {
    precondition(n >= 0, "a prefix has no negative count")
    return selecting(ImageSelection(limit: n))
  }

  /// The images of `selection`; pixels are shared, not copied.
  public func selecting(_ selection: ImageSelection) -> LabelledImages {
    var kept = self
    kept.order = selection.indices(of: count).map { order[$0] }
    return kept
  }

  /// SHA-256, in hexadecimal, of shape, count, labels and raw pixels (of image files, their
  /// hashes).
  public var contentHash: String {
    var bytes = Data("\(shape) \(order.map { labels[$0] }) ".utf8)
    switch storage {
    case .bytes(let pixels):
      bytes.append(Data("uint8 ".utf8))
      for place in order { bytes.append(contentsOf: pixels[range(place)]) }
    case .floats(let pixels):
      bytes.append(Data("float32 ".utf8))
      for place in order {
        for pixel in pixels[range(place)] {
          let pattern = pixel.bitPattern
          for shift: UInt32 in [0, 8, 16, 24] {
            bytes.append(UInt8(truncatingIfNeeded: pattern >> shift))
          }
        }
      }
    case .files(_, let hashes):
      bytes.append(Data("files ".utf8))
      for place in order { bytes.append(Data(hashes[place].utf8)) }
    }
    return ContentHash(bytes).hexadecimal
  }
}

import Files
import Foundation

/// Images of one shape, each with its label if there are labels.
public struct LabelledImages: Sendable {
  /// Raw pixels of all images in C order, as the file stores them.
  enum Pixels: Sendable {
    case bytes([UInt8])
    case floats([Float])
    /// Decoded on demand; the hashes are those of the planes.
    case files(ImageFiles, hashes: [String])
  }

  private let storage: Pixels
  var arrangement: ImageArrangement
  /// Whether the file's format says that channels come first.
  let knowsAxes: Bool
  /// By place in the storage.
  var labels: ImageLabels
  private let labelOrigin: LabelOrigin?
  /// Places in the storage, in the order of the images.
  private(set) var order: [Int]
  /// Warning about labels that look suspicious but can be used; `nil` if there is none.
  public internal(set) var warning: DatasetError?

  /// Shape of every image as a network gets it, such as `[channels, height, width]`.
  public var shape: [Int] { arrangement.shape }
  /// Planes of an image, each of which may have its own normalization.
  public var channelCount: Int { arrangement.channelCount }
  /// Number of images.
  public var count: Int { order.count }

  /// `count` images over existing pixels.
  ///
  /// - Parameters:
  ///   - shape: Shape of one image as it is stored.
  ///   - knowsAxes: Whether its first axis is that of channels for certain.
  init(
    shape: [Int], pixels: Pixels, count: Int, labels: ImageLabels, origin: LabelOrigin?,
    knowsAxes: Bool = true
  ) {
    let length = shape.reduce(1, *)
    let pixelCount =
      switch pixels {
      case .bytes(let bytes): bytes.count
      case .floats(let floats): floats.count
      case .files(let files, _): files.entries.count * length
      }
    precondition(
      !shape.isEmpty && pixelCount == length * count && (labels.count ?? count) == count,
      "pixels or labels do not fill the images")
    arrangement = ImageArrangement(storedShape: shape)
    self.knowsAxes = knowsAxes
    self.storage = pixels
    self.labels = labels
    labelOrigin = origin
    order = Array(0..<count)
  }

  private func place(_ index: Int) -> Int {
    precondition(index >= 0 && index < count, "image index out of range")
    return order[index]
  }

  private func range(_ place: Int) -> Range<Int> {
    let length = arrangement.storedShape.reduce(1, *)
    return place * length..<(place + 1) * length
  }

  /// Raw pixels of one image as they are stored; those of floating-point files rounded and clipped
  /// to 0…255. Throws if an image file can no longer be read.
  public func pixels(_ index: Int) throws(DatasetError) -> [UInt8] {
    let place = place(index)
    switch storage {
    case .bytes(let bytes): return Array(bytes[range(place)])
    case .floats(let floats):
      return floats[range(place)].map { UInt8(min(max($0.rounded(), 0), 255)) }
    case .files(let files, _):
      let (own, bytes) = try files.planes(place)
      guard own == arrangement.storedShape else {
        throw DatasetError(
          path: files.entries[place].path,
          reason: "has changed: shape \(own), was \(arrangement.storedShape)")
      }
      return bytes
    }
  }

  /// Normalized pixels of one image in the order of `shape`; `normalization` fits the channels (see
  /// `Normalization.fault(channels:)`). Throws if an image file can no longer be read.
  public func tensor(
    _ index: Int, normalization: Normalization
  ) throws(DatasetError) -> [Float] {
    precondition(
      normalization.fault(channels: channelCount) == nil,
      "the normalization does not fit the images")
    var values: [Float]
    if case .floats(let floats) = storage {
      values = Array(floats[range(place(index))])
    } else {
      values = try pixels(index).map { Float($0) }
    }
    for channel in 0..<channelCount {
      let (mean, deviation) = normalization.statistics(channel: channel)
      for k in arrangement.places(ofChannel: channel) {
        values[k] = (values[k] * normalization.scale - mean) / deviation
      }
    }
    return arrangement.arranged(values)
  }

  /// Label of one image; whether the network has such an output is the caller's check.
  public func label(_ index: Int) -> ImageLabel { labels.label(place(index)) }

  /// The classes of all images in their order; `nil` if their labels are no classes.
  public var classes: [Int]? {
    guard case .classes(let classes) = labels else { return nil }
    return order.map { classes[$0] }
  }

  /// The same images without their labels.
  public var withoutLabels: LabelledImages {
    var bare = self
    bare.labels = .none
    return bare
  }

  /// The shape of one image's label; `nil` if its label has none: no label, or a class.
  public var labelShape: [Int]? {
    switch labels {
    case .none, .classes: nil
    case .values(_, let shape), .maps(_, let shape): shape
    }
  }

  /// A fault of one image's label, with its place in the label file.
  public func labelFault(_ index: Int, _ reason: String) -> DatasetError {
    labelFault(place: place(index), reason)
  }

  func labelFault(place: Int, _ reason: String) -> DatasetError {
    labelOrigin?.fault(place, reason) ?? DatasetError(path: "data", record: place, reason: reason)
  }

  /// Name of one image: its file name, or its index in the data set, from 0.
  public func name(_ index: Int) -> String {
    let place = place(index)
    if case .files(let files, _) = storage { return files.entries[place].name }
    return "\(place)"
  }

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
    var bytes = Data("\(arrangement.storedShape) ".utf8)
    if arrangement.stored == .channelsLast { bytes.append(Data("channelsLast ".utf8)) }
    // All at once: appending numbers one by one takes longer than the hash. Bytes are hashed as
    // little-endian machines store them.
    func append(_ numbers: some Collection<Float>) { append(numbers.lazy.map { $0.bitPattern }) }
    func append(_ patterns: some Sequence<UInt32>) {
      let ordered = patterns.map { $0.littleEndian }
      unsafe ordered.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }
    switch labels.selecting(order) {
    case .none: bytes.append(Data("unlabelled ".utf8))
    case .classes(let classes): bytes.append(Data("\(classes) ".utf8))
    case .values(let values, let shape):
      bytes.append(Data("values \(shape) ".utf8))
      append(values)
    case .maps(let classes, let shape):
      bytes.append(Data("maps \(shape) ".utf8))
      append(classes.lazy.map { UInt32(bitPattern: $0) })
    }
    switch storage {
    case .bytes(let pixels):
      bytes.append(Data("uint8 ".utf8))
      for place in order { bytes.append(contentsOf: pixels[range(place)]) }
    case .floats(let pixels):
      bytes.append(Data("float32 ".utf8))
      for place in order { append(pixels[range(place)]) }
    case .files(_, let hashes):
      bytes.append(Data("files ".utf8))
      for place in order { bytes.append(Data(hashes[place].utf8)) }
    }
    return ContentHash(bytes).hexadecimal
  }
}

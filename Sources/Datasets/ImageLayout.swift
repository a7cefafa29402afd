/// Order of the axes of an image.
public enum ImageLayout: String, Sendable, Equatable, CaseIterable {
  /// `[channels, …]`, as PyTorch and most ONNX files have it (NCHW with the batch).
  case channelsFirst
  /// `[…, channels]`, as TensorFlow has it (NHWC with the batch).
  case channelsLast
}

/// How the numbers of an image lie in its file, and how a network gets them.
struct ImageArrangement: Sendable, Equatable {
  /// Extents of one image as it is stored.
  var storedShape: [Int]
  /// Order of the stored axes.
  var stored = ImageLayout.channelsFirst
  /// Order in which the network gets them.
  var given = ImageLayout.channelsFirst
  /// Whether the network's input has no axis for the only channel.
  var dropsChannel = false

  /// Planes of an image.
  var channelCount: Int {
    (stored == .channelsFirst ? storedShape.first : storedShape.last) ?? 1
  }
  /// Pixels of a plane.
  var planeLength: Int { storedShape.reduce(1, *) / max(1, channelCount) }

  /// Extents of one image as the network gets it.
  var shape: [Int] {
    let spatial =
      stored == .channelsFirst ? Array(storedShape.dropFirst()) : Array(storedShape.dropLast())
    if dropsChannel { return spatial }
    return given == .channelsFirst ? [channelCount] + spatial : spatial + [channelCount]
  }

  /// Places of a channel's numbers among those stored.
  func places(ofChannel channel: Int) -> StrideTo<Int> {
    stored == .channelsFirst
      ? stride(from: channel * planeLength, to: (channel + 1) * planeLength, by: 1)
      : stride(from: channel, to: planeLength * channelCount, by: channelCount)
  }

  /// Stored numbers in the order in which the network gets them.
  func arranged(_ values: [Float]) -> [Float] {
    guard stored != given, !dropsChannel, channelCount > 1, planeLength > 1 else { return values }
    let (rows, columns) =
      stored == .channelsFirst ? (channelCount, planeLength) : (planeLength, channelCount)
    var result = [Float](repeating: 0, count: values.count)
    for row in 0..<rows {
      for column in 0..<columns { result[column * rows + row] = values[row * columns + column] }
    }
    return result
  }

  /// The arrangement of stored images for a network's input; `nil` if none fits.
  ///
  /// The order of the stored axes is `layout`, or that which fits, channels first where both do. The
  /// network's order is that which fits; where both do, it is the stored one.
  ///
  /// - Parameters:
  ///   - knowsAxes: Whether the stored order is channels first for certain. Then `layout` is the
  ///     network's order.
  static func fitting(
    _ storedShape: [Int], to inputShape: [Int], layout: ImageLayout?, knowsAxes: Bool
  ) -> ImageArrangement? {
    var shape = storedShape
    var isPlane = knowsAxes
    if shape.count + 1 == inputShape.count, shape.count == 2 {
      // A matrix for each image is one plane.
      shape = [1] + shape
      isPlane = true
    }
    if isPlane {
      let orders = layout.map { [$0] } ?? [.channelsFirst, .channelsLast]
      for given in orders {
        let own = ImageArrangement(storedShape: shape, given: given)
        if own.shape == inputShape { return own }
      }
      let plane = ImageArrangement(storedShape: shape, dropsChannel: true)
      return shape.count == 3 && shape[0] == 1 && plane.shape == inputShape ? plane : nil
    }
    // Without a key an image that fits as it lies is taken so, channels first; then networks whose
    // channels come first are looked at before the others.
    let pairs: [(stored: ImageLayout, given: ImageLayout)] =
      switch layout {
      case nil:
        [
          (.channelsFirst, .channelsFirst), (.channelsLast, .channelsFirst),
          (.channelsFirst, .channelsLast),
        ]
      case .channelsFirst:
        [(.channelsFirst, .channelsFirst), (.channelsFirst, .channelsLast)]
      case .channelsLast:
        [(.channelsLast, .channelsLast), (.channelsLast, .channelsFirst)]
      }
    for (stored, given) in pairs {
      let own = ImageArrangement(storedShape: shape, stored: stored, given: given)
      if own.shape == inputShape { return own }
    }
    return nil
  }
}

extension LabelledImages {
  /// The same images in the order of axes of a network's input; `nil` if they do not fit it.
  ///
  /// - Parameter layout: Order of the axes of images in NumPy files, and, where both would fit, of
  ///   the network's input; `nil` for that which fits, channels first where both do.
  public func fitting(_ inputShape: [Int], layout: ImageLayout?) -> LabelledImages? {
    var fitted = self
    guard
      let own = ImageArrangement.fitting(
        arrangement.storedShape, to: inputShape, layout: layout, knowsAxes: knowsAxes)
    else { return nil }
    fitted.arrangement = own
    return fitted
  }
}

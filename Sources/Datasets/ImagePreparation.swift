/// Steps that turn a decoded image into a network's input.
public struct ImagePreparation: Sendable, Equatable {
  /// Length of the shorter side after resizing, the aspect kept as torchvision's `Resize` does;
  /// `nil` for no resizing.
  public var resize: Int?
  /// The part that is kept.
  public var crop: Crop
  /// Planes of the result.
  public var channels: ImageChannels

  /// Which part of an image is kept.
  public enum Crop: Sendable, Equatable {
    /// All of it.
    case none
    /// The middle, as torchvision's `CenterCrop` finds it.
    case center(height: Int, width: Int)
    /// A fixed window.
    case window(top: Int, left: Int, height: Int, width: Int)
  }

  /// A preparation; the default takes images as they are.
  public init(resize: Int? = nil, crop: Crop = .none, channels: ImageChannels = .rgb) {
    self.resize = resize
    self.crop = crop
    self.channels = channels
  }

  /// The image resized and cropped.
  func apply(_ image: PixelImage) throws(ImageFault) -> PixelImage {
    var image = image
    if let resize {
      // The longer side is truncated, not rounded.
      let (short, long) = (min(image.width, image.height), max(image.width, image.height))
      let other = max(1, resize * long / short)
      guard resize * other <= PixelImage.pixelLimit else {
        throw ImageFault("is \(image.width) × \(image.height), too narrow to resize to \(resize)")
      }
      let isWide = image.width > image.height
      image = ImageResize.resized(
        image, width: isWide ? other : resize, height: isWide ? resize : other)
    }
    func check(_ bottom: Int, _ right: Int, _ what: String) throws(ImageFault) {
      guard bottom <= image.height, right <= image.width else {
        throw ImageFault(
          "is \(image.width) × \(image.height) pixels (width × height)"
            + (resize == nil ? "" : " after resizing") + "; \(what)")
      }
    }
    switch crop {
    case .none: return image
    case .center(let height, let width):
      try check(height, width, "the center crop takes \(width) × \(height)")
      // Python's `round` takes halves to even.
      let top = (Double(image.height - height) / 2).rounded(.toNearestOrEven)
      let left = (Double(image.width - width) / 2).rounded(.toNearestOrEven)
      return image.window(top: Int(top), left: Int(left), height: height, width: width)
    case .window(let top, let left, let height, let width):
      try check(
        top + height, left + width,
        "the crop reaches column \(left + width - 1) and row \(top + height - 1)")
      return image.window(top: top, left: left, height: height, width: width)
    }
  }
}

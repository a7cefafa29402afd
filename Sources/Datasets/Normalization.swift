/// How pixels become a network's input: `(pixel · scale − mean) / deviation`, per channel.
public struct Normalization: Sendable, Equatable, Codable {
  /// Multiplies the raw pixel first, such as 1/255.
  public var scale: Float
  /// Subtracted after scaling: one per channel, one for all, or empty for zero.
  public var mean: [Float]
  /// Divides last: one per channel, one for all, or empty for one.
  public var deviation: [Float]

  /// A normalization; the default passes raw pixels on.
  public init(scale: Float = 1, mean: [Float] = [], deviation: [Float] = []) {
    self.scale = scale
    self.mean = mean
    self.deviation = deviation
  }

  /// Raw pixels as they are.
  public static let none = Normalization()

  /// Bytes divided by 255, as torchvision's `ToTensor` does: the division is rounded once.
  public static let toTensor = Normalization(deviation: [255])

  /// Statistics of ImageNet's red, green and blue, as torchvision's models are trained with.
  public static let imageNet = Normalization(
    scale: 1 / 255, mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])

  /// Why images of `channels` planes cannot be normalized so; `nil` if they can.
  public func fault(channels: Int) -> String? {
    for (name, values) in [("mean", mean), ("deviation", deviation)]
    where ![0, 1, channels].contains(values.count) {
      return "\(name) has \(values.count) values for images of \(channels) channels"
    }
    guard scale.isFinite, mean.allSatisfy(\.isFinite) else { return "a value is not finite" }
    guard deviation.allSatisfy({ $0.isFinite && $0 != 0 }) else {
      return "a deviation is zero or not finite"
    }
    return nil
  }

  /// The mean and the deviation of one channel.
  func statistics(channel: Int) -> (mean: Float, deviation: Float) {
    func value(_ values: [Float], _ neutral: Float) -> Float {
      values.isEmpty ? neutral : values[values.count == 1 ? 0 : channel]
    }
    return (value(mean, 0), value(deviation, 1))
  }
}

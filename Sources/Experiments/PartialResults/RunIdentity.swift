/// Everything that the outcome of an image depends on: outcomes of two runs may be joined if their
/// identities are equal. The number of tasks is not part of it.
public struct RunIdentity: Sendable, Codable, Equatable {
  /// Version of the file of partial results.
  public var formatVersion = 2
  /// Version and build of the program.
  public var software: String
  /// The resolved configuration, every default filled in, as YAML.
  public var configuration: String
  /// SHA-256 of the network, of the evaluated images with their labels, and of the calibration
  /// images.
  public var networkHash: String, imagesHash: String, calibrationHash: String
  /// Number of evaluated images.
  public var imageCount: Int
  /// Whether outcomes keep all logits.
  public var keepsLogits: Bool
  /// The settings of each point of the study, which the configuration need not show: a study may be
  /// made by a program.
  public var points: [String]?

  /// The first difference from `other` that would change outcomes; `nil` if there is none.
  func difference(from other: RunIdentity) -> String? {
    if formatVersion != other.formatVersion {
      return "it has format \(formatVersion), this version writes \(other.formatVersion)"
    }
    if software != other.software { return "\(software) found them, this is \(other.software)" }
    // Reported before the matching key of the configuration.
    if keepsLogits != other.keepsLogits {
      return keepsLogits ? "it was started with --logits" : "it was started without --logits"
    }
    if configuration != other.configuration {
      let (then, now) = (lines(configuration), lines(other.configuration))
      let k = zip(then, now).prefix { $0 == $1 }.count
      func text(_ lines: [String]) -> String { k < lines.count ? "'\(lines[k])'" : "nothing" }
      return "the configuration has changed: \(text(then)) then, \(text(now)) now"
    }
    if points != other.points { return "the points of the study have changed" }
    if networkHash != other.networkHash { return "the network file has changed" }
    if imageCount != other.imageCount {
      return "it was started for \(imageCount) images, this run is for \(other.imageCount)"
    }
    if imagesHash != other.imagesHash {
      return "the images, their labels or their order have changed"
    }
    if calibrationHash != other.calibrationHash { return "the calibration images have changed" }
    return nil
  }

  private func lines(_ text: String) -> [String] {
    text.split(separator: "\n").map { $0.trimmingPrefix { $0 == " " }.description }
  }
}

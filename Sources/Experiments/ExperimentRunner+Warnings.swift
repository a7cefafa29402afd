import AnalogCore
import Inference

extension ExperimentRunner {
  /// Warning about layers in which every noisy read solves a circuit of its own, with the expected
  /// time; `nil` if there are no such layers.
  ///
  /// - Parameters:
  ///   - converterImages: Images for the calibration of converters.
  ///   - count: Images to run in addition.
  func sampledReadsWarning(
    _ network: AnalogNetwork, converterImages: Int, count: Int
  ) throws -> String? {
    let isCalibrated = network.layers.contains { $0.matrix.hardware.converter.isMeasured }
    let images = count + (isCalibrated ? min(converterImages, loaded.calibrationImages.count) : 0)
    guard images > 0 else { return nil }
    let layers = try network.sampledLayers(calibrationImage)
    guard !layers.isEmpty else { return nil }
    let each = layers.reduce(0) { $0 + $1.secondsPerImage }
    return Self.sampledReadsWarning(
      layers, images: images, seconds: each * Double(images) / Double(min(width, images)))
  }

  static func sampledReadsWarning(
    _ layers: [SampledLayer], images: Int, seconds: Double
  ) -> String {
    var reasons: [String] = []
    for layer in layers where !reasons.contains(layer.reason) { reasons.append(layer.reason) }
    let names = layers.count > 6 ? layers.prefix(5).map(\.name) + ["…"] : layers.map(\.name)
    return "errors.readNoise: every read of \(layers.count) "
      + "\(layers.count == 1 ? "layer" : "layers") (\(names.joined(separator: ", "))) is solved as a "
      + "circuit of its own, because \(reasons.joined(separator: "; ")): "
      + "\(layers.reduce(0) { $0 + $1.readsPerImage }) reads per image, about "
      + "\(duration(seconds)) for \(images) images, calibration and audit included"
  }

  /// Two digits, in the largest unit that the time fills.
  static func duration(_ seconds: Double) -> String {
    let units = [(86_400.0, "days"), (3600, "hours"), (60, "minutes")]
    let (length, name) = units.first { seconds >= 2 * $0.0 } ?? (1, "seconds")
    let value = seconds / length
    return value >= 9.95
      ? "\(Int(value.rounded())) \(name)"
      : "\((value * 10).rounded() / 10) \(name)"
  }
}

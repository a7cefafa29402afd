import Inference

/// A network in integers, loaded and quantized: the common start of the points of a study that
/// quantize alike.
public struct PreparedNetwork: Sendable {
  /// How it was quantized.
  public let quantization: QuantizationOptions
  /// The network in integers.
  public let plan: ExecutionPlan
  /// What was recorded of it on arrays.
  let recordings: ConverterRecordings

  /// Quantizes a network on its calibration images.
  ///
  /// - Parameter store: What others recorded of it; `nil` to share nothing.
  init(
    _ loaded: LoadedNetwork, _ quantization: QuantizationOptions, width: Int,
    store: (any RecordingStore)?
  ) async throws {
    self.quantization = quantization
    recordings = ConverterRecordings(store: store)
    plan = try await ExecutionPlan(
      loaded.graph, calibration: loaded.calibrationImages, options: quantization, width: width,
      store: store)
  }
}

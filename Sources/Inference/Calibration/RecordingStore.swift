import NeuralNetwork
import NumericKernels

/// Recordings of one network on its calibration images, kept where other processes find them.
///
/// What is returned equals what would be recorded, to the bit; `nil` stands for what nobody has kept.
public protocol RecordingStore: Sendable {
  /// Inputs of every matrix layer of the float network on the first `imageCount` images.
  func activations(imageCount: Int) -> [ActivationRecord]?
  /// Keeps what was recorded.
  func keep(_ activations: [ActivationRecord], imageCount: Int) throws

  /// Magnitudes that converters saw, by layer and weight slice.
  func magnitudes(_ key: ConverterRecordings.Key) -> [[MagnitudeHistogram]]?
  /// Keeps what was recorded.
  func keep(_ magnitudes: [[MagnitudeHistogram]], _ key: ConverterRecordings.Key) throws
}

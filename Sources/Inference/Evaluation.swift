import AnalogCore
import Datasets
import NeuralNetwork
import NumericKernels

/// Predictions of one path over a set of images.
public struct Evaluation: Sendable, Equatable {
  /// Predicted class per image: the largest logit, the lower index where two are equal.
  public var predictions: [Int]
  /// Logits per image.
  public var logits: [[Float]]
  /// Images whose prediction equals their label.
  public var correct: Int
  /// Activity per layer, summed over images; empty for digital paths.
  public var activity: [ActivityCounts]
  /// Wall-clock seconds of the whole run.
  public var seconds: Double

  /// Fraction of correct predictions.
  public var accuracy: Double { Double(correct) / Double(predictions.count) }
}

extension Evaluation {
  /// Runs `body` on every image, at most `width` at once; results do not depend on `width`.
  ///
  /// - Parameters:
  ///   - images: Tensors `[1, C, H, W]`, made on demand.
  ///   - progress: Called after each image, from any task.
  public init(
    images: LabelledImages, normalization: Normalization, width: Int,
    progress: @escaping @Sendable () -> Void,
    _ body: @escaping @Sendable (Tensor) throws -> AnalogNetwork.Output
  ) async throws {
    guard images.count > 0 else { throw InferenceError.noImages("there are no images to run") }
    let clock = ContinuousClock()
    let start = clock.now
    let outputs = try await concurrentMap(images.count, width: width) { index in
      let output = try body(try images.image(index, normalization: normalization))
      progress()
      return output
    }
    seconds = (clock.now - start) / .seconds(1)
    logits = outputs.map(\.logits)
    let classes = outputs.map { output in
      output.logits.indices.reduce(0) { output.logits[$1] > output.logits[$0] ? $1 : $0 }
    }
    predictions = classes
    correct = classes.indices.count { classes[$0] == images.label($0) }
    activity = outputs[0].activity
    for output in outputs.dropFirst() {
      for layer in activity.indices { activity[layer].merge(output.activity[layer]) }
    }
  }
}

extension LabelledImages {
  /// One image as a batch tensor `[1, C, H, W]`.
  public func image(_ index: Int, normalization: Normalization) throws -> Tensor {
    Tensor(shape: [1] + shape, values: try tensor(index, normalization: normalization))
  }
}

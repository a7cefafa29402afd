import AnalogCore
import Datasets
import NeuralNetwork
import NumericKernels

/// What one path says of a set of images.
public struct Evaluation: Sendable, Equatable {
  /// One per image, in their order.
  public var outcomes: [ImageOutcome]
  /// Wall-clock seconds of the whole run.
  public var seconds: Double

  /// Outcomes found in `seconds`.
  public init(outcomes: [ImageOutcome], seconds: Double) {
    self.outcomes = outcomes
    self.seconds = seconds
  }

  /// Predicted class per image: the largest logit, the lower index where two are equal.
  public var predictions: [Int] { outcomes.map(\.prediction) }
  /// Images whose prediction equals their label.
  public var correct: Int { outcomes.count { $0.labelRank == 1 } }
  /// Fraction of correct predictions.
  public var accuracy: Double { Double(correct) / Double(outcomes.count) }

  /// Activity per layer, summed over images; empty for digital paths.
  public var activity: [ActivityCounts] {
    var sum = outcomes.first?.activity ?? []
    for outcome in outcomes.dropFirst() {
      for layer in sum.indices { sum[layer].merge(outcome.activity[layer]) }
    }
    return sum
  }
}

extension Evaluation {
  /// Runs `body` on every image, at most `width` at once; results do not depend on `width`.
  ///
  /// - Parameters:
  ///   - images: Tensors `[1, C, H, W]`, made on demand.
  ///   - keepsLogits: Whether outcomes keep all logits.
  ///   - progress: Called after each image, from any task.
  public init(
    images: LabelledImages, normalization: Normalization, keepsLogits: Bool, width: Int,
    progress: @escaping @Sendable () -> Void,
    _ body: @escaping @Sendable (Tensor) throws -> AnalogNetwork.Output
  ) async throws {
    guard images.count > 0 else { throw InferenceError.noImages("there are no images to run") }
    let clock = ContinuousClock()
    let start = clock.now
    outcomes = try await concurrentMap(images.count, width: width) { index in
      let output = try body(try images.image(index, normalization: normalization))
      progress()
      return ImageOutcome(output, label: images.label(index), keepsLogits: keepsLogits)
    }
    seconds = (clock.now - start) / .seconds(1)
  }
}

extension LabelledImages {
  /// One image as a batch tensor `[1, C, H, W]`.
  public func image(_ index: Int, normalization: Normalization) throws -> Tensor {
    Tensor(shape: [1] + shape, values: try tensor(index, normalization: normalization))
  }
}

import AnalogCore
import Datasets
import NeuralNetwork
import NumericKernels
import Synchronization

/// Results of one path for a set of images.
public struct Evaluation: Sendable, Equatable {
  /// One per image, in their order; `nil` for images that a canceled run did not reach.
  public var outcomes: [ImageOutcome?]
  /// Wall-clock seconds of this run, and the images that it ran in them: those not known before.
  public var seconds: Double, imagesTimed: Int
  /// Seconds that tasks spent in each layer, over the timed images; empty for digital paths.
  public var layerSeconds: [Double]

  /// Images with an outcome.
  public var finished: Int { outcomes.count { $0 != nil } }
  /// Whether every image has an outcome.
  public var isComplete: Bool { outcomes.allSatisfy { $0 != nil } }
}

extension Evaluation {
  /// Results of an earlier run for `count` images; nothing is run.
  public init(known: [Int: ImageOutcome], count: Int) {
    outcomes = (0..<count).map { known[$0] }
    (seconds, imagesTimed, layerSeconds) = (0, 0, [])
  }

  /// Runs `body` on every image that is not `known`, at most `width` at once; results do not depend
  /// on `width`. A canceled task finishes the images under way and starts no others.
  ///
  /// - Parameters:
  ///   - images: Tensors `[1, …]`, made on demand.
  ///   - settings: What outcomes hold.
  ///   - known: Outcomes of an earlier run, by image.
  ///   - isReference: Whether other paths are compared with this one.
  ///   - references: Outputs of the digital networks for an image, which those of `body` are
  ///     compared with.
  ///   - found: Called with every new outcome, from any task; what it throws ends the run.
  public init(
    images: LabelledImages, normalization: Normalization, settings: OutcomeSettings, width: Int,
    known: [Int: ImageOutcome] = [:], isReference: Bool,
    references: @escaping @Sendable (_ image: Int, Tensor) throws -> [[Float]],
    found: @escaping @Sendable (_ image: Int, ImageOutcome) throws -> Void,
    body: @escaping @Sendable (_ image: Int, Tensor) throws -> AnalogNetwork.Output
  ) async throws {
    guard images.count > 0 else { throw InferenceError.noImages("there are no images to run") }
    let open = (0..<images.count).filter { known[$0] == nil }
    let store = OutcomeStore((0..<images.count).map { known[$0] })
    let clock = ContinuousClock()
    let start = clock.now
    do {
      _ = try await concurrentMap(open.count, width: width) { k in
        let index = open[k]
        let image = try images.image(index, normalization: normalization)
        let output: AnalogNetwork.Output
        let digital: [[Float]]
        do {
          output = try body(index, image)
          digital = try references(index, image)
        } catch InferenceError.notFinite(let layer, let what) {
          throw InferenceError.notFinite(
            layer: layer, what: "\(what) of image \(images.name(index))")
        }
        let outcome = ImageOutcome(
          output, label: images.label(index), references: digital, isReference: isReference,
          settings: settings)
        try found(index, outcome)
        store.set(outcome, at: index, seconds: output.layerSeconds)
      }
    } catch is CancellationError {
      // Outcomes found before the cancellation are the result.
    }
    seconds = (clock.now - start) / .seconds(1)
    (outcomes, layerSeconds) = store.all
    imagesTimed = outcomes.count { $0 != nil } - known.count
  }
}

/// Outcomes by image, set from any task.
private final class OutcomeStore: Sendable {
  private let state: Mutex<(outcomes: [ImageOutcome?], seconds: [Double])>

  init(_ known: [ImageOutcome?]) { state = Mutex((known, [])) }

  var all: ([ImageOutcome?], [Double]) { state.withLock { ($0.outcomes, $0.seconds) } }

  func set(_ outcome: ImageOutcome, at image: Int, seconds: [Double]) {
    state.withLock { state in
      state.outcomes[image] = outcome
      if state.seconds.isEmpty { state.seconds = [Double](repeating: 0, count: seconds.count) }
      for layer in seconds.indices { state.seconds[layer] += seconds[layer] }
    }
  }
}

extension LabelledImages {
  /// One image as a batch tensor `[1, …]`.
  public func image(_ index: Int, normalization: Normalization) throws -> Tensor {
    Tensor(shape: [1] + shape, values: try tensor(index, normalization: normalization))
  }
}

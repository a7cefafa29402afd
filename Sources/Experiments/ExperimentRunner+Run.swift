import Datasets
import Inference
import NeuralNetwork
import NumericKernels

extension ExperimentRunner {
  /// Everything that the outcomes of single images depend on.
  public func identity(keepsLogits: Bool) -> RunIdentity {
    RunIdentity(
      software: SoftwareVersion.line, configuration: spec.resolvedYAML,
      networkHash: loaded.networkHash, imagesHash: loaded.imagesHash,
      calibrationHash: loaded.calibrationHash, imageCount: images.count, keepsLogits: keepsLogits,
      points: spec.points.map { $0.settings.map(\.assignment).joined(separator: ",") })
  }

  /// Runs digital, ideal and the experiment's own path over all images, at every point of its
  /// study.
  ///
  /// A canceled task finishes the images under way; the record then covers the images that every
  /// path started has finished, and notes it. Throws `ExperimentError.interrupted` if there are
  /// none.
  ///
  /// - Parameters:
  ///   - keepsLogits: Whether the record holds all logits.
  ///   - partial: Outcomes of an earlier run, which are not computed again; receives all others.
  public func run(
    progress: Progress = .silent, keepsLogits: Bool = false,
    partial: PartialResults = PartialResults()
  ) async throws -> ExperimentRecord {
    try await run(
      progress: progress, keepsLogits: keepsLogits, partial: partial, memory: PreparedArrays.memory)
  }

  /// The same with so much memory for networks that wait for their turn, and for the outputs of the
  /// digital networks.
  func run(
    progress: Progress = .silent, keepsLogits: Bool = false,
    partial: PartialResults = PartialResults(), memory: MemoryBudget,
    references: ReferenceOutputs? = nil
  ) async throws -> ExperimentRecord {
    var run = try await ExperimentRun(
      self, progress: progress, keepsLogits: keepsLogits, partial: partial, memory: memory,
      references: references ?? shared?.references ?? ReferenceOutputs())
    try await run.finish()
    return run.record
  }

  /// What outcomes of images hold.
  func settings(keepsOutputs: Bool) -> OutcomeSettings {
    OutcomeSettings(task: loaded.task, axes: loaded.axes, keepsOutputs: keepsOutputs)
  }

  /// Outputs of a digital stage for one image.
  func digitalOutputs(_ stage: RunStage, _ image: Tensor) throws -> [Float] {
    switch stage {
    case .float: try plan.floatLogits(image)
    case .integer(let network): try networks[network].plan.integerLogits(image)
    case .ideal, .arrays, .uncompensated, .lowConductance, .varied:
      preconditionFailure("a stage on arrays is not digital")
    }
  }
}

import AnalogCore
import Datasets

/// What is kept of the outputs of an image.
public struct OutcomeSettings: Sendable, Equatable {
  /// How they are judged.
  public var task: InferenceTask
  /// Their axes.
  public var axes: OutputAxes
  /// Whether all of them are kept.
  public var keepsOutputs: Bool

  /// Settings of a run.
  public init(task: InferenceTask, axes: OutputAxes, keepsOutputs: Bool) {
    self.task = task
    self.axes = axes
    self.keepsOutputs = keepsOutputs
  }
}

/// The result of one path for one image.
public struct ImageOutcome: Sendable, Equatable {
  /// Judgement by the label.
  public var score: ImageScore
  /// Sizes of the outputs; empty for paths on arrays, which no other path is compared with.
  public var signal: OutputMagnitudes
  /// Errors of the outputs against those of the digital networks that the path is compared with:
  /// float, then integers.
  public var deviations: [OutputDeviation]
  /// All outputs in C order; empty if they are not kept.
  public var outputs: [Float]
  /// Activity per layer; empty for digital paths.
  public var activity: [ActivityCounts]

  /// The class with the largest output; `nil` where there is no such output.
  public var prediction: Int? { leading.first }
  /// The five classes with the largest outputs; empty where there are none.
  public var leading: [Int] {
    guard case .ranking(let leading, _) = score else { return [] }
    return leading
  }
  /// Place of the label among the outputs, from 1: 1 is a correct prediction; `nil` if there is
  /// none.
  public var labelRank: Int? {
    guard case .ranking(_, let rank) = score else { return nil }
    return rank
  }

  /// A stored outcome.
  public init(
    score: ImageScore, signal: OutputMagnitudes = OutputMagnitudes(),
    deviations: [OutputDeviation] = [], outputs: [Float], activity: [ActivityCounts]
  ) {
    self.score = score
    self.signal = signal
    self.deviations = deviations
    self.outputs = outputs
    self.activity = activity
  }

  /// The result of `output` for an image with that label.
  ///
  /// - Parameters:
  ///   - references: Outputs of the digital networks that the path is compared with: float, then
  ///     integers.
  ///   - isReference: Whether other paths are compared with this one.
  public init(
    _ output: AnalogNetwork.Output, label: ImageLabel, references: [[Float]] = [],
    isReference: Bool, settings: OutcomeSettings
  ) {
    let outputs = output.logits
    precondition(
      outputs.count == settings.axes.count * settings.axes.positions,
      "the outputs are not those of the axes")
    score = ImageScore(outputs, label: label, settings: settings)
    signal =
      isReference
      ? OutputMagnitudes(settings.axes) { Double(outputs[$0]) } : OutputMagnitudes()
    deviations = references.map {
      OutputDeviation(outputs, from: $0, axes: settings.axes)
    }
    self.outputs = settings.keepsOutputs ? outputs : []
    activity = output.activity
  }
}

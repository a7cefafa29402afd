import Inference
import NumericKernels

extension ExperimentRecord.CompensationResult {
  /// What is left of a compensated network on arrays that it was not compensated for.
  public struct Robustness: Sendable, Codable, Equatable {
    /// One change and what the network gives under it.
    public struct Run: Sendable, Codable, Equatable {
      /// What is changed: resistance, seed or driftSeconds.
      public var change: String
      /// The factor on resistances, the seed of errors or the time in seconds.
      public var value: Double
      /// The change in words.
      public var text: String
      /// Its result; `path` and `run` are its own.
      public var result: ExperimentRecord.RunResult
    }

    /// The changes, in the order of the experiment.
    public var runs: [Run]
    /// Mean and lowest accuracy over them in percent; `nil` where there are no classes.
    public var meanAccuracyPercent: Double?, worstAccuracyPercent: Double?
    /// Mean and largest error of the outputs over them, relative to the float network; `nil` without
    /// it.
    public var meanRelativeRMS: Double?, worstRelativeRMS: Double?

    init(_ variations: [(ArrayVariation, ExperimentRecord.RunResult)]) {
      runs = variations.map { variation, result in
        Run(
          change: variation.name, value: variation.value, text: variation.text, result: result)
      }
      func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
      }
      let accuracies = runs.compactMap(\.result.accuracyPercent)
      (meanAccuracyPercent, worstAccuracyPercent) = (mean(accuracies), accuracies.min())
      let errors = runs.compactMap { $0.result.errors(from: "float")?.relativeRMS }
      (meanRelativeRMS, worstRelativeRMS) = (mean(errors), errors.max())
    }
  }
}

extension ArrayVariation {
  /// The word for what is changed.
  var name: String {
    switch self {
    case .resistance: "resistance"
    case .seed: "seed"
    case .driftSeconds: "driftSeconds"
    }
  }

  var value: Double {
    switch self {
    case .resistance(let factor): factor
    case .seed(let seed): Double(seed)
    case .driftSeconds(let seconds): seconds
    }
  }

  /// The change in words, for labels and tables.
  var text: String {
    switch self {
    case .resistance(let factor):
      let percent = (1000 * (factor - 1)).rounded() / 10
      return "resistances \(percent < 0 ? "−" : "+")\(percent.magnitude.shortest) %"
    case .seed(let seed): return "errors of seed \(seed)"
    case .driftSeconds(let seconds): return "after \(seconds.shortest) s"
    }
  }
}

extension Double {
  /// The number without the decimals of a whole one.
  fileprivate var shortest: String {
    Int(exactly: self).map { "\($0)" } ?? "\(self)"
  }
}

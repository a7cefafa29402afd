import Configuration

@testable import Experiments
@testable import Inference

/// A record whose every number is different, so that a figure that takes the wrong one shows it.
enum SampleRecord {
  static let labels = [0, 1, 2, 3, 4]

  /// A result whose first `correct` predictions are right.
  static func result(
    _ path: String, run: String? = nil, correct: Int
  ) -> ExperimentRecord.RunResult {
    let predictions = labels.map { $0 < correct ? $0 : 9 }
    let ranks = predictions.map { $0 == 9 ? 2 : 1 }
    return ExperimentRecord.RunResult(
      label: path, run: run ?? path, predictions: predictions,
      classification: .init(correct: correct, labelRanks: ranks), seconds: 1, imagesTimed: 5)
  }

  static func layer(_ name: String, meanDrop: Double) -> LayerAudit {
    LayerAudit(
      name: name, operatorName: "Conv 3×3", inputs: 9, outputs: 16, tiles: 1, utilization: 0.5,
      method: "exact: ladder", converterStepUnits: 1, vectorsPerTile: 7, meanDrop: meanDrop,
      worstDrop: 2 * meanDrop, worstRelativeError: 1e-7, circuitResidual: 1e-14, calibration: nil)
  }

  static func point(
    _ ohms: Double, relative: Double, correct: (ideal: Int, exact: Int), drops: [Double]
  ) -> ExperimentRecord.Point {
    ExperimentRecord.Point(
      values: [StudyReading(.number(ohms), normalized: relative)], bitLineOhms: ohms,
      relativeResistance: relative,
      results: [
        result("ideal", correct: correct.ideal),
        result("exact", run: "exact \(ohms)", correct: correct.exact),
      ],
      layers: zip(["conv1", "dense"], drops).map { layer($0, meanDrop: $1) }, fidelity: [],
      preparationSeconds: 1)
  }

  static let record = ExperimentRecord(
    software: "TileSpice", name: "sample", configuration: .mapping(["version": .whole(1)]),
    configurationYAML: "version: 1\n", seed: 1, networkHash: "n", imagesHash: "i",
    calibrationHash: "c", stoppedAt: nil, selectedCount: 5, imageCount: 5, threads: 1,
    task: "classification", outputShape: [10], labels: labels, names: labels.map { "\($0)" },
    skipped: [],
    study: [StudyAxis.bitLineOhms.quantity],
    digitalFloat: result("float", correct: 5), digitalInteger: result("int8", correct: 4),
    points: [
      point(62.5, relative: 1e-3, correct: (4, 3), drops: [0.0031, 0.095]),
      point(500, relative: 8e-3, correct: (4, 1), drops: [0.0244, 0.4165]),
    ], requantizedLayers: [],
    voltageMap: .init(
      layer: "dense", tile: 3, topology: "gateDriven", bitLineSense: "far", bitLineOhms: 500,
      readVolts: 0.1, activeWordLines: 1,
      cellVolts: [[0.0625, 0.03125, 0.015625], [0.125, 0.25, 0.5]]))

  /// The same with histograms of what its layers hold.
  static let withDistributions: ExperimentRecord = {
    var changed = record
    for index in changed.points.indices {
      for layer in changed.points[index].layers.indices {
        changed.points[index].layers[layer].distributions = LayerDistributions(
          weightCodes: ValueHistogram(lowest: -2, width: 1, counts: [1, 0, 1]),
          conductanceSiemens: ValueHistogram(lowest: 0, width: 2e-6, counts: [3]),
          slices: [
            .init(
              lineAmperes: ValueHistogram(lowest: -2e-6, width: 2e-6, counts: [1, 3]),
              converterAmperes: .init(lowest: -3e-6, highest: 3e-6))
          ])
      }
    }
    return changed
  }()

  /// A single point without a study.
  static func single(_ change: (inout ExperimentRecord) -> Void = { _ in }) -> ExperimentRecord {
    var changed = record
    changed.points = [changed.points[1]]
    change(&changed)
    return changed
  }

  /// A run of another task, whose figure takes the values of `own` at the points, and of the exact
  /// integers everywhere.
  static func regression(_ own: [Double], integer: Double, halfWidth: Double) -> ExperimentRecord {
    var changed = record
    changed.task = "regression"
    changed.labels = []
    func result(_ path: String, _ error: Double) -> ExperimentRecord.RunResult {
      var found = ExperimentRecord.RunResult(label: path, run: path, seconds: 1, imagesTimed: 5)
      found.regression = RegressionResult(
        squaredErrors: [Double](repeating: error, count: 5), outputs: 1, labelSpread: 9,
        digital: nil)
      return found
    }
    changed.digitalFloat = result("float", integer)
    changed.digitalInteger = result("int8", integer)
    for (index, error) in own.enumerated() {
      var exact = result("exact", error)
      exact.regression?.difference = PairedDifference([error - integer])
      exact.regression?.difference?.halfWidth = halfWidth
      changed.points[index].results = [exact]
    }
    return changed
  }

  /// Maps of classes: the same with the mean intersection over union, a fraction.
  static func segmentation(_ own: [Double], integer: Double) -> ExperimentRecord {
    var changed = regression(own, integer: integer, halfWidth: 0)
    changed.task = "segmentation"
    func mapped(_ result: ExperimentRecord.RunResult) -> ExperimentRecord.RunResult {
      var result = result
      var found = SegmentationResult([], digital: nil)
      found.meanIntersectionOverUnion = result.regression?.meanSquareError
      result.regression = nil
      result.segmentation = found
      return result
    }
    changed.digitalFloat = changed.digitalFloat.map(mapped)
    changed.digitalInteger = changed.digitalInteger.map(mapped)
    for index in changed.points.indices {
      changed.points[index].results[0] = mapped(changed.points[index].results[0])
    }
    return changed
  }

  /// No labels: errors of outputs against the float network, as fractions.
  static func unlabelled(_ own: [Double], integer: Double) -> ExperimentRecord {
    var changed = record
    changed.task = "none"
    changed.labels = []
    func result(_ path: String, _ error: Double) -> ExperimentRecord.RunResult {
      var found = ExperimentRecord.RunResult(label: path, run: path, seconds: 1, imagesTimed: 5)
      var errors = OutputErrors("float", [], signals: [], axes: OutputAxes([10], task: .none))
      errors.relativeRMS = error
      found.outputErrors = [errors]
      return found
    }
    changed.digitalFloat = ExperimentRecord.RunResult(
      label: "float", run: "float", seconds: 1, imagesTimed: 5)
    changed.digitalInteger = result("int8", integer)
    for (index, error) in own.enumerated() {
      changed.points[index].results = [result("exact", error)]
    }
    return changed
  }
}

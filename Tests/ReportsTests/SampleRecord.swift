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
}

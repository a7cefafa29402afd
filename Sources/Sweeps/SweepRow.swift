import Configuration
import Energy
import Experiments
import Files

/// One point of a sweep as a row of `sweep.csv`: the values of the axes, then what its path gave.
struct SweepRow {
  private let point: SweepRecord.Point
  private let cells: [String: String]

  /// The cells of its results as numbers and texts, by their columns; not the times, in which equal
  /// results differ.
  var summary: [String: StudyValue] {
    cells.filter { !Self.besideSummary.contains($0.key) }.mapValues { text in
      Double(text).map { .number($0) } ?? .text(text)
    }
  }

  private static let besideSummary: Set = [
    "status", "hash", "results", "pathSeconds", "pointSeconds", "tasks",
  ]

  /// Columns behind those of the axes.
  static let columns = [
    "status", "images", "path", "correct", "accuracyPercent", "lowPercent", "highPercent",
    "topFivePercent", "floatPercent", "integerPercent", "idealPercent", "differencePoints",
    "differenceHalfWidthPoints", "meanSquareError", "floatMeanSquareError",
    "integerMeanSquareError", "meanIntersectionOverUnion", "errorToFloat",
    "errorToInteger", "inferenceJoules", "inferenceSeconds", "operationJoules",
    "areaSquareMicrometers", "pathSeconds", "pointSeconds", "tasks", "hash", "results",
  ]

  init(_ point: SweepRecord.Point, _ record: ExperimentRecord?, timing: PointTiming?) {
    self.point = point
    var cells = ["status": point.status.rawValue, "hash": point.hash]
    cells["results"] = point.results
    cells["pointSeconds"] = timing.map { "\($0.seconds)" }
    cells["tasks"] = timing.map { "\($0.tasks)" }
    if let record, let own = record.points.last?.results.last {
      cells["images"] = "\(record.imageCount)"
      cells["path"] = own.label
      if let correct = own.correct, record.imageCount > 0 {
        let interval = PairedComparison.wilsonInterval(correct: correct, count: record.imageCount)
        cells["correct"] = "\(correct)"
        cells["lowPercent"] = "\(100 * interval.lowerBound)"
        cells["highPercent"] = "\(100 * interval.upperBound)"
      }
      func percent(_ result: ExperimentRecord.RunResult?) -> String? {
        result?.accuracyPercent.map { "\($0)" }
      }
      cells["accuracyPercent"] = percent(own)
      cells["topFivePercent"] = own.topFivePercent.map { "\($0)" }
      cells["floatPercent"] = percent(record.digitalFloat)
      cells["integerPercent"] = percent(record.digitalInteger)
      cells["idealPercent"] = percent(record.points.last?.results.first { $0.label == "ideal" })
      cells["differencePoints"] = own.comparison.map { "\(100 * $0.accuracyDifference)" }
      cells["differenceHalfWidthPoints"] = own.comparison.map { "\(100 * $0.halfWidth)" }
      cells["meanSquareError"] = own.regression.map { "\($0.meanSquareError)" }
      cells["floatMeanSquareError"] = record.digitalFloat?.regression.map {
        "\($0.meanSquareError)"
      }
      cells["integerMeanSquareError"] = record.digitalInteger?.regression.map {
        "\($0.meanSquareError)"
      }
      cells["meanIntersectionOverUnion"] =
        own.segmentation?.meanIntersectionOverUnion.map { "\($0)" }
      cells["errorToFloat"] = own.errors(from: "float")?.relativeRMS.map { "\($0)" }
      cells["errorToInteger"] =
        own.outputErrors.last { $0.reference != "float" }?.relativeRMS.map { "\($0)" }
      if let cost = record.points.last?.cost {
        cells["inferenceJoules"] = "\(cost.joules)"
        cells["inferenceSeconds"] = "\(cost.seconds)"
        cells["operationJoules"] = cost.joulesPerOperation.map { "\($0)" }
        cells["areaSquareMicrometers"] = "\(cost.areaSquareMicrometers)"
      }
      cells["pathSeconds"] = "\(own.seconds)"
    }
    self.cells = cells
  }

  /// The rows as CSV with a line of column names; `axes` are the keys of the first columns, behind
  /// `axis.` where another column has that name.
  static func table(_ rows: [SweepRow], axes: [String]) -> String {
    let names = axes.map { columns.contains($0) ? "axis.\($0)" : $0 }
    return rows.reduce(into: CSV.line(names + columns)) { text, row in
      text += CSV.line(
        axes.map { row.point.settings[$0]?.text ?? "" } + columns.map { row.cells[$0] ?? "" })
    }
  }
}

import Experiments

/// The one figure that tables and drawings show of a run, by its task.
struct TaskFigure {
  /// Its name as a title, and on the axis of a drawing.
  let title: String, axis: String
  /// A short name for titles of figures.
  var name: String { title.contains(" against ") ? "Output error" : title }
  /// Its unit; empty if it has none.
  let unit: String
  /// Where it stands in a result; `nil` where it has none.
  let value: (ExperimentRecord.RunResult) -> Double?
  /// Whether more is better: shares that are right, not errors.
  let isBetterHigh: Bool
  private let digits: Int?

  /// The figure as a cell of a table.
  func text(_ result: ExperimentRecord.RunResult) -> String {
    value(result).map { text($0) } ?? "–"
  }

  /// A number of the figure as a cell of a table.
  func text(_ value: Double) -> String {
    digits.map { NumberFormat.fixed(value, digits: $0) }
      ?? NumberFormat.significant(value, digits: 4)
  }

  /// The figure of a task by its name.
  init(task: String) {
    switch task {
    case "classification":
      self.init(
        title: "Accuracy", axis: "Top-1 accuracy", unit: "%", isBetterHigh: true,
        digits: 2
      ) {
        $0.accuracyPercent
      }
    case "regression":
      self.init(
        title: "Mean square error", axis: "Mean square error", unit: "",
        isBetterHigh: false, digits: nil
      ) {
        $0.regression?.meanSquareError
      }
    case "segmentation":
      self.init(
        title: "Mean intersection over union", axis: "Mean intersection over union", unit: "%",
        isBetterHigh: true, digits: 2
      ) { $0.segmentation?.meanIntersectionOverUnion.map { 100 * $0 } }
    default:
      self.init(
        title: "Rms error of the outputs against the float network", axis: "Relative rms error",
        unit: "%", isBetterHigh: false, digits: nil
      ) { $0.errors(from: "float")?.relativeRMS.map { 100 * $0 } }
    }
  }

  private init(
    title: String, axis: String, unit: String, isBetterHigh: Bool, digits: Int?,
    _ value: @escaping (ExperimentRecord.RunResult) -> Double?
  ) {
    self.title = title
    self.axis = axis
    self.unit = unit
    self.isBetterHigh = isBetterHigh
    self.digits = digits
    self.value = value
  }
}

extension ExperimentRecord {
  /// The figure that the run is judged by.
  var figure: TaskFigure { TaskFigure(task: task) }
}

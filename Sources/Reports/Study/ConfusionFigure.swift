import Configuration
import Experiments

/// The confusion of labels and predictions as a matrix.
struct ConfusionFigure {
  /// Classes shown at most: a matrix of more is not legible.
  private static let limit = 20

  /// The matrix of the own path at the worst point; `nil` without classes.
  static func figure(_ study: ReportedStudy) -> Figure? {
    guard let cell = study.worst, let sample = cell.samples.first, let own = sample.own,
      own.classification != nil, !own.predictions.isEmpty
    else { return nil }
    let labels = sample.record.labels
    let predictions = own.predictions
    let all = Set(labels).union(predictions).sorted()
    var classes = all
    if all.count > limit {
      var errors: [Int: Int] = [:]
      for (label, prediction) in zip(labels, predictions) where label != prediction {
        errors[label, default: 0] += 1
        errors[prediction, default: 0] += 1
      }
      classes = Array(
        all.sorted { (errors[$0] ?? 0, $1) > (errors[$1] ?? 0, $0) }.prefix(limit)
      ).sorted()
    }
    var counts = [[Double]](
      repeating: [Double](repeating: 0, count: classes.count), count: classes.count)
    for (label, prediction) in zip(labels, predictions) {
      guard let row = classes.firstIndex(of: label),
        let column = classes.firstIndex(of: prediction)
      else { continue }
      counts[row][column] += 1
    }
    let names = classes.map { name(of: $0, in: sample.record) }
    var map = HeatMap(
      xAxis: FigureAxis("predicted class", scale: .categories(names)),
      yAxis: FigureAxis("label", scale: .categories(names)), color: FigureAxis("images"),
      values: counts)
    map.showsCounts = true
    let place = study.axes.isEmpty ? "" : " at \(study.place(of: cell))"
    let choice =
      all.count > limit
      ? " The \(limit) of \(all.count) classes with most errors; images of others are not counted."
      : ""
    return Figure(
      title: "Labels and predictions of the path \(own.label)\(place)",
      caption:
        "Images by label (row) and predicted class (column), shaded by their share of the row."
        + choice,
      samples: NumberFormat.count(predictions.count, "image"), content: .heatMap(map))
  }

  /// The name of a class where the data set has names, otherwise its index.
  static func name(of index: Int, in record: ExperimentRecord) -> String {
    guard record.configuration.word("data") == "cifar10", cifar10.indices.contains(index) else {
      return "\(index)"
    }
    return cifar10[index]
  }

  /// The classes of CIFAR-10 (A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images,
  /// 2009) in the order of their indices.
  private static let cifar10 = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]
}

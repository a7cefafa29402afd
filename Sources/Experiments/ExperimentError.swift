import Datasets

/// An experiment whose parts do not fit together.
public enum ExperimentError: Error, CustomStringConvertible, Sendable {
  /// The images do not match the input of the network.
  case shapesDiffer(
    network: String, networkShape: [Int], imageShape: [Int], layout: ImageLayout?)
  /// Labels that do not fit the task or the network; the key that names them and the problem.
  case labels(key: String, String)
  /// A selection beyond the last image.
  case nothingSelected(offset: Int, count: Int)
  /// A tile that a layer does not have.
  case noSuchTile(layer: String, tile: Int, count: Int)
  /// An input vector that the calibration image does not give.
  case noSuchVector(layer: String, row: Int, count: Int)
  /// One point of a study is needed, and none was named.
  case pointNeeded(study: [StudyPoint])
  /// A point that a study does not have; an experiment without a study has none. A bare
  /// number would be one of the quantity.
  case noSuchPoint(String, study: [StudyPoint], of: StudyQuantity)
  /// A point of a study that changes a setting common to all points, by its key in the experiment
  /// file.
  case sharedByPoints(key: String, point: StudyPoint)
  /// A run was canceled before there was anything to report.
  case interrupted(stage: String, finished: Int, count: Int)
  /// An option that does not apply to its subject; the text names both.
  case notApplicable(String)
  /// A normalization that does not fit the images.
  case normalization(String)

  public var description: String {
    switch self {
    case .interrupted(let stage, let finished, let count):
      "stopped at \(stage), image \(finished) of \(count): too early for results"
    case .notApplicable(let text): text
    case .pointNeeded(let study):
      "\(Self.list(study)); name one with --point"
    case .noSuchPoint(let text, let study, let quantity):
      "--point is \(Double(text).map { quantity.text(.number($0)) } ?? text)"
        + (study.isEmpty
          ? ", but the experiment has no study: leave it out" : "; \(Self.list(study))")
    case .sharedByPoints(let key, let point):
      "study: the point \(point.text) changes \(key), which all points of a run share; run it as an "
        + "experiment of its own"
    case .normalization(let fault): "data.normalization: \(fault)"
    case .shapesDiffer(let network, let networkShape, let imageShape, let layout):
      "\(network) takes images of shape \(networkShape), the data set holds \(imageShape), which "
        + (layout.map { "does not fit with data.layout: \($0.rawValue)" }
          ?? "fits in no order of axes (data.layout)")
    case .labels(let key, let problem): "\(key): \(problem)"
    case .nothingSelected(let offset, let count):
      "selection.offset \(offset) leaves none of the \(count) images"
    case .noSuchTile(let layer, let tile, let count):
      count == 1
        ? "layer \(layer) has only tile 0, no tile \(tile)"
        : "layer \(layer) has tiles 0 to \(count - 1), no tile \(tile)"
    case .noSuchVector(let layer, let row, let count):
      "layer \(layer) has input vectors 0 to \(count - 1) from a calibration image, no \(row)"
    }
  }

  /// The points of a study: the values of its only axis with their unit once, or the settings of
  /// each.
  private static func list(_ study: [StudyPoint]) -> String {
    let quantities = Set(study.flatMap { $0.settings.map(\.axis.quantity) })
    if let only = quantities.first, quantities.count == 1 {
      let values = study.flatMap(\.settings).map { only.text(number: $0.value) }
      let unit = only.unit.isEmpty ? "" : " \(only.unit)"
      return "study.\(only.key) has the points \(values.joined(separator: ", "))\(unit)"
    }
    let points = study.map { $0.settings.map(\.assignment).joined(separator: ",") }
    return "study has the points " + points.joined(separator: "; ")
  }
}

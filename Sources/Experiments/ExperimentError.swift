/// An experiment whose parts do not fit together.
public enum ExperimentError: Error, CustomStringConvertible, Sendable {
  /// The images are not what the network takes.
  case shapesDiffer(network: String, networkShape: [Int], imageShape: [Int])
  /// A label beyond the network's classes.
  case noSuchClass(image: String, label: Int, classes: Int)
  /// A selection beyond the last image.
  case nothingSelected(offset: Int, count: Int)
  /// A tile that a layer does not have.
  case noSuchTile(layer: String, tile: Int, count: Int)
  /// An input vector that the calibration image does not give.
  case noSuchVector(layer: String, row: Int, count: Int)
  /// One point of a study is needed, and none was named.
  case pointNeeded(study: [Double])
  /// A point that a study does not have; an experiment without a study has none.
  case noSuchPoint(Double, study: [Double])
  /// A run was cancelled before there was anything to report.
  case interrupted(stage: String, finished: Int, count: Int)
  /// An option that does not go with what it is used on; the text names both.
  case notApplicable(String)
  /// A normalisation that does not fit the images.
  case normalization(String)

  public var description: String {
    switch self {
    case .interrupted(let stage, let finished, let count):
      "stopped at \(stage), image \(finished) of \(count): too early for results"
    case .notApplicable(let text): text
    case .pointNeeded(let study):
      "study.bitLineOhms has the points \(Self.list(study)) Ω; name one with --point"
    case .noSuchPoint(let ohms, let study):
      study.isEmpty
        ? "--point is \(ohms) Ω, but the experiment has no study: leave it out"
        : "--point is \(ohms) Ω; study.bitLineOhms has the points \(Self.list(study)) Ω"
    case .normalization(let fault): "data.normalization: \(fault)"
    case .shapesDiffer(let network, let networkShape, let imageShape):
      "\(network) takes images of shape \(networkShape), the data set holds \(imageShape)"
    case .noSuchClass(let image, let label, let classes):
      "data: image \(image) has the label \(label); the network has classes 0 to \(classes - 1)"
    case .nothingSelected(let offset, let count):
      "selection.offset \(offset) leaves none of the \(count) images"
    case .noSuchTile(let layer, let tile, let count):
      "layer \(layer) has tiles 0 to \(count - 1), no tile \(tile)"
    case .noSuchVector(let layer, let row, let count):
      "layer \(layer) has input vectors 0 to \(count - 1) from a calibration image, no \(row)"
    }
  }

  private static func list(_ study: [Double]) -> String {
    study.map { "\($0)" }.joined(separator: ", ")
  }
}

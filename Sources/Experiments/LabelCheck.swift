import Datasets
import Inference

/// Whether labels fit the outputs of a network, found before the first image is run.
struct LabelCheck {
  private let images: LabelledImages
  private let axes: OutputAxes
  private let task: InferenceTask
  /// The key of the experiment file that names the labels.
  private let key: String

  init(_ images: LabelledImages, axes: OutputAxes, task: InferenceTask, key: String) {
    (self.images, self.axes, self.task, self.key) = (images, axes, task, key)
  }

  /// Throws if shapes do not fit, or at the first label beyond the outputs.
  ///
  /// - Parameter isMapped: Whether classes of the file were changed by a map or an offset.
  func check(isMapped: Bool) throws(ExperimentError) {
    switch task {
    case .none: break
    case .classification:
      for index in 0..<images.count {
        guard case .category(let label) = images.label(index) else {
          throw .labels(key: key, "gives no classes")
        }
        if label >= axes.count { throw beyond(index, label, isMapped: isMapped) }
      }
    case .regression:
      let labels = images.labelShape ?? []
      guard labels.filter({ $0 != 1 }) == axes.shape.filter({ $0 != 1 }) else {
        throw .labels(
          key: key,
          "has labels of shape \(labels) for each image; the network's output has shape "
            + "\(axes.shape)")
      }
    case .segmentation(let ignoring):
      let labels = images.labelShape ?? []
      guard axes.shape.count == 3, axes.shape[0] > 1, Array(axes.shape.dropFirst()) == labels else {
        throw .labels(
          key: key,
          "has labels of shape \(labels) for each image; the network's output has shape "
            + "\(axes.shape), which is not [classes, height, width] of that size")
      }
      for index in 0..<images.count {
        guard case .map(let classes) = images.label(index) else { continue }
        if let bad = classes.first(where: {
          Int($0) != ignoring && !(0..<axes.count).contains(Int($0))
        }) {
          throw beyond(index, Int(bad), isMapped: isMapped)
        }
      }
    }
  }

  /// A doubt that does not stop a run: classes of images on a network whose result has positions.
  var warning: String? {
    guard task == .classification, axes.shape.count(where: { $0 > 1 }) > 1 else { return nil }
    return "\(key) gives a class for each image, and the network's output has shape "
      + "\(axes.shape): its \(axes.count) values are taken as classes (classes of positions are "
      + "task: segmentation)"
  }

  private func beyond(_ index: Int, _ label: Int, isMapped: Bool) -> ExperimentError {
    let mapped = isMapped ? " after labelOffset and labelMap" : ""
    let hint =
      task == .segmentation(ignoring: nil) ? "; task.ignoreIndex leaves out positions" : ""
    return .labels(
      key: key,
      "\(images.labelFault(index, "image \(images.name(index)) has the label \(label)\(mapped)")); "
        + "the network has classes 0 to \(axes.count - 1)\(hint)")
  }
}

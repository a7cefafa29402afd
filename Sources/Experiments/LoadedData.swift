import Datasets
import Files
import Foundation
import Inference

/// Test and calibration images, before it is known whether they fit the network.
struct LoadedData {
  /// Images of the selection, their labels mapped to outputs.
  let test: LabelledImages
  let calibrationImages: LabelledImages
  /// What the labels are for.
  let task: InferenceTask
  /// Images of the selection that cannot be used, and why.
  var skipped: [DatasetError] = []
  /// Warnings about files that look suspicious but can be used.
  var warnings: [DatasetError] = []

  /// The images of an experiment.
  ///
  /// - Parameters:
  ///   - calibrationCount: Calibration images that are needed at most.
  ///   - width: Image files read at once.
  init(_ spec: ExperimentSpec, calibrationCount: Int, width: Int) async throws {
    try Self.checkLabels(spec)
    let kind = spec.task.map(Self.kind) ?? .classes
    // Labels of calibration images say nothing but which images they are.
    func labels(_ path: String?) -> String? { kind == nil ? nil : path }
    func load(_ images: String, _ path: String?) throws -> LabelledImages {
      try NPYImages.load(images: images, labels: labels(path), kind: kind ?? .classes)
    }
    var all: LabelledImages
    switch spec.data {
    case .bundledDigits:
      all = try load(
        BundledDigits.path("test_images.npy"), BundledDigits.path("test_labels.npy"))
      calibrationImages = try load(
        BundledDigits.path("calibration_images.npy"), BundledDigits.path("calibration_labels.npy"))
    case .cifar10(let testFile, let calibrationFile, _):
      all = try CIFAR10Binary.load(testFile)
      calibrationImages = try CIFAR10Binary.load(calibrationFile)
    case .npy(let files, _):
      all = try load(files.images, files.labels)
      calibrationImages = try load(files.calibrationImages, files.calibrationLabels)
    case .idx(let files, _):
      all = try IDXImages.load(images: files.images, labels: labels(files.labels))
      calibrationImages = try IDXImages.load(
        images: files.calibrationImages, labels: labels(files.calibrationLabels))
    case .images(
      let testFile, let testLabels, let calibrationFile, let calibrationLabels, let preparation,
      let badImages, _):
      let demand: ImageFiles.LabelDemand =
        spec.task == nil ? .classesIfPresent : kind.map { .required($0) } ?? .none
      let test = try ImageFiles(
        testFile, labels: testLabels, demand: demand, preparation: preparation)
      try Self.check(spec.selection, count: test.entries.count)
      let own = try await test.selecting(spec.selection).checked(badImages, width: width)
      let calibrationFiles = try ImageFiles(
        calibrationFile, labels: calibrationLabels,
        demand: kind == nil || (kind != .classes && calibrationLabels == nil)
          ? .none : calibrationLabels == nil ? .classesIfPresent : demand,
        preparation: preparation)
      warnings = [test.warning, calibrationFiles.warning].compactMap { $0 }
      let other = try await calibrationFiles.selecting(ImageSelection(limit: calibrationCount))
        .checked(badImages, width: width)
      calibrationImages = other.images
      skipped = own.skipped + other.skipped
      (self.test, task) = try Self.judged(own.images, spec)
      return
    }
    try Self.check(spec.selection, count: all.count)
    warnings = [all.warning, calibrationImages.warning].compactMap { $0 }
    all = all.selecting(spec.selection)
    if kind == nil { all = all.withoutLabels }
    (test, task) = try Self.judged(all, spec)
  }

  /// The labels that a task needs; `nil` for none.
  private static func kind(of task: InferenceTask) -> LabelKind? {
    switch task {
    case .classification: .classes
    case .regression: .values
    case .segmentation: .maps
    case .none: nil
    }
  }

  /// Throws if the data cannot have the labels of the task, or has no use for a key.
  private static func checkLabels(_ spec: ExperimentSpec) throws(ExperimentError) {
    let kind = spec.task.map(Self.kind) ?? .classes
    let conventions = spec.data.conventions
    if kind == nil || kind == .values {
      for (isGiven, key) in [
        (conventions.labelOffset != 0, "labelOffset"), (conventions.labelMap != .none, "labelMap"),
      ] where isGiven {
        throw .labels(
          key: "data.\(key)",
          "changes classes, which the labels of task \(spec.task?.name ?? "") are not")
      }
    }
    guard let task = spec.task, let kind else { return }
    switch spec.data {
    case .npy(let files, _), .idx(let files, _):
      guard files.labels != nil else {
        throw .labels(key: "data.labels", "is missing, and the task \(task.name) needs labels")
      }
    case .bundledDigits, .cifar10, .images: break
    }
    switch spec.data {
    case .npy, .images: break
    case .bundledDigits, .cifar10, .idx:
      guard kind == .classes else {
        throw .labels(
          key: spec.data.labelKey,
          "gives a class for each image; the task \(task.name) takes labels from NumPy files "
            + "(data: npy or images)")
      }
    }
  }

  /// The images with their labels mapped to outputs, and what they are for.
  private static func judged(
    _ images: LabelledImages, _ spec: ExperimentSpec
  ) throws -> (test: LabelledImages, task: InferenceTask) {
    let task = spec.task ?? (images.classes == nil ? .none : .classification)
    var ignored: Int?
    if case .segmentation(let ignoring) = task { ignored = ignoring }
    let mapping = try spec.data.conventions.labelMapping()
    do throws(DatasetError) {
      return (try images.mappingLabels(by: mapping, ignoring: ignored), task)
    } catch {
      throw ExperimentError.labels(key: spec.data.labelKey, "\(error)")
    }
  }

  private static func check(
    _ selection: ImageSelection, count: Int
  ) throws(ExperimentError) {
    guard selection.offset < count else {
      throw .nothingSelected(offset: selection.offset, count: count)
    }
  }
}

/// The digits network and images inside the program (see `validation/digits`).
enum BundledDigits {
  /// Pixels are 0 … 16.
  static let normalization = Normalization(scale: 1 / 16, mean: [], deviation: [])

  /// Path of one of its files.
  static func path(_ name: String) -> String { ProgramFiles.path("digits/\(name)") }
}

extension ExperimentSpec {
  /// The text of the experiment that `tilespice demo` runs.
  public static func demonstration() throws -> String {
    String(decoding: try FileContents.read(BundledDigits.path("demo.yaml")), as: UTF8.self)
  }
}

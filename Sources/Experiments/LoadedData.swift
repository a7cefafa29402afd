import Datasets
import Files
import Foundation

/// Test and calibration images with their normalization.
struct LoadedData {
  let test: LabelledImages
  let calibrationImages: LabelledImages
  let normalization: Normalization
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
    let all: LabelledImages
    switch spec.data {
    case .bundledDigits:
      all = try NPYImages.load(
        images: BundledDigits.path("test_images.npy"),
        labels: BundledDigits.path("test_labels.npy"))
      calibrationImages = try NPYImages.load(
        images: BundledDigits.path("calibration_images.npy"),
        labels: BundledDigits.path("calibration_labels.npy"))
      normalization = BundledDigits.normalization
    case .cifar10(let testFile, let calibrationFile, let normalization):
      all = try CIFAR10Binary.load(testFile)
      calibrationImages = try CIFAR10Binary.load(calibrationFile)
      self.normalization = normalization
    case .npy(
      let images, let labels, let calibrationFile, let calibrationLabels, let normalization):
      all = try NPYImages.load(images: images, labels: labels)
      calibrationImages = try NPYImages.load(images: calibrationFile, labels: calibrationLabels)
      self.normalization = normalization
    case .idx(
      let images, let labels, let calibrationFile, let calibrationLabels, let normalization):
      all = try IDXImages.load(images: images, labels: labels)
      calibrationImages = try IDXImages.load(images: calibrationFile, labels: calibrationLabels)
      self.normalization = normalization
    case .images(
      let testFile, let testLabels, let calibrationFile, let calibrationLabels, let preparation,
      let badImages, let normalization):
      let test = try ImageFiles(testFile, labels: testLabels, preparation: preparation)
      try Self.check(spec.selection, count: test.entries.count)
      let own = try await test.selecting(spec.selection).checked(badImages, width: width)
      self.test = own.images
      let calibrationFiles = try ImageFiles(
        calibrationFile, labels: calibrationLabels, preparation: preparation)
      warnings = [test.warning, calibrationFiles.warning].compactMap { $0 }
      let other = try await calibrationFiles.selecting(ImageSelection(limit: calibrationCount))
        .checked(badImages, width: width)
      calibrationImages = other.images
      skipped = own.skipped + other.skipped
      self.normalization = normalization
      try check()
      return
    }
    try Self.check(spec.selection, count: all.count)
    test = all.selecting(spec.selection)
    try check()
  }

  private static func check(
    _ selection: ImageSelection, count: Int
  ) throws(ExperimentError) {
    guard selection.offset < count else {
      throw .nothingSelected(offset: selection.offset, count: count)
    }
  }

  private func check() throws(ExperimentError) {
    for images in [test, calibrationImages] {
      if let fault = normalization.fault(channels: images.shape[0]) { throw .normalization(fault) }
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

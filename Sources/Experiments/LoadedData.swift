import Datasets
import Foundation
import NumericKernels

/// Test and calibration images with their normalisation.
struct LoadedData {
  let test: LabelledImages
  let calibration: LabelledImages
  let normalization: Normalization

  init(_ source: DataSource) throws {
    switch source {
    case .bundledDigits:
      test = try NPYImages.load(
        images: BundledDigits.path("test_images.npy"),
        labels: BundledDigits.path("test_labels.npy"))
      calibration = try NPYImages.load(
        images: BundledDigits.path("calibration_images.npy"),
        labels: BundledDigits.path("calibration_labels.npy"))
      normalization = BundledDigits.normalization
    case .cifar10(let testPath, let calibrationPath, let normalization):
      test = try CIFAR10Binary.load(testPath)
      calibration = try CIFAR10Binary.load(calibrationPath)
      self.normalization = normalization
    case .npy(
      let images, let labels, let calibrationImages, let calibrationLabels, let normalization):
      test = try NPYImages.load(images: images, labels: labels)
      calibration = try NPYImages.load(images: calibrationImages, labels: calibrationLabels)
      self.normalization = normalization
    }
    for images in [test, calibration] {
      if let fault = normalization.fault(channels: images.shape[0]) {
        throw ExperimentError.normalization(fault)
      }
    }
  }
}

/// The digits network and images inside the program (see `validation/digits`).
enum BundledDigits {
  /// Pixels are 0 … 16.
  static let normalization = Normalization(scale: 1 / 16, mean: [], deviation: [])

  /// Path of one of its files.
  static func path(_ name: String) -> String {
    Bundle.module.bundlePath + "/Resources/digits/" + name
  }
}

extension NetworkSource {
  /// Path of the ONNX file.
  var path: String {
    switch self {
    case .bundledDigits: BundledDigits.path("digits.onnx")
    case .onnx(let path): path
    }
  }
}

extension ExperimentSpec {
  /// The text of the experiment that `tilespice demo` runs.
  public static func demonstration() throws -> String {
    String(decoding: try FileContents.read(BundledDigits.path("demo.yaml")), as: UTF8.self)
  }
}

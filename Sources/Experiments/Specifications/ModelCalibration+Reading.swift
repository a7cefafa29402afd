import BehavioralModels
import Configuration
import Inference

extension ModelCalibration {
  /// Reads the `calibration` section of an experiment.
  init(reading section: inout ConfigurationSection) throws(ConfigurationError) {
    self.init()
    let key = "errorBudget"
    let text = try section.string(
      key, default: nil,
      meaning: "Largest held-out rms error: 0.5lsb (converter steps) or 0.1% (of the output rms); "
        + "null for 0.1 % rms and 1 % worst")
    if let text {
      budget = ErrorBudget(text)
      try section.expect(
        budget != nil, at: key,
        "'\(text)' is no error budget; write a positive number with lsb or %, as 0.5lsb or 0.1%")
    }
    auditRate = try section.double(
      "auditRate", default: 0.01, range: 0...1,
      meaning: "Part of the input vectors that are solved exactly too, to observe the error")
    imageCount = try section.integer(
      "images", default: 16, range: 1...1_000_000,
      meaning: "Calibration images whose input vectors are recorded, of those for converters")
    recordedVectors = try section.integer(
      "recordedVectors", default: 512, range: 1...100_000,
      meaning: "Recorded input vectors per tile; structured ones are added")
    cacheFolder = try section.path(
      "cache", default: nil, mustExist: false,
      meaning: "Folder of stored models, found by the hash of their circuit; null stores none")
  }
}

import ArgumentParser
import Experiments
import Foundation

/// Options common to all commands that fit models.
struct ModelOptions: ParsableArguments {
  @Option(
    help: "Largest held-out error of calibrated layers and of auto: 0.5lsb or 0.1%.")
  var errorBudget: String?
  @Option(help: "Part of the input vectors solved exactly to observe the error (default: 0.01).")
  var auditRate: String?
  @Option(help: "Folder of stored models, shared by circuit hash.") var cache: String?

  /// The options as changes of the experiment file.
  var changes: [ExperimentSpec.Change] {
    var changes: [ExperimentSpec.Change] = []
    func set(_ key: String, _ value: String?, _ option: String) {
      guard let value else { return }
      changes.append(ExperimentSpec.Change(["calibration", key], value, origin: option))
    }
    set("errorBudget", errorBudget.map { "'\($0)'" }, "--error-budget")
    set("auditRate", auditRate, "--audit-rate")
    // The file's paths start from its folder, the command line's from the working folder.
    set("cache", cache.map { "'\(URL(fileURLWithPath: $0).path)'" }, "--cache")
    return changes
  }
}

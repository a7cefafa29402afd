import ArgumentParser
import Configuration
import Experiments

/// Options that set single keys of an experiment, as if they stood in its file.
struct SettingOptions: ParsableArguments {
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Any key of the experiment, KEY=VALUE, as it would stand in the file: "
        + "hardware.converter.bits=6, layers.conv1.path=exact, hardware=isaac; may be repeated. "
        + "Names with dots are quoted: layers.\"a.b\".path=ideal.",
      valueName: "key=value"))
  var settings: [SettingArgument] = []
  @Option(help: "Seed of every random draw; overrides seed.") var seed: UInt64?
  @Option(
    help: ArgumentHelp(
      "What runs beside the path: float, integer and ideal, separated by commas, or none; overrides "
        + "compare.", valueName: "networks"))
  var compare: String?

  func validate() throws {
    for (index, setting) in settings.enumerated()
    where settings[..<index].contains(where: { $0.key == setting.key }) {
      throw ValidationError("--set gives \(setting.key.joined(separator: ".")) twice")
    }
  }

  /// The options as changes of the experiment file.
  var changes: [ExperimentSpec.Change] {
    var changes = settings.map {
      ExperimentSpec.Change($0.key, $0.value, origin: "--set \($0.argument)")
    }
    if let seed { changes.append(.init(["seed"], "\(seed)", origin: "--seed")) }
    if let compare {
      changes.append(
        .init(
          [ExperimentSpec.comparedKey], compare == "none" ? "[]" : "[\(compare)]",
          origin: "--compare"))
    }
    return changes
  }
}

/// `KEY=VALUE` for one key of a file.
struct SettingArgument: ExpressibleByArgument {
  let key: [String], value: String, argument: String

  init?(argument: String) {
    guard let (path, value) = ConfigurationKey.split(assignment: argument) else { return nil }
    self.argument = argument
    key = path
    self.value = value
  }
}

import ArgumentParser
import Datasets
import Experiments
import Inference

struct InferCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "infer",
    abstract: "Runs a network on arrays: accuracy, errors and how exact every layer is.",
    discussion: """
      An experiment file names a network, images and hardware. For an ONNX file and a folder of JPEG \
      or PNG files with a text file of lines `name index`:

        version: 1
        network: {model: onnx, file: network.onnx}
        data:
          model: images
          test: val
          testLabels: val_labels.txt
          calibration: calib
          calibrationLabels: calib_labels.txt
          resize: 256
          crop: {model: centre, height: 224, width: 224}
          normalization: imageNet
        outputs: {folder: results}

      Try it on a few images first: `tilespice infer E.yaml --limit 5 --path ideal`. \
      `tilespice reference experiment` explains every key.

      Every run computes four results for each image: the float network, the same network in 8-bit \
      integers (digital), its arrays without wires (ideal), and the path of the experiment; \
      `--compare none` runs the path alone. One change needs no other file: \
      `--set hardware.converter.bits=6`; many are a sweep. The \
      results folder receives results.json (all numbers and the configuration), images.csv (for \
      each image and path: prediction, place of the label, five leading classes, and whether the \
      analog prediction differs from the digital one), confusion.csv (analog against digital \
      classes), energy.csv (by layer and component, if the file asks for `energy`), report.html, and
      logits.csv with --logits.

      \(RunOptions.interruptions)
      """)

  @Argument(help: "The experiment: E.yaml.") var experiment: String
  @Option(
    help:
      "How to solve every layer: ideal, exact, calibrated, auto, cholmod or klu; overrides the file."
  )
  var path: SolutionPathArgument?
  @Option(name: .customLong("layer"), help: "One layer's own path, NAME=PATH; may be repeated.")
  var layerPaths: [LayerPathArgument] = []
  @Option(
    help: ArgumentHelp(
      "Hardware in place of the file's: a YAML file with the keys of its hardware section, or a "
        + "preset by its name (isaac, prime, sonos, paper-a, …).", valueName: "file-or-preset"))
  var hardware: String?
  @Option(help: "Images left out at the beginning; overrides selection.offset.") var offset: Int?
  @Option(
    help: "Seed of a random order, drawn before offset and limit; overrides selection.shuffleSeed.")
  var shuffle: Int?
  @Option(
    help: ArgumentHelp(
      "What to do with an image file that is damaged or too small: stop (name it before anything "
        + "is run) or skip (leave it out; the results name it); overrides data.onBadImage.",
      valueName: "stop|skip"))
  var onBadImage: BadImagesArgument?
  @OptionGroup var settings: SettingOptions
  @OptionGroup var models: ModelOptions
  @OptionGroup var options: RunOptions

  func run() async throws {
    var changes = layerPaths.map {
      ExperimentSpec.Change(["layers", $0.name, "path"], $0.path.rawValue, origin: "--layer")
    }
    if let offset {
      changes.append(.init(["selection", "offset"], "\(offset)", origin: "--offset"))
    }
    if let shuffle {
      changes.append(.init(["selection", "shuffleSeed"], "\(shuffle)", origin: "--shuffle"))
    }
    if let onBadImage {
      changes.append(
        .init(["data", "onBadImage"], onBadImage.value.rawValue, origin: "--on-bad-image"))
    }
    let design = try ExperimentSpec.Change.hardware(hardware)
    let spec = try ExperimentSpec(
      contentsOf: experiment, path: path?.value,
      changes: design + changes + models.changes + options.changes + settings.changes)
    try await options.run(spec)
  }
}

import AnalogCore
import Energy
import Inference

/// Everything that a network on arrays depends on, apart from the calibration images of the run:
/// networks whose designs agree are one network.
struct NetworkDesign: Sendable, Equatable {
  /// Which of the run's quantized networks is programmed.
  var network: Int
  /// Hardware and path of every layer.
  var choices: [AnalogNetwork.LayerChoice]
  var seed: UInt64
  /// Calibration images on which converter ranges are measured.
  var converterImages: Int
  /// How fitted models are made.
  var models: ModelCalibration
  /// Whether runs count the power of the reads of arrays.
  var measuresPower: Bool

  /// The design of an experiment, all layers on `path` unless it is `nil`.
  init(_ spec: ExperimentSpec, network: Int, layers: [MatrixLayer], path: SolutionPath? = nil) {
    self.network = network
    choices = layers.map { layer in
      let own = spec.layers[layer.name]
      return AnalogNetwork.LayerChoice(
        hardware: own?.hardware ?? spec.hardware, path: path ?? own?.path ?? spec.path)
    }
    seed = spec.seed
    converterImages = spec.converterImages
    models = spec.calibration
    measuresPower = spec.energy?.cells.read == .circuit
  }

  /// The design without settings that do not affect outcomes of images: two networks may differ, in
  /// wires that their paths leave out, and still give the same outcomes.
  var effective: NetworkDesign {
    var design = self
    design.choices = choices.map(\.effective)
    if !choices.contains(where: \.path.isFitted) { design.models = ModelCalibration() }
    if !choices.contains(where: { $0.hardware.converter.isMeasured || $0.path.isFitted }) {
      design.converterImages = 0
    }
    return design
  }

  /// The paths of its layers, each once, joined by `+`.
  var label: String { Set(choices.map(\.path.rawValue)).sorted().joined(separator: "+") }
}

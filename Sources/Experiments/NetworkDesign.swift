import AnalogCore
import Energy
import Inference

/// Everything that a network on arrays depends on, apart from the calibration images of the run:
/// networks whose designs agree are one network.
struct NetworkDesign: Sendable, Equatable {
  /// A network beside a compensated one that tells what compensation is worth.
  enum Control: Sendable, Equatable {
    /// The same arrays without compensation.
    case uncompensated
    /// Weights as they are in the lower part of the range of conductances, whose mean conductance is
    /// that of the compensated network, with the same gains.
    case lowConductance
  }

  /// Which of the run's quantized networks is programmed.
  var network: Int
  /// Hardware and path of every layer.
  var choices: [AnalogNetwork.LayerChoice]
  var seed: UInt64
  /// Calibration images on which converter ranges are measured.
  var converterImages: Int
  /// Calibration images on which layers are compensated.
  var compensationImages: Int
  /// Whether the choices become those of low conductance once the compensated network is known.
  var isLowConductance = false
  /// How fitted models are made.
  var models: ModelCalibration
  /// Whether runs count the power of the reads of arrays.
  var measuresPower: Bool

  /// The design of an experiment, all layers on `path` unless it is `nil`.
  init(_ spec: ExperimentSpec, network: Int, layers: [MatrixLayer], path: SolutionPath? = nil) {
    self.network = network
    choices = layers.map { spec.choice(forLayer: $0.name, path: path) }
    seed = spec.seed
    converterImages = spec.converterImages
    compensationImages = spec.compensationImages
    models = spec.calibration
    measuresPower = spec.energy?.cells.read == .circuit
  }

  /// Whether any layer is compensated.
  var isCompensated: Bool { choices.contains { !$0.compensation.isNone } }

  /// The controls beside the design: none without compensation, and none of low conductance where
  /// conductances are programmed as they are.
  var controls: [(control: Control, design: NetworkDesign)] {
    guard isCompensated else { return [] }
    var plain = self
    for layer in choices.indices { plain.choices[layer].compensation = .none }
    guard choices.contains(where: \.compensation.changesConductances) else {
      return [(.uncompensated, plain)]
    }
    var low = self
    low.isLowConductance = true
    return [(.uncompensated, plain), (.lowConductance, low)]
  }

  /// The design of low conductance with the choices that follow from the compensated network.
  func lowered(to compensated: AnalogNetwork) -> NetworkDesign {
    guard isLowConductance else { return self }
    var design = self
    for (index, layer) in compensated.layers.enumerated() {
      design.choices[index].compensation.programming = .none
      design.choices[index].compensation.reconstruction = .none
      guard let share = layer.rangeShare else { continue }
      design.choices[index].hardware = design.choices[index].hardware.usingRange(share)
    }
    return design
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
    if !isCompensated { design.compensationImages = 0 }
    return design
  }

  /// The paths of its layers, each once, joined by `+`.
  var label: String { Set(choices.map(\.path.rawValue)).sorted().joined(separator: "+") }
}

extension ExperimentSpec {
  /// Hardware, path and compensation of a layer, on `path` unless it is `nil`. Arrays that are put on
  /// the ideal path have no wires to be compensated for.
  func choice(
    forLayer name: String, path: SolutionPath? = nil
  ) -> AnalogNetwork.LayerChoice {
    let own = layers[name]
    return AnalogNetwork.LayerChoice(
      hardware: own?.hardware ?? hardware, path: path ?? own?.path ?? self.path,
      compensation: path == .ideal ? .none : own?.compensation ?? compensation)
  }
}

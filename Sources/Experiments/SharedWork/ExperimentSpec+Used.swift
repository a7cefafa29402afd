import AnalogCore
import Inference

extension ExperimentSpec {
  /// The experiment with what decides its results only: settings that every layer overrides, wires
  /// beside ideal paths, and what results are called and where they go are those of `other`.
  ///
  /// Equal for two experiments, with the same `other`, whose results differ at most in times. What is
  /// not known to be without effect counts.
  public func used(by work: NetworkWork, like other: ExperimentSpec) -> ExperimentSpec {
    var used = self
    (used.name, used.outputFolder, used.keepsLogits) =
      (other.name, other.outputFolder, other.keepsLogits)
    used.resolvedValue = other.resolvedValue
    for layer in work.layers.map(\.name) {
      let choice = choice(forLayer: layer)
      used.layers[layer] = LayerOverride(
        path: choice.path,
        hardware: choice.path == .ideal ? choice.hardware.withoutWires : choice.hardware,
        compensation: choice.compensation)
      used.quantization.layers[layer] = quantization.precision(of: layer)
    }
    let paths = used.layers.values.compactMap(\.path)
    if !paths.contains(where: \.isFitted) { used.calibration = other.calibration }
    (used.path, used.hardware, used.compensation, used.quantization.precision) =
      (other.path, other.hardware, other.compensation, other.quantization.precision)
    return used
  }
}

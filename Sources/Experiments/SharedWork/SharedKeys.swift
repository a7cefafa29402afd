import AnalogCore
import Configuration
import CrossbarArray
import Datasets
import Files
import Inference
import NeuralNetwork

/// What the results of networks beside the path depend on, as keys of shared work: hashes of the
/// parts of the resolved experiment and of the contents of all files that they name.
struct SharedKeys: Sendable {
  private let float: String, integer: String, ideal: String
  private let judging: String

  /// The keys of a run; `nil` if it has several points, whose changes the resolved experiment does
  /// not show.
  init?(_ runner: ExperimentRunner, shared: SharedWork, keepsLogits: Bool) throws {
    guard runner.points.count == 1 else { return nil }
    let spec = runner.spec
    let loaded = runner.loaded
    func text(_ key: String...) throws -> String {
      try spec.resolvedValue.value(at: key)?.contentText(hash: shared.hash(ofFile:)) ?? ""
    }
    float = try Self.network(spec, loaded, shared) + "\n\(loaded.imagesHash)"
    integer = [float, Self.text(spec.quantization), loaded.calibrationHash].joined(separator: "\n")
    // Wires that an ideal path leaves out do not matter.
    func cells(_ path: [String]) throws -> String {
      var hardware = spec.resolvedValue.value(at: path) ?? .null
      for key in ["wires", "terminals", "ends"] { hardware.remove([key]) }
      return try hardware.contentText(hash: shared.hash(ofFile:))
    }
    let layers = try spec.layers.filter { $0.value.hardware != nil }.keys.sorted().map {
      "\($0): " + (try cells(["layers", $0, "hardware"]))
    }
    ideal =
      ([integer, try cells(["hardware"]), "\(spec.seed) \(spec.converterImages)"] + layers
      + (runner.design(at: 0).measuresPower ? ["power"] : []))
      .joined(separator: "\n")
    judging = [
      try text("task"), "\(loaded.task)", "\(spec.data.conventions.labelOffset)",
      spec.compared.map(\.rawValue).sorted().joined(separator: " "), "\(keepsLogits)",
    ].joined(separator: "\n")
  }

  /// What the outputs of a float network for an image depend on, besides the image.
  static func network(
    _ spec: ExperimentSpec, _ loaded: LoadedNetwork, _ shared: SharedWork
  ) throws -> String {
    // The file itself is in the hash of the network.
    var network = spec.resolvedValue.value(at: ["network"]) ?? .null
    network.remove(["file"])
    let data = spec.data.conventions
    return [
      SoftwareVersion.line, loaded.networkHash, try network.contentText(hash: shared.hash(ofFile:)),
      "\(loaded.graph.inputShape)", "\(data.normalization)", data.layout?.rawValue ?? "",
    ].joined(separator: "\n")
  }

  /// Quantization as text; the order of layers does not matter.
  static func text(_ quantization: QuantizationOptions) -> String {
    var quantization = quantization
    let own = quantization.layers.sorted { $0.key < $1.key }
    quantization.layers = [:]
    return "\(quantization)\n\(own)"
  }

  /// The key of the outputs of a digital network; `nil` for arrays.
  func outputs(of stage: RunStage) -> String? {
    switch stage {
    case .float: "float-" + ContentHash(float).hexadecimal
    case .integer: "integer-" + ContentHash(integer).hexadecimal
    case .ideal, .arrays, .uncompensated, .lowConductance, .varied: nil
    }
  }

  /// The key of the outcomes of a network beside the path; `nil` for the path itself.
  func evaluation(of stage: RunStage) -> String? {
    switch stage {
    case .float: "float-" + ContentHash(float + "\n" + judging).hexadecimal
    case .integer: "integer-" + ContentHash(integer + "\n" + judging).hexadecimal
    case .ideal: "ideal-" + ContentHash(ideal + "\n" + judging).hexadecimal
    case .arrays, .uncompensated, .lowConductance, .varied: nil
    }
  }
}

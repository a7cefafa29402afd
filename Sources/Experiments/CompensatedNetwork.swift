import Files
import Foundation
import Inference
import NeuralNetwork
import ONNXImport

/// A network as it is compensated on its arrays at one point of an experiment.
public struct CompensatedNetwork: Sendable {
  /// What compensation found, layer by layer.
  public let layers: [CompensatedLayer]
  /// The network as its arrays hold it; see `AnalogNetwork.graphOfArrays`.
  public let graph: Graph
  private let name: String

  /// Compensates the network of an experiment, without running it.
  ///
  /// - Parameter point: The point of the study, by its values; may be `nil` if there is only one.
  public init(experiment: String, point: String?, width: Int) async throws {
    let spec = try ExperimentSpec(contentsOf: experiment)
    let point = try spec.onlyPoint(point)
    guard spec.controlCount > 0 else {
      throw ExperimentError.notApplicable(
        "\(experiment): compensation: nothing is to be compensated: choose gains, programming or "
          + "reconstruction")
    }
    let runner = try await ExperimentRunner(spec.at(point), limit: 1, width: width)
    let network = try await runner.network(at: 0)
    layers = network.layers.compactMap(\.compensation)
    graph = try network.graphOfArrays()
    name = spec.name
  }

  /// Writes the network as an ONNX file, whole or not at all.
  public func write(to path: String) throws {
    try FileContents.write(ONNXWriter.bytes(of: graph, name: name), to: path)
  }
}

import Experiments
import Foundation
import Inference

/// A trained network on arrays, as `tilespice infer` runs it.
public struct NetworkExperiment: Sendable {
  /// How the currents of the arrays are computed.
  public enum Path: String, Sendable, CaseIterable {
    /// Without wires.
    case ideal
    /// Every input vector solved exactly.
    case exact
    /// By models fitted to exact solves, with known error and domain; vectors beyond that are
    /// solved exactly.
    case calibrated
    /// The cheapest of these that meets the error budget of the experiment, array by array.
    case auto
  }

  private let spec: ExperimentSpec
  private let resources: String?

  /// The experiment in an `E.yaml`.
  ///
  /// - Parameters:
  ///   - path: How currents are computed, overriding the file.
  ///   - resources: Folder of the files that come with TileSpice, with `digits`, `devices` and
  ///     `presets` in it; `nil` for the one beside the program or where `make install` put it.
  /// - Throws: An error whose description names the file, the line and the key of every fault.
  public init(file: String, path: Path? = nil, resources: String? = nil) throws {
    self.resources = resources
    spec = try ProgramFiles.$given.withValue(resources) {
      let path = path.flatMap { SolutionPath(rawValue: $0.rawValue) }
      return try ExperimentSpec(contentsOf: file, path: path)
    }
  }

  /// The experiment in a text with the keys of an `E.yaml`; missing keys have their defaults.
  ///
  /// - Parameters:
  ///   - yaml: `version: 1` runs the digits network that comes with TileSpice.
  ///   - resources: As for a file.
  public init(yaml: String, resources: String? = nil) throws {
    self.resources = resources
    spec = try ProgramFiles.$given.withValue(resources) {
      try ExperimentSpec(yaml: yaml, file: "experiment")
    }
  }

  /// Runs the network: float, in 8-bit integers, on ideal arrays and on those of the experiment.
  ///
  /// - Parameters:
  ///   - images: Images to evaluate at most; `nil` for all that the experiment selects.
  ///   - tasks: Tasks at once; results do not depend on it.
  public func run(
    images: Int? = nil, tasks: Int = ProcessInfo.processInfo.activeProcessorCount
  ) async throws -> NetworkResult {
    try await ProgramFiles.$given.withValue(resources) {
      let runner = try await ExperimentRunner(spec, limit: images, width: max(tasks, 1))
      return NetworkResult(try await runner.run())
    }
  }
}

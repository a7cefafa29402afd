import BehavioralModels
import Inference
import NumericKernels

/// The calibrated models of a network, tile by tile.
public struct NetworkCalibration: Sendable {
  /// One tile.
  public struct Tile: Sendable {
    /// Name of the layer and index of the tile in it.
    public var layer: String, index: Int
    /// Word lines and outputs.
    public var wordLines: Int, outputs: Int
    /// Method and reason.
    public var choice: ModelChoice
    /// Errors on vectors of kinds that calibration never draws; nil where they were not asked for, and
    /// where nothing was calibrated.
    public var stress: StressError?
  }

  /// The tiles in the order of the layers, for each wire resistance of the study.
  public let tiles: [(bitLineOhms: Double, tile: Tile)]
  /// Seconds for mapping, converters and models, all tasks together.
  public let seconds: Double
  /// Tasks at once, and the folder of stored models.
  public let width: Int, cacheFolder: String?

  /// Calibrates every layer of an experiment at every wire resistance of its study.
  ///
  /// - Parameter stressCount: Vectors of every kind of `StressPatterns` that judge each model besides
  ///   the held-out ones; the time does not count them.
  public init(_ spec: ExperimentSpec, width: Int, stressCount: Int = 0) async throws {
    let runner = try await ExperimentRunner(spec, limit: 1, width: width)
    let clock = ContinuousClock()
    let start = clock.now
    var found: [(bitLineOhms: Double, tile: Tile)] = []
    for ohms in spec.studyPoints {
      let network = try await runner.network(bitLineOhms: ohms)
      for layer in network.layers {
        for (index, choice) in layer.choices.enumerated() {
          let array = choice.model.description
          found.append(
            (
              array.wires.bitLineSegment.value,
              Tile(
                layer: layer.layer.name, index: index, wordLines: array.wordLineCount,
                outputs: array.outputCount, choice: choice)
            ))
        }
      }
    }
    seconds = (clock.now - start) / .seconds(1)
    let calibrated = found
    let stress = try await concurrentMap(stressCount > 0 ? found.count : 0, width: width) { index in
      let tile = calibrated[index].tile
      return try tile.choice.calibrated?.error(
        on: StressPatterns(
          for: tile.choice.model.description, countPerKind: stressCount, seed: spec.seed))
    }
    for (index, error) in stress.enumerated() { found[index].tile.stress = error }
    tiles = found
    self.width = width
    cacheFolder = spec.calibration.cacheFolder
  }
}

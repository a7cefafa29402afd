import AnalogCore
import BehavioralModels
import CrossbarArray
import Inference
import NumericKernels
import Units

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
    /// Errors on kinds of vectors that calibration never draws; `nil` if they were not requested or
    /// nothing was calibrated.
    public var stress: StressError?
  }

  /// The quantities that tables show for the points of the study.
  public let quantities: [StudyQuantity]
  /// The tiles in the order of the layers, for each point of the study, with the value of each
  /// quantity in the tile's layer.
  public let tiles: [(values: [StudyReading], tile: Tile)]
  /// Seconds for mapping, converters and models, all tasks together.
  public let seconds: Double
  /// Tasks at once, and the folder of stored models.
  public let width: Int, cacheFolder: String?

  /// Calibrates every layer of an experiment at every point of its study.
  ///
  /// - Parameter stressCount: Vectors of every kind of `StressPatterns` that test each model
  ///   besides the held-out ones; not included in the time.
  public init(_ spec: ExperimentSpec, width: Int, stressCount: Int = 0) async throws {
    let runner = try await ExperimentRunner(spec, limit: 1, width: width)
    let clock = ContinuousClock()
    let start = clock.now
    let axes = spec.studyAxes
    quantities = axes.map(\.quantity)
    var found: [(values: [StudyReading], tile: Tile)] = []
    var cells: [ProgrammedCells] = []
    for (point, own) in runner.points.enumerated() {
      let network = try await runner.network(at: point, cells: cells)
      cells = network.cells
      for layer in network.layers {
        let values = axes.map { $0.reading(of: own.spec, layer: layer.name) }
        for (index, choice) in layer.choices.enumerated() {
          let array = choice.model.description
          found.append(
            (
              values,
              Tile(
                layer: layer.name, index: index, wordLines: array.wordLineCount,
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

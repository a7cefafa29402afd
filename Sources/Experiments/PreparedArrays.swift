import Inference
import NeuralNetwork

/// The analog networks of a run, each of them prepared once before the first image.
///
/// Preparation programs cells, measures converter ranges on calibration images and loads or fits
/// models. Whatever can be refused there is refused while nothing has been computed and nothing was
/// written.
struct RehearsedNetworks {
  /// A network on its arrays, and the seconds that this took.
  struct Prepared {
    var network: AnalogNetwork
    var seconds: Double
  }

  /// Cells of the networks that stay in memory until their turn; larger ones are prepared again,
  /// because a run has one large network at a time in memory.
  private static let mostCells = 4_000_000

  private let runner: ExperimentRunner
  private var kept: [RunStage: Prepared] = [:]

  /// Prepares the network of every wire resistance in `study` and, if asked for, that without wires.
  ///
  /// - Parameter programmed: Sees each network once, before it runs any image.
  init(
    _ runner: ExperimentRunner, study: [Double?], ideal: Bool,
    programmed: (RunStage, AnalogNetwork) throws -> Void
  ) async throws {
    self.runner = runner
    var cells = 0
    let stages: [(RunStage, Double?)] =
      study.enumerated().map { (.arrays($0), $1) } + (ideal ? [(.ideal, study[0])] : [])
    for (stage, ohms) in stages {
      // The run itself says how far it came.
      guard !Task.isCancelled else { return }
      let prepared: Prepared
      do {
        prepared = try await prepare(stage, bitLineOhms: ohms) { try programmed(stage, $0) }
      } catch is CancellationError {
        return
      }
      // Converters without calibration saw no image yet. Fitted models count what they see, and
      // factorised circuits take too long for a trial.
      if prepared.network.layers.allSatisfy({ [.ideal, .exact].contains($0.path) }) {
        _ = try prepared.network.run(runner.calibrationImage)
      }
      let own = prepared.network.cellCount
      // The last one is the first that is used.
      guard cells + own <= Self.mostCells || stage == stages[stages.count - 1].0 else { continue }
      cells += own
      kept[stage] = prepared
    }
  }

  /// The network of a stage, for the last time; a cancelled task gets none.
  mutating func take(_ stage: RunStage, bitLineOhms: Double?) async throws -> Prepared {
    try Task.checkCancellation()
    if let prepared = kept.removeValue(forKey: stage) { return prepared }
    return try await prepare(stage, bitLineOhms: bitLineOhms)
  }

  private func prepare(
    _ stage: RunStage, bitLineOhms: Double?,
    programmed: (AnalogNetwork) throws -> Void = { _ in }
  ) async throws -> Prepared {
    let clock = ContinuousClock()
    let start = clock.now
    let network = try await runner.network(
      bitLineOhms: bitLineOhms, path: stage == .ideal ? .ideal : nil, programmed: programmed)
    return Prepared(network: network, seconds: (clock.now - start) / .seconds(1))
  }
}

extension AnalogNetwork {
  /// Cells of all arrays.
  fileprivate var cellCount: Int {
    layers.reduce(0) { sum, layer in
      layer.matrix.tiles.reduce(sum) { sum, tile in
        let array = tile.model.description
        return sum + array.conductances.elements.count
          + (array.negativeConductances?.elements.count ?? 0)
      }
    }
  }
}

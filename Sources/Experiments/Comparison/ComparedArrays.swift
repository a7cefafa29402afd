import AnalogCore
import CrossbarArray
import Files
import Foundation
import Inference
import NumericKernels

/// The subjects of `tilespice compare`: one array, or tiles of a network's layers.
public enum ComparedArrays {
  /// The comparisons of an `ARRAY.yaml` or of an experiment's layers, in order, at every point of
  /// its study.
  ///
  /// - Parameters:
  ///   - layer: One layer by name; `nil` for all.
  ///   - tile: Index of the tile; of all layers, those with fewer tiles give their last. A named
  ///     layer must have it.
  ///   - point: The only point of the study, by its values; `nil` for all.
  ///   - options: Test vectors, and the voltage of those drawn at random.
  ///   - warn: Called with a warning before a slow step.
  public static func compare(
    _ file: String, layer: String?, tile: Int, point: String? = nil,
    options: ComparisonOptions = ComparisonOptions(), changes: [ExperimentSpec.Change],
    width: Int, warn: @Sendable (String) -> Void = { _ in }
  ) async throws -> [ModelComparison] {
    if try ArrayFile.isDescribed(by: file) {
      if layer != nil {
        throw FileError(path: file, reason: "describes one array; --layer goes with an experiment")
      }
      if point != nil {
        throw FileError(path: file, reason: "describes one array; --point goes with an experiment")
      }
      let array = try ArrayFile.read(file)
      return [
        try ModelComparison(
          array, name: file, recorded: nil, judging: try judging(array, file, options),
          fullScaleVolts: options.fullScaleVolts, seed: 1)
      ]
    }
    let spec = try ExperimentSpec(contentsOf: file, path: .exact, changes: changes)
    var studied = spec
    if let point { studied.study = [try spec.onlyPoint(point)] }
    let runner = try await ExperimentRunner(studied, limit: 1, width: width)
    let names = runner.plan.layers.map(\.name)
    if let layer, !names.contains(layer) {
      throw InferenceError.unknownLayer(name: layer, known: names)
    }
    let chosen = names.indices.filter { layer == nil || names[$0] == layer }
    var found: [ModelComparison] = []
    var cells: [ProgrammedCells] = []
    func checkTile(_ network: AnalogNetwork) throws(ExperimentError) {
      guard layer != nil, let index = chosen.first else { return }
      let count = network.layers[index].matrix.tiles.count
      guard tile < count else {
        throw .noSuchTile(layer: names[index], tile: tile, count: count)
      }
    }
    for (number, point) in studied.points.enumerated() {
      let variant = runner.points[number].spec
      let network = try await runner.network(at: number, cells: cells) {
        let warning = try runner.sampledReadsWarning(
          $0, converterImages: variant.converterImages, count: 0)
        if let warning { warn(warning) }
      }
      cells = network.cells
      try checkTile(network)
      let recorded = try await network.recordedVectors(
        of: [runner.calibrationImage], tile: tile, settings: variant.calibration, width: width)
      found += try await concurrentMap(chosen.count, width: width) { position in
        let index = chosen[position]
        let matrix = network.layers[index].matrix
        let own = min(tile, matrix.tiles.count - 1)
        let array = matrix.tiles[own].model.description
        let step = Double(matrix.tiles[own].converter.step)
        let place = point.settings.isEmpty ? "" : ", \(point.text)"
        let name = "\(names[index]), tile \(own)"
        return try ModelComparison(
          array, name: name + place, recorded: recorded[index],
          judging: try judging(array, name, options), fullScaleVolts: options.fullScaleVolts,
          lsbAmperes: step > 0 ? step / Double(matrix.unitsPerAmpere) : nil, seed: variant.seed)
      }
    }
    return found
  }

  /// The user's vectors for one of the arrays; refuses vectors that cannot drive the array.
  private static func judging(
    _ array: ArrayDescription, _ name: String, _ options: ComparisonOptions
  ) throws -> InputBatch? {
    if options.fullScaleVolts != nil, array.topology != .voltageDriven {
      throw ExperimentError.notApplicable(
        "--full-scale is of word-line voltages; \(name) is gate-driven: its word lines take 0 or 1")
    }
    guard let path = options.inputs else { return nil }
    do {
      return try ArrayFile.readInputs(path, for: array)
    } catch var error as FileError {
      error.reason += " (\(name))"
      throw error
    }
  }
}

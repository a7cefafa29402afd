import AnalogCore
import BehavioralModels
import CrossbarArray
import NeuralNetwork
import NumericKernels

/// A prepared network that waits for its turn: its cells, the ranges of its converters and its
/// fitted models, without the solvers of its arrays, which follow from the cells and take most of
/// the memory. Networks whose cells agree share them.
public struct DormantNetwork: Sendable {
  private struct Layer: Sendable {
    var integer: MatrixLayer
    var compensation: CompensatedLayer?
    var converterRanges: [Float]?
    var models: [FittedTile]
  }

  /// The model chosen for a tile, without its solvers.
  private struct FittedTile: Sendable {
    var calibration: CalibratedModel?
    var auditRate: Double
    var reason: String
    var isStored: Bool

    /// The choice with solvers again.
    func choice(of exact: any ArrayModel) throws(ArrayError) -> ModelChoice {
      guard let calibration else { return ModelChoice(exact: exact, reason: reason) }
      let model = try CalibratedArray(
        calibration, of: HashedArray(exact.description), exact: exact, auditRate: auditRate)
      return ModelChoice(calibrated: model, reason: reason, isStored: isStored)
    }
  }

  private let plan: ExecutionPlan
  private let choices: [AnalogNetwork.LayerChoice]
  private let seed: UInt64
  private let layers: [Layer]
  /// The cells of every layer.
  public let cells: [ProgrammedCells]

  /// Keeps the cells of `network` and everything that cannot be rebuilt from them.
  public init(_ network: AnalogNetwork) {
    plan = network.plan
    choices = network.choices
    seed = network.seed
    cells = network.cells
    layers = network.layers.map { layer in
      Layer(
        integer: layer.integer, compensation: layer.compensation,
        converterRanges: layer.converterRanges,
        models: layer.choices.map { choice in
          FittedTile(
            calibration: choice.calibrated?.calibration,
            auditRate: choice.calibrated?.auditRate ?? 0, reason: choice.reason,
            isStored: choice.isStored)
        })
    }
  }

  /// The network as it was prepared: nothing is programmed, measured or fitted again.
  public func awakened(width: Int) async throws -> AnalogNetwork {
    var network = try await AnalogNetwork(
      programming: plan, integers: layers.map(\.integer), choices: choices, seed: seed,
      cells: cells, width: width)
    for (k, own) in layers.enumerated() {
      network.layers[k].compensation = own.compensation
      if let ranges = own.converterRanges { network.layers[k].setConverterRanges(ranges) }
      for (tile, fitted) in own.models.enumerated() {
        let exact = network.layers[k].matrix.tiles[tile].model
        do throws(ArrayError) {
          let choice = try fitted.choice(of: exact)
          try network.layers[k].matrix.setModel(choice.model, ofTile: tile) {
            (array) throws(ArrayError) in try SolutionPath.exact.model(of: array)
          }
          network.layers[k].choices.append(choice)
        } catch {
          throw InferenceError.array(layer: network.layers[k].name, error)
        }
      }
    }
    return network
  }
}

extension AnalogNetwork {
  /// The cells of every layer, for networks that would hold the same.
  public var cells: [ProgrammedCells] {
    layers.map { ProgrammedCells($0.matrix, codes: $0.integer.weightCodes) }
  }

  /// Approximate memory of its arrays in bytes, if all that solvers keep is made: a cell is held in
  /// the description, in the double and the single precision of a solver, and as an element of a
  /// circuit if one is factorized.
  public var residentBytes: Int {
    layers.reduce(0) { sum, layer in
      let bytesEach = layer.path.factorizesCircuits ? 256 : 32
      return layer.matrix.tiles.reduce(sum) { sum, tile in
        let array = tile.model.description
        let planes = array.negativeConductances == nil ? 1 : 2
        return sum + array.conductances.elements.count * planes * bytesEach
      }
    }
  }
}

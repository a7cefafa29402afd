import AnalogCore
import CrossbarArray
import Energy
import Inference
import NumericKernels

extension ExperimentRecord {
  /// What compensation changed at a point, and the controls that tell what it is worth.
  public struct CompensationResult: Sendable, Codable, Equatable {
    /// Calibration images on which layers were compensated.
    public var images: Int
    /// The compensated layers, in the order of execution.
    public var layers: [CompensatedLayer]
    /// The controls, then the compensated path.
    public var runs: [Run]
    /// The compensated path on changed arrays; `nil` if no changes are asked for, and until one is run.
    public var robustness: Robustness?

    /// The arrays of one run.
    public struct Run: Sendable, Codable, Equatable {
      /// Its result among the point's `results`: their `path` and `run`.
      public var path: String, run: String
      /// Its layers, in the order of execution.
      public var layers: [Arrays]
      /// Energy of one inference in joules; `nil` unless it is asked for.
      public var joules: Double?

      /// Mean conductance of all cells in siemens, layers by their numbers of cells.
      public var meanSiemens: Double {
        let cells = layers.reduce(0) { $0 + $1.cells }
        return layers.reduce(0) { $0 + $1.meanSiemens * Double($1.cells) } / Double(cells)
      }
    }

    /// The arrays of one layer of a run.
    public struct Arrays: Sendable, Codable, Equatable {
      /// Name of the layer.
      public var name: String
      /// Cells, and their mean conductance in siemens, as programmed.
      public var cells: Int, meanSiemens: Double
      /// Largest current in amperes that a converter has a code for, of the weight slice with the
      /// largest; `nil` for ideal converters.
      public var converterAmperes: Double?

      init(_ layer: AnalogNetwork.Layer) {
        name = layer.name
        cells = layer.matrix.tiles.reduce(0) { sum, tile in
          sum
            + tile.model.description.effectiveConductances.reduce(0) { $0 + $1.elements.count }
        }
        meanSiemens = layer.matrix.meanSiemens
        let amperes = layer.matrix.tiles.map(\.converter).filter { !$0.isIdeal }.map {
          Double($0.step) * $0.maximumCode / Double(layer.matrix.unitsPerAmpere)
        }
        converterAmperes = amperes.max()
      }
    }

    /// The result of a point whose runs are `results`; `nil` without compensation.
    init?(
      _ found: ExperimentRun.Found, _ point: RunPlan.Point, _ results: [RunResult],
      _ variations: [(ArrayVariation, RunResult)], imageCount: Int
    ) {
      guard !found.arrays.isEmpty else { return nil }
      images = point.own.design.compensationImages
      layers = found.compensated
      runs = found.arrays.compactMap { arrays in
        guard let result = results.first(where: { $0.run == arrays.stage.text }) else { return nil }
        return Run(
          path: result.label, run: result.run, layers: arrays.layers,
          joules: arrays.energy?.cost(result.activity, images: imageCount).joules)
      }
      robustness = variations.isEmpty ? nil : Robustness(variations)
    }
  }
}

extension NetworkDesign.Control {
  /// The word for it behind the path that it is a control of.
  var text: String {
    switch self {
    case .uncompensated: "uncompensated"
    case .lowConductance: "lower G_on"
    }
  }
}

import AnalogCore
import CrossbarArray
import NeuralNetwork
import NumericKernels

/// What the cells of a layer store and what its converters see.
public struct LayerDistributions: Sendable, Equatable, Codable {
  /// Integer codes of the weights.
  public var weightCodes: ValueHistogram
  /// Conductances in siemens of all cells, errors of programming included.
  public var conductanceSiemens: ValueHistogram
  /// Currents before conversion, by weight slice, from the least significant one.
  public var slices: [Slice]

  /// The converters of one weight slice.
  public struct Slice: Sendable, Equatable, Codable {
    /// Currents of the converted lines in amperes, after the subtractions that come before the
    /// converter, for every input slice of one image.
    public var lineAmperes: ValueHistogram
    /// Currents of the lowest and the highest code; `nil` for ideal converters.
    public var converterAmperes: Range?
  }

  /// An interval.
  public struct Range: Sendable, Equatable, Codable {
    /// Its ends.
    public var lowest: Double, highest: Double
  }
}

extension AnalogNetwork {
  /// What converters see, by layer and weight slice, in units of the integer dot product.
  typealias RecordedLines = [[GrowingHistogram]]

  /// The audit of every layer with its distributions, and its fidelity: all from one image.
  public func examined(
    _ image: Tensor, vectorsPerTile: Int, width: Int
  ) async throws -> (audits: [LayerAudit], fidelity: [LayerFidelity]) {
    var audits = try await audit(image, vectorsPerTile: vectorsPerTile, width: width)
    let (fidelity, lines) = try fidelityAndLines(image)
    for (index, found) in distributions(lines).enumerated() { audits[index].distributions = found }
    return (audits, fidelity)
  }

  /// Codes, conductances and the recorded currents of every layer.
  func distributions(_ recorded: RecordedLines) -> [LayerDistributions] {
    zip(layers, recorded).map { layer, lines in
      let matrix = layer.matrix
      let ampere = 1 / Double(matrix.unitsPerAmpere)
      return LayerDistributions(
        weightCodes: Self.codes(layer.integer.weightCodes),
        conductanceSiemens: Self.conductances(matrix),
        slices: lines.enumerated().map { slice, histogram in
          let converter = matrix.tiles.first { $0.weightSlice == slice }?.converter ?? .ideal
          let step = Double(converter.step) * ampere
          return LayerDistributions.Slice(
            lineAmperes: histogram.histogram(scale: ampere),
            converterAmperes: converter.isIdeal
              ? nil
              : LayerDistributions.Range(
                lowest: converter.minimumCode * step, highest: converter.maximumCode * step))
        })
    }
  }

  /// Codes in at most 64 bins, each of a whole number of codes.
  private static func codes(_ codes: WeightCodes) -> ValueHistogram {
    let perBin = 1 << max(0, codes.bits - 6)
    let lowest = -(1 << (codes.bits - 1))
    var counts = [Int](repeating: 0, count: 2 * -lowest / perBin + 1)
    for code in codes.codes.elements { counts[(Int(code) - lowest) / perBin] += 1 }
    return ValueHistogram(lowest: Double(lowest), width: Double(perBin), counts: counts).trimmed
  }

  /// Conductances in 64 bins from zero to the largest one.
  private static func conductances(_ matrix: AnalogMatrix) -> ValueHistogram {
    let planes = matrix.tiles.flatMap { tile in
      [tile.model.description.conductances, tile.model.description.negativeConductances]
        .compactMap { $0?.elements }
    }
    let peak = planes.reduce(0.0) { max($0, $1.max() ?? 0) }
    let bins = 64
    // The largest conductance is inside the last bin, not on its upper edge.
    let width = (peak > 0 ? peak : 1) * (1 + 1e-9) / Double(bins)
    var counts = [Int](repeating: 0, count: bins)
    for plane in planes {
      for conductance in plane { counts[min(max(0, Int(conductance / width)), bins - 1)] += 1 }
    }
    return ValueHistogram(lowest: 0, width: width, counts: counts)
  }
}

import AnalogCore
import CrossbarArray
import Inference
import NeuralNetwork
import NumericKernels
import Units

extension ExperimentRecord {
  /// Voltages and currents of the positive cells of one tile for one input vector.
  public struct VoltageMap: Sendable, Codable, Equatable {
    /// Layer and tile.
    public var layer: String, tile: Int
    /// How the array is driven, as in ARRAY.yaml: `gateDriven` or `voltageDriven`.
    public var topology: String
    /// End of the bit lines that is sensed: `near`, `far` or `both`.
    public var bitLineSense: String
    /// One bit-line segment in ohms, and the read voltage.
    public var bitLineOhms: Double, readVolts: Double
    /// Word lines that the input drives.
    public var activeWordLines: Int
    /// Volts between source line (gateDriven) or word line (voltageDriven) and bit line, by word
    /// line, then bit line.
    public var cellVolts: [[Double]]
    /// Amperes through the same cells; `nil` in results written before they were kept.
    public var cellAmperes: [[Double]]?
  }
}

extension AnalogNetwork {
  /// Voltages and currents in the first tile of the layer that loses most to its wires, the first of
  /// equals, at its strongest input vector of `image`; `nil` without layers.
  func voltageMap(
    _ image: Tensor, _ audits: [LayerAudit]
  ) throws -> ExperimentRecord.VoltageMap? {
    guard let index = Self.worstLayer(audits), audits[index].vectorsPerTile > 0 else { return nil }
    let array = layers[index].matrix.tiles[0].model.description
    let input = try inputVectors(layer: index, tile: 0, image: image, count: 1)
    let cells = try ExactMethod.judge(of: array).solution(input).cells[0]
    let (volts, amperes) = (cells.volts, cells.amperes)
    return ExperimentRecord.VoltageMap(
      layer: audits[index].name, tile: 0,
      topology: array.topology == .voltageDriven ? "voltageDriven" : "gateDriven",
      bitLineSense: array.ends.bitLineSense.rawValue,
      bitLineOhms: array.wires.bitLineSegment.value, readVolts: array.readVoltage.value,
      activeWordLines: input.activeLines(vector: 0),
      cellVolts: (0..<volts.rows).map { Array(volts.row($0)) },
      cellAmperes: (0..<amperes.rows).map { Array(amperes.row($0)) })
  }

  /// Index of the layer with the largest mean drop, the first of equals; those whose circuits were not
  /// solved, as no circuit has negative conductances, come last.
  static func worstLayer(_ audits: [LayerAudit]) -> Int? {
    audits.indices.max { audits[$0].meanDrop ?? -1 < audits[$1].meanDrop ?? -1 }
  }
}

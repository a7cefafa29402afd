import CrossbarArray
import NumericKernels

/// The programmed cells of a matrix, array by array, and everything they depend on. Arrays with the
/// same cells but other wires or converters need not be programmed again.
///
/// Conductances are shared with the arrays they were taken from, not copied.
public struct ProgrammedCells: Sendable {
  private let codes: WeightCodes
  private let hardware: HardwareConfiguration
  private let layer: Int, seed: UInt64
  private let arrays: [ArrayDescription]

  /// The cells of `matrix`, which was programmed with `codes` and not written since.
  public init(_ matrix: AnalogMatrix, codes: WeightCodes) {
    self.codes = codes
    hardware = matrix.hardware.ofCells
    (layer, seed) = (matrix.layer, matrix.seed)
    arrays = matrix.tiles.map(\.model.description)
  }

  /// Approximate memory of the conductances in bytes.
  public var bytes: Int {
    arrays.reduce(0) { sum, array in
      sum + array.conductances.elements.count * (array.negativeConductances == nil ? 8 : 16)
    }
  }

  /// Whether programming `codes` into `hardware` would give these cells.
  public func hold(
    _ codes: WeightCodes, on hardware: HardwareConfiguration, layer: Int, seed: UInt64
  ) -> Bool {
    self.layer == layer && self.seed == seed && self.hardware == hardware.ofCells
      && self.codes == codes
  }

  /// The array of tile `tile` with these cells in another technology.
  func array(ofTile tile: Int, _ technology: ArrayTechnology) -> ArrayDescription {
    let array = arrays[tile]
    return ArrayDescription(
      technology, conductances: array.conductances,
      negativeConductances: array.negativeConductances, pairing: array.pairing)
  }
}

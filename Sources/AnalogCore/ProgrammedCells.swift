import CrossbarArray
import NumericKernels

/// What the cells of a matrix hold, array by array, and all that it depends on: arrays with the same
/// cells in other wires, or behind other converters, need not be programmed again.
///
/// Conductances are shared with the arrays that they were taken from, not copied.
public struct ProgrammedCells: Sendable {
  private let codes: Matrix<Int8>
  private let hardware: HardwareConfiguration
  private let layer: Int, seed: UInt64
  private let arrays: [ArrayDescription]

  /// The cells of `matrix`, which was programmed with `codes` and not written since.
  public init(_ matrix: AnalogMatrix, codes: Matrix<Int8>) {
    self.codes = codes
    hardware = matrix.hardware.ofCells
    (layer, seed) = (matrix.layer, matrix.seed)
    arrays = matrix.tiles.map(\.model.description)
  }

  /// Whether programming `codes` into `hardware` would give these cells.
  public func hold(
    _ codes: Matrix<Int8>, on hardware: HardwareConfiguration, layer: Int, seed: UInt64
  ) -> Bool {
    self.layer == layer && self.seed == seed && self.hardware == hardware.ofCells
      && self.codes == codes
  }

  /// The array of tile `tile` with these cells and another technology.
  func array(ofTile tile: Int, _ technology: ArrayTechnology) -> ArrayDescription {
    let array = arrays[tile]
    return ArrayDescription(
      technology, conductances: array.conductances,
      negativeConductances: array.negativeConductances, pairing: array.pairing)
  }
}

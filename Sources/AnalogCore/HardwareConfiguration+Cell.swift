import CrossbarArray
import NumericKernels
import Units

extension HardwareConfiguration {
  /// The smallest array of this hardware, one cell or interleaved pair that is on. Which methods cover
  /// an array depends on its kind, not on its size.
  public var smallestArray: ArrayDescription {
    let pairing = mapping.pairing
    let one = Matrix(rows: 1, columns: 1, repeating: cell.onConductance.value)
    return ArrayDescription(
      technology(ofInputs: 1), conductances: one,
      negativeConductances: pairing == .interleaved ? one : nil, pairing: pairing ?? .separateLines)
  }
}

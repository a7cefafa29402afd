/// The input range of a converter with a number of bits.
///
/// Values are in units of the integer dot product of a weight slice and an input slice: one level of
/// a cell times one level of an input.
public enum ConverterRange: Sendable, Equatable {
  /// The arrays on which a range is measured.
  public enum Arrays: String, Sendable, Equatable, Codable, CaseIterable {
    /// Cells that hold their targets, without wires, noise and conversions: ranges depend neither on
    /// the seed nor on the size of errors (Xiao et al. 2022 calibrate once, on these).
    case ideal
    /// The arrays as they are, with their errors and wires.
    case programmed
  }

  /// Covers `percent` percent of the magnitudes recorded on calibration inputs; one range per layer
  /// and weight slice, related by powers of two (Xiao et al. 2022, p. 39: 99.98 %).
  case covering(percent: Double, on: Arrays = .programmed)
  /// The range of least mean absolute conversion error on the recorded values, clipping included;
  /// one per layer and weight slice, related by powers of two.
  case leastError(on: Arrays = .programmed)
  /// As `covering`, with a step that is a power of two of a unit, 2 or 1 or ½ …: sums of ideal cells
  /// then lie on codes wherever the step is at most a unit. See `MeasuredRanges.anchored`.
  case anchored(percent: Double, on: Arrays = .programmed)
  /// From `low` to `high` units, the same for all layers and slices. Zero stays a code if it lies
  /// between them: the limits move by at most half a step for it.
  case limits(low: Double, high: Double)
  /// Covers every value that the tile can deliver.
  case maximum
  /// One code per unit of the integer dot product, as far as the bits reach.
  case granular

  /// The part of the recorded magnitudes that it covers; `nil` if it does not say.
  public var percent: Double? {
    switch self {
    case .covering(let percent, _), .anchored(let percent, _): percent
    case .leastError, .limits, .maximum, .granular: nil
    }
  }
}

import AnalogCore
import NumericKernels

extension AnalogNetwork.Layer {
  /// Sets the ranges of the converters, in units, one per weight slice.
  mutating func setConverterRanges(_ ranges: [Float]?) {
    converterRanges = ranges
    matrix.setConverters(matrix.hardware.converter, ranges: ranges)
  }

  /// Sets the ranges that the hardware asks for from magnitudes that its converters saw, by weight
  /// slice.
  mutating func setConverterRanges(recorded: [MagnitudeHistogram]) throws(InferenceError) {
    let specification = matrix.hardware.converter
    let ranges = MeasuredRanges.ranges(
      specification, isBipolar: matrix.isBipolar, recorded: recorded)
    // A subnormal range is the edge of the bin that holds zero: its codes would divide by zero.
    if let percent = specification.range?.percent, let range = ranges?.max() {
      guard recorded.allSatisfy({ $0.maximum == 0 }) || range > 1e-30 else {
        throw .coversNothing(layer: name, key: "converter.range.percent", percent: percent)
      }
    }
    setConverterRanges(ranges)
  }
}

/// Differential and integral nonlinearity of a converter, measured as on the bench: from the number
/// of evenly spaced inputs that give each code (IEEE Std 1241-2010, histogram test, end-point fit).
public struct ConverterLinearity: Sendable {
  /// Width of each code except the two outermost, less the mean width, in mean widths; from the
  /// second-lowest code up.
  public let differential: [Double]
  /// Position of the upper edge of each of these codes against the straight line through the two
  /// outermost edges, in mean widths; the last one is zero.
  public let integral: [Double]

  /// Measures `converter` with `samplesPerCode` inputs per code, without averaging over noise.
  public init(of converter: CircuitConverter, samplesPerCode: Int) {
    precondition(samplesPerCode > 0 && converter.bits > 2, "a histogram needs samples and codes")
    let top = Int(converter.maximumCode)
    var counts = [Int](repeating: 0, count: 2 * top + 1)
    let samples = (2 * top + 4) * samplesPerCode
    for k in 0..<samples {
      // Midway between grid points, so that no sample is a tie of the ideal converter.
      let y = (Double(k) + 0.5) / Double(samplesPerCode) - Double(top + 2)
      counts[Int(converter.code(y, conversion: UInt64(k))) + top] += 1
    }
    let inner = counts[1..<2 * top]
    let mean = Double(inner.reduce(0, +)) / Double(inner.count)
    differential = inner.map { Double($0) / mean - 1 }
    var sum = 0.0
    integral = differential.map { width in
      sum += width
      return sum
    }
  }
}

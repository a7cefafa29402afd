/// Sizes of the outputs of one image, or of their errors.
public struct OutputMagnitudes: Sendable, Equatable, Codable {
  /// Sum of all squares.
  public var squareSum = 0.0
  /// Largest magnitude.
  public var largest: Float = 0
  /// Root of the sum of the squares of each output over its positions; empty for a single output and
  /// for more than `OutputMagnitudes.limit`.
  public var norms: [Float] = []
  /// Largest magnitude of each output; empty like `norms`.
  public var largests: [Float] = []

  /// Outputs that are measured one by one at most: more would cost as much memory as all outputs.
  public static let limit = 1024

  /// No outputs.
  public init() {}

  /// The sizes of values in the order of `axes`.
  init(_ axes: OutputAxes, _ value: (Int) -> Double) {
    let isListed = axes.count > 1 && axes.count <= Self.limit
    for output in 0..<axes.count {
      var sum = 0.0
      var peak = 0.0
      for k in output * axes.positions..<(output + 1) * axes.positions {
        let own = value(k)
        sum += own * own
        peak = max(peak, own.magnitude)
      }
      squareSum += sum
      largest = max(largest, Self.single(peak))
      if isListed {
        norms.append(Self.single(sum.squareRoot()))
        largests.append(Self.single(peak))
      }
    }
  }

  /// The nearest finite number: the difference of two outputs may be larger than any.
  private static func single(_ value: Double) -> Float {
    Float(min(value, Double(Float.greatestFiniteMagnitude)))
  }
}

/// How far the outputs of one image are from those of a digital network.
public struct OutputDeviation: Sendable, Equatable, Codable {
  /// Sizes of the errors.
  public var errors: OutputMagnitudes
  /// Positions at which the largest output is the same; `nil` where none has a meaning.
  public var agreeing: Int?

  /// The errors of `outputs` against `reference`.
  init(_ outputs: [Float], from reference: [Float], axes: OutputAxes) {
    errors = OutputMagnitudes(axes) { Double(outputs[$0]) - Double(reference[$0]) }
    agreeing =
      axes.hasLargest
      ? zip(axes.largest(outputs), axes.largest(reference)).count { $0 == $1 } : nil
  }
}

/// How far computed values stray from a reference: rms, worst, and the rms of the reference.
public struct ErrorStatistics: Sendable, Equatable, Codable {
  /// Number of pairs compared.
  public private(set) var count = 0
  /// Largest magnitude of a difference.
  public private(set) var worst = 0.0
  private var sumOfSquares = 0.0
  private var referenceSumOfSquares = 0.0
  /// Largest magnitude of a reference value.
  public private(set) var referencePeak = 0.0

  /// No pairs yet.
  public init() {}

  /// Adds one pair.
  public mutating func add(_ value: Double, reference: Double) {
    let difference = (value - reference).magnitude
    count += 1
    worst = max(worst, difference)
    sumOfSquares += difference * difference
    referenceSumOfSquares += reference * reference
    referencePeak = max(referencePeak, reference.magnitude)
  }

  /// Adds all pairs of `other`.
  public mutating func merge(_ other: ErrorStatistics) {
    count += other.count
    worst = max(worst, other.worst)
    sumOfSquares += other.sumOfSquares
    referenceSumOfSquares += other.referenceSumOfSquares
    referencePeak = max(referencePeak, other.referencePeak)
  }

  /// Root mean square of the differences.
  public var rms: Double { count == 0 ? 0 : (sumOfSquares / Double(count)).squareRoot() }
  /// Root mean square of the reference values.
  public var referenceRMS: Double {
    count == 0 ? 0 : (referenceSumOfSquares / Double(count)).squareRoot()
  }
  /// `rms / referenceRMS`; zero where the reference vanishes and the differences do too.
  public var relativeRMS: Double { ratio(rms, referenceRMS) }
  /// `worst / referencePeak`; zero where the reference vanishes and the differences do too.
  public var relativeWorst: Double { ratio(worst, referencePeak) }

  private func ratio(_ a: Double, _ b: Double) -> Double { a == 0 ? 0 : a / b }
}

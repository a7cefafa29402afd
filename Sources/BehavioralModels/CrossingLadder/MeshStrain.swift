import CrossbarArray

/// How far vectors take a `CrossingLadder` from what it assumes: that cells follow their curves over the
/// voltages on the bit lines, that the mesh has settled, and that a walk's tangent reaches its end.
struct MeshStrain: Sendable, Equatable {
  let segmentCount: Int
  /// What is left of the read voltage on the blocks' bit lines, least and most of each segment, in read
  /// voltages: `[vectors, segments]` from the far end on.
  private(set) var least: [Float] = [], most: [Float] = []
  /// Largest change of `Q` by the last pass over the mesh, in read voltages, by vector.
  private(set) var lastChanges: [Float] = []
  /// Largest correction of a start that the last walk found and that its tangent does not reach, in read
  /// voltages, by vector; 0 where all walks settled.
  private(set) var corrections: [Float] = []

  var count: Int { lastChanges.count }

  init(segmentCount: Int) { self.segmentCount = segmentCount }

  /// Makes room for `count` vectors of which nothing is known.
  mutating func reset(_ count: Int) {
    least = [Float](repeating: 1, count: count * segmentCount)
    most = [Float](repeating: 0, count: count * segmentCount)
    lastChanges = [Float](repeating: 0, count: count)
    corrections = lastChanges
  }

  /// Adds what the voltages of a vector's bit lines range over in a segment of a plane.
  mutating func add(leastVolts: Float, mostVolts: Float, segment: Int, of vector: Int) {
    let at = vector * segmentCount + segment
    least[at] = min(least[at], 1 - mostVolts)
    most[at] = max(most[at], 1 - leastVolts)
  }

  mutating func add(lastChange: Float, of vector: Int) {
    lastChanges[vector] = max(lastChanges[vector], lastChange)
  }

  mutating func add(correction: Float, of vector: Int) {
    corrections[vector] = max(corrections[vector], correction)
  }
}

/// A model that measures what a vector strains in it while it answers.
protocol StrainedModel: ArrayModel {
  /// The currents of `currents(_:into:)`, bit for bit, and the strain of every vector.
  func currents(
    _ inputs: InputBatch, into amperes: inout [Float], strain: inout MeshStrain?
  ) throws(ArrayError)
}

extension ArrayModel {
  /// The currents of `currents(_:into:)`, and what the vectors strain if this model measures that.
  func strainedCurrents(
    _ inputs: InputBatch, into amperes: inout [Float]
  ) throws(ArrayError) -> MeshStrain? {
    var strain: MeshStrain?
    if let strained = self as? any StrainedModel {
      try strained.currents(inputs, into: &amperes, strain: &strain)
    } else {
      try currents(inputs, into: &amperes)
    }
    return strain
  }
}

extension InputDomain {
  /// Ranges of what the calibration vectors strained in a `CrossingLadder`.
  public struct MeshRanges: Sendable, Equatable, Codable {
    /// What was left of the read voltage on the bit lines of each segment, from the far end on, in read
    /// voltages.
    public var remainders: [ClosedRange<Double>]
    /// Largest change of `Q` by the last pass over the mesh, in read voltages.
    public var lastChange: Double
    /// Largest correction of a start that the tangent of the last walk did not reach, in read voltages.
    public var correction: Double

    /// Sums in single precision differ between processors by that much, in read voltages.
    private static let rounding = 4e-6

    /// The ranges of the calibration vectors; `nil` without any.
    init?(_ strain: MeshStrain) {
      guard strain.count > 0 else { return nil }
      let segments = strain.segmentCount
      remainders = (0..<segments).map { segment in
        let places = stride(from: segment, to: strain.least.count, by: segments)
        return places.reduce(1) {
          min($0, Double(strain.least[$1]))
        }...places.reduce(-.infinity) { max($0, Double(strain.most[$1])) }
      }
      lastChange = strain.lastChanges.reduce(0) { max($0, Double($1)) }
      correction = strain.corrections.reduce(0) { max($0, Double($1)) }
    }

    /// Whether a vector strains no more than that.
    func contain(_ strain: MeshStrain, vector: Int) -> Bool {
      guard strain.segmentCount == remainders.count, strain.count > vector,
        Double(strain.lastChanges[vector]) <= lastChange + Self.rounding,
        Double(strain.corrections[vector]) <= correction + Self.rounding
      else { return false }
      let first = vector * strain.segmentCount
      for (segment, range) in remainders.enumerated() {
        guard Double(strain.least[first + segment]) >= range.lowerBound - Self.rounding,
          Double(strain.most[first + segment]) <= range.upperBound + Self.rounding
        else { return false }
      }
      return true
    }
  }
}

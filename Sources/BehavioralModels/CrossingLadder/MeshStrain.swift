import CrossbarArray

/// How far vectors take a `CrossingLadder` from what it assumes: that cells follow their curves over the
/// voltages on the bit lines, that the mesh has settled, and that a walk's tangent reaches its end.
///
/// Vectors are in lanes, sixteen at a time.
struct MeshStrain: Sendable, Equatable {
  typealias Lanes = SIMD16<Float>

  /// Vectors measured.
  private(set) var count = 0
  let segmentCount: Int
  /// Least and largest voltage of the blocks' bit lines, in read voltages: by sixteen vectors and
  /// segment, from the far end on.
  var leastVolts: [Lanes] = [], mostVolts: [Lanes] = []
  /// Largest change of `Q` by the last pass over the mesh, in read voltages.
  var lastChanges: [Lanes] = []
  /// Largest correction of a start that the last walk found and that its tangent does not reach, in read
  /// voltages; 0 where all walks settled.
  var corrections: [Lanes] = []

  init(segmentCount: Int) { self.segmentCount = segmentCount }

  /// Makes room for `count` vectors of which nothing is known.
  mutating func reset(_ count: Int) {
    self.count = count
    let groups = (count + 15) / 16
    leastVolts = [Lanes](repeating: Lanes(repeating: .infinity), count: groups * segmentCount)
    mostVolts = [Lanes](repeating: Lanes(repeating: -.infinity), count: groups * segmentCount)
    lastChanges = [Lanes](repeating: Lanes(repeating: 0), count: groups)
    corrections = lastChanges
  }

  /// Adds what a plane's mesh has found of a group of sixteen vectors.
  mutating func add(_ mesh: CrossingMeshKernel.Workspace, group: Int) {
    lastChanges[group].raise(to: mesh.lastChange)
    for segment in 0..<segmentCount {
      leastVolts[group * segmentCount + segment].lower(to: mesh.leastVolts[segment])
      mostVolts[group * segmentCount + segment].raise(to: mesh.mostVolts[segment])
    }
  }
}

extension SIMD16 where Scalar == Float {
  // `pointwiseMax` and `pointwiseMin` take lane by lane.
  @inline(__always)
  mutating func raise(to other: SIMD16) { replace(with: other, where: other .> self) }
  @inline(__always)
  mutating func lower(to other: SIMD16) { replace(with: other, where: other .< self) }
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
      func largest(_ lanes: [MeshStrain.Lanes]) -> Double {
        (0..<strain.count).reduce(0) { max($0, Double(lanes[$1 / 16][$1 % 16])) }
      }
      lastChange = largest(strain.lastChanges)
      correction = largest(strain.corrections)
      let segments = strain.segmentCount
      remainders = (0..<segments).map { segment in
        var (low, high) = (Float.infinity, -Float.infinity)
        for vector in 0..<strain.count {
          let at = vector / 16 * segments + segment
          low = min(low, strain.leastVolts[at][vector % 16])
          high = max(high, strain.mostVolts[at][vector % 16])
        }
        return 1 - Double(high)...1 - Double(low)
      }
    }

    /// Whether each vector strains no more than that.
    func contain(_ strain: MeshStrain) -> [Bool] {
      guard strain.segmentCount == remainders.count else {
        return [Bool](repeating: false, count: strain.count)
      }
      func bound(_ value: Double) -> MeshStrain.Lanes { MeshStrain.Lanes(repeating: Float(value)) }
      let change = bound(lastChange + Self.rounding)
      let reach = bound(correction + Self.rounding)
      let limits = remainders.map {
        (bound(1 - $0.upperBound - Self.rounding), bound(1 - $0.lowerBound + Self.rounding))
      }
      var contained: [Bool] = []
      contained.reserveCapacity(strain.count)
      for group in strain.lastChanges.indices {
        var inside = strain.lastChanges[group] .<= change .& strain.corrections[group] .<= reach
        for (segment, (low, high)) in limits.enumerated() {
          let at = group * limits.count + segment
          let isWithin = (strain.leastVolts[at] .>= low) .& (strain.mostVolts[at] .<= high)
          inside .&= isWithin
        }
        for lane in 0..<min(16, strain.count - 16 * group) { contained.append(inside[lane]) }
      }
      return contained
    }
  }

  /// Whether each vector, and what it strains in a model that measures that, lies within the ranges seen
  /// in calibration.
  func contains(_ inputs: InputBatch, strain: MeshStrain?) -> [Bool] {
    guard let mesh else { return (0..<inputs.count).map { contains(inputs, vector: $0) } }
    guard let strain else { return [Bool](repeating: false, count: inputs.count) }
    return mesh.contain(strain).enumerated().map { $1 && contains(inputs, vector: $0) }
  }
}

/// Parameters of a `CrossingLadder`: how coarse its mesh is and two factors fitted to exact solves.
public struct CoarseMesh: Sendable, Equatable, Codable {
  /// Runs of word lines that share the bit-line voltages that their source lines see.
  public var segmentCount: Int
  /// Solutions of the bit lines and the source lines of the mesh in turn.
  public var passes: Int
  /// Corrections `Q (1 + gain + bend Q)` of what the mesh finds.
  public var gain = 0.0, bend = 0.0

  /// A mesh without corrections.
  public init(segmentCount: Int, passes: Int) {
    precondition(segmentCount > 0 && passes > 0, "a mesh has segments and is solved")
    self.segmentCount = segmentCount
    self.passes = passes
  }

  /// Blocks of neighboring bit lines, at most.
  static let blockCount = 16

  /// Meshes so coarse that they cost little beside the walk, for wires that hardly matter; cheapest
  /// first. Calibration takes one only where its error is `margin` times below what is asked.
  static func coarse(wordLines: Int) -> [CoarseMesh] {
    [(2, 1), (4, 1)].filter { $0.0 <= wordLines }.map {
      CoarseMesh(segmentCount: $0.0, passes: $0.1)
    }
  }

  /// See `coarse(wordLines:)`.
  static let margin = 10.0

  /// Meshes that calibration tries for an array of that many word lines, cheapest first.
  static func candidates(wordLines: Int) -> [CoarseMesh] {
    var tried: [CoarseMesh] = []
    for (segments, passes) in [(8, 2), (16, 3), (32, 3)] {
      let mesh = CoarseMesh(segmentCount: min(segments, wordLines), passes: passes)
      if tried.last?.segmentCount != mesh.segmentCount { tried.append(mesh) }
    }
    return tried
  }
}

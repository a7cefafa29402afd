import NumericKernels

/// One number per input vector: the lanes that a pass over an array works on at once.
///
/// `Double` itself is the lane of a single vector. No operation mixes lanes, so a vector's digits
/// do not depend on the width.
protocol LineLanes: Sendable {
  static var width: Int { get }
  static func all(_ value: Double) -> Self
  static func + (a: Self, b: Self) -> Self
  static func - (a: Self, b: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  static func / (a: Self, b: Self) -> Self
  static prefix func - (a: Self) -> Self
  /// `c + a b`.
  static func fused(_ a: Self, _ b: Self, _ c: Self) -> Self
  var magnitude: Self { get }
  /// The larger value of every lane; of a lane with NaN, either.
  static func larger(_ a: Self, _ b: Self) -> Self
  /// `1 / a`, or 0 if `a` is not above 0: an unconnected node stays at 0 V.
  var pivotInverse: Self { get }
  /// Where work arrays of these lanes are kept between solves.
  static var keptWorkspaces: LineWorkspacePool.Place<Self> { get }
  func value(ofLane lane: Int) -> Double
  mutating func setValue(_ value: Double, ofLane lane: Int)
}

extension LineLanes {
  @inline(__always) static var none: Self { all(0) }

  /// The value of one vector. Not a protocol requirement: Swift 6.3.1 miscompiles a witness that
  /// modifies in place where the lanes are not known to the compiler.
  @inline(__always) subscript(lane lane: Int) -> Double {
    get { value(ofLane: lane) }
    set { setValue(newValue, ofLane: lane) }
  }
}

extension Double: LineLanes {
  static var width: Int { 1 }
  static var keptWorkspaces: LineWorkspacePool.Place<Self> { \.singles }
  @inline(__always) static func all(_ value: Double) -> Double { value }
  @inline(__always) static func fused(_ a: Double, _ b: Double, _ c: Double) -> Double {
    multiplyAdd(a, b, c)
  }
  @inline(__always) static func larger(_ a: Double, _ b: Double) -> Double { b > a ? b : a }
  @inline(__always) var pivotInverse: Double { self > 0 ? 1 / self : 0 }
  @inline(__always) func value(ofLane lane: Int) -> Double { self }
  @inline(__always) mutating func setValue(_ value: Double, ofLane lane: Int) { self = value }
}

extension SIMD where Scalar == Double {
  @inline(__always) static func all(_ value: Double) -> Self { Self(repeating: value) }
  @inline(__always) static func fused(_ a: Self, _ b: Self, _ c: Self) -> Self {
    multiplyAdd(a, b, c)
  }
  @inline(__always) var magnitude: Self { replacing(with: -self, where: self .< 0) }
  @inline(__always) static func larger(_ a: Self, _ b: Self) -> Self {
    a.replacing(with: b, where: b .> a)
  }
  @inline(__always) var pivotInverse: Self {
    Self(repeating: 0).replacing(with: 1 / self, where: self .> 0)
  }
  @inline(__always) func value(ofLane lane: Int) -> Double { self[lane] }
  @inline(__always) mutating func setValue(_ value: Double, ofLane lane: Int) {
    self[lane] = value
  }
}

extension SIMD2: LineLanes where Scalar == Double {
  static var width: Int { 2 }
  static var keptWorkspaces: LineWorkspacePool.Place<Self> { \.pairs }
}

extension SIMD4: LineLanes where Scalar == Double {
  static var width: Int { 4 }
  static var keptWorkspaces: LineWorkspacePool.Place<Self> { \.fours }
}

extension SIMD8: LineLanes where Scalar == Double {
  static var width: Int { 8 }
  static var keptWorkspaces: LineWorkspacePool.Place<Self> { \.eights }
}

/// How a stored value is read as lanes: one value for all vectors, or one per vector.
protocol LineReader<Lanes> {
  associatedtype Lanes: LineLanes
  associatedtype Element: Sendable
  static func lanes(_ element: Element) -> Lanes
}

/// A value that all vectors of a batch share.
enum SharedReader<Lanes: LineLanes>: LineReader {
  @inline(__always) static func lanes(_ element: Double) -> Lanes { .all(element) }
}

/// A value per vector.
enum LaneReader<Lanes: LineLanes>: LineReader {
  @inline(__always) static func lanes(_ element: Lanes) -> Lanes { element }
}

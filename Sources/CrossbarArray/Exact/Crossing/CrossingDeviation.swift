import NumericKernels

/// What cells on crossing lines carry beyond the product of their slope at the read voltage and their
/// voltage.
protocol CrossingDeviation<V>: Sendable {
  associatedtype V: SIMD & Sendable where V.Scalar: BinaryFloatingPoint & Sendable
  /// Whether there is none.
  static var isNone: Bool { get }
  /// Amperes of the cells of vector `index` of an array, `[rows, vectors of a row]`, at `volts` across
  /// them with their bit lines at `bitLine`.
  func amperes(_ index: Int, volts: V, bitLine: V) -> V
  /// Volts across the cells of vector `index` that are worth `amperes` by their slope.
  func volts(_ index: Int, amperes: V) -> V
}

/// Cells that are resistors.
struct NoDeviation<V: SIMD & Sendable>: CrossingDeviation
where V.Scalar: BinaryFloatingPoint & Sendable {
  static var isNone: Bool { true }
  @inline(__always)
  func amperes(_ index: Int, volts: V, bitLine: V) -> V { V(repeating: 0) }
  @inline(__always)
  func volts(_ index: Int, amperes: V) -> V { V(repeating: 0) }
}

/// `c + a b` lane by lane.
///
/// One rounding where the build says that the machine has a fused multiply-add (`make` does, and
/// every arm64 machine has it); elsewhere two, because the fused form would be a library call per
/// lane. Machine flags are recorded with results: the last digit may differ.
@inlinable @inline(__always)
public func multiplyAdd<V: SIMD>(_ a: V, _ b: V, _ c: V) -> V where V.Scalar: FloatingPoint {
  #if TILESPICE_FMA || arch(arm64)
    c.addingProduct(a, b)
  #else
    c + a * b
  #endif
}

/// Scalar twin of the SIMD form.
@inlinable @inline(__always)
public func multiplyAdd<T: FloatingPoint>(_ a: T, _ b: T, _ c: T) -> T {
  #if TILESPICE_FMA || arch(arm64)
    c.addingProduct(a, b)
  #else
    c + a * b
  #endif
}

import Foundation

/// `sinh x` and `cosh x` for `x ≥ 0` from one exponential, to a few units in the last place.
@inline(__always)
func hyperbolicFunctions(_ x: Double) -> (sinh: Double, cosh: Double) {
  // exp x − 1 keeps the digits of small x.
  let m = expm1(x)
  guard m < 1e16 else { return (0.5 * m, 0.5 * m) }
  let inverse = 1 / (m + 1)
  return (0.5 * (m + m * inverse), 1 + 0.5 * m * m * inverse)
}

import Foundation

extension SmallSignalRun.Phasor {
  /// The root with a real part that is not negative.
  var squareRoot: Self {
    let size = magnitude
    guard size > 0 else { return Self() }
    // The larger part first: the smaller one would lose its digits.
    let larger = ((size + abs(real)) / 2).squareRoot()
    let smaller = abs(imaginary) / (2 * larger)
    let sign = imaginary < 0 ? -1.0 : 1
    return real >= 0
      ? Self(real: larger, imaginary: sign * smaller)
      : Self(real: smaller, imaginary: sign * larger)
  }

  var exponential: Self {
    let size = exp(real)
    return Self(real: size * cos(imaginary), imaginary: size * sin(imaginary))
  }

  static func * (factor: Double, b: Self) -> Self {
    Self(real: factor * b.real, imaginary: factor * b.imaginary)
  }
}

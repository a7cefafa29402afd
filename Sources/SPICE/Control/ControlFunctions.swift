import Foundation
import NumericKernels

/// Functions of whole vectors, which commands have beyond those of formulas.
enum ControlFunction: String, CaseIterable {
  case mag, magnitude, ph, phase, cph, unwrap, db, real, re, imag, im, conj, j
  case length, vector, unitvec, mean, avg, stddev, vecmax, maximum, vecmin, minimum
  case norm, deriv, integ, sum
  /// Spectra and what they are of.
  case fft, ifft
  /// Random numbers: even between −1 and 1, normal with deviation 1, integers from zero.
  case sunif, sgauss, rnd

  /// - Parameters:
  ///   - scale: The scale of the present plot, for derivatives and integrals.
  ///   - inDegrees: Whether phases are in degrees (`set units=degrees`).
  /// - Returns: `nil` if the vector is not one that the function takes.
  func value(_ x: ControlVector, scale: ControlVector?, inDegrees: Bool) -> ControlVector? {
    let angle = inDegrees ? 180 / Double.pi : 1
    guard x.count > 0 || self == .length else { return nil }
    switch self {
    case .mag, .magnitude: return x.reals { $0.magnitude }
    case .ph, .phase: return x.reals(kind: "phase") { $0.phase * angle }
    case .cph: return Self.continuous(x.reals { $0.phase }, turn: 2 * .pi, factor: angle)
    case .unwrap: return Self.continuous(x, turn: inDegrees ? 360 : 2 * .pi, factor: 1)
    case .db: return x.reals(kind: "decibel") { 20 * log10($0.magnitude) }
    case .real, .re: return x.reals { $0.real }
    case .imag, .im: return x.reals { $0.imaginary }
    case .conj: return x.map { .init(real: $0.real, imaginary: -$0.imaginary) }
    case .j:
      return ControlVector(count: x.count, isComplex: true) {
        .init(real: -x[$0].imaginary, imaginary: x[$0].real)
      }
    case .length: return ControlVector(Double(x.count))
    case .vector, .unitvec:
      let count = x.real[0]
      guard count >= 1, count <= Double(ControlVector.lengthLimit) else { return nil }
      return ControlVector((0..<Int(count)).map { self == .unitvec ? 1 : Double($0) })
    case .mean, .avg: return ControlVector(Self.mean(x.real), x.imaginary.map { Self.mean($0) })
    case .sum:
      return ControlVector([x.real.reduce(0, +)], x.imaginary.map { [$0.reduce(0, +)] })
    case .stddev:
      guard !x.isComplex, x.count > 1 else { return nil }
      let mean = x.real.reduce(0, +) / Double(x.count)
      let squares = x.real.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return ControlVector((squares / Double(x.count - 1)).squareRoot())
    case .vecmax, .maximum: return ControlVector(x.reals(Self.size(x)).real.max() ?? .nan)
    case .vecmin, .minimum: return ControlVector(x.reals(Self.size(x)).real.min() ?? .nan)
    case .sunif, .sgauss, .rnd: return nil
    case .norm:
      guard let peak = x.reals({ $0.magnitude }).real.max(), peak > 0 else { return nil }
      return x.map { .init(real: $0.real / peak, imaginary: $0.imaginary / peak) }
    case .fft: return FourierTransform.spectrum(x)
    case .ifft: return FourierTransform.signal(x, count: scale?.count)
    case .deriv, .integ:
      guard let scale, !x.isComplex, scale.count == x.count, x.count > 1 else { return nil }
      return self == .deriv
        ? Self.derivative(x.real, scale.real) : Self.integral(x.real, scale.real)
    }
  }

  /// As many random numbers as `x` has values; `nil` for functions that are not random.
  func random(_ x: ControlVector, using random: inout RandomStream) -> ControlVector? {
    guard [.sunif, .sgauss, .rnd].contains(self), x.count > 0 else { return nil }
    return ControlVector(
      x.real.map { bound in
        switch self {
        case .sunif: return Double.random(in: -1...1, using: &random)
        case .sgauss:
          // Box and Muller (Ann. Math. Stat. 29, 1958).
          let radius = (-2 * log(1 - Double.random(in: 0..<1, using: &random))).squareRoot()
          return radius * cos(2 * .pi * Double.random(in: 0..<1, using: &random))
        default:
          return bound >= 1 ? (Double.random(in: 0..<1, using: &random) * bound).rounded(.down) : 0
        }
      })
  }

  /// Complex values are compared by magnitude.
  private static func size(_ x: ControlVector) -> (ControlVector.Complex) -> Double {
    x.isComplex ? { $0.magnitude } : { $0.real }
  }

  private static func mean(_ values: [Double]) -> [Double] {
    [values.reduce(0, +) / Double(values.count)]
  }

  /// Angles without jumps of a turn.
  private static func continuous(
    _ x: ControlVector, turn: Double, factor: Double
  ) -> ControlVector {
    var (turns, last) = (0.0, x.real[0])
    return x.reals(kind: "phase") { value in
      turns -= ((value.real - last) / turn).rounded()
      last = value.real
      return (value.real + turns * turn) * factor
    }
  }

  /// Three-point differences, exact for parabolas; at the ends those of the first and last three.
  private static func derivative(_ y: [Double], _ x: [Double]) -> ControlVector {
    let last = y.count - 1
    guard last >= 2 else {
      let slope = (y[1] - y[0]) / (x[1] - x[0])
      return ControlVector([slope, slope])
    }
    return ControlVector(
      y.indices.map { k in
        let m = min(max(k, 1), last - 1)
        let (left, right) = (x[m] - x[m - 1], x[m + 1] - x[m])
        let (s0, s1) = ((y[m] - y[m - 1]) / left, (y[m + 1] - y[m]) / right)
        let curvature = (s1 - s0) / (left + right)
        return s0 + curvature * (2 * x[k] - x[m - 1] - x[m])
      })
  }

  /// Trapezoids from the first point on.
  private static func integral(_ y: [Double], _ x: [Double]) -> ControlVector {
    var sum = 0.0
    return ControlVector(
      y.indices.map { k in
        if k > 0 { sum += (x[k] - x[k - 1]) * (y[k] + y[k - 1]) / 2 }
        return sum
      })
  }
}

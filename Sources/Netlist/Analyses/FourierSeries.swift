import Foundation

/// Harmonics of the last period of a signal: `Σ magnitude sin(2π n f t + phase)`, with time from the
/// beginning of that period, as SPICE has it.
public struct FourierSeries: Sendable {
  /// Of harmonic n, from 0, the mean, to 9.
  public private(set) var magnitudes: [Double] = []
  /// In degrees.
  public private(set) var phases: [Double] = []

  /// Harmonics that are computed, the mean among them.
  public static let count = 10

  /// The harmonics of straight lines between points, integrated exactly; `nil` if the signal is
  /// shorter than a period.
  ///
  /// - Parameters:
  ///   - seconds: Times in order.
  ///   - values: One per time.
  ///   - hertz: The fundamental frequency, positive.
  public init?(seconds: [Double], values: [Double], hertz: Double) {
    let period = 1 / hertz
    guard let first = seconds.first, let last = seconds.last, seconds.count == values.count,
      seconds.count > 1, last - first >= period * (1 - 1e-9)
    else { return nil }
    let start = max(last - period, first)
    var points: [(time: Double, value: Double)] = []
    for k in seconds.indices.dropFirst() where seconds[k] > start {
      let (t0, t1) = (seconds[k - 1], seconds[k])
      guard t1 > t0 else { continue }
      if points.isEmpty {
        let share = (start - t0) / (t1 - t0)
        points.append((0, values[k - 1] + share * (values[k] - values[k - 1])))
      }
      points.append((t1 - start, values[k]))
    }
    for harmonic in 0..<Self.count {
      let (cosine, sine) = Self.integrals(points, 2 * .pi * Double(harmonic) * hertz)
      let (a, b) = (2 * cosine * hertz, 2 * sine * hertz)
      magnitudes.append(harmonic == 0 ? a / 2 : hypot(a, b))
      phases.append(harmonic == 0 ? 0 : atan2(a, b) * 180 / .pi)
    }
  }

  /// Distortion in percent: the harmonics from the second on against the first.
  public var distortionPercent: Double {
    let squares = magnitudes.dropFirst(2).reduce(0) { $0 + $1 * $1 }
    return 100 * squares.squareRoot() / magnitudes[1]
  }

  /// `∫ y cos ωt dt` and `∫ y sin ωt dt` over straight lines.
  private static func integrals(
    _ points: [(time: Double, value: Double)], _ omega: Double
  ) -> (cosine: Double, sine: Double) {
    var (cosine, sine) = (0.0, 0.0)
    for k in points.indices.dropFirst() {
      let (t0, y0) = points[k - 1]
      let (t1, y1) = points[k]
      let (width, angle) = (t1 - t0, omega * (t1 - t0))
      // About the middle: mean and half the rise, times the transforms of a box and of a ramp.
      let (mean, rise, middle) = ((y0 + y1) / 2, (y1 - y0) / 2, omega * (t0 + t1) / 2)
      let half = angle / 2
      // Where the quotients cancel, their series.
      let box = abs(half) < 1e-4 ? 1 - half * half / 6 : sin(half) / half
      let ramp =
        abs(half) < 0.05
        ? half / 3 - half * half * half / 30 : (sin(half) - half * cos(half)) / (half * half)
      cosine += width * (mean * box * cos(middle) - rise * ramp * sin(middle))
      sine += width * (mean * box * sin(middle) + rise * ramp * cos(middle))
    }
    return (cosine, sine)
  }
}

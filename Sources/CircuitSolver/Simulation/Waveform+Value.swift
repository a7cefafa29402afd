import Foundation
import Netlist

extension Waveform {
  /// Its value at `seconds` (SPICE3f5 manual, section 3.2.1).
  func value(at seconds: Double) -> Double {
    switch self {
    case .pulse(let initial, let pulsed, let delay, let rise, let fall, let width, let period):
      var t = seconds - delay
      guard t > 0 else { return initial }
      if period.isFinite, period > 0 { t -= period * (t / period).rounded(.down) }
      if t < rise { return initial + (pulsed - initial) * t / rise }
      if t <= rise + width { return pulsed }
      if t < rise + width + fall {
        return pulsed + (initial - pulsed) * (t - rise - width) / fall
      }
      return initial
    case .sine(let offset, let amplitude, let hertz, let delay, let damping, let phase):
      let radians = phase * .pi / 180
      let t = seconds - delay
      guard t > 0 else { return offset + amplitude * sin(radians) }
      return offset + amplitude * sin(2 * .pi * hertz * t + radians) * exp(-t * damping)
    case .exponential(
      let initial, let pulsed, let riseDelay, let riseSeconds, let fallDelay, let fallSeconds):
      var value = initial
      if seconds > riseDelay {
        value -= (pulsed - initial) * expm1(-(seconds - riseDelay) / riseSeconds)
      }
      if seconds > fallDelay {
        value -= (initial - pulsed) * expm1(-(seconds - fallDelay) / fallSeconds)
      }
      return value
    case .amplitudeModulated(
      let amplitude, let offset, let signal, let carrier, let delay, let phase):
      let t = seconds - delay
      guard t > 0 else { return 0 }
      let radians = phase * .pi / 180
      return amplitude * (offset + sin(2 * .pi * signal * t + radians))
        * sin(2 * .pi * carrier * t + radians)
    case .frequencyModulated(
      let offset, let amplitude, let carrier, let index, let signal, let first, let second):
      let inner = index * sin(2 * .pi * signal * seconds + second * .pi / 180)
      return offset + amplitude * sin(2 * .pi * carrier * seconds + first * .pi / 180 + inner)
    case .piecewiseLinear(let times, let values):
      guard let first = times.first, seconds > first else { return values.first ?? 0 }
      guard let next = times.firstIndex(where: { $0 >= seconds }) else {
        return values[values.count - 1]
      }
      let fraction = (seconds - times[next - 1]) / (times[next] - times[next - 1])
      return values[next - 1] + (values[next] - values[next - 1]) * fraction
    }
  }

  /// The first corner after `seconds`, where the slope jumps; `nil` if there is none.
  func corner(after seconds: Double) -> Double? {
    switch self {
    case .pulse(_, _, let delay, let rise, let fall, let width, let period):
      let corners = [0, rise, rise + width, rise + width + fall]
      if seconds < delay { return delay }
      guard period.isFinite, period > 0 else {
        return corners.lazy.map { delay + $0 }.first { $0 > seconds }
      }
      let cycle = ((seconds - delay) / period).rounded(.down)
      for turn in [cycle, cycle + 1] {
        let start = delay + turn * period
        for corner in corners where corner < period && start + corner > seconds {
          return start + corner
        }
      }
      return nil
    case .amplitudeModulated(_, _, _, _, let delay, _): return delay > seconds ? delay : nil
    case .frequencyModulated: return nil
    case .sine(_, _, _, let delay, _, _): return delay > seconds ? delay : nil
    case .exponential(_, _, let riseDelay, _, let fallDelay, _):
      return [riseDelay, fallDelay].filter { $0 > seconds }.min()
    case .piecewiseLinear(let times, _): return times.first { $0 > seconds }
    }
  }

  /// How many corners there are in a second, in the long run.
  var cornersPerSecond: Double {
    guard case .pulse(_, _, _, _, _, _, let period) = self, period > 0 else { return 0 }
    return 4 / period
  }

  /// The longest time step that still shows its course; infinite where corners do.
  var longestStep: Double {
    let fastest: Double
    switch self {
    case .sine(_, _, let hertz, _, _, _): fastest = hertz
    case .amplitudeModulated(_, _, let signal, let carrier, _, _): fastest = signal + carrier
    case .frequencyModulated(_, _, let carrier, let index, let signal, _, _):
      fastest = carrier + abs(index) * signal
    default: return .infinity
    }
    return fastest > 0 ? 0.05 / fastest : .infinity
  }
}

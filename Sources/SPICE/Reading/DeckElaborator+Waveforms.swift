import Foundation
import Netlist

/// Courses of sources over time.
extension DeckElaborator {
  /// The course that a keyword begins; `index` moves behind it.
  mutating func waveform(
    _ kind: String, _ place: Range<Int>, _ index: inout Int, _ instance: DeckInstance
  ) throws(CardFault) -> Waveform {
    let all = tokens.tokens
    var isOpen = false
    // Points may have parentheses of their own.
    var depth = 0
    if index < all.count, all[index].kind == .equals { index += 1 }
    if index < all.count, all[index].kind == .open {
      isOpen = true
      index += 1
    }
    let first = index
    var values: [Double] = []
    while index < all.count {
      let token = all[index]
      // A parenthesis that the course did not open is around more than it.
      if token.kind == .close, !isOpen { break }
      if token.kind == .close || token.kind == .comma || token.kind == .open {
        index += 1
        if token.kind == .open { depth += 1 }
        if token.kind == .close {
          if depth == 0 { break }
          depth -= 1
        }
        continue
      }
      if index + 1 < all.count, all[index + 1].kind == .equals { break }
      if !isOpen, !isValue(token, instance) { break }
      values.append(try value(token, instance))
      index += 1
    }
    guard !isOpen || (index > first && all[index - 1].kind == .close) else {
      throw CardFault(.unbalanced, place)
    }
    let whole = place.lowerBound..<all[index - 1].outerRange.upperBound
    switch kind {
    case "pulse": return try pulse(values, whole)
    case "sin", "sine": return try sine(values, whole)
    case "exp": return try exponential(values, whole)
    case "am": return try amplitudeModulated(values, whole)
    case "sffm": return try frequencyModulated(values, whole)
    default:
      var delay = 0.0
      var repeated: (seconds: Double, place: Range<Int>)?
      // `TD=` and `R=` of HSPICE and ngspice.
      while index + 2 < all.count, all[index].kind == .word, all[index + 1].kind == .equals {
        if DeckStructure.folded(text, all[index].range) == "td" {
          delay = try value(all[index + 2], instance)
        } else if DeckStructure.folded(text, all[index].range) == "r" {
          let seconds = try value(all[index + 2], instance)
          repeated = seconds < 0 ? nil : (seconds, all[index + 2].outerRange)
        } else {
          try unsupported(CardFault(.unsupportedParameter, all[index].range))
        }
        index += 3
      }
      if let repeated { values = try self.repeated(values, from: repeated.seconds, repeated.place) }
      return try piecewiseLinear(values, delay, whole)
    }
  }

  private func require(
    _ condition: Bool, _ reason: DeckFault.Reason, _ place: Range<Int>
  ) throws(CardFault) {
    guard condition else { throw CardFault(reason, place) }
  }

  /// Missing or zero times take their values from `.tran`, as in SPICE.
  private func pulse(_ x: [Double], _ place: Range<Int>) throws(CardFault) -> Waveform {
    try require(x.count >= 2, .missingFields, place)
    try require(x.count <= 8, .unexpectedText, place)
    func time(_ k: Int, _ preset: Double) -> Double { k < x.count && x[k] != 0 ? x[k] : preset }
    let (step, stop) = (transient?.step ?? 0, transient?.stop ?? .infinity)
    try require(x.dropFirst(3).allSatisfy { $0 >= 0 }, .parameterOutOfRange, place)
    let (delay, rise, fall) = (x.count > 2 ? x[2] : 0, time(3, step), time(4, step))
    let (width, period) = (time(5, stop), time(6, .infinity))
    guard x.count == 8, x[7] != 0 else {
      return .pulse(
        initial: x[0], pulsed: x[1], delay: delay, rise: rise, fall: fall, width: width,
        period: period)
    }
    return try pulses(x, delay, [rise, width, fall], period, place)
  }

  /// As many pulses as an eighth value says, corner by corner.
  private func pulses(
    _ x: [Double], _ delay: Double, _ parts: [Double], _ period: Double, _ place: Range<Int>
  ) throws(CardFault) -> Waveform {
    let count = x[7]
    try require(count >= 1 && count <= 100_000, .parameterOutOfRange, place)
    let width = parts[0] + parts[1] + parts[2]
    let (turns, length) = period.isFinite ? (Int(count), max(period, width)) : (1, width)
    var (seconds, values): ([Double], [Double]) = ([], [])
    for turn in 0..<turns {
      let start = delay + Double(turn) * length
      let corners = [
        (start, x[0]), (start + parts[0], x[1]), (start + parts[0] + parts[1], x[1]),
        (start + width, x[0]),
      ]
      for (second, value) in corners where second > seconds.last ?? -.infinity {
        seconds.append(second)
        values.append(value)
      }
    }
    try require(seconds.allSatisfy(\.isFinite), .parameterOutOfRange, place)
    return .piecewiseLinear(seconds: seconds, values: values)
  }

  private func sine(_ x: [Double], _ place: Range<Int>) throws(CardFault) -> Waveform {
    try require(x.count >= 2, .missingFields, place)
    try require(x.count <= 6, .unexpectedText, place)
    func field(_ k: Int) -> Double { k < x.count ? x[k] : 0 }
    var hertz = field(2)
    if hertz == 0, let stop = transient?.stop { hertz = 1 / stop }
    try require(hertz >= 0 && hertz.isFinite, .parameterOutOfRange, place)
    return .sine(
      offset: x[0], amplitude: x[1], hertz: hertz, delay: field(3), damping: field(4),
      phaseDegrees: field(5))
  }

  /// Missing frequencies are those of the analysis, as in SPICE.
  private func amplitudeModulated(
    _ x: [Double], _ place: Range<Int>
  ) throws(CardFault) -> Waveform {
    let v = try modulated(x, presets: [0, 0, 1 / (transient?.stop ?? 1), 0, 0, 0], place)
    try require(v[2] >= 0 && v[3] >= 0, .parameterOutOfRange, place)
    return .amplitudeModulated(
      amplitude: v[0], offset: v[1], signalHertz: v[2], carrierHertz: v[3], delay: v[4],
      phaseDegrees: v[5])
  }

  private func frequencyModulated(
    _ x: [Double], _ place: Range<Int>
  ) throws(CardFault) -> Waveform {
    let hertz = 1 / (transient?.stop ?? 1)
    let v = try modulated(x, presets: [0, 0, hertz, 0, hertz, 0, 0], place)
    try require(v[2] >= 0 && v[4] >= 0, .parameterOutOfRange, place)
    return .frequencyModulated(
      offset: v[0], amplitude: v[1], carrierHertz: v[2], index: v[3], signalHertz: v[4],
      carrierDegrees: v[5], signalDegrees: v[6])
  }

  /// The values of a modulated course: at least two, and presets for those that are missing or zero.
  private func modulated(
    _ x: [Double], presets: [Double], _ place: Range<Int>
  ) throws(CardFault) -> [Double] {
    try require(x.count >= 2, .missingFields, place)
    try require(x.count <= presets.count, .unexpectedText, place)
    return presets.indices.map { $0 < x.count && x[$0] != 0 ? x[$0] : presets[$0] }
  }

  private func exponential(_ x: [Double], _ place: Range<Int>) throws(CardFault) -> Waveform {
    try require(x.count >= 2, .missingFields, place)
    try require(x.count <= 6, .unexpectedText, place)
    let step = transient?.step ?? 0
    func time(_ k: Int, _ preset: Double) -> Double { k < x.count && x[k] != 0 ? x[k] : preset }
    let riseDelay = time(2, step)
    let (rise, fall) = (time(3, step), time(5, step))
    try require(rise >= 0 && fall >= 0, .parameterOutOfRange, place)
    return .exponential(
      initial: x[0], pulsed: x[1], riseDelay: riseDelay, riseSeconds: rise,
      fallDelay: time(4, riseDelay + step), fallSeconds: fall)
  }

  /// A course whose part from a time on comes again and again, up to the end of the transient.
  private func repeated(
    _ x: [Double], from start: Double, _ place: Range<Int>
  ) throws(CardFault) -> [Double] {
    guard x.count >= 4, x.count % 2 == 0, let stop = transient?.stop else { return x }
    let seconds = stride(from: 0, to: x.count, by: 2).map { x[$0] }
    let end = seconds[seconds.count - 1]
    let first = seconds.firstIndex { $0 >= start * (1 - 1e-12) }
    guard let first, first < seconds.count - 1, end > seconds[first] else {
      throw CardFault(.parameterOutOfRange, place)
    }
    let period = end - seconds[first]
    let turns = max(0, ((stop - end) / period).rounded(.up))
    guard turns * Double(seconds.count - first) <= 100_000 else {
      throw CardFault(.parameterOutOfRange, place)
    }
    var whole = x
    // The last value of a turn and the first of the next are an edge where they differ.
    for turn in 0..<Int(turns) {
      for k in first..<seconds.count {
        let isSame = k == first && x[2 * k + 1] == whole[whole.count - 1]
        if isSame { continue }
        whole += [seconds[k] + Double(turn + 1) * period, x[2 * k + 1]]
      }
    }
    return whole
  }

  private mutating func piecewiseLinear(
    _ x: [Double], _ delay: Double, _ place: Range<Int>
  ) throws(CardFault) -> Waveform {
    try require(x.count >= 2 && x.count % 2 == 0, .missingFields, place)
    let seconds = stride(from: 0, to: x.count, by: 2).map { x[$0] + delay }
    let values = stride(from: 1, to: x.count, by: 2).map { x[$0] }
    for k in seconds.indices.dropFirst() where !(seconds[k] > seconds[k - 1]) {
      try require(seconds[k] == seconds[k - 1], .timesNotGrowing, place)
      if values[k] != values[k - 1] { warn(CardFault(.verticalEdge, place)) }
    }
    return .piecewiseLinear(seconds: seconds, values: values)
  }
}

extension Waveform {
  /// The value at time zero.
  var initialValue: Double {
    switch self {
    case .pulse(let initial, let pulsed, let delay, let rise, _, _, _):
      if delay >= 0 { return initial }
      return -delay >= rise ? pulsed : initial - (pulsed - initial) * delay / rise
    case .sine(let offset, let amplitude, _, _, _, let phase):
      return offset + amplitude * sin(phase * .pi / 180)
    case .exponential(let initial, _, _, _, _, _): return initial
    case .amplitudeModulated(
      let amplitude, let offset, let signal, let carrier, let delay, let phase):
      guard delay < 0 else { return 0 }
      let radians = phase * .pi / 180
      return amplitude * (offset + sin(-2 * .pi * signal * delay + radians))
        * sin(-2 * .pi * carrier * delay + radians)
    case .frequencyModulated(
      let offset, let amplitude, _, let index, _, let first, let second):
      return offset
        + amplitude * sin(first * .pi / 180 + index * sin(second * .pi / 180))
    case .piecewiseLinear(let seconds, let values):
      guard let later = seconds.firstIndex(where: { $0 > 0 }) else {
        return values[values.count - 1]
      }
      guard later > 0 else { return values[0] }
      let (t0, t1) = (seconds[later - 1], seconds[later])
      return values[later - 1] + (values[later] - values[later - 1]) * (0 - t0) / (t1 - t0)
    }
  }
}

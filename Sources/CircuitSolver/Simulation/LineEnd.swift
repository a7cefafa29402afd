import Foundation
import Netlist

/// Factors by which exponentially weighted means, `x' = p (u − x)`, go over a step on which `u` is a
/// straight line: `x⁺ = e x + α u + β u⁺`.
struct LineDecay: Sendable {
  var kept: [Double] = [], before: [Double] = [], now: [Double] = []

  init(_ poles: [Double], _ step: Double) {
    for pole in poles {
      let x = pole * step
      let left = exp(-x)
      kept.append(left)
      if x < 1e-4 {
        before.append(x / 2 - x * x / 3 + x * x * x / 8)
        now.append(x / 2 - x * x / 6 + x * x * x / 24)
      } else {
        let mean = -expm1(-x) / x
        before.append(mean - left)
        now.append(1 - mean)
      }
    }
  }
}

/// The decays of a mode's three functions over one step.
struct LineDecays: Sendable {
  var admittance: LineDecay, propagation: LineDecay, transfer: LineDecay

  init(_ fits: LineCharacteristics, _ step: Double) {
    admittance = LineDecay(fits.admittance.poles, step)
    propagation = LineDecay(fits.propagation.poles, step)
    transfer = LineDecay(fits.transfer.poles, step)
  }
}

/// A function applied to a course: one weighted mean per pole.
struct LineMemory: Sendable {
  /// At the last accepted point.
  private(set) var value = 0.0
  private var means: [Double] = []

  /// Nothing has changed for ever.
  init(_ value: Double, _ fit: LineFit) {
    self.value = value
    means = fit.poles.map { _ in value }
  }

  init() {}

  /// The result at the end of a step is `slope x + memory`.
  func step(_ fit: LineFit, _ decay: LineDecay) -> (slope: Double, memory: Double) {
    var (slope, memory) = (fit.infinity, 0.0)
    for k in means.indices {
      slope += fit.weights[k] * decay.now[k]
      memory += fit.weights[k] * (decay.kept[k] * means[k] + decay.before[k] * value)
    }
    return (slope, memory)
  }

  mutating func accept(_ next: Double, _ decay: LineDecay) {
    for k in means.indices {
      means[k] = decay.kept[k] * means[k] + decay.before[k] * value + decay.now[k] * next
    }
    value = next
  }
}

/// A mode at one end of a line: the voltage there, what arrives from the other end and what is sent.
struct LineEnd: Sendable {
  /// Y and P Y of the voltage, and P of what arrives.
  private var admitted = LineMemory(), transferred = LineMemory(), returned = LineMemory()
  /// What leaves the other end `td` after the last accepted point.
  private(set) var sent = 0.0
  /// `sent` at the line's times.
  var history: [Double] = []
  /// `sent` at the accepted points before, the latest first, with their times, back to the last
  /// corner; the voltage times the admittance at rest likewise.
  var recent: [(time: Double, sent: Double, admitted: Double)] = []
  /// The largest of what was sent so far.
  private(set) var largestSent = 0.0
  private var siemens = 0.0

  /// What the formulas are at the end of a step: `i = admittance v + memory − b`, and
  /// `sent = volts v + amperes i + constant`.
  struct Step: Sendable {
    var admittance = 0.0, memory = 0.0
    var volts = 0.0, amperes = 0.0, constant = 0.0
  }

  func step(_ fits: LineCharacteristics, _ decays: LineDecays) -> Step {
    let y = admitted.step(fits.admittance, decays.admittance)
    let q = transferred.step(fits.transfer, decays.transfer)
    let p = returned.step(fits.propagation, decays.propagation)
    // b = Y v − i.
    return Step(
      admittance: y.slope, memory: y.memory, volts: 2 * q.slope - p.slope * y.slope,
      amperes: p.slope, constant: 2 * q.memory - p.slope * y.memory - p.memory)
  }

  /// Nothing has changed for ever.
  mutating func begin(volts: Double, amperes: Double, _ fits: LineCharacteristics) {
    self = LineEnd()
    siemens = fits.transfer.weights.reduce(abs(fits.transfer.infinity)) { $0 + abs($1) }
    admitted = LineMemory(volts, fits.admittance)
    transferred = LineMemory(volts, fits.transfer)
    let arrived = fits.admittance.atRest * volts - amperes
    returned = LineMemory(arrived, fits.propagation)
    sent = 2 * fits.transfer.atRest * volts - fits.propagation.atRest * arrived
    history = [sent]
    largestSent = abs(sent)
    recent = [(0, sent, siemens * volts)]
  }

  /// Goes on to the solution at the end of a step.
  mutating func accept(volts: Double, amperes: Double, _ step: Step, _ decays: LineDecays) {
    admitted.accept(volts, decays.admittance)
    transferred.accept(volts, decays.transfer)
    returned.accept(step.admittance * volts + step.memory - amperes, decays.propagation)
    sent = step.volts * volts + step.amperes * amperes + step.constant
    history.append(sent)
    largestSent = max(largestSent, abs(sent))
  }

  /// Notes the accepted point for the next bounds of steps.
  mutating func keep(_ time: Double, behindCorner: Bool) {
    if behindCorner { recent.removeLast(max(0, recent.count - 1)) }
    recent.insert((time, sent, siemens * admitted.value), at: 0)
    if recent.count > 2 { recent.removeLast() }
  }

  /// How far the parabolas of what is sent and of the voltage through the last points are from
  /// straight lines, and how large they are: at a solution that is not accepted yet.
  func bend(
    volts: Double, amperes: Double, _ step: Step, at time: Double
  ) -> (error: Double, size: Double)? {
    guard recent.count == 2 else { return nil }
    let (first, second) = (recent[0], recent[1])
    let next = step.volts * volts + step.amperes * amperes + step.constant
    func error(_ a: Double, _ b: Double, _ c: Double) -> Double {
      let slopes = ((a - b) / (time - first.time), (b - c) / (first.time - second.time))
      let length = time - first.time
      return abs((slopes.0 - slopes.1) / (time - second.time)) * length * length / 4
    }
    return (
      max(
        error(next, first.sent, second.sent),
        error(siemens * volts, first.admitted, second.admitted)),
      max(largestSent, abs(next), abs(siemens * volts), abs(first.admitted))
    )
  }
}

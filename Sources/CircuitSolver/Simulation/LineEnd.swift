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

/// A mode at one end of a line: what goes into the line there, and what has gone.
struct LineEnd: Sendable {
  /// At the last accepted point: the voltage, the wave `i + Y v` and what of it leaves the other end
  /// `td` later.
  var volts = 0.0, wave = 0.0, sent = 0.0
  /// One value per pole of Y and of P.
  var voltsKept: [Double] = [], waveKept: [Double] = []
  /// `sent` at the line's times.
  var history: [Double] = []
  /// The wave at the accepted points before, the latest first, with their times, back to the last
  /// corner.
  var recent: [(time: Double, wave: Double)] = []
  /// The largest of what was sent so far.
  var largestSent = 0.0

  /// What the wave's formulas are at the end of a step: `Y v = slope v + memory`.
  struct Step: Sendable {
    var admittance: Double, admittanceMemory: Double
    var propagation: Double, propagationMemory: Double
  }

  func step(
    _ admittance: LineFit, _ y: LineDecay, _ propagation: LineFit, _ p: LineDecay
  ) -> Step {
    var step = Step(
      admittance: admittance.infinity, admittanceMemory: 0, propagation: propagation.infinity,
      propagationMemory: 0)
    for k in voltsKept.indices {
      let weight = admittance.weights[k]
      step.admittance += weight * y.now[k]
      step.admittanceMemory += weight * (y.kept[k] * voltsKept[k] + y.before[k] * volts)
    }
    for k in waveKept.indices {
      let weight = propagation.weights[k]
      step.propagation += weight * p.now[k]
      step.propagationMemory += weight * (p.kept[k] * waveKept[k] + p.before[k] * wave)
    }
    return step
  }

  /// Nothing has changed for ever.
  mutating func begin(
    volts: Double, amperes: Double, _ admittance: LineFit, _ propagation: LineFit
  ) {
    self = LineEnd()
    self.volts = volts
    voltsKept = admittance.poles.map { _ in volts }
    wave = amperes + admittance.atRest * volts
    waveKept = propagation.poles.map { _ in wave }
    sent = propagation.atRest * wave
    history = [sent]
    largestSent = abs(sent)
    recent = [(0, wave)]
  }

  /// Goes on to the solution at the end of a step.
  mutating func accept(
    volts next: Double, amperes: Double, _ step: Step, _ y: LineDecay, _ p: LineDecay
  ) {
    let nextWave = amperes + step.admittance * next + step.admittanceMemory
    for k in voltsKept.indices {
      voltsKept[k] = y.kept[k] * voltsKept[k] + y.before[k] * volts + y.now[k] * next
    }
    sent = step.propagation * nextWave + step.propagationMemory
    for k in waveKept.indices {
      waveKept[k] = p.kept[k] * waveKept[k] + p.before[k] * wave + p.now[k] * nextWave
    }
    (volts, wave) = (next, nextWave)
    history.append(sent)
    largestSent = max(largestSent, abs(sent))
  }
}

/// AC and transient behavior of an independent source, beyond its DC value; volts or amperes.
public struct Stimulus: Hashable, Sendable {
  /// Magnitude in AC analyses.
  public var acMagnitude = 0.0
  /// Phase in AC analyses, in degrees.
  public var acPhaseDegrees = 0.0
  /// Course in transient analyses; without it the DC value stays.
  public var waveform: Waveform?

  /// A stimulus that is zero except for the given arguments.
  public init(acMagnitude: Double = 0, acPhaseDegrees: Double = 0, waveform: Waveform? = nil) {
    self.acMagnitude = acMagnitude
    self.acPhaseDegrees = acPhaseDegrees
    self.waveform = waveform
  }
}

/// The course of a source over time, in seconds and the source's unit (SPICE3f5 manual, chapter 4).
public enum Waveform: Hashable, Sendable {
  /// PULSE(v1 v2 td tr tf pw per), all given; a period that is infinite makes one pulse.
  case pulse(
    initial: Double, pulsed: Double, delay: Double, rise: Double, fall: Double, width: Double,
    period: Double)
  /// SIN(vo va freq td theta phase): `vo + va sin(2π f (t − td) + φ) exp(−(t − td) θ)` from `td`.
  case sine(
    offset: Double, amplitude: Double, hertz: Double, delay: Double, damping: Double,
    phaseDegrees: Double)
  /// EXP(v1 v2 td1 tau1 td2 tau2).
  case exponential(
    initial: Double, pulsed: Double, riseDelay: Double, riseSeconds: Double, fallDelay: Double,
    fallSeconds: Double)
  /// AM(va vo mf fc td): `va (vo + sin(2π mf t)) sin(2π fc t)` with t from `td`; zero before.
  case amplitudeModulated(
    amplitude: Double, offset: Double, signalHertz: Double, carrierHertz: Double, delay: Double,
    phaseDegrees: Double)
  /// SFFM(vo va fc mdi fs): `vo + va sin(2π fc t + mdi sin(2π fs t))`.
  case frequencyModulated(
    offset: Double, amplitude: Double, carrierHertz: Double, index: Double, signalHertz: Double,
    carrierDegrees: Double, signalDegrees: Double)
  /// PWL(t v …) with times that grow; constant before the first and after the last.
  case piecewiseLinear(seconds: [Double], values: [Double])
}

import DeviceModels
import Foundation
import Testing
import Units

@Suite struct JunctionEquationTests {
  /// k T / q at 300.15 K: 0.025 864 979 7 V, computed by hand from the exact constants.
  @Test func theThermalVoltageIsThatOf27Celsius() {
    #expect(abs(ThermalVoltage.nominal.value - 0.0258649_9) < 2e-7)
    #expect(
      ThermalVoltage.nominal.value == 1.380649e-23 * 300.15 / 1.602176634e-19)
  }

  @Test(arguments: [-50.0, -3, -0.7, -0.49, -1e-9, 0, 1e-9, 0.2, 0.51, 1, 30, 250, 299])
  func currentIsShockleysWithoutCancellation(x: Double) {
    let junction = JunctionEquation(saturationAmperes: 2e-9, scaleVolts: 0.05)
    let volts = x * 0.05
    let exact = 2e-9 * expm1(volts / 0.05)
    // Rounding of the argument is amplified by the argument itself; half an ulp of one survives
    // in `exp(x) − 1` where it is half as large as one.
    #expect(
      abs(junction.linearize(at: volts).amperes - exact)
        <= (4 + abs(x)) * .ulpOfOne * max(abs(exact), 0))
  }

  /// Central differences: error h²/6 · i''' plus rounding i · ε / h; both below 1e-7 of the slope
  /// for h = 1e-4 nVt.
  @Test(arguments: [-2.0, -0.4, 0, 0.3, 0.6, 5, 40, 200, 305, 500])
  func theSlopeIsTheDerivative(x: Double) {
    let junction = JunctionEquation(saturationAmperes: 1e-14, scaleVolts: 0.026)
    let h = 1e-4 * 0.026
    let (below, above) = (
      junction.linearize(at: x * 0.026 - h).amperes, junction.linearize(at: x * 0.026 + h).amperes
    )
    let slope = junction.linearize(at: x * 0.026).siemens
    #expect(abs((above - below) / (2 * h) - slope) <= 1e-7 * slope)
  }

  /// Two antiparallel diodes conduct 2 IS sinh(v / nVt).
  @Test(arguments: [-3.0, -0.1, 1e-6, 0.2, 4])
  func antiparallelJunctionsAreASinh(x: Double) {
    let junction = JunctionEquation(saturationAmperes: 1e-8, scaleVolts: 0.2)
    let forward = junction.linearize(at: 0.2 * x).amperes
    let backward = junction.linearize(at: -0.2 * x).amperes
    let expected = 2e-8 * sinh(x)
    #expect(abs(forward - backward - expected) <= 16 * .ulpOfOne * abs(expected))
  }

  @Test(arguments: [1e3, 1e100, .greatestFiniteMagnitude])
  func hugeTrialVoltagesDoNotOverflowTheSlope(volts: Double) {
    let junction = JunctionEquation(saturationAmperes: 1e-14, scaleVolts: 0.026)
    #expect(junction.linearize(at: volts).siemens.isFinite)
    #expect(junction.linearize(at: -volts).amperes == -1e-14)
    #expect(junction.limited(volts, from: 0).isFinite)
  }

  /// Limiting shortens upward steps only, never reverses them, and leaves short ones alone.
  @Test(arguments: [-1.0, 0, 0.3, 0.6, 0.8], [-5.0, 0.1, 0.7, 0.9, 5, 1000])
  func limitingOnlyShortens(last: Double, trial: Double) {
    let junction = JunctionEquation(saturationAmperes: 1e-14, scaleVolts: 0.026)
    let limited = junction.limited(trial, from: last)
    #expect(limited <= max(trial, junction.criticalVolts))
    #expect(limited >= min(last, trial))
    if abs(trial - last) <= 2 * 0.026 || trial <= junction.criticalVolts {
      #expect(limited == trial)
    } else {
      // The current at the limited voltage is at most what the tangent at the last one promised
      // to a voltage above the critical one.
      #expect(limited - max(last, 0) <= 0.026 * log1p((trial - max(last, 0)) / 0.026) + 1e-12)
    }
  }
}

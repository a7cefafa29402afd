import DeviceModels
import Foundation
import Netlist
import TestSupport
import Testing

/// Device equations at points where their textbook formulas can be written out.
@Suite struct DeviceClosedFormTests {
  private func close(_ a: Double, _ b: Double, _ tolerance: Double = 1e-12) -> Bool {
    abs(a - b) <= tolerance * max(abs(a), abs(b))
  }

  private let room = SemiconductorTemperature(celsius: 27, nominalCelsius: 27)

  private func transistor(
    _ polarity: MOSFETModel.Polarity = .n, celsius: Double = 27, multiplier: Double = 1,
    _ set: (inout MOSFETExtras) -> Void = { _ in }
  ) -> LevelOneMOSFET {
    var circuit = Circuit(title: "t")
    let index = circuit.addMOSFETModel(
      circuit.label("m"), polarity: polarity, thresholdVolts: polarity == .n ? 0.6 : -0.6,
      transconductance: 1e-4)
    var extras = MOSFETExtras()
    set(&extras)
    circuit.setExtras(extras, ofMOSFETModel: index)
    return LevelOneMOSFET(
      circuit.mosfetModels[index], width: 4e-6 * multiplier, length: 1e-6,
      multiplier: multiplier,
      at: SemiconductorTemperature(celsius: celsius, nominalCelsius: 27))
  }

  // MARK: Junctions

  /// `C = C₀ (1 − v/V_J)^−M` below FC V_J, then its tangent; the charge is its integral.
  @Test(arguments: [0.33, 0.5], [-3.0, -0.2, 0, 0.3, 0.34, 0.36, 0.6, 0.9])
  func depletionFollowsItsPower(grading: Double, volts: Double) {
    let (farads, potential, fraction) = (4e-12, 0.7, 0.5)
    let layer = DepletionCharge(
      farads: farads, potential: potential, grading: grading, edgeFraction: fraction)
    func expected(_ v: Double) -> Double {
      let edge = fraction * potential
      func power(_ v: Double) -> Double { farads * pow(1 - v / potential, -grading) }
      guard v > edge else { return power(v) }
      return power(edge) * (1 + grading * (v - edge) / (potential - edge))
    }
    #expect(close(layer.at(volts).farads, expected(volts)))
    // Simpson's rule over a thousand pieces.
    let steps = 1000
    let width = volts / Double(steps)
    var integral = 0.0
    for k in 0..<steps {
      let a = Double(k) * width
      integral += width / 6 * (expected(a) + 4 * expected(a + width / 2) + expected(a + width))
    }
    #expect(abs(layer.at(volts).coulombs - integral) <= 1e-6 * farads)
  }

  /// Saturation current `IS (T/T₀)^(XTI/N) exp((T/T₀ − 1) EG / (N Vt))`.
  @Test(arguments: [-40.0, 27, 85, 120])
  func diodesWarmUp(celsius: Double) {
    let temperature = SemiconductorTemperature(celsius: celsius, nominalCelsius: 27)
    let ratio = (celsius + 273.15) / 300.15
    let thermal = 1.380649e-23 * (celsius + 273.15) / 1.602176634e-19
    var circuit = Circuit(title: "t")
    circuit.addDiodeModel(
      circuit.label("d"), saturationAmperes: 1e-14, emissionCoefficient: 1.2)
    let diode = JunctionDiode(circuit.diodeModels[0], area: 3, at: temperature)
    let saturation = 3e-14 * pow(ratio, 3 / 1.2) * exp((ratio - 1) * 1.11 / (1.2 * thermal))
    let volts = 0.5
    let tangent = diode.linearize(at: volts, gmin: 0)
    let shockley = saturation * (exp(volts / (1.2 * thermal)) - 1)
    #expect(close(tangent.amperes, shockley, 1e-10))
    #expect(close(tangent.siemens, (shockley + saturation) / (1.2 * thermal), 1e-10))
  }

  /// Diffusion charge `TT i` and breakdown of IBV at BV.
  @Test func diodesStoreAndBreakDown() {
    var circuit = Circuit(title: "t")
    circuit.addDiodeModel(circuit.label("d"), saturationAmperes: 1e-14)
    var extras = DiodeExtras()
    (extras.transitSeconds, extras.breakdownVolts, extras.breakdownAmperes) = (3e-9, 5, 1e-3)
    circuit.setExtras(extras, ofDiodeModel: 0)
    let diode = JunctionDiode(circuit.diodeModels[0], area: 1, at: room)
    let forward = diode.linearize(at: 0.65, gmin: 0)
    #expect(close(forward.coulombs, 3e-9 * forward.amperes))
    #expect(close(forward.farads, 3e-9 * forward.siemens))
    #expect(close(diode.linearize(at: -5, gmin: 0).amperes, -1e-3, 1e-3))
  }

  // MARK: Transistors

  /// `VT = VTO + γ (√(φ − v_bs) − √φ)` in saturation, and `g_mb = g_m γ / (2 √(φ − v_bs))`.
  @Test(arguments: [0.0, -0.4, -2])
  func theBulkRaisesTheThreshold(bulk: Double) {
    let device = transistor { $0.bodyEffect = 0.45 }
    let threshold = 0.6 + 0.45 * ((0.6 - bulk).squareRoot() - 0.6.squareRoot())
    let tangent = device.linearize(gate: 1.5, drain: 3, bulk: bulk)
    let beta = 4e-4
    #expect(close(tangent.drainAmperes, beta / 2 * (1.5 - threshold) * (1.5 - threshold)))
    #expect(close(tangent.gateSiemens, beta * (1.5 - threshold)))
    #expect(
      close(tangent.bulkSiemens, tangent.gateSiemens * 0.45 / (2 * (0.6 - bulk).squareRoot())))
  }

  /// Central differences against gate, drain and bulk, with drain and source in either role. Where
  /// curvature jumps by up to β = 4e-4 A/V², they are off by β h / 4 = 1e-10 A/V; currents below
  /// 1e-2 A round by 1e-18 A, over 2 h by 1e-12 A/V.
  @Test(arguments: [-2.0, -0.3, 0.2, 0.9, 3], [-0.8, 0.61, 1.1, 2.2])
  func slopesAreDerivatives(drain: Double, gate: Double) {
    let h = 1e-6
    for polarity in [MOSFETModel.Polarity.n, .p] {
      let device = transistor(polarity) { $0.bodyEffect = 0.45 }
      let sign = polarity == .n ? 1.0 : -1
      // Junctions that block: of those that conduct, SPICE's threshold has a slope of its own.
      for below in [1.5, 0.2] {
        let bulk = sign * (min(sign * drain, 0) - below)
        let tangent = device.linearize(gate: gate, drain: drain, bulk: bulk)
        func slope(_ g: Double, _ d: Double, _ b: Double) -> Double {
          func amperes(_ h: Double) -> Double {
            device.linearize(gate: gate + h * g, drain: drain + h * d, bulk: bulk + h * b)
              .drainAmperes
          }
          return (amperes(h) - amperes(-h)) / (2 * h)
        }
        #expect(abs(slope(1, 0, 0) - tangent.gateSiemens) <= 2e-10)
        #expect(abs(slope(0, 1, 0) - tangent.drainSiemens) <= 2e-10)
        #expect(abs(slope(0, 0, 1) - tangent.bulkSiemens) <= 2e-10)
      }
    }
  }

  /// Without body effect the bulk moves nothing, and the channel is that of `ChannelEquation`.
  @Test(arguments: [-2.0, -0.3, 0, 0.2, 3], [-0.8, 0.5, 1.1, 2.2])
  func withoutBodyEffectItIsAChannel(drain: Double, gate: Double) {
    for polarity in [MOSFETModel.Polarity.n, .p] {
      let channel = ChannelEquation(
        isNChannel: polarity == .n, thresholdVolts: polarity == .n ? 0.6 : -0.6, beta: 4e-4,
        lambda: 0)
      let expected = channel.linearize(gateSource: gate, drainSource: drain)
      for bulk in [-2.0, 0.3] {
        let tangent = transistor(polarity).linearize(gate: gate, drain: drain, bulk: bulk)
        #expect(close(tangent.drainAmperes, expected.drainAmperes))
        #expect(close(tangent.gateSiemens, expected.gateSiemens))
        #expect(close(tangent.drainSiemens, expected.drainSiemens))
        #expect(tangent.bulkSiemens == 0)
      }
    }
  }

  /// Mobility falls as `T^−1.5`, the threshold with the gap and the surface potential.
  @Test(arguments: [MOSFETModel.Polarity.n, .p], [-40.0, 85])
  func channelsWarmUp(polarity: MOSFETModel.Polarity, celsius: Double) {
    let sign = polarity == .n ? 1.0 : -1
    let device = transistor(polarity, celsius: celsius)
    let (kelvin, nominal) = (celsius + 273.15, 300.15)
    func gap(_ t: Double) -> Double { 1.16 - 7.02e-4 * t * t / (t + 1108) }
    let perKelvin = 1.380649e-23 / 1.602176634e-19
    // φ(T) = T/T₀ φ − 3 Vt ln(T/T₀) + Vt (E_g(T)/Vt − E_g(T₀)/Vt₀), with E_g(300 K) as SPICE rounds it.
    let thermal = perKelvin * kelvin
    let shift =
      -2 * thermal
      * (1.5 * log(kelvin / nominal)
        + (-gap(kelvin) / (2 * thermal) + 1.1150877 / (2 * perKelvin * nominal)))
    let atNominal =
      -2 * perKelvin * nominal
      * (-gap(nominal) + 1.1150877) / (2 * perKelvin * nominal)
    let phi = shift + kelvin / nominal * (0.6 - atNominal)
    let threshold =
      sign * 0.6 * sign + 0.5 * (phi - 0.6) + sign * 0.5 * (gap(nominal) - gap(kelvin))
    let beta = 4e-4 * pow(kelvin / nominal, -1.5)
    let tangent = device.linearize(gate: sign * 1.5, drain: sign * 3, bulk: 0)
    let drive = 1.5 - threshold
    #expect(close(tangent.drainAmperes, sign * beta / 2 * drive * drive, 1e-10))
  }

  /// Meyer's capacitances in each region: `C_ox` to the bulk in accumulation, 2/3 to the source in
  /// saturation, a half to each end at no drain voltage.
  @Test func gatesChargeAsMeyerHasThem() {
    let device = transistor { $0.oxideFaradsPerSquareMeter = 3.45e-3 }
    let oxide = 3.45e-3 * 4e-12
    #expect(close(device.oxideFarads, oxide))
    func farads(_ gate: Double, _ drain: Double) -> [Double] {
      let tangent = device.linearize(gate: gate, drain: drain, bulk: 0)
      let farads = device.gateFarads(tangent, gate: gate, drain: drain)
      return [farads.source, farads.drain, farads.bulk]
    }
    func expect(_ found: [Double], _ expected: [Double]) {
      for (a, b) in matched(found, expected) { #expect(abs(a - b * oxide) <= 1e-12 * oxide) }
    }
    expect(farads(-1, 1), [0, 0, 1])
    // Depletion, half way from −φ to −φ/2.
    expect(farads(0.6 - 0.45, 1), [0, 0, 0.75])
    expect(farads(1.6, 2), [2.0 / 3, 0, 0])
    expect(farads(1.6, 0), [0.5, 0.5, 0])
    // Triode: 2/3 (1 − ((V − v)/(2 V − v))²) and 2/3 (1 − (V/(2 V − v))²), V = 1, v = 0.4.
    expect(
      farads(1.6, 0.4), [2 / 3.0 * (1 - 0.36 / 2.56), 2 / 3.0 * (1 - 1 / 2.56), 0])
    // Drain and source swapped.
    expect(
      farads(1.2, -0.4), [2 / 3.0 * (1 - 1 / 2.56), 2 / 3.0 * (1 - 0.36 / 2.56), 0])
  }

  /// Bulk junctions are as many as the transistors in parallel.
  @Test(arguments: [1.0, 2.5])
  func bulkJunctionsMultiply(multiplier: Double) throws {
    let device = transistor(multiplier: multiplier) {
      ($0.bulkSaturationAmperes, $0.bulkDrainFarads, $0.bulkSourceFarads) = (1e-15, 2e-15, 3e-15)
    }
    let thermal = 1.380649e-23 * 300.15 / 1.602176634e-19
    let drain = try #require(device.bulkDrain).linearize(at: 0.3, gmin: 0)
    #expect(close(drain.amperes, multiplier * 1e-15 * (exp(0.3 / thermal) - 1), 1e-10))
    // PB 0.8, MJ 0.5.
    #expect(close(drain.farads, multiplier * 2e-15 / (1 - 0.3 / 0.8).squareRoot(), 1e-10))
    let source = try #require(device.bulkSource).linearize(at: -1, gmin: 0)
    #expect(close(source.farads, multiplier * 3e-15 / (1 + 1 / 0.8).squareRoot(), 1e-10))
  }
}

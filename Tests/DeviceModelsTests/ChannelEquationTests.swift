import DeviceModels
import Netlist
import Testing
import Units

@Suite struct ChannelEquationTests {
  private func channel(isNChannel: Bool = true, lambda: Double = 0.03) -> ChannelEquation {
    ChannelEquation(
      isNChannel: isNChannel, thresholdVolts: isNChannel ? 0.5 : -0.5, beta: 2e-4, lambda: lambda)
  }

  /// Values worked out by hand: 2e-4 · 1 · (1 − 0.5) · 1.03 and 2e-4 / 2 · 1 · 1.06.
  @Test func triodeAndSaturationHaveTheTextbookCurrents() {
    let triode = channel().linearize(gateSource: 1.5, drainSource: 1)
    #expect(abs(triode.drainAmperes - 1.03e-4) <= 1e-19)
    let saturated = channel().linearize(gateSource: 1.5, drainSource: 2)
    #expect(abs(saturated.drainAmperes - 1.06e-4) <= 1e-19)
    #expect(abs(saturated.gateSiemens - 2.12e-4) <= 1e-18)
    let off = channel().linearize(gateSource: 0.5, drainSource: 2)
    #expect(off.drainAmperes == 0 && off.gateSiemens == 0 && off.drainSiemens == 0)
  }

  /// Central differences of a cubic: error h² λβ/6, at most 1e-17 A/V for h = 1e-6 V; rounding of
  /// currents below 1e-2 A over 2 h, at most 1e-12 A/V; at the threshold itself, where curvature
  /// jumps by β, β h / 4 = 5e-11 A/V.
  @Test(arguments: [-2.0, -0.3, 0.001, 0.2, 0.9, 3], [-1.0, 0.4, 0.51, 1.1, 2.2])
  func slopesAreDerivatives(drainSource: Double, gateSource: Double) {
    let h = 1e-6
    for isNChannel in [true, false] {
      let channel = channel(isNChannel: isNChannel)
      let tangent = channel.linearize(gateSource: gateSource, drainSource: drainSource)
      func amperes(_ dg: Double, _ dd: Double) -> Double {
        channel.linearize(gateSource: gateSource + dg, drainSource: drainSource + dd).drainAmperes
      }
      #expect(abs((amperes(h, 0) - amperes(-h, 0)) / (2 * h) - tangent.gateSiemens) <= 6e-11)
      #expect(abs((amperes(0, h) - amperes(0, -h)) / (2 * h) - tangent.drainSiemens) <= 6e-11)
    }
  }

  /// Exchanging drain and source reverses the current.
  @Test(arguments: [0.1, 0.6, 2], [0.2, 0.7, 1.8])
  func drainAndSourceAreAlike(drainSource: Double, gateSource: Double) {
    let forward = channel().linearize(gateSource: gateSource, drainSource: drainSource)
    let backward = channel().linearize(
      gateSource: gateSource - drainSource, drainSource: -drainSource)
    #expect(
      abs(forward.drainAmperes + backward.drainAmperes) <= 16 * .ulpOfOne * forward.drainAmperes)
  }

  /// A p-channel is an n-channel with all signs turned.
  @Test(arguments: [-1.0, 0.2, 2], [0.2, 0.7, 1.8])
  func polaritiesMirror(drainSource: Double, gateSource: Double) {
    let n = channel().linearize(gateSource: gateSource, drainSource: drainSource)
    let p = channel(isNChannel: false).linearize(
      gateSource: -gateSource, drainSource: -drainSource)
    #expect(p.drainAmperes == -n.drainAmperes && p.gateSiemens == n.gateSiemens)
    #expect(p.drainSiemens == n.drainSiemens)
  }

  /// Limiting leaves short steps alone and gets anywhere in a few long ones.
  @Test(arguments: [-5.0, 0, 0.3, 3], [-40.0, -1, 0.1, 60])
  func limitingReachesItsGoal(gateSource: Double, drainSource: Double) {
    let channel = channel()
    var (vgs, vds) = (0.0, 0.0)
    var steps = 0
    while vgs != gateSource || vds != drainSource, steps < 40 {
      let next = channel.limited(
        gateSource: gateSource, drainSource: drainSource, fromGateSource: vgs, drainSource: vds)
      (vgs, vds) = (next.gateSource, next.drainSource)
      if abs(vgs - gateSource) <= 1e-12, abs(vds - drainSource) <= 1e-12 { break }
      steps += 1
    }
    #expect(steps < 10)
  }

  @Test func batchesScaleWithWidthOverLength() {
    var circuit = Circuit(title: "batch")
    let a = circuit.addNode(circuit.label("a"))
    circuit.addMOSFETModel(
      circuit.label("x"), polarity: .n, thresholdVolts: 0.5, transconductance: 1e-4)
    circuit.addMOSFET(
      circuit.label("m"), drain: a, gate: a, source: .ground, bulk: .ground, model: 0,
      widthMeters: 3e-6, lengthMeters: 5e-7)
    circuit.addDiodeModel(circuit.label("d"), saturationAmperes: 1e-12, emissionCoefficient: 2)
    circuit.addDiode(circuit.label("d"), anode: a, cathode: .ground, model: 0, area: 4)
    var mosfets = MOSFETBatch(circuit)
    #expect(
      mosfets.linearize(gateSource: [1.5], drainSource: [1.5], limiting: false) == 0)
    #expect(abs(mosfets.tangents[0].drainAmperes - 3e-4) <= 1e-18)
    // The tangent meets the parabola where it was drawn.
    #expect(
      mosfets.tangentAmperes(0, gateSource: 1.5, drainSource: 1.5)
        == mosfets.tangents[0].drainAmperes)
    var diodes = DiodeBatch(circuit)
    #expect(diodes.linearize(at: [10], limiting: true) == 1 && diodes.volts[0] < 1)
    #expect(diodes.linearize(at: [0.05], limiting: false) == 0)
    let expected = JunctionEquation(
      saturationAmperes: 4e-12, scaleVolts: 2 * ThermalVoltage.nominal.value
    ).linearize(at: 0.05)
    #expect(diodes.amperes == [expected.amperes] && diodes.siemens == [expected.siemens])
    diodes.setArea(0, of: 0)
    diodes.linearize(at: [1e6], limiting: true)
    #expect(diodes.amperes == [0] && diodes.siemens == [0])
  }
}

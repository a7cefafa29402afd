import CircuitSolver
import Foundation
import Netlist
import Testing

@Suite struct NewtonOperatingPointTests {
  private func solved(
    _ circuit: Circuit, _ method: LinearOperatingPoint.Method? = nil
  ) throws -> OperatingPoint {
    var solver = try NewtonOperatingPoint(analyzing: circuit, method: method)
    return try solver.solve()
  }

  /// vin – r – k – diode – ground.
  private func series(
    volts: Double, ohms: Double, saturationAmperes: Double = 1e-14, emission: Double = 1
  ) -> Circuit {
    var circuit = Circuit(title: "series")
    let (a, k) = (circuit.addNode(circuit.label("a")), circuit.addNode(circuit.label("k")))
    circuit.addVoltageSource(circuit.label("vin"), plus: a, minus: .ground, volts: volts)
    circuit.addResistor(circuit.label("r"), a, k, ohms: ohms)
    let model = circuit.addDiodeModel(
      circuit.label("x"), saturationAmperes: saturationAmperes, emissionCoefficient: emission)
    circuit.addDiode(circuit.label("d"), anode: k, cathode: .ground, model: model)
    return circuit
  }

  /// The bisection is exact to an ulp of the voltage, which the exponential magnifies by v / nVt;
  /// what is compared is the junction voltage. Up to a hundred nVt stand across source and resistor
  /// or, with a milliohm, across the junction.
  @Test(
    arguments: [-5.0, -0.01, 0.01, 0.3, 0.7, 2.6, 100],
    [LinearOperatingPoint.Method.cholesky, .lu])
  func aDiodeBehindAResistorMatchesBisection(
    volts: Double, method: LinearOperatingPoint.Method
  ) throws {
    for ohms in [1e-3, 1, 1e3, 1e9] {
      let point = try solved(series(volts: volts, ohms: ohms), method)
      let exact = bisectedJunctionVolts(
        volts: volts, ohms: ohms, saturationAmperes: 1e-14, scaleVolts: thermalVolts)
      #expect(abs(point.nodeVolts[2] - exact) <= 64 * .ulpOfOne * max(abs(exact), thermalVolts))
      let amperes = (volts - exact) / ohms
      #expect(
        abs(point.sourceAmperes[0] + amperes)
          <= 1e-12 * abs(amperes) + 64 * .ulpOfOne * abs(volts) / ohms)
      #expect(point.diodeAmperes.count == 1 && point.drainAmperes.isEmpty)
      #expect(
        abs(point.diodeAmperes[0] + point.sourceAmperes[0]) <= 1e-12 * abs(point.sourceAmperes[0]))
      #expect(point.iterations > 1 && point.iterations < 60)
    }
  }

  @Test(arguments: [1e-40, 1e-28, 1e-14, 1e-3], [0.5, 1, 30])
  func stiffDiodesConverge(saturationAmperes: Double, emission: Double) throws {
    let scale = emission * thermalVolts
    let circuit = series(
      volts: 100 * scale, ohms: 10, saturationAmperes: saturationAmperes, emission: emission)
    let exact = bisectedJunctionVolts(
      volts: 100 * scale, ohms: 10, saturationAmperes: saturationAmperes, scaleVolts: scale)
    let point = try solved(circuit)
    #expect(abs(point.nodeVolts[2] - exact) <= 64 * .ulpOfOne * max(abs(exact), scale))
  }

  /// i = KP/2 W/L (vgs − VTO)² (1 + λ vds) above pinch-off, and the parabola below it.
  @Test(arguments: [-2.0, -0.4, 0, 0.1, 0.7, 3], [0.3, 0.5, 1.2, 2.5])
  func aMOSFETFollowsItsParabola(drain: Double, gate: Double) throws {
    for polarity in [MOSFETModel.Polarity.n, .p] {
      try expectParabola(drain: drain, gate: gate, polarity)
    }
  }

  private func expectParabola(
    drain: Double, gate: Double, _ polarity: MOSFETModel.Polarity
  ) throws {
    let sign = polarity == .n ? 1.0 : -1
    var circuit = Circuit(title: "mosfet")
    let (d, g) = (circuit.addNode(circuit.label("d")), circuit.addNode(circuit.label("g")))
    circuit.addVoltageSource(circuit.label("vd"), plus: d, minus: .ground, volts: sign * drain)
    circuit.addVoltageSource(circuit.label("vg"), plus: g, minus: .ground, volts: sign * gate)
    let model = circuit.addMOSFETModel(
      circuit.label("x"), polarity: polarity, thresholdVolts: sign * 0.5, transconductance: 1e-4,
      channelLengthModulation: 0.02)
    circuit.addMOSFET(
      circuit.label("m"), drain: d, gate: g, source: .ground, bulk: .ground, model: model,
      widthMeters: 2e-6, lengthMeters: 1e-6)
    let point = try solved(circuit)
    let (vds, vgs) = drain >= 0 ? (drain, gate) : (-drain, gate - drain)
    let v = max(vgs - 0.5, 0)
    let shape = v <= vds ? 0.5 * v * v : vds * (v - 0.5 * vds)
    let expected = sign * (drain < 0 ? -1 : 1) * 2e-4 * shape * (1 + 0.02 * vds)
    #expect(abs(point.drainAmperes[0] - expected) <= 16 * .ulpOfOne * abs(expected))
    #expect(point.sourceAmperes[0] == -point.drainAmperes[0])
    #expect(point.sourceAmperes[1] == 0)
  }

  /// A source follower without modulation: β/2 (vg − vs − VTO)² = vs / R, a quadratic in vs.
  @Test func aFollowerMatchesItsQuadratic() throws {
    var circuit = Circuit(title: "follower")
    let nodes = ["d", "g", "s"].map { circuit.addNode(circuit.label($0)) }
    circuit.addVoltageSource(circuit.label("vd"), plus: nodes[0], minus: .ground, volts: 5)
    circuit.addVoltageSource(circuit.label("vg"), plus: nodes[1], minus: .ground, volts: 3)
    circuit.addResistor(circuit.label("r"), nodes[2], .ground, ohms: 1e4)
    let model = circuit.addMOSFETModel(
      circuit.label("x"), polarity: .n, thresholdVolts: 0.5, transconductance: 1e-4)
    circuit.addMOSFET(
      circuit.label("m"), drain: nodes[0], gate: nodes[1], source: nodes[2], bulk: .ground,
      model: model, widthMeters: 1e-6, lengthMeters: 1e-6)
    let point = try solved(circuit)
    // 0.5 (2.5 − s)² = s, with β R = 1.
    let exact = 3.5 - (3.5 * 3.5 - 6.25).squareRoot()
    #expect(abs(point.nodeVolts[3] - exact) <= 32 * .ulpOfOne)
  }

  @Test(arguments: [1, 2, 5, 16])
  func choleskyAndLUAgree(side: Int) throws {
    let circuit = selectorArray(side: side, segmentOhms: 5)
    let (first, second) = (try solved(circuit, .cholesky), try solved(circuit, .lu))
    #expect(worstDifference(first.nodeVolts, second.nodeVolts) <= 1e-12)
    #expect(worstDifference(first.sourceAmperes, second.sourceAmperes) <= 1e-12)
    #expect(conservation(circuit, first) <= 1e-9)
    #expect(max(first.relativeResidual, second.relativeResidual) <= 1e-12)
  }

  /// Reported voltages are rounded: half an ulp of one through a segment of 5 Ω is 2e-17 A, and the
  /// largest current above 1e-6 A.
  @Test(arguments: [1, 2, 7, 16])
  func arraysConserveCurrent(side: Int) throws {
    for circuit in [
      selectorArray(side: side, segmentOhms: 5), transistorArray(side: side, segmentOhms: 5),
    ] {
      let point = try solved(circuit)
      #expect(conservation(circuit, point) <= 1e-9)
      #expect(point.relativeResidual <= 1e-12)
    }
  }

  /// Through a segment of a nanoohm, half an ulp of a node's voltage is more than all current.
  @Test(arguments: [1.0, 1e-3, 1e-6, 1e-9])
  func stiffArraysConserveCurrent(segmentOhms: Double) throws {
    for circuit in [
      selectorArray(side: 12, segmentOhms: segmentOhms),
      transistorArray(side: 12, segmentOhms: segmentOhms),
    ] {
      let point = try solved(circuit)
      #expect(point.relativeResidual <= 1e-12)
      #expect(point.iterations < 30)
    }
  }

  @Test(arguments: [0, 4])
  func aLinearCircuitIsSolvedLikeALinearOne(floating: Int) throws {
    let circuit = randomNetwork(nodes: 40, grounded: 3, floating: floating, seed: 4)
    var linear = try LinearOperatingPoint(analyzing: circuit)
    var newton = try NewtonOperatingPoint(analyzing: circuit)
    for conductance in [1.0, 0.02] {
      linear.setConductance(conductance, ofResistor: 3)
      newton.setConductance(conductance, ofResistor: 3)
      try linear.factorize()
      #expect(try newton.solve() == linear.solve())
    }
    #expect(try newton.solve().iterations == 1)
  }

  @Test func aGuessSavesIterationsAndChangesNothing() throws {
    let circuit = selectorArray(side: 8, segmentOhms: 5)
    var solver = try NewtonOperatingPoint(analyzing: circuit)
    let volts = circuit.voltageSources.map(\.volts)
    let first = try solver.solve(sourceVolts: volts)
    let again = try solver.solve(sourceVolts: volts, from: first)
    #expect(again.iterations <= 2)
    #expect(worstDifference(again.sourceAmperes, first.sourceAmperes) <= 1e-12)
    // A guess for other voltages is only a guess.
    let reversed = try solver.solve(sourceVolts: volts.map { -$0 }, from: first)
    #expect(worstDifference(reversed.sourceAmperes, first.sourceAmperes.map { -$0 }) <= 1e-12)
  }

  @Test func areasAndConductancesAreThoseSetLast() throws {
    var solver = try NewtonOperatingPoint(analyzing: series(volts: 1, ohms: 1e3))
    solver.setArea(7, ofDiode: 0)
    solver.setConductance(1e-4, ofResistor: 0)
    let exact = bisectedJunctionVolts(
      volts: 1, ohms: 1e4, saturationAmperes: 7e-14, scaleVolts: thermalVolts)
    #expect(abs(try solver.solve().nodeVolts[2] - exact) <= 64 * .ulpOfOne)
    solver.setArea(0, ofDiode: 0)
    let off = try solver.solve()
    #expect(off.nodeVolts[2] == 1 && off.sourceAmperes[0] == 0 && off.diodeAmperes == [0])
  }

  /// A floating source between two diodes, solved by KLU.
  @Test func floatingSourcesAreTaken() throws {
    var circuit = series(volts: 2, ohms: 1e3)
    let top = circuit.addNode(circuit.label("t"))
    circuit.addVoltageSource(
      circuit.label("vf"), plus: top, minus: circuit.node(2), volts: 0.1)
    circuit.addDiode(circuit.label("d", 2), anode: top, cathode: .ground, model: 0)
    let point = try solved(circuit)
    #expect(abs(point.nodeVolts[3] - point.nodeVolts[2] - 0.1) <= 4 * .ulpOfOne)
    #expect(conservation(circuit, point) <= 1e-12)
    // The second diode stands 0.1 V higher.
    let ratio = (point.diodeAmperes[1] + 1e-14) / (point.diodeAmperes[0] + 1e-14)
    // The source keeps its voltage to 1e-12 of about a volt.
    #expect(abs(ratio / exp(0.1 / thermalVolts) - 1) <= 1e-10)
  }

  /// Random networks with diodes and MOSFETs in any orientation, terminals on one node included,
  /// driven by up to ten volts.
  @Test(arguments: [false, true], [0, 2])
  func randomNetworksConverge(withMOSFETs: Bool, floating: Int) throws {
    for seed in UInt64(1)...60 {
      let circuit = randomDeviceNetwork(
        nodes: 2 + Int(seed % 20), withMOSFETs: withMOSFETs, floating: floating, seed: seed)
      var solver = try NewtonOperatingPoint(analyzing: circuit)
      #expect(solver.method == (withMOSFETs || floating > 0 ? .lu : .cholesky))
      let point = try solver.solve(sourceVolts: circuit.voltageSources.map { 10 * $0.volts })
      #expect(point.relativeResidual <= 1e-12)
      #expect(conservation(circuit, point) <= 1e-9)
      for (diode, amperes) in zip(circuit.diodes, point.diodeAmperes) {
        let model = circuit.diodeModels[diode.model]
        let volts =
          point.nodeVolts[Int(diode.anode.index)] - point.nodeVolts[Int(diode.cathode.index)]
        let x = volts / (model.emissionCoefficient * thermalVolts)
        let exact = diode.area * model.saturationAmperes * expm1(x)
        // Reported voltages are rounded to an ulp of ten volts, which the exponential sees.
        #expect(abs(amperes - exact) <= 1e-11 * abs(exact))
      }
    }
  }
}

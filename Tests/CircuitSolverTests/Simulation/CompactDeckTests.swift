import CircuitSolver
import CompactModels
import Foundation
import Netlist
import NumericKernels
import SPICE
import TestSupport
import Testing

/// Decks whose devices are compiled Verilog-A, against closed forms, native elements and values of
/// another program that loads the same files (1e-9 of them, as its digits allow).
@Suite(.enabled(if: VerilogA.isPresent, "openvaf-r is not on the search path"))
struct CompactDeckTests {
  func run(_ cards: String, _ files: [String]) throws -> CircuitSimulation.Results {
    let hdl = files.map { ".hdl \"\($0)\"\n" }.joined()
    return try CircuitSimulation(DeckReader().read("t\n\(hdl)\(cards)\n.end\n", name: "t.sp")).run()
  }

  func own(_ cards: String, _ sources: String...) throws -> CircuitSimulation.Results {
    try run(cards, try sources.map { try VerilogA.compiled($0) })
  }

  func packaged(_ file: String, _ cards: String) throws -> CircuitSimulation.Results {
    try run(cards, [try #require(VerilogA.modules) + "/" + file])
  }

  func isClose(_ a: Double?, _ b: Double, _ tolerance: Double = 1e-9) -> Bool {
    guard let a else { return false }
    return abs(a - b) <= tolerance * abs(b)
  }

  @Test(arguments: [0.2, 0.4, -0.3, 0])
  func cellIsItsFormula(volts: Double) throws {
    let plot = try own(
      "v1 a 0 \(volts)\nn1 a 0 cell\n.model cell sinh_cell v0=0.05 g=1e-5\n.op",
      VerilogA.sinhCell
    ).plots[0]
    let expected = 1e-5 * 0.05 * sinh(volts / 0.05)
    let amperes = try #require(plot.value("i(v1)"))
    #expect(abs(amperes + expected) <= 1e-13 * abs(expected))
  }

  /// Both wires of a 16 × 16 array, against a throw-away solver's Newton method.
  @Test func arrayOfCells() throws {
    var cards = ".model cell sinh_cell v0=0.05\n.op\n"
    for i in 0..<16 {
      cards += "vr\(i) w\(i)_0 0 \(0.05 + 0.1 * Double(i) / 15)\nvc\(i) b15_\(i) 0 0\n"
      for j in 0..<16 {
        let siemens = 1e-6 * Double(1 + (7 * i + 13 * j) % 97)
        cards += "n\(i)_\(j) w\(i)_\(j) b\(i)_\(j) cell g=\(siemens)\n"
        if j > 0 { cards += "rw\(i)_\(j) w\(i)_\(j - 1) w\(i)_\(j) 2\n" }
        if i > 0 { cards += "rb\(i)_\(j) b\(i - 1)_\(j) b\(i)_\(j) 2.5\n" }
      }
    }
    let plot = try own(cards, VerilogA.sinhCell).plots[0]
    #expect(isClose(plot.value("i(vc0)"), 1.577782704497885e-04))
    #expect(isClose(plot.value("i(vc15)"), 1.509934428045766e-04))
    #expect(isClose(plot.value("i(vr0)"), -3.879529799714327e-05))
    #expect(isClose(plot.value("i(vr15)"), -3.396524168961932e-04))
  }

  @Test(arguments: [
    ("diode.osdi", "diode", "Is=1e-14 N=1 Cjo=1e-12 TT=1e-9 Rs=10", 0.7, 2.31594011792029e-03),
    ("diode.osdi", "diode", "Is=1e-14 N=1 Cjo=1e-12 TT=1e-9 Rs=0", 0.7, 5.670133717329134e-03),
    ("spice/diode.osdi", "sp_diode", "is=1e-14 rs=10", 0.7, 2.315984510180627e-03),
    ("spice/diode.osdi", "sp_diode", "is=1e-14 rs=10", 5, 0.418872097077),
  ])
  func diodes(
    file: String, module: String, parameters: String, volts: Double, amperes: Double
  ) throws {
    let results = try packaged(
      file, "v1 a 0 \(volts)\nn1 a 0 x\n.model x \(module) \(parameters)\n.op")
    #expect(isClose(results.plots[0].value("i(v1)"), -amperes, 1e-8))
    // Without limiting 5 V take 170 iterations.
    #expect(results.iterations <= 20)
  }

  @Test(arguments: [
    ("rb=100 rc=10 re=1", 3.898092061608838e-04, 3.803277170812046e-06),
    ("", 4.016770623817019e-04, 3.918800076792685e-06),
  ])
  func bipolarTransistor(resistances: String, collector: Double, base: Double) throws {
    let plot = try packaged(
      "spice/bjt.osdi",
      """
      vc c 0 2
      vb b 0 0.75
      n1 c b 0 0 x
      .model x sp_bjt is=1e-16 bf=100 vaf=50 \(resistances)
      .op
      """
    ).plots[0]
    #expect(isClose(plot.value("i(vc)"), -collector, 1e-8))
    #expect(isClose(plot.value("i(vb)"), -base, 1e-8))
  }

  @Test(arguments: [
    (
      "spice/mos1.osdi", "sp_mos1", "vto=0.7 kp=1e-4 lambda=0.02 gamma=0.4 phi=0.65", "w=10u l=1u",
      5.10000101e-06
    ),
    ("bsim4v8.osdi", "bsim4", "type=1", "w=1u l=100n", 3.416912370610091e-04),
  ])
  func transistors(
    file: String, module: String, parameters: String, size: String, amperes: Double
  ) throws {
    let plot = try packaged(
      file,
      """
      vd d 0 1
      vg g 0 0.8
      n1 d g 0 0 x \(size)
      .model x \(module) \(parameters)
      .op
      """
    ).plots[0]
    #expect(isClose(plot.value("i(vd)"), -amperes, 1e-8))
  }

  // MARK: Time

  /// A state stands at its initial value at DC and moves from it.
  @Test func integralMoves() throws {
    let results = try own(
      """
      v1 a 0 1
      n1 a 0 x
      .model x memory tau=1n w0=0.5
      .op
      .tran 10p 1n
      .print tran @n1[state]
      """, VerilogA.memory)
    #expect(isClose(results.plots[0].value("i(v1)"), -0.5e-3, 1e-12))
    let transient = results.plots[1]
    #expect(isClose(transient.value("i(v1)", at: 0), -0.5e-3, 1e-12))
    #expect(isClose(transient.value("i(v1)", at: transient.pointCount - 1), -1.5e-3, 1e-9))
    #expect(isClose(transient.value("@n1[state]", at: transient.pointCount - 1), 1.5, 1e-9))
  }

  /// The same whatever the size of the state is: nanometers are solved as volts are.
  @Test(arguments: [1, 1e-10, 1e10])
  func stateOfAnySizeIsSolved(scale: Double) throws {
    let plot = try own(
      """
      v1 a 0 pwl(0 0 1f 1)
      n1 a 0 x
      .model x state_node tau=1n scale=\(scale)
      .tran 10p 1n
      .print tran @n1[state]
      """, VerilogA.stateNode
    ).plots[0]
    let last = plot.value("@n1[state]", at: plot.pointCount - 1)
    #expect(isClose(last, 1 - exp(-1), 2e-4))
  }

  @Test func capacitorIsTheNativeOne() throws {
    let deck = """
      v1 a 0 dc 1 ac 1 sin(0 1 1meg)
      r1 a b 1k
      n1 b 0 x
      r2 a c 1k
      c2 c 0 1n
      .model x own_capacitor c=1n
      .ac dec 5 1k 10meg
      .tran 10n 3u
      """
    let results = try own(deck, VerilogA.capacitor)
    for plot in results.plots {
      let (own, native) = (plot.column("v(b)"), plot.column("v(c)"))
      let largest = native.map(abs).max() ?? 0
      #expect(own.count == native.count && largest > 0.1)
      #expect(zip(own, native).allSatisfy { abs($0 - $1) <= 1e-12 * largest })
    }
  }

  // MARK: Nodes

  @Test func resistanceOfZeroJoinsItsTerminals() throws {
    let plot = try own(
      """
      v1 a 0 1
      r1 a b 1k
      n1 b c x r=0
      r2 c 0 1k
      n2 c 0 x r=1k m=3
      .model x own_resistor
      .op
      .print op i(n1)
      """, VerilogA.resistor
    ).plots[0]
    // 1 kΩ and then 1 kΩ beside three of them.
    #expect(isClose(plot.value("v(b)"), 0.2, 1e-12))
    #expect(isClose(plot.value("v(c)"), 0.2, 1e-12))
    #expect(isClose(plot.value("i(n1)"), 0.8e-3, 1e-12))
  }

  @Test func thresholdIsAState() throws {
    let plot = try own(
      """
      vd d 0 0.1
      vg g 0 1
      n1 d g 0 x vth=0.3
      n2 d g 0 x vth=1.5
      .model x fefet
      .op
      .print op i(n1) i(n2)
      """, VerilogA.fefet
    ).plots[0]
    func amperes(_ vth: Double) -> Double {
      let x = 0.04 * log(1 + exp((1 - vth) / 0.04))
      return 1e-4 * x * x * tanh(1)
    }
    #expect(isClose(plot.value("i(n1)"), amperes(0.3), 1e-12))
    #expect(isClose(plot.value("i(n2)"), amperes(1.5), 1e-9))
  }

  @Test func temperatureReachesTheDevices() throws {
    let plot = try packaged(
      "spice/diode.osdi",
      "i1 0 a 1m\nn1 a 0 x\nd2 b 0 y\ni2 0 b 1m\n.model x sp_diode is=1e-14\n.model y d is=1e-14\n"
        + ".dc temp 0 100 50"
    ).plots[0]
    let (own, native) = (plot.column("v(a)"), plot.column("v(b)"))
    #expect(own[0] - own[2] > 0.1)
    for (a, b) in zip(own, native) { #expect(abs(a - b) < 1e-4) }
  }

  /// Every file of the package but the ideal line, which needs the past, and `bsimbulk106`, which shorts
  /// its thermal terminal to ground, so that no slope of it counts.
  static let packaged: [String] = {
    guard let folder = VerilogA.modules else { return [] }
    let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return files.filter { file in
      file.hasSuffix(".osdi")
        && !["tline", "bsimbulk"].contains(where: { file.hasPrefix($0) })
    }.sorted()
  }()

  /// Slopes of a device against differences of its residual, at random points.
  @Test(arguments: packaged)
  func slopesAreThoseOfTheResidual(file: String) throws {
    let module = try CompactLibrary.open(try #require(VerilogA.modules) + "/" + file).modules[0]
    var circuit = Circuit(title: "t")
    let nodes = (0..<module.terminalCount).map { circuit.addNode(circuit.label("t", 0, $0)) }
    let model = circuit.addCompactModel(module.model(circuit.label("x"), []))
    circuit.addCompactDevice(circuit.label("n1"), nodes, model: model)
    let devices = try CompactDevices(circuit, celsius: 27, nominalCelsius: 27)
    let order = nodes.count + devices.unknowns.count
    let places = devices.places[0].map { place in
      switch place {
      case .ground: order
      case .terminal(let k): k
      case .own(let k): nodes.count + k
      }
    }
    let entries = devices.entries(of: 0)
    devices.bind(
      nodes: [places],
      slots: entries.map { entry in
        Int32(places[entry.row] * (order + 1) + places[entry.column])
      })
    func load(_ x: [Double]) -> (flow: [Double], slopes: [Double])? {
      var (flow, charge) = (
        [Double](repeating: 0, count: order + 1), [Double](repeating: 0, count: order + 1)
      )
      var slopes = [Double](repeating: 0, count: (order + 1) * (order + 1))
      var stored = slopes
      let outcome = devices.load(
        x, CompactConditions(.smallSignal, junctionSiemens: 1e-12, limiting: false), flow: &flow,
        charge: &charge, conductances: &slopes, capacitances: &stored)
      return outcome == .evaluated(limited: false) ? (flow, slopes) : nil
    }
    // The current of PSP's noise branch, to which nothing but noise flows: its compiler keeps the slopes,
    // which carry the noise, and leaves the current out of the residual, where it is zero.
    let quiet = Set(
      module.nodes.indices.filter { module.nodes[$0].name == "flow(NOII)" }.map { places[$0] })
    #expect(quiet.isEmpty == !file.hasPrefix("psp103"))
    var random = RandomStream(seed: 25)
    var (tried, drawn) = (0, 0)
    while tried < 5 {
      drawn += 1
      try #require(drawn <= 200, "no point where the module has a value")
      var x = (0..<order).map { _ in Double.random(in: -0.3...0.3, using: &random) } + [0]
      for node in quiet { x[node] = 0 }
      // Some modules have no value at all points: roots of negative numbers.
      guard let slopes = load(x)?.slopes else { continue }
      tried += 1
      let largest = slopes.map(abs).max() ?? 0
      for column in 0..<order where !quiet.contains(column) {
        let (here, step) = (x[column], 1e-5)
        // Fourth order, so that its own error is below rounding's.
        var difference = [Double](repeating: 0, count: order + 1)
        for (offset, weight) in [(1.0, 8.0), (-1, -8), (2, -1), (-2, 1)] {
          x[column] = here + offset * step
          for (k, value) in (load(x)?.flow ?? []).enumerated() {
            difference[k] += weight * value / (12 * step)
          }
        }
        x[column] = here
        for row in 0..<order {
          let slope = slopes[row * (order + 1) + column]
          #expect(
            abs(slope - difference[row]) <= 1e-6 * largest + 1e-9,
            "\(file) \(row) \(column): \(slope) \(difference[row])")
        }
      }
    }
  }

  @Test func noiseOfARateOfCharges() throws {
    var circuit = Circuit(title: "t")
    let node = circuit.addNode(circuit.label("a"))
    let module = try CompactLibrary.open(VerilogA.compiled(VerilogA.resistor)).module()
    let model = circuit.addCompactModel(module.model(circuit.label("x"), []))
    circuit.addCompactDevice(circuit.label("n1"), [node, .ground], model: model)
    let devices = try CompactDevices(circuit, celsius: 27, nominalCelsius: 27)
    devices.bind(nodes: [[0, 1]], slots: [0, 0, 0, 0])
    let noise = try #require(devices.noise(of: 0, at: [1, 0], hertz: 1e3))
    #expect(isClose(noise.first, 1.65761e-23, 1e-3))
  }

  /// A compact resistor has the noise of a native one, beside it and `m` times.
  @Test func noiseIsThatOfTheNativeOne() throws {
    func plots(_ compact: Bool, _ m: Int) throws -> [Plot] {
      let device =
        compact ? ".model x own_resistor\nn1 a 0 x r=1k m=\(m)" : "r9 a 0 1k m=\(m)"
      let cards = "v1 in 0 ac 1\nr1 in a 1k\nc1 a 0 1n\n\(device)\n.noise v(a) v1 dec 2 1k 1meg 1"
      return try (compact ? own(cards, VerilogA.resistor) : own(cards)).plots
    }
    for m in [1, 3] {
      let (found, wanted) = (try plots(true, m), try plots(false, m))
      for name in ["onoise_spectrum", "inoise_spectrum"] {
        let (a, b) = (found[0].column(name), wanted[0].column(name))
        #expect(a.count == b.count && a.count > 5)
        for (own, native) in zip(a, b) { #expect(isClose(own, native, 1e-5), "\(m) \(name)") }
      }
      let total = try #require(wanted[1].value("onoise_total"))
      #expect(isClose(found[1].value("onoise_total"), total, 1e-5))
      let part = try #require(found[0].column("onoise_n1_thermal").first)
      #expect(isClose(part, wanted[0].column("onoise_r9")[0], 1e-5))
    }
  }
}

extension Plot {
  func column(_ name: String) -> [Double] {
    guard let place = variables.firstIndex(where: { $0.name == name }) else { return [] }
    let (width, parts) = (variables.count, isComplex ? 2 : 1)
    return (0..<pointCount).flatMap { point in
      (0..<parts).map { values[(point * width + place) * parts + $0] }
    }
  }

  func value(_ name: String, at point: Int = 0) -> Double? {
    let all = column(name)
    return all.indices.contains(point) ? all[point] : nil
  }
}

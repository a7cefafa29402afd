import CircuitSolver
import CompactModels
import Foundation
import Netlist
import SPICE
import TestSupport
import Testing

/// Decks whose devices are compiled Verilog-A, against closed forms, native elements and values of
/// another program that loads the same files (1e-9 of them, as its digits allow).
@Suite(.enabled(if: VerilogA.isPresent, "openvaf-r is not on the search path"))
struct CompactDeckTests {
  private func run(_ cards: String, _ files: [String]) throws -> CircuitSimulation.Results {
    let hdl = files.map { ".hdl \"\($0)\"\n" }.joined()
    return try CircuitSimulation(DeckReader().read("t\n\(hdl)\(cards)\n.end\n", name: "t.sp")).run()
  }

  private func own(_ cards: String, _ sources: String...) throws -> CircuitSimulation.Results {
    try run(cards, try sources.map { try VerilogA.compiled($0) })
  }

  private func packaged(_ file: String, _ cards: String) throws -> CircuitSimulation.Results {
    try run(cards, [try #require(VerilogA.modules) + "/" + file])
  }

  private func isClose(_ a: Double?, _ b: Double, _ tolerance: Double = 1e-9) -> Bool {
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

  /// Slopes of a device against differences of its residual: at random points for many modules.
  @Test(arguments: [
    "diode.osdi", "spice/diode.osdi", "spice/bjt.osdi", "spice/mos1.osdi", "spice/mos2.osdi",
    "spice/mos3.osdi", "spice/jfet1.osdi", "spice/bsim3v3.osdi", "spice/bsim4v8.osdi",
    "vbic_1p3_4t.osdi",
  ])
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
    var random = SystemRandomNumberGenerator()
    var tried = 0
    while tried < 5 {
      var x = (0..<order).map { _ in Double.random(in: -0.3...0.3, using: &random) } + [0]
      // Some modules have no value at all points: roots of negative numbers.
      guard let slopes = load(x)?.slopes else { continue }
      tried += 1
      let largest = slopes.map(abs).max() ?? 0
      for column in 0..<order {
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

  // MARK: Another simulator

  /// Currents of one operating point of `sim` in VACASK, by the names of its sources.
  private func vacask(_ loads: [String], _ sim: String) throws -> [String: Double] {
    let compiler = try #require(VerilogA.compiler).executable
    let program = URL(fileURLWithPath: compiler).deletingLastPathComponent()
      .appendingPathComponent("vacask")
    let folder = try TemporaryFolder()
    let text =
      "t\n" + loads.map { "load \"\($0)\"\n" }.joined()
      + "model v vsource\nmodel i isource\nground 0\n" + sim
      + "\ncontrol\n  options rawfile=\"ascii\" reltol=1e-9\n  analysis one op\nendc\n"
    try folder.write(text, to: "t.sim")
    let process = Process()
    process.executableURL = program
    process.arguments = ["t.sim"]
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let raw = try String(contentsOfFile: folder.file("one.raw"), encoding: .utf8)
    let parts = raw.components(separatedBy: "Values:")
    let listed = parts[0].components(separatedBy: "\nVariables:").last ?? ""
    let names = listed.split(separator: "\n")
      .compactMap { $0.split(separator: "\t").dropFirst().first.map(String.init) }
    let values = parts[1].split { $0 == "\n" || $0 == "\t" }.compactMap { Double($0) }
    return Dictionary(zip(names, values), uniquingKeysWith: { first, _ in first })
  }

  /// The same modules in another simulator: a differential pair, two mirrors and a JFET's follower.
  @Test(arguments: [
    (
      ["spice/bjt.osdi"],
      "vc c 0 5\nve e 0 -5\nvb b 0 0.01\nr1 c x 10k\nr2 c y 10k\nr3 t e 10k\n"
        + "n1 x b t 0 q\nn2 y 0 t 0 q\n.model q sp_bjt is=1e-16 bf=100 vaf=50 rb=100 rc=10 re=1",
      "vc (c 0) v dc=5\nve (e 0) v dc=-5\nvb (b 0) v dc=0.01\nmodel r sp_resistor\n"
        + "r1 (c x) r r=10k\nr2 (c y) r r=10k\nr3 (t e) r r=10k\n"
        + "n1 (x b t 0) q\nn2 (y 0 t 0) q\nmodel q sp_bjt is=1e-16 bf=100 vaf=50 rb=100 rc=10 re=1",
      ["vc", "ve", "vb"]
    ),
    (
      ["spice/bsim3v3.osdi"],
      "vd d 0 1.5\nvo o 0 1\nr1 d g 10k\nn1 g g 0 0 m w=10u l=1u\nn2 o g 0 0 m w=20u l=1u\n"
        + ".model m sp_bsim3v3 type=1 vth0=0.5 u0=400",
      "vd (d 0) v dc=1.5\nvo (o 0) v dc=1\nmodel r sp_resistor\nr1 (d g) r r=10k\n"
        + "n1 (g g 0 0) m w=10u l=1u\nn2 (o g 0 0) m w=20u l=1u\nmodel m sp_bsim3v3 type=1 vth0=0.5 u0=400",
      ["vd", "vo"]
    ),
    (
      ["bsim4v8.osdi"],
      "vd d 0 1.5\nvo o 0 1\nr1 d g 10k\nn1 g g 0 0 m w=1u l=100n\nn2 o g 0 0 m w=2u l=100n\n"
        + ".model m bsim4 type=1",
      "vd (d 0) v dc=1.5\nvo (o 0) v dc=1\nmodel r sp_resistor\nr1 (d g) r r=10k\n"
        + "n1 (g g 0 0) m w=1u l=100n\nn2 (o g 0 0) m w=2u l=100n\nmodel m bsim4 type=1",
      ["vd", "vo"]
    ),
    (
      ["spice/jfet1.osdi"],
      "vd d 0 5\nvg g 0 0.2\nr1 s 0 1k\nn1 d g s j\n.model j sp_jfet1 vto=-1 beta=1e-3 type=1",
      "vd (d 0) v dc=5\nvg (g 0) v dc=0.2\nmodel r sp_resistor\nr1 (s 0) r r=1k\n"
        + "n1 (d g s) j\nmodel j sp_jfet1 vto=-1 beta=1e-3 type=1",
      ["vd", "vg"]
    ),
  ])
  func currentsAreThoseOfAnotherSimulator(
    files: [String], cards: String, sim: String, sources: [String]
  ) throws {
    let folder = try #require(VerilogA.modules)
    let paths = files.map { "\(folder)/\($0)" }
    let plot = try run(cards + "\n.op", paths).plots[0]
    let other = try vacask(paths + ["\(folder)/spice/resistor.osdi"], sim)
    let pairs = try sources.map { source in
      (try #require(plot.value("i(\(source))")), try #require(other["\(source):flow(br)"]))
    }
    let largest = pairs.map { abs($0.1) }.max() ?? 0
    #expect(largest > 1e-6)
    for (own, theirs) in pairs { #expect(abs(own - theirs) <= 1e-6 * largest, "\(pairs)") }
  }

  // MARK: SPICE's own devices

  /// By their letters, from a folder; the same as N devices of the same modules.
  @Test func devicesOfSpiceAreServed() throws {
    let folder = try #require(VerilogA.modules)
    let text = """
      t
      .options modeldir="\(folder)"
      .hdl "\(folder)/spice/bjt.osdi" "\(folder)/spice/mos2.osdi" "\(folder)/spice/jfet1.osdi"
      vc c 0 2
      vb b 0 0.75
      q1 c b 0 qx 2
      n1 c b 0 0 nx area=2
      q2 c b 0 0 px
      n2 c b 0 0 mx
      .model qx npn is=1e-16 bf=100 vaf=50
      .model nx sp_bjt is=1e-16 bf=100 vaf=50 type=1
      .model px pnp level=1 is=1e-16
      .model mx sp_bjt is=1e-16 type=-1
      m1 c b 0 0 my w=10u l=1u
      n3 c b 0 0 ny w=10u l=1u
      .model my nmos level=2 vto=0.5 kp=1e-4
      .model ny sp_mos2 vto=0.5 kp=1e-4 type=1
      j1 c b 0 jx
      n4 c b 0 jy
      .model jx njf vto=-1 beta=1e-3
      .model jy sp_jfet1 vto=-1 beta=1e-3 type=1
      .op
      .print op i(q1) i(n1) i(q2) i(n2) i(m1) i(n3) i(j1) i(n4)
      """
    let plot = try CircuitSimulation(DeckReader().read(text, name: "t.sp")).run().plots[0]
    for (own, other) in [("q1", "n1"), ("q2", "n2"), ("m1", "n3"), ("j1", "n4")] {
      let (a, b) = (plot.value("i(\(own))"), plot.value("i(\(other))"))
      #expect(a == b && a != nil && a != 0, "\(own) \(a ?? 0) \(b ?? 0)")
    }
    #expect(isClose(plot.value("i(q1)"), 2 * 4.016770623817019e-04, 1e-6))
  }

  @Test func missingModulesAreNamed() throws {
    let folder = try TemporaryFolder()
    var reader = DeckReader()
    reader.modelFolders = [folder.path]
    let error = #expect(throws: DeckError.self) {
      try reader.read("t\nv1 a 0 1\nq1 a a 0 x\n.model x npn\n.op\n", name: "t.sp")
    }
    #expect(error?.description.contains("bjt.osdi is in none of") == true)
  }

  // MARK: Bad input

  private func fault(_ cards: String, _ sources: String...) throws -> String {
    do {
      let files = try sources.map { try VerilogA.compiled($0) }
      _ = try run(cards, files)
    } catch {
      return "\(error)"
    }
    return "no fault"
  }

  @Test(arguments: [
    ("n1 a 0 x\n.model x sinh_cell v0=-1", "t.sp:6:20: ", "v0: out of range"),
    ("n1 a 0 x g=-1\n.model x sinh_cell", "t.sp:5:10: ", "G: out of range"),
    ("n1 a 0 x\n.model x sinh_cell vo=1", "t.sp:6:20: ", "did you mean 'v0'"),
    ("n1 a 0 x\n.model x sinh_sell", "t.sp:6:10: ", "did you mean 'sinh_cell'"),
    ("n1 a 0 b x\n.model x sinh_cell", "t.sp:5:1: ", "has 2 terminals, p n; 3 nodes are given"),
    ("n1 a x\n.model x sinh_cell", "t.sp:5:1: ", "1 nodes are given"),
    ("n1 a 0 x v0=1\n.model x sinh_cell", "t.sp:5:10: ", "belongs to the model"),
    ("n1 a 0 x\n.model x faulty limit=0.5", "", "n1 of module faulty gives up: too many volts"),
    ("n1 a 0 x\n.model x faulty pole=0.5", "", "n1 of module faulty has a value that is not a"),
    ("n1 a 0 x\n.model x faulty ask=1", "", "zzz"),
  ])
  func faultsAreNamed(cards: String, place: String, text: String) throws {
    let found = try fault("v1 a 0 1\n\(cards)\n.op", VerilogA.sinhCell, VerilogA.faulty)
    #expect(found.contains(text) && found.hasPrefix(place), "\(found)")
  }

  @Test func printedTextIsANote() throws {
    let results = try own(
      "v1 a 0 0.25\nn1 a 0 x\n.model x faulty ask=2\n.op", VerilogA.faulty)
    #expect(results.notes == ["n1: here is 0.25"])
  }

  @Test func nativeCodeCanBeForbidden() throws {
    let file = try VerilogA.compiled(VerilogA.sinhCell)
    var reader = DeckReader()
    reader.nativeModels = .forbidden
    let text = "t\n.hdl \"\(file)\"\nv1 a 0 1\nn1 a 0 x\n.model x sinh_cell\n.op\n"
    let error = #expect(throws: DeckError.self) { try reader.read(text, name: "t.sp") }
    #expect(error?.faults.first?.reason == .nativeForbidden)
  }

  /// ngspice's form, in a block of commands.
  @Test func commandsLoadModels() throws {
    let file = try VerilogA.compiled(VerilogA.sinhCell)
    let folder = try TemporaryFolder()
    let text = """
      t
      v1 a 0 0.2
      n1 a 0 x
      .model x sinh_cell g=1e-5
      .control
      pre_osdi "\(file)"
      op
      .endc
      .end
      """
    let session = try DeckReader().open(Array(text.utf8), name: "t.sp", folder: folder.path)
    #expect(session.deck.circuit.compactDevices.count == 1)
    #expect(session.deck.circuit.compactModels[0].module == "sinh_cell")
  }

  @Test func lostStatesAreSaid() throws {
    let file = try VerilogA.compiled(VerilogA.forgetful)
    let deck = try DeckReader().read(
      "t\n.hdl \"\(file)\"\nv1 a 0 1\nn1 a 0 x\n.model x forgetful\n.op\n", name: "t.sp")
    #expect(deck.warnings.map(\.reason) == [.forgetsState])
  }
}

extension Plot {
  fileprivate func column(_ name: String) -> [Double] {
    guard let place = variables.firstIndex(where: { $0.name == name }) else { return [] }
    let (width, parts) = (variables.count, isComplex ? 2 : 1)
    return (0..<pointCount).flatMap { point in
      (0..<parts).map { values[(point * width + place) * parts + $0] }
    }
  }

  fileprivate func value(_ name: String, at point: Int = 0) -> Double? {
    let all = column(name)
    return all.indices.contains(point) ? all[point] : nil
  }
}

import CircuitSolver
import CompactModels
import Files
import Foundation
import Netlist
import SPICE
import TestSupport
import Testing

/// The same files in another simulator, SPICE's own devices from them, and what is refused.
extension CompactDeckTests {
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

  /// A card names a module of any file in a folder, and what the module has not is passed over aloud.
  @Test func modulesOfFoldersServeCardsByName() throws {
    let folder = try TemporaryFolder()
    let compiled = try FileContents.read(VerilogA.compiled(VerilogA.sinhCell))
    try FileContents.write(compiled, to: folder.file("other.osdi"))
    try FileContents.write("no library", to: folder.file("broken.osdi"))
    var reader = DeckReader()
    reader.modelFolders = [folder.path]
    let cards =
      "t\nv1 a 0 0.1\nn1 a 0 x g=2e-5\n.model x sinh_cell level=3 v0=0.1 tnum=300\n.op\n"
    let deck = try reader.read(cards, name: "t.sp")
    let plot = try CircuitSimulation(deck).run().plots[0]
    #expect(isClose(plot.value("i(v1)"), -2e-5 * 0.1 * sinh(1), 1e-12))
    let warnings = deck.warnings.map(\.description)
    #expect(warnings.count == 1 && warnings[0].contains("'tnum': the module has no such parameter"))
    reader.nativeModels = .forbidden
    #expect(throws: DeckError.self) { try reader.read(cards, name: "t.sp") }
  }

  /// Devices that make the same terminals one share their current as they like.
  @Test func terminalsMayBeJoinedTwice() throws {
    let plots = try run(
      "v1 a 0 1\nn1 a b x r=0\nn2 b a x r=0\nn3 b b x r=0\nr1 b 0 1k\n.model x own_resistor\n.op",
      [VerilogA.compiled(VerilogA.resistor)]
    ).plots
    #expect(isClose(plots[0].value("v(b)"), 1, 1e-12))
    #expect(isClose(plots[0].value("i(v1)"), -1e-3, 1e-12))
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

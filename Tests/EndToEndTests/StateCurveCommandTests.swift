import Files
import Foundation
import TestSupport
import Testing

/// Measured curves of several states through the commands that take arrays.
@Suite struct StateCurveCommandTests {
  private static let states = [1e-6, 3e-6, 1e-5]

  /// Amperes of a conductance in series with a selector of 1 µA and 50 mV.
  private static func series(_ volts: Double, _ siemens: Double) -> Double {
    var (low, high) = (0.0, abs(volts) * siemens)
    for _ in 0..<200 {
      let i = (low + high) / 2
      if i / siemens + 0.05 * asinh(i / 2e-6) < abs(volts) { low = i } else { high = i }
    }
    return copysign((low + high) / 2, volts)
  }

  /// A file of such curves, `volts` and a column for each state.
  private static func curves(_ states: [Double], names: [String]) -> String {
    let lines = (-500...500).map { k -> String in
      let v = Double(k) / 1000
      return "\(v)," + states.map { "\(k == 0 ? 0 : series(v, $0) / $0)" }.joined(separator: ",")
    }
    return "# measured\n"
      + (["volts," + names.joined(separator: ",")] + lines)
      .joined(separator: "\n")
  }

  private static let arrays = [
    "topology: voltageDriven\nwires: {wordLineOhms: 100, bitLineOhms: 200}",
    "topology: gateDriven\nwires: {bitLineOhms: 300}",
    "topology: gateDriven\nsourceLine: crossing\nwires: {bitLineOhms: 200, sourceLineOhms: 100}",
  ]

  /// The cells' own circuit, by KLU, and their curves, by the path of each topology.
  @Test(arguments: arrays)
  func curvesAreTheCellsTheyWereTakenFrom(lines: String) throws {
    let folder = try Workspace.make()
    try folder.write(Self.curves(Self.states, names: Self.states.map { "\($0)" }), to: "iv.csv")
    try folder.write(Self.curves([1e-5], names: ["relativeCurrent"]), to: "one.csv")
    let isDriven = lines.contains("voltageDriven")
    let cells = (0..<60).map { (k: Int) -> Double in Self.states[k * k % 7 % 3] }
    try folder.write(cells, shape: [10, 6], to: "g.npy")
    let drive = (0..<50).map { (k: Int) -> Double in
      isDriven ? 0.02 * Double(k % 11) : Double(k * k % 5 % 2)
    }
    try folder.write(drive, shape: [5, 10], to: "x.npy")
    let head = "version: 1\nconductances: g.npy\nreadVolts: 0.2\n\(lines)\nlaw: "
    try folder.write(
      head + "{model: selector, saturationAmperes: 1e-6, slopeVolts: 0.05}\n", to: "S.yaml")
    try folder.write(head + "{model: table, file: iv.csv}\n", to: "T.yaml")
    try folder.write(head + "{model: table, file: one.csv}\n", to: "U.yaml")
    func run(_ arguments: [String]) throws -> String {
      let outcome = try Program.run(arguments, in: folder)
      #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
      return outcome.output
    }
    func currents(_ file: String, path: String) throws -> [Double] {
      _ = try run(["mvm", file, "--inputs", "x.npy", "--out", "y.npy", "--path", path])
      return try NPYFile(contentsOf: folder.file("y.npy")).doubles
    }
    let circuit = try currents("S.yaml", path: "klu")
    let peak = circuit.reduce(0) { max($0, $1.magnitude) }
    func difference(_ a: [Double]) -> Double {
      zip(a, circuit).reduce(0) { max($0, ($1.0 - $1.1).magnitude) } / peak
    }
    #expect(difference(try currents("T.yaml", path: "exact")) < 1e-5)
    #expect(difference(try currents("U.yaml", path: "exact")) > 1e-2)
    if lines.contains("crossing") {
      #expect(difference(try currents("T.yaml", path: "calibrated")) < 5e-3)
    }
    _ = try run(["compare", "T.yaml", "--out", "compared"])
    // No simulator has such an element: nothing is written.
    for command in [
      ["netlist", "T.yaml", "--input", "x.npy", "--out", "deck"],
      ["mvm", "T.yaml", "--inputs", "x.npy", "--out", "z.npy", "--path", "klu"],
    ] {
      let refused = try Program.run(command, in: folder)
      #expect(refused.status == 1 && refused.errors.contains("law: table has no element"))
    }
    #expect(!folder.contents.contains { $0.hasPrefix("deck") || $0 == "z.npy" })
    // A state that no curve knows, by its cell.
    let beyond = (0..<60).map { (k: Int) -> Double in k == 13 ? 2e-5 : 1e-6 }
    try folder.write(beyond, shape: [10, 6], to: "g.npy")
    let outside = try Program.run(
      ["mvm", "T.yaml", "--inputs", "x.npy", "--out", "z.npy"], in: folder)
    #expect(outside.status == 1)
    #expect(
      outside.errors.contains(
        "conductances [2, 1] is 2e-05 S; the curves of law: table reach to 1e-05 S"),
      "\(outside.errors)")
  }
}

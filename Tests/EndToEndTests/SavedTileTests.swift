import Files
import FoundationEssentials
import TestSupport
import Testing

/// A tile of a network as a deck and as an array file, through the commands that take them.
@Suite struct SavedTileTests {
  private static let cases: [(name: String, hardware: String, models: [String])] = [
    (
      "transistors",
      "law: {model: transistor, gateVolts: 1.0, thresholdVolts: 0.4, transconductance: 2e-4}, "
        + "wires: {bitLineOhms: 60}", ["nmos"]
    ),
    (
      "transistors with body effect",
      "law: {model: transistor, gateVolts: 1.4, thresholdVolts: 0.4, transconductance: 2e-4, "
        + "bodyEffect: 0.5, surfacePotentialVolts: 0.7, bulkVolts: -0.2}, "
        + "wires: {bitLineOhms: 60}", ["nmos", " gamma=0.5 phi=0.7 "]
    ),
    (
      "selectors between crossing lines",
      "law: {model: selector, saturationAmperes: 1e-6, slopeVolts: 0.03}, sourceLine: crossing, "
        + "wires: {bitLineOhms: 60, sourceLineOhms: 30}", [" d ("]
    ),
    (
      "crossing lines", "sourceLine: crossing, wires: {bitLineOhms: 60, sourceLineOhms: 30}", []
    ),
  ]

  @Test(arguments: cases.indices) func tileIsTakenOn(index: Int) throws {
    let (name, hardware, models) = Self.cases[index]
    let folder = try Workspace.make()
    try folder.write("version: 1\nhardware: {\(hardware)}\n", to: "T.yaml")
    func run(_ arguments: [String]) throws -> String {
      let outcome = try Program.run(arguments, in: folder)
      #expect(outcome.status == 0, "\(name), \(arguments): \(outcome.errors)")
      return outcome.output
    }
    let written = try run([
      "netlist", "--experiment", "T.yaml", "--layer", "conv2", "--row", "2", "--crop", "12",
      "--array",
      "saved", "--out", "deck",
    ])
    #expect(written.contains("saved      saved/conductances.npy, saved/negativeConductances.npy, "))
    #expect(written.contains("next       tilespice mvm saved/array.yaml --inputs saved/inputs.npy"))

    // Every cell is in the deck, those of gates that are off too, and the cards of its devices.
    let deck = try String(contentsOfFile: folder.file("deck/core.sp"), encoding: .utf8).lowercased()
    let lines = deck.split(separator: "\n")
    let cards = lines.filter { $0.hasPrefix(".model") }
    for model in models { #expect(cards.contains { $0.contains(model) }, "\(cards)") }
    #expect(cards.isEmpty == models.isEmpty, "\(cards)")
    if models.contains("nmos") {
      // One for every cell that conducts: pairs of infinite on/off ratio leave one of two open.
      let cells = try ["conductances", "negativeConductances"].flatMap {
        try NPYFile(contentsOf: folder.file("saved/\($0).npy")).doubles
      }
      #expect(cells.count == 2 * 12 * 12)
      let transistors = lines.filter { $0.hasPrefix("m") }
      #expect(transistors.count == cells.count { $0 > 0 })
      if hardware.contains("bulkVolts") {
        #expect(lines.contains { $0.hasPrefix("vbulk bulk 0 ") && $0.contains("-0.2") })
        #expect(transistors.allSatisfy { $0.contains(" bulk ") })
      }
    }

    for judge in ["builtin"] + (Program.finds("ngspice") ? ["ngspice"] : []) {
      #expect(try run(["verify", "deck", "--with", judge]).contains("verdict    agrees"))
    }

    // The saved array through the commands that take arrays, and back into the same deck.
    _ = try run(["mvm", "saved/array.yaml", "--inputs", "saved/inputs.npy", "--out", "i.npy"])
    let amperes = try NPYFile(contentsOf: folder.file("i.npy"))
    #expect(amperes.shape == [2, 3, 12])
    // The deck is of vector 2; its currents are those of the positive lines, then the negative ones.
    let expected: [Double] = lines.filter { $0.hasPrefix("* expected ") }.compactMap { line in
      Double(line.split(separator: " ")[3])
    }
    let all: [Double] = amperes.doubles
    let found: [Double] = Array(all[24..<36]) + Array(all[60..<72])
    #expect(expected.count == 24)
    let peak: Double = expected.map(\.magnitude).max() ?? 0
    for (a, b) in zip(expected, found) { #expect((a - b).magnitude < 1e-4 * peak) }
    _ = try run([
      "netlist", "saved/array.yaml", "--input", "saved/inputs.npy", "--row", "2", "--out", "again",
    ])
    let again = try String(contentsOfFile: folder.file("again/core.sp"), encoding: .utf8)
      .lowercased().split(separator: "\n")
    func elements(_ lines: [Substring]) -> [Substring] { lines.filter { !$0.hasPrefix("*") } }
    #expect(elements(again).dropFirst() == elements(lines).dropFirst())
    _ = try run(["compare", "saved/array.yaml", "--out", "compared"])
  }
}

import Foundation
import Netlist

extension SPICEWriter {
  /// A whole deck in one file for one simulator: circuit, options, analyses and outputs. Elements
  /// beyond the portable core are written if `simulator` has them; throws for the others.
  public static func deck(
    _ deck: SimulationDeck, header: DeckHeader = DeckHeader(), for simulator: Simulator
  ) throws(NetlistError) -> String {
    let circuit = deck.circuit
    guard deck.steps.isEmpty else {
      throw NetlistError(
        .noEqual, file: circuit.title, line: 0,
        subject: "the .step cards of a deck in \(simulator.displayName)")
    }
    // ngspice accepts names of flattened subcircuits; other simulators treat them differently.
    if simulator != .ngspice, let name = circuit.firstForeignName {
      throw NetlistError(
        .noEqual, file: circuit.title, line: 0,
        subject: "the name \(name) in \(simulator.displayName)")
    }
    // Only ngspice and Xyce know exponential coefficients of resistors.
    if simulator == .hspice || simulator == .spectre {
      for (index, law) in circuit.temperatureLaws.sorted(by: { $0.key < $1.key }) {
        guard case .exponential = law else { continue }
        throw NetlistError(
          .noEqual, file: circuit.title, line: 0,
          subject: "\(circuit.name(of: circuit.resistors[index].label)) (TCE) in "
            + simulator.displayName)
      }
    }
    var buffer = DeckBuffer(prefixes: circuit.prefixes)
    // The first line is the title whatever it says, but a control card there would confuse readers.
    let title = circuit.title
    let isPlain = title.first.map { !"*.+".contains($0) } ?? false
    appendHeader(header, of: circuit, title: isPlain ? title : "* \(title)", to: &buffer)
    if simulator == .spectre { buffer.append("simulator lang=spice\n") }
    writeCoreElements(of: circuit, into: &buffer) { _ in }
    try DeckElements(circuit: circuit, simulator: simulator).write(into: &buffer)
    buffer.append(try DeckAnalyses(deck: deck, simulator: simulator).text())
    buffer.append(".end\n")
    return String(decoding: buffer.bytes, as: UTF8.self)
  }
}

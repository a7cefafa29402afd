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
    // What other simulators have, they call by other names or compute in another way.
    if simulator != .ngspice, let label = circuit.firstOfOneDialect {
      throw NetlistError(
        .noEqual, file: circuit.title, line: 0,
        subject: "\(circuit.name(of: label)) in \(simulator.displayName)")
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

extension Circuit {
  /// The first element with a temperature or a small-signal value of its own, or a charge.
  fileprivate var firstOfOneDialect: Label? {
    if let index = smallSignalOhms.keys.min() { return resistors[index].label }
    if let index = capacitorLaws.keys.min() { return capacitors[index].label }
    if let index = inductorLaws.keys.min() { return inductors[index].label }
    if let source = behavioralSources.first(where: { $0.output == .charge }) { return source.label }
    return deviceTemperatures.keys.map { label(of: $0) }.min { name(of: $0) < name(of: $1) }
  }
}

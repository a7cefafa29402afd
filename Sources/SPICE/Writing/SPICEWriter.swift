import Files
import Foundation
import Netlist

/// Writes circuits as decks that every SPICE runs unchanged: a core without analysis or output, and
/// one wrapper per simulator that includes it.
public enum SPICEWriter {
  /// Name of the portable deck inside its folder.
  public static let coreFileName = "core.sp"

  /// Writes the portable deck in chunks: title, header, then one element per line as literals that
  /// read back exactly. The title is a comment as well, since an included file has no title line.
  /// Throws `NetlistError` before the first chunk if the circuit has more than core decks hold.
  /// Devices of compiled Verilog-A stand last, as ngspice takes them; wrappers load their files.
  public static func writeCore(
    _ circuit: Circuit, header: DeckHeader, to sink: ([UInt8]) throws -> Void
  ) throws {
    try checkPortable(circuit)
    var buffer = DeckBuffer(prefixes: circuit.prefixes)
    appendHeader(header, of: circuit, title: "* \(circuit.title)", to: &buffer)
    func flush(_ buffer: inout DeckBuffer) throws {
      guard buffer.isFull else { return }
      try sink(buffer.bytes)
      buffer.removeAll()
    }
    try writeCoreElements(of: circuit, into: &buffer, cardEnds: flush)
    try DeckElements(circuit: circuit, simulator: .ngspice).appendCompactCards(
      to: &buffer, cardEnds: flush)
    try sink(buffer.bytes)
  }

  static func appendHeader(
    _ header: DeckHeader, of circuit: Circuit, title: String, to buffer: inout DeckBuffer
  ) {
    buffer.append("\(title)\n* tilespice-format \(DeckHeader.formatVersion)\n")
    for entry in header.entries { buffer.append("* \(entry.key) = \(entry.value)\n") }
    if let tolerance = header.relativeTolerance {
      buffer.append("* tolerance-relative ")
      buffer.append(value: tolerance)
      buffer.append("\n")
    }
    for current in header.expected {
      buffer.append("* expected \(current.sourceName) ")
      buffer.append(value: current.amperes)
      buffer.append("\n")
    }
  }

  /// R, C, V, I, D, M and their models.
  static func writeCoreElements(
    of circuit: Circuit, into buffer: inout DeckBuffer,
    cardEnds: (inout DeckBuffer) throws -> Void
  ) rethrows {
    let laws = circuit.temperatureLaws
    for (index, element) in circuit.resistors.enumerated() {
      buffer.append(element.label)
      buffer.append(circuit, element.a, element.b)
      buffer.append(" ", element.ohms)
      if !laws.isEmpty, let law = laws[index] { append(law, to: &buffer) }
      if !circuit.smallSignalOhms.isEmpty, let ohms = circuit.smallSignalOhms[index] {
        buffer.append(" AC=", ohms)
      }
      buffer.append(byte: UInt8(ascii: "\n"))
      try cardEnds(&buffer)
    }
    for (index, element) in circuit.capacitors.enumerated() {
      buffer.append(element.label)
      buffer.append(circuit, element.a, element.b)
      buffer.append(" ", element.farads)
      if let volts = element.initialVolts { buffer.append(" IC=", volts) }
      if !circuit.capacitorLaws.isEmpty, let law = circuit.capacitorLaws[index] {
        append(law, to: &buffer)
      }
      buffer.append(byte: UInt8(ascii: "\n"))
      try cardEnds(&buffer)
    }
    try DeckSources(circuit: circuit).write(into: &buffer, cardEnds: cardEnds)
    try DeckDevices(circuit: circuit).write(into: &buffer, cardEnds: cardEnds)
  }

  static func append(_ law: TemperatureLaw, to buffer: inout DeckBuffer) {
    switch law {
    case .polynomial(let first, let second):
      buffer.append(" TC1=", first)
      buffer.append(" TC2=", second)
    case .exponential(let percent): buffer.append(" TCE=", percent)
    }
  }

  /// Throws at the first element, node or model that core decks do not hold.
  static func checkPortable(_ circuit: Circuit) throws(NetlistError) {
    if let name = circuit.firstNameBeyondCore(allowingCompact: true) {
      throw NetlistError(.notPortable, file: circuit.title, line: 0, subject: name)
    }
  }

  /// The portable deck in memory.
  public static func coreDeck(_ circuit: Circuit, header: DeckHeader) throws -> Data {
    var deck = Data()
    try writeCore(circuit, header: header) { deck.append(contentsOf: $0) }
    return deck
  }

  /// Writes `core.sp` and the wrapper of every simulator into `folder`; the wrappers print the
  /// currents of the voltage sources at the indices `sensing`, of which there is at least one, and
  /// load the files `compiled` of Verilog-A.
  public static func write(
    _ circuit: Circuit, header: DeckHeader, sensing: [Int], loading compiled: [String] = [],
    toFolder folder: String
  ) throws {
    try FileContents.write(to: "\(folder)/\(coreFileName)") { sink in
      try writeCore(circuit, header: header, to: sink)
    }
    for simulator in Simulator.allCases where simulator.runs(circuit) {
      let wrapper = simulator.wrapper(for: circuit, sensing: sensing, loading: compiled)
      try FileContents.write(wrapper, to: "\(folder)/\(simulator.wrapperFileName)")
    }
  }
}

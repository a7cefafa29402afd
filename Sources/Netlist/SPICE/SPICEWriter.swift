import Foundation
import NumericKernels

/// Writes circuits as decks that every SPICE runs unchanged: a core without analysis or output, and
/// one wrapper per simulator that includes it.
public enum SPICEWriter {
  /// Name of the portable deck inside its folder.
  public static let coreFileName = "core.sp"

  /// Writes the portable deck in chunks: title, header, then one element per line as literals that
  /// read back exactly. The title is a comment as well, since an included file has no title line.
  public static func writeCore(
    _ circuit: Circuit, header: DeckHeader, to sink: ([UInt8]) throws -> Void
  ) rethrows {
    var buffer = DeckBuffer(prefixes: circuit.prefixes)
    buffer.append("* \(circuit.title)\n* tilespice-format \(DeckHeader.formatVersion)\n")
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

    let nodeLabels = circuit.nodeLabels
    func flush(_ buffer: inout DeckBuffer) throws {
      guard buffer.isFull else { return }
      try sink(buffer.bytes)
      buffer.removeAll()
    }
    func line(_ label: Label, _ a: Node, _ b: Node, _ value: Double) throws {
      buffer.append(label)
      buffer.append(byte: UInt8(ascii: " "))
      buffer.append(nodeLabels[Int(a.index)])
      buffer.append(byte: UInt8(ascii: " "))
      buffer.append(nodeLabels[Int(b.index)])
      buffer.append(byte: UInt8(ascii: " "))
      buffer.append(value: value)
      buffer.append(byte: UInt8(ascii: "\n"))
      try flush(&buffer)
    }
    for element in circuit.resistors {
      try line(element.label, element.a, element.b, element.ohms)
    }
    for element in circuit.voltageSources {
      try line(element.label, element.plus, element.minus, element.volts)
    }
    for element in circuit.currentSources {
      try line(element.label, element.from, element.to, element.amperes)
    }
    try DeckDevices(circuit: circuit).write(into: &buffer, cardEnds: flush)
    try sink(buffer.bytes)
  }

  /// The portable deck in memory.
  public static func coreDeck(_ circuit: Circuit, header: DeckHeader) -> Data {
    var deck = Data()
    writeCore(circuit, header: header) { deck.append(contentsOf: $0) }
    return deck
  }

  /// Writes `core.sp` and the wrapper of every simulator into `folder`; the wrappers print the
  /// currents of the voltage sources at the indices `sensing`, of which there is at least one.
  public static func write(
    _ circuit: Circuit, header: DeckHeader, sensing: [Int], toFolder folder: String
  ) throws(FileError) {
    try FileContents.write(coreDeck(circuit, header: header), to: "\(folder)/\(coreFileName)")
    for simulator in Simulator.allCases {
      let wrapper = simulator.wrapper(for: circuit, sensing: sensing)
      try FileContents.write(wrapper, to: "\(folder)/\(simulator.wrapperFileName)")
    }
  }
}

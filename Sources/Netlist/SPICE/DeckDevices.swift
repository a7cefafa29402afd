/// Model and device cards on their way out: the portable subset of D and level-1 M.
struct DeckDevices {
  let circuit: Circuit

  /// Saturation current of a MOSFET's bulk junctions in amperes. The default of 1e-14 would carry
  /// milliamperes where a drain falls 0.7 V below its bulk; zero divides in some simulators. This
  /// one carries less than a femtoampere up to 5 V forward. ngspice takes it without a word.
  static let bulkSaturationAmperes = 1e-100

  /// Appends each card, then calls `cardEnds`.
  func write(into buffer: inout DeckBuffer, cardEnds: (inout DeckBuffer) throws -> Void) rethrows {
    for model in circuit.diodeModels {
      buffer.append(".model ")
      buffer.append(model.label)
      append(" D (IS=", model.saturationAmperes, into: &buffer)
      append(" N=", model.emissionCoefficient, into: &buffer)
      buffer.append(")\n")
      try cardEnds(&buffer)
    }
    for model in circuit.mosfetModels {
      buffer.append(".model ")
      buffer.append(model.label)
      buffer.append(model.polarity == .n ? " NMOS (LEVEL=1" : " PMOS (LEVEL=1")
      append(" VTO=", model.thresholdVolts, into: &buffer)
      append(" KP=", model.transconductance, into: &buffer)
      append(" LAMBDA=", model.channelLengthModulation, into: &buffer)
      append(" GAMMA=0 PHI=0.6 IS=", Self.bulkSaturationAmperes, into: &buffer)
      buffer.append(")\n")
      try cardEnds(&buffer)
    }
    for diode in circuit.diodes {
      buffer.append(diode.label)
      append([diode.anode, diode.cathode], into: &buffer)
      buffer.append(byte: UInt8(ascii: " "))
      buffer.append(circuit.diodeModels[diode.model].label)
      // By name: ngspice 39 takes a bare area for the model's name when it drops unused models.
      if diode.area != 1 { append(" area=", diode.area, into: &buffer) }
      buffer.append(byte: UInt8(ascii: "\n"))
      try cardEnds(&buffer)
    }
    for mosfet in circuit.mosfets {
      buffer.append(mosfet.label)
      append([mosfet.drain, mosfet.gate, mosfet.source, mosfet.bulk], into: &buffer)
      buffer.append(byte: UInt8(ascii: " "))
      buffer.append(circuit.mosfetModels[mosfet.model].label)
      append(" W=", mosfet.widthMeters, into: &buffer)
      append(" L=", mosfet.lengthMeters, into: &buffer)
      buffer.append(byte: UInt8(ascii: "\n"))
      try cardEnds(&buffer)
    }
  }

  private func append(_ name: String, _ value: Double, into buffer: inout DeckBuffer) {
    buffer.append(name)
    buffer.append(value: value)
  }

  private func append(_ nodes: [4 of Node], into buffer: inout DeckBuffer) {
    for k in nodes.indices { append(nodes[k], into: &buffer) }
  }

  private func append(_ nodes: [2 of Node], into buffer: inout DeckBuffer) {
    for k in nodes.indices { append(nodes[k], into: &buffer) }
  }

  private func append(_ node: Node, into buffer: inout DeckBuffer) {
    buffer.append(byte: UInt8(ascii: " "))
    buffer.append(circuit.nodeLabels[Int(node.index)])
  }
}

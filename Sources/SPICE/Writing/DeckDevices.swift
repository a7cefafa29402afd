import Netlist

/// Model and device cards on their way out: D and level-1 M. Parameters that have no effect are
/// left out, so that ideal devices stay readable.
struct DeckDevices {
  let circuit: Circuit

  /// Saturation current of a MOSFET's bulk junctions in amperes. The default of 1e-14 would carry
  /// milliamperes where a drain falls 0.7 V below its bulk; zero divides in some simulators. This
  /// one carries less than a femtoampere up to 5 V forward. ngspice accepts it silently.
  static let bulkSaturationAmperes = 1e-100

  /// Appends each card, then calls `cardEnds`.
  func write(into buffer: inout DeckBuffer, cardEnds: (inout DeckBuffer) throws -> Void) rethrows {
    for model in circuit.diodeModels {
      buffer.append(".model ")
      buffer.append(model.label)
      append(" D (IS=", model.saturationAmperes, into: &buffer)
      append(" N=", model.emissionCoefficient, into: &buffer)
      append(model.extras, into: &buffer)
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
      append(model.extras, into: &buffer)
      buffer.append(")\n")
      try cardEnds(&buffer)
    }
    for (index, diode) in circuit.diodes.enumerated() {
      buffer.append(diode.label)
      append([diode.anode, diode.cathode], into: &buffer)
      buffer.append(byte: UInt8(ascii: " "))
      buffer.append(circuit.diodeModels[diode.model].label)
      // By name: ngspice 39 takes a bare area for the model's name when it drops unused models.
      if diode.area != 1 { append(" area=", diode.area, into: &buffer) }
      appendTemperature(of: .diode(index), into: &buffer)
      buffer.append(byte: UInt8(ascii: "\n"))
      try cardEnds(&buffer)
    }
    for (index, mosfet) in circuit.mosfets.enumerated() {
      buffer.append(mosfet.label)
      append([mosfet.drain, mosfet.gate, mosfet.source, mosfet.bulk], into: &buffer)
      buffer.append(byte: UInt8(ascii: " "))
      buffer.append(circuit.mosfetModels[mosfet.model].label)
      append(" W=", mosfet.widthMeters, into: &buffer)
      append(" L=", mosfet.lengthMeters, into: &buffer)
      if mosfet.multiplier != 1 { append(" M=", mosfet.multiplier, into: &buffer) }
      appendTemperature(of: .mosfet(index), into: &buffer)
      buffer.append(byte: UInt8(ascii: "\n"))
      try cardEnds(&buffer)
    }
  }

  private func appendTemperature(of device: ElementCurrent, into buffer: inout DeckBuffer) {
    guard !circuit.deviceTemperatures.isEmpty else { return }
    switch circuit.deviceTemperatures[device] {
    case .above(let kelvin): append(" dtemp=", kelvin, into: &buffer)
    case .fixed(let celsius): append(" temp=", celsius, into: &buffer)
    case nil: return
    }
  }

  /// Those that differ from the defaults, which all simulators share.
  private func append(_ extras: DiodeExtras, into buffer: inout DeckBuffer) {
    let none = DiodeExtras()
    for (name, value, inert) in [
      ("RS", extras.seriesOhms, none.seriesOhms),
      ("CJO", extras.junctionFarads, none.junctionFarads),
      ("VJ", extras.junctionVolts, none.junctionVolts),
      ("M", extras.gradingCoefficient, none.gradingCoefficient),
      ("FC", extras.depletionCoefficient, none.depletionCoefficient),
      ("TT", extras.transitSeconds, none.transitSeconds),
      ("BV", extras.breakdownVolts, none.breakdownVolts),
      ("IBV", extras.breakdownAmperes, none.breakdownAmperes),
      ("NBV", extras.breakdownEmission ?? .nan, .nan),
      ("TCV", extras.breakdownVoltsPerKelvin, 0), ("TBV1", extras.breakdownFirst, 0),
      ("TBV2", extras.breakdownSecond, 0), ("TRS1", extras.seriesFirst, 0),
      ("TRS2", extras.seriesSecond, 0), ("IKF", extras.kneeAmperes, .infinity),
      ("ISR", extras.recombinationAmperes, 0), ("NR", extras.recombinationEmission, 2),
      ("KF", extras.flickerCoefficient, 0), ("AF", extras.flickerExponent, 1),
      ("TNOM", extras.nominalCelsius ?? .nan, .nan),
      ("EG", extras.energyGapVolts, none.energyGapVolts),
      ("XTI", extras.saturationExponent, none.saturationExponent),
    ] where value != inert && !value.isNaN {
      append(" \(name)=", value, into: &buffer)
    }
  }

  private func append(_ extras: MOSFETExtras, into buffer: inout DeckBuffer) {
    let none = MOSFETExtras()
    // Stated even where they have no effect, since simulators would derive them otherwise.
    append(" GAMMA=", extras.bodyEffect, into: &buffer)
    append(" PHI=", extras.surfacePotentialVolts, into: &buffer)
    let saturation = extras.bulkSaturationAmperes
    append(" IS=", saturation > 0 ? saturation : Self.bulkSaturationAmperes, into: &buffer)
    for (name, value, inert) in [
      ("LD", extras.lateralDiffusionMeters, none.lateralDiffusionMeters),
      ("RD", extras.drainOhms, none.drainOhms), ("RS", extras.sourceOhms, none.sourceOhms),
      ("CBD", extras.bulkDrainFarads, none.bulkDrainFarads),
      ("CBS", extras.bulkSourceFarads, none.bulkSourceFarads),
      ("PB", extras.bulkJunctionVolts, none.bulkJunctionVolts),
      ("MJ", extras.bulkGradingCoefficient, none.bulkGradingCoefficient),
      ("FC", extras.depletionCoefficient, none.depletionCoefficient),
      ("CGSO", extras.gateSourceFaradsPerMeter, 0), ("CGDO", extras.gateDrainFaradsPerMeter, 0),
      ("CGBO", extras.gateBulkFaradsPerMeter, 0), ("KF", extras.flickerCoefficient, 0),
      ("AF", extras.flickerExponent, 1), ("TNOM", extras.nominalCelsius ?? .nan, .nan),
    ] where value != inert && !value.isNaN {
      append(" \(name)=", value, into: &buffer)
    }
    if extras.oxideFaradsPerSquareMeter > 0 {
      append(" TOX=", Self.oxideMeters(of: extras.oxideFaradsPerSquareMeter), into: &buffer)
    }
  }

  /// Permittivity of silicon dioxide in F/m, as SPICE has it.
  static let oxidePermittivity = 3.9 * 8.854214871e-12

  /// The thickness that gives the capacitance per area back, to the last bit where one does.
  static func oxideMeters(of faradsPerSquareMeter: Double) -> Double {
    let meters = oxidePermittivity / faradsPerSquareMeter
    let candidates = [meters, meters.nextUp, meters.nextDown]
    return candidates.first { oxidePermittivity / $0 == faradsPerSquareMeter } ?? meters
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
